package ui_test

import (
	"strings"
	"testing"
	"time"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/ui/dialog"
	"bise/ui/historyview"
	"bise/ui/screen"
)

// historyEnv has a history in which the guide was asked some questions, the
// oldest first, on the days given.
func historyEnv(t *testing.T, asked ...question) (*screen.Env, []chat.ConversationID) {
	t.Helper()
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.Local)
	clock := now
	env := newEnv(t, func(o *app.Options) { o.Now = func() time.Time { return clock } })
	if err := env.App.ChooseHolder(t.Context(), app.Sealed, "four words are good"); err != nil {
		t.Fatal(err)
	}
	var ids []chat.ConversationID
	for _, q := range asked {
		clock = now.AddDate(0, 0, -q.daysAgo)
		s := env.App.NewSession(app.Choice{Provider: app.GuideProvider})
		answer, v, err := env.App.Ask(t.Context(), s, app.Prompt{Text: chat.Text(q.text)})
		if err != nil || answer == nil {
			t.Fatal(v, err)
		}
		for p := answer.Next(); !p.Over; p = answer.Next() {
		}
		ids = append(ids, s.ID())
	}
	clock = now
	return env, ids
}

type question struct {
	text    string
	daysAgo int
}

var questions = []question{
	{"Where are my files?", 40},
	{"Which keys are there?", 3},
	{"How do I set up Ollama?", 1},
	{"Does Mistral train on my chats?", 0},
}

func TestTheHistory(t *testing.T) {
	env, ids := historyEnv(t, questions...)
	open := func(t *testing.T) *driver {
		return drive(t, historyview.New(env, t.Context()))
	}
	t.Run("is grouped by day", func(t *testing.T) {
		d := open(t)
		d.shows("Today", "Yesterday", "Sunday", "2026-01-23", "Does Mistral train on my chats?")
		d.golden("history")
	})
	t.Run("opens the conversation that is selected", func(t *testing.T) {
		d := open(t).keys("down", "enter")
		if want := (screen.Open{Conversation: ids[2]}); d.last != want {
			t.Errorf("got %#v, want %#v", d.last, want)
		}
	})
	t.Run("is filtered by titles", func(t *testing.T) {
		d := open(t).keys("KEYS", "enter")
		if want := (screen.Open{Conversation: ids[1]}); d.last != want {
			t.Errorf("got %#v, want %#v", d.last, want)
		}
	})
	t.Run("says when no title fits, and esc takes the filter back", func(t *testing.T) {
		d := open(t).keys("zebra")
		d.shows("No title has these words.")
		d.keys("esc")
		d.shows("Yesterday")
		if d.last != nil {
			t.Errorf("got %#v", d.last)
		}
	})
	t.Run("is searched for what was said", func(t *testing.T) {
		d := open(t).keys("tab")
		d.shows("Write what you look for.")
		d.keys("ollama", "enter")
		got, ok := d.last.(screen.Open)
		if !ok || got.Message == "" {
			t.Errorf("got %#v, want a message", d.last)
		}
		d.golden("history-search")
	})
	t.Run("deletes and brings back", func(t *testing.T) {
		d := open(t).keys("down", "ctrl+x")
		if want := (screen.Deleted{Conversation: ids[2]}); d.last != want {
			t.Errorf("got %#v, want %#v", d.last, want)
		}
		if strings.Contains(d.overlay.View(), "set up Ollama") {
			t.Error("it is still there")
		}
		d.shows("bring back")
		d.keys("ctrl+z")
		d.shows("› How do I set up Ollama?") // the next key is for what came back
	})
	t.Run("renames", func(t *testing.T) {
		d := open(t).keys("ctrl+e")
		d.golden("history-rename")
		d.keys(" On the Pro plan", "enter")
		d.shows("Does Mistral train on my chats? On the Pro plan")
		d.keys("ctrl+e", "x", "esc")
		d.shows("chats? On the Pro plan")
	})
	t.Run("pins to the top", func(t *testing.T) {
		d := open(t).keys("end", "down", "down", "down", "ctrl+t")
		d.shows("Pinned", "Where are my files?")
		if got := d.overlay.View(); strings.Index(got, "Pinned") > strings.Index(got, "Today") {
			t.Error("it is not at the top")
		}
	})
}

func TestALongHistoryIsReadAsItIsScrolled(t *testing.T) {
	asked := make([]question, 70)
	for i := range asked {
		asked[i] = question{text: "Where are my files, again?", daysAgo: 70 - i}
	}
	asked[0].text = "Which keys are there?"
	env, ids := historyEnv(t, asked...)
	d := drive(t, historyview.New(env, t.Context()))
	for range 12 {
		d.keys("pgdown")
	}
	d.keys("enter")
	if want := (screen.Open{Conversation: ids[0]}); d.last != want {
		t.Errorf("the end of the history gives %#v, want %#v", d.last, want)
	}
}

func TestAWrongPassphraseCanBeTriedAgain(t *testing.T) {
	env, _ := historyEnv(t)
	dir := env.App.DataDir()
	if err := env.App.Close(); err != nil {
		t.Fatal(err)
	}
	again := newEnv(t, func(o *app.Options) { o.DataDir = dir })
	err := again.App.OpenHistory(t.Context())
	if got := again.App.HistoryState(); got != app.HistoryLocked {
		t.Fatalf("the history is %s: %v", got, err)
	}
	d := drive(t, dialog.Passphrase(again, t.Context(), err))
	d.keys("four words are bad", "enter")
	d.shows("does not open")
	d.keys("four words are good", "enter")
	if want := (screen.Answered{Question: dialog.HistoryQuestion, Choice: dialog.Yes}); d.last != want {
		t.Fatalf("got %#v, want %#v", d.last, want)
	}
	if got := again.App.HistoryState(); got != app.HistoryOpen {
		t.Errorf("the history is %s", got)
	}
}

func TestARecoveryCodeStandsInForAForgottenPassphrase(t *testing.T) {
	env, ids := historyEnv(t, questions[0])
	code, err := env.App.RecoveryCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := env.App.DataDir()
	if err := env.App.Close(); err != nil {
		t.Fatal(err)
	}
	again := newEnv(t, func(o *app.Options) { o.DataDir = dir })
	err = again.App.OpenHistory(t.Context())
	d := drive(t, dialog.Passphrase(again, t.Context(), err)).keys("tab", "not a code")
	d.golden("unlock-recovery")
	d.keys("enter", "five other words are better", "enter", "five other words are better", "enter")
	d.shows("That is not a recovery code.")
	for range "not a code" {
		d.keys("backspace")
	}
	d.keys(strings.ToLower(string(code)), "enter", "five other words are better", "enter", "five other words are better", "enter")
	if want := (screen.Answered{Question: dialog.HistoryQuestion, Choice: dialog.Yes}); d.last != want {
		t.Fatalf("got %#v, want %#v", d.last, want)
	}
	d = drive(t, historyview.New(again, t.Context())).keys("enter")
	if want := (screen.Open{Conversation: ids[0]}); d.last != want {
		t.Errorf("the history gives %#v, want %#v", d.last, want)
	}
}

func TestAHistoryWhoseKeyIsMissingAsksForTheRecoveryCode(t *testing.T) {
	env := newEnv(t)
	d := drive(t, dialog.HistoryFailed(env, t.Context(), fault.E("x", fault.KeyMissing, nil, "backend", "keyring")))
	d.shows("its key is not in the keyring", "Enter the recovery code")
	d.keys("3", "enter")
	d.shows("The recovery code that you wrote down")
	d.keys("esc", "esc")
	if want := (screen.Answered{Question: dialog.HistoryQuestion, Choice: dialog.Yes}); d.last != want {
		t.Errorf("got %#v, want %#v", d.last, want)
	}
	if got := env.App.HistoryState(); got != app.HistoryOff {
		t.Errorf("the history is %s", got)
	}
}

package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/policy"
	"bise/client"
)

func TestTwoWindowsWriteOneHistory(t *testing.T) {
	dir := t.TempDir()
	f, g := &fake{answer: saying("From the first.")}, &fake{answer: saying("From the second.")}
	a := open(t, dir, policy.Local, f)
	first := a.NewSession(f.choice())
	ask(t, a, first, Prompt{Text: "shared"})
	b := open(t, dir, policy.Local, g)
	shared, err := b.OpenSession(t.Context(), first.ID())
	if err != nil {
		t.Fatal(err)
	}
	own := []*Session{a.NewSession(f.choice()), b.NewSession(g.choice())}

	var wg sync.WaitGroup
	for i, w := range []struct {
		app      *App
		sessions []*Session
	}{{a, []*Session{first, own[0]}}, {b, []*Session{shared, own[1]}}} {
		wg.Go(func() {
			for range 5 {
				for _, s := range w.sessions {
					answer, _, err := w.app.Ask(t.Context(), s, Prompt{Text: "again"})
					if err != nil || answer == nil {
						t.Errorf("window %d could not ask: %v", i+1, err)
						return
					}
					if p := wait(answer); p.Err != nil || p.KeepErr != nil {
						t.Errorf("window %d: %v, %v", i+1, p.Err, p.KeepErr)
					}
				}
			}
		})
	}
	wg.Wait()

	for i, w := range []*App{a, b} {
		list, err := w.Conversations(t.Context(), Query{})
		if err != nil || len(list) != 3 {
			t.Errorf("window %d lists %d conversations, %v", i+1, len(list), err)
		}
	}
	again, err := a.OpenSession(t.Context(), first.ID())
	if err != nil {
		t.Fatal(err)
	}
	c := again.Snapshot()
	if len(c.Messages) != 2+2*10 {
		t.Errorf("the shared conversation has %d messages", len(c.Messages))
	}
	for _, s := range []*Session{first, shared} {
		for _, m := range s.Snapshot().Messages {
			if _, ok := c.Message(m.ID); !ok {
				t.Errorf("a message of one window is lost")
			}
		}
	}
	if b := c.Branch(); len(b) != 12 {
		t.Errorf("its branch has %d messages: the windows wrote two branches of six turns", len(b))
	}
}

func TestAClockThatJumps(t *testing.T) {
	f := &fake{answer: saying("Yes.")}
	a := open(t, t.TempDir(), policy.Local, f)
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	a.options.Now = func() time.Time { return now }
	ids := make(map[string]bool)
	note := func(s *Session) {
		for _, m := range s.Snapshot().Messages {
			ids[string(m.ID)] = true
		}
	}
	first := a.NewSession(f.choice())
	ask(t, a, first, Prompt{Text: "first"})
	note(first)
	now = now.AddDate(-1, 0, 0)
	second := a.NewSession(f.choice())
	ask(t, a, second, Prompt{Text: "second, a year before"})
	ask(t, a, first, Prompt{Text: "first goes on, a year before it began"})
	now = now.AddDate(3, 0, 0)
	third := a.NewSession(f.choice())
	ask(t, a, third, Prompt{Text: "third"})
	note(first)
	note(second)
	note(third)
	if len(ids) != 8 || first.ID() == second.ID() {
		t.Errorf("eight messages have %d ids", len(ids))
	}
	list, err := a.Conversations(t.Context(), Query{})
	if err != nil {
		t.Fatal(err)
	}
	var got []chat.ConversationID
	for _, c := range list {
		got = append(got, c.ID)
	}
	if want := []chat.ConversationID{third.ID(), first.ID(), second.ID()}; !slices.Equal(got, want) {
		t.Errorf("the list is %v, not %v", got, want)
	}
	again, err := a.OpenSession(t.Context(), first.ID())
	if err != nil {
		t.Fatal(err)
	}
	c := again.Snapshot()
	if b := c.Branch(); len(b) != 4 || b[2].Text() != "first goes on, a year before it began" {
		t.Errorf("a conversation that went on in the past has %d messages on its branch", len(b))
	}
	if p, _ := c.Message(c.Leaf); p.Took < 0 {
		t.Errorf("an answer took %v", p.Took)
	}
}

func TestAnAnswerDuringWhichTheClockGoesBackTookNoNegativeTime(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	f := &fake{}
	a := open(t, t.TempDir(), policy.Local, f)
	a.options.Now = func() time.Time {
		now = now.Add(-time.Hour)
		return now
	}
	f.answer = saying("Yes.")
	if p := ask(t, a, a.NewSession(f.choice()), Prompt{Text: "when?"}); p.Message.Took < 0 {
		t.Errorf("the answer took %v", p.Message.Took)
	}
}

func TestAListOfModelsFromTheFutureIsReadAgain(t *testing.T) {
	f := &fake{answer: saying("Yes.")}
	a := open(t, t.TempDir(), policy.Platform, f)
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	a.options.Now = func() time.Time { return now }
	for _, tt := range []struct {
		name string
		read time.Time
		want string
	}{
		{"of an hour ago", now.Add(-time.Hour), "old"},
		{"of a minute ahead", now.Add(time.Minute), "m"},
		{"of a century ahead", now.AddDate(100, 0, 0), "m"},
		{"of a year ago", now.AddDate(-1, 0, 0), "m"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a.cacheModels(ModelList{Provider: f.d, Models: []client.Model{{ID: "old", Chat: true}}, Read: tt.read})
			if l := a.modelsOf(t.Context(), f, false); len(l.Models) != 1 || l.Models[0].ID != tt.want {
				t.Errorf("the list is %+v", l.Models)
			}
		})
	}
	t.Run("that is damaged", func(t *testing.T) {
		if err := os.MkdirAll(filepath.Dir(a.modelCachePath(f.d)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(a.modelCachePath(f.d), []byte(`{"host":`), 0o600); err != nil {
			t.Fatal(err)
		}
		if l := a.modelsOf(t.Context(), f, false); len(l.Models) != 1 || l.Models[0].ID != "m" {
			t.Errorf("the list is %+v", l.Models)
		}
	})
}

func TestAPromptOfMegabytesIsSentAndKeptWhole(t *testing.T) {
	f := &fake{answer: saying("Long.")}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	long := chat.Text(strings.Repeat("a line of a log\n", 2<<20/16))
	if p := ask(t, a, s, Prompt{Text: long}); p.Err != nil || p.KeepErr != nil {
		t.Fatal(p.Err, p.KeepErr)
	}
	if got := f.last(t).Messages[0].Text(); got != long {
		t.Errorf("%v was sent of %v", got, long)
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Snapshot().Messages[0].Text(); got != long {
		t.Errorf("%v was kept of %v", got, long)
	}
	if title := again.Snapshot().Title; title != "a line of a log" {
		t.Errorf("its title is %q", title)
	}
}

func TestAPromptThatIsNoUnicodeIsMadeIt(t *testing.T) {
	f := &fake{answer: saying("Yes.")}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	ask(t, a, s, Prompt{Text: "caf\xe9 \xff"})
	if got := string(f.last(t).Messages[0].Text()); got != "caf\uFFFD \uFFFD" {
		t.Errorf("%q was sent", got)
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	if c := again.Snapshot(); string(c.Messages[0].Text()) != "caf\uFFFD \uFFFD" || c.Title != "caf\uFFFD \uFFFD" {
		t.Errorf("%q was kept as %q", string(c.Messages[0].Text()), c.Title)
	}
}

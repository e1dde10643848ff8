package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/share"
)

// shareEnv has a conversation with the guide that names somebody.
func shareEnv(t *testing.T) (*screen.Env, *app.Session) {
	t.Helper()
	env, ids := historyEnv(t, question{"Can marguerite@example.org or +33 6 12 34 56 78 see this? \x1b[31m", 0})
	s, err := env.App.OpenSession(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	return env, s
}

func TestAConversationIsSharedStepByStep(t *testing.T) {
	env, s := shareEnv(t)
	open := func(t *testing.T) *driver { return drive(t, share.New(env, t.Context(), s)) }
	t.Run("what was found is taken out", func(t *testing.T) {
		open(t).golden("share-findings")
	})
	t.Run("one finding is left in, and the reader sees it", func(t *testing.T) {
		d := open(t).keys("down", " ")
		d.shows("left in")
		d.keys("enter").shows("Can [e-mail address removed] or +33 6 12 34 56 78 see this?")
		d.golden("share-preview")
	})
	t.Run("nothing leaves unless it is chosen", func(t *testing.T) {
		d := open(t).keys("enter", "enter")
		d.golden("share-ways")
		d.keys("enter")
		if _, closed := d.last.(screen.Close); !closed {
			t.Errorf("asked for %T, want to close", d.last)
		}
		if list, err := env.App.Shares(t.Context()); err != nil || len(list) > 0 {
			t.Errorf("%d shares, %v", len(list), err)
		}
	})
	t.Run("a server that may not have a conversation from here is not offered", func(t *testing.T) {
		d := open(t).keys("enter", "enter")
		d.shows("as a file only", "3 A file anybody can read")
		if strings.Contains(d.overlay.View(), "PrivateBin") {
			t.Error("a server is offered")
		}
	})
	t.Run("an encrypted file is made, and taken back", func(t *testing.T) {
		d := open(t).keys("enter", "enter", "down", "enter")
		d.shows("The file is", "#")
		files, err := filepath.Glob(filepath.Join(env.App.DataDir(), "shares", "*.html"))
		if err != nil || len(files) != 1 {
			t.Fatalf("files %v, %v", files, err)
		}
		page, err := os.ReadFile(files[0])
		if err != nil || strings.Contains(string(page), "see this") {
			t.Errorf("the file can be read by anybody, %v", err)
		}
		d.keys("c").shows("in the clipboard")
		if c, ok := d.last.(screen.Copy); !ok || !strings.HasPrefix(c.Text, "file://") {
			t.Errorf("copied %#v", d.last)
		}
		l := drive(t, share.NewLedger(env, t.Context()))
		l.shows("2026-03-04 · stands · file")
		l.keys("enter", "ctrl+x").shows("Revoke this share?")
		l.keys("y").shows("revoked")
		if _, err := os.Stat(files[0]); !os.IsNotExist(err) {
			t.Errorf("the file is still there: %v", err)
		}
	})
}

// hosted is a conversation with a service that allows links.
const hosted = `{"format":"bise","version":1,"conversations":[{"id":"c-hosted","title":"Tides","provider":"mistral","profile":"mistral","leaf":"m-2","messages":[
	{"id":"m-1","role":"user","state":"complete","parts":[{"kind":"text","origin":["typed"],"text":"How do tides work?"}]},
	{"id":"m-2","parent":"m-1","role":"assistant","state":"complete","provider":"mistral","service":"le_chat","model":"mistral-medium","parts":[{"kind":"text","origin":["model"],"text":"The moon pulls."}]}]}]}`

func TestAServerIsOfferedWhereTheServiceAllowsLinks(t *testing.T) {
	env, _ := historyEnv(t)
	if err := env.App.SetProfile(app.MistralProfile, []string{"service=le_chat", "plan=pro"}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "hosted.json")
	if err := os.WriteFile(file, []byte(hosted), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := env.App.Import(t.Context(), app.ImportRequest{Path: file}); err != nil {
		t.Fatal(err)
	}
	list, err := env.App.Conversations(t.Context(), app.Query{})
	if err != nil || len(list) != 1 {
		t.Fatal(err, list)
	}
	s, err := env.App.OpenSession(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	d := drive(t, share.New(env, t.Context(), s))
	d.shows("The moon pulls.")
	d.keys("enter").golden("share-ways-hosted")
	d.keys("3", "enter").shows("The address of a PrivateBin server")
}

func TestAnEmptyLedgerSaysHowToShare(t *testing.T) {
	env, _ := historyEnv(t)
	drive(t, share.NewLedger(env, t.Context())).golden("shares-empty")
}

func TestBeforeAPromptLeaves(t *testing.T) {
	env, _ := historyEnv(t)
	found := env.App.FindIn(app.Prompt{Text: "Write to marguerite@example.org, password: Tr0ub4dor&3"})
	d := drive(t, dialog.Leaving(env, found, "Mistral EU", false))
	d.golden("leaving")
	d.keys("2", "enter")
	if want := (screen.Answered{Question: dialog.LeavingQuestion, Choice: dialog.SendPlaceholders}); d.last != want {
		t.Errorf("answered %#v", d.last)
	}
}

package ui

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/app/text"
)

// halfway is a service that says two words and then nothing until the test is
// over.
func halfway(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			go func() {
				for r := bufio.NewReader(c); ; {
					if line, err := r.ReadString('\n'); err != nil || line == "\r\n" {
						break
					}
				}
				fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
				for _, word := range []string{"Once ", "upon"} {
					fmt.Fprintf(c, "data: {\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":%q}}]}\n\n", word)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// kept opens the screen on a folder whose history is kept, sealed as lightly as
// can be.
func kept(t *testing.T, dir string) *screenTest {
	t.Helper()
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(app.Options{
		DataDir: dir, Words: words, SealWork: 1, AdminFile: filepath.Join(dir, "none"),
		Env:        func(name string) string { return map[string]string{"OLLAMA_HOST": "127.0.0.1:1"}[name] },
		Passphrase: func(context.Context) (chat.Secret, error) { return "correct horse battery staple", nil },
		Now:        func() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.Configure(func(c *app.Config) { c.Started, c.Theme = true, "none" }); err != nil {
		t.Fatal(err)
	}
	root, err := New(t.Context(), a, true)
	if err != nil {
		t.Fatal(err)
	}
	s := &screenTest{t: t, root: root, msgs: make(chan tea.Msg, 256)}
	s.do(root.Init())
	s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	s.until("the history is open", func() bool { return root.chosen && root.history == app.HistoryOpen })
	return s
}

// grow asks a service that stops halfway and waits for what it says.
func (s *screenTest) grow() {
	s.t.Helper()
	a := s.root.env.App
	if err := a.AddProfile("slow", "openai", []string{"endpoint=" + halfway(s.t)}); err != nil {
		s.t.Fatal(err)
	}
	s.root.choice = app.Choice{Provider: "slow", Model: "m"}
	s.root.session = a.NewSession(s.root.choice)
	s.typed("tell a story")
	s.press("enter")
	s.until("the answer grows", func() bool { return strings.Contains(s.screen(), "Once upon") })
}

// story reads the only conversation of a folder, from another window.
func story(t *testing.T, a *app.App) chat.Conversation {
	t.Helper()
	list, err := a.Conversations(t.Context(), app.Query{})
	if err != nil || len(list) != 1 {
		t.Fatalf("history lists %+v, %v", list, err)
	}
	s, err := a.OpenSession(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return s.Snapshot()
}

func TestAConversationLeftWhileItsAnswerGrowsKeepsWhatArrived(t *testing.T) {
	s := kept(t, t.TempDir())
	s.grow()
	answer, left := s.root.turn.answer, s.root.session
	s.press("ctrl+n")
	if s.root.turn != nil || s.root.session == left || !s.root.chat.Empty() {
		t.Fatalf("the conversation was not left:\n%s", s.screen())
	}
	<-answer.Done()
	c := story(t, s.root.env.App)
	if b := c.Branch(); len(b) != 2 || b[1].Text() != "Once upon" || b[1].State != chat.Stopped {
		t.Errorf("the history has %d messages; the last is %q, %s", len(b), string(b[len(b)-1].Text()), b[len(b)-1].State)
	}
}

func TestTheProgramEndsWhileAnAnswerGrowsAndKeepsWhatArrived(t *testing.T) {
	dir := t.TempDir()
	s := kept(t, dir)
	s.grow()
	if err := s.root.env.App.Close(); err != nil {
		t.Fatal(err)
	}
	c := story(t, kept(t, dir).root.env.App)
	if b := c.Branch(); len(b) != 2 || b[1].Text() != "Once upon" || b[1].State != chat.Stopped {
		t.Errorf("the history has %d messages; the last is %q, %s", len(b), string(b[len(b)-1].Text()), b[len(b)-1].State)
	}
}

func TestASecondCtrlCEndsTheProgramWhereAnAnswerDoesNotStop(t *testing.T) {
	s := kept(t, t.TempDir())
	s.grow()
	_, first := s.root.Update(pressed("ctrl+c"))
	if first != nil {
		t.Error("the first ctrl+c does more than stop the answer")
	}
	_, second := s.root.Update(pressed("ctrl+c"))
	if second == nil {
		t.Fatal("the second ctrl+c does nothing")
	}
	if _, quits := second().(tea.QuitMsg); !quits {
		t.Error("the second ctrl+c does not end the program")
	}
}

func TestADraftOutlivesACrash(t *testing.T) {
	dir := t.TempDir()
	s := kept(t, dir)
	s.typed("half a thought")
	s.until("the draft is kept", func() bool {
		return s.root.env.App.Draft(t.Context()) == "half a thought"
	})
	// The first window is not closed: it crashed.
	again := kept(t, dir)
	if got := again.root.composer.Value(); got != "half a thought" {
		t.Errorf("after a crash the composer holds %q", got)
	}
	again.ask(" about tides")
	again.until("the draft is forgotten", func() bool { return again.root.env.App.Draft(t.Context()) == "" })
}

func TestAPromptThatCannotBeStoredIsNotSentAndComesBack(t *testing.T) {
	dir := t.TempDir()
	s := kept(t, dir)
	s.ask("does Mistral train on my chats?")
	before := s.root.session.Snapshot()
	if err := s.root.env.App.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "history*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no history: %v", err)
	}
	s = kept(t, dir)
	s.root.wanted = before.ID
	s.send(historyMsg{state: app.HistoryOpen})
	s.until("the conversation is open", func() bool { return !s.root.chat.Empty() })
	for _, f := range files {
		if err := os.WriteFile(f, []byte(strings.Repeat("spoilt", 10000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.press("tab", "up", "e")
	s.typed(" And the API?")
	s.press("enter")
	s.until("the prompt has failed", func() bool { return s.root.idle() })
	if got := s.root.composer.Value(); got != "does Mistral train on my chats? And the API?" || s.root.edits == nil {
		t.Errorf("the composer holds %q", got)
	}
	if !s.root.banner.lasting {
		t.Errorf("nothing is said:\n%s", s.screen())
	}
	after := s.root.session.Snapshot()
	if len(after.Messages) != len(before.Messages) || after.Leaf != before.Leaf || after.Title != before.Title {
		t.Errorf("the conversation has %d messages, its end is %s, its title %q", len(after.Messages), after.Leaf, after.Title)
	}
}

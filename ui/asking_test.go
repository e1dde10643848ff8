package ui

import (
	"net"
	"strings"
	"testing"

	"bise/app"
)

// silent is an address that takes connections and never answers.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return "http://" + l.Addr().String()
}

func TestAPromptCanBeStoppedBeforeItHasAnAnswer(t *testing.T) {
	for _, key := range []string{"esc", "ctrl+c"} {
		t.Run(key, func(t *testing.T) {
			s := start(t, 80, 24)
			if err := s.root.env.App.AddProfile("slow", "openai", []string{"endpoint=" + silent(t)}); err != nil {
				t.Fatal(err)
			}
			s.root.choice = app.Choice{Provider: "slow"}
			s.root.session = s.root.env.App.NewSession(s.root.choice)
			s.typed("take your time")
			s.press("enter")
			if s.root.sending == nil || s.root.composer.Value() != "" {
				t.Fatal("the prompt is not on its way")
			}
			s.press(key)
			s.until("the prompt is back", func() bool { return s.root.idle() })
			if got := s.root.composer.Value(); got != "take your time" {
				t.Errorf("the composer holds %q", got)
			}
			if s.quit || s.root.banner.line != "" || len(s.root.session.Snapshot().Messages) != 0 {
				t.Errorf("a stop is told as something else: %q", s.root.banner.line)
			}
		})
	}
}

func TestTryingAgainLeavesWhatIsAttached(t *testing.T) {
	s := start(t, 80, 24)
	s.ask(question)
	part, err := s.root.env.App.Attach("testdata/welcome-80x24.golden")
	if err != nil {
		t.Fatal(err)
	}
	s.send(attachedMsg{c: &conversion{part: part}})
	s.press("tab", "r")
	s.until("it was asked again", func() bool { return s.root.idle() && len(s.root.session.Snapshot().Messages) == 3 })
	if len(s.root.attach) != 1 {
		t.Errorf("%d files are attached to the next prompt", len(s.root.attach))
	}
}

func TestAnAnswerThatIsThereBeforeItsBeginIsShownOnce(t *testing.T) {
	s := start(t, 80, 24)
	s.typed("hello")
	asked, ok := s.root.submit()().(askedMsg)
	if !ok || asked.answer == nil {
		t.Fatalf("%+v", asked)
	}
	<-asked.answer.Done()
	s.send(asked)
	s.until("the answer is over", func() bool { return s.root.turn == nil })
	if n := strings.Count(s.screen(), "It is not a language model"); n != 1 {
		t.Errorf("the answer is there %d times:\n%s", n, s.screen())
	}
}

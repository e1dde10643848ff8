package ui

import (
	"strings"
	"testing"

	"bise/app"
	"bise/app/policy"
)

func TestAPlanThatTurnsChangesTheStatusLineAtOnceAndIsAskedAbout(t *testing.T) {
	s := start(t, 120, 30)
	if err := s.root.env.App.SetProfile(app.MistralProfile, []string{"plan=paid"}); err != nil {
		t.Fatal(err)
	}
	if err := s.root.env.App.Accept(app.MistralProfile); err != nil {
		t.Fatal(err)
	}
	s.do(s.root.use(app.Choice{Provider: app.MistralProfile, Model: "small"}))
	s.until("the place is Mistral's", func() bool { return strings.Contains(s.screen(), "does not train on this") })
	s.press("ctrl+d", "p", "2", "enter") // Free
	s.until("the page says so", func() bool { return strings.Contains(s.screen(), "Yes. On this plan Mistral trains") })
	s.press("esc")
	s.until("the status line says so", func() bool {
		return strings.Contains(s.screen(), "trains on this") && !strings.Contains(s.screen(), "does not train")
	})
	s.typed("is this still fine?")
	s.press("enter")
	s.until("it is asked about", func() bool { return s.root.top() != nil })
	if v := s.root.preview(policy.StartChat, 0); v.Decision != policy.Confirm {
		t.Errorf("the rules say %s", v.Decision)
	}
	if !strings.Contains(s.screen(), "trains") {
		t.Errorf("the question does not say why:\n%s", s.screen())
	}
}

func TestTheNetworkViewOpensFromThePalette(t *testing.T) {
	s := start(t, 80, 24)
	s.press("ctrl+p")
	s.typed("connected to")
	s.press("enter")
	s.until("the view is open", func() bool { return strings.Contains(s.screen(), "Network: what this run connected to") })
	if !strings.Contains(s.screen(), "None: this run has connected to nobody") {
		// The start asks the local runner for its models, which is a connection.
		if !strings.Contains(s.screen(), "for Ollama") {
			t.Errorf("the view says\n%s", s.screen())
		}
	}
	s.press("esc")
	if s.root.top() != nil {
		t.Error("Esc does not close it")
	}
}

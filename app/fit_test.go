package app

import (
	"context"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// long is a conversation of n prompts and answers of 300 bytes each: a hundred
// tokens by estimate, at a model that takes a thousand.
func long(t *testing.T, n int) (*App, *Session, *fake) {
	t.Helper()
	f := &fake{answer: saying(strings.Repeat("answer ", 43))}
	a := open(t, t.TempDir(), policy.Local, f)
	s := a.NewSession(f.choice())
	for range n {
		ask(t, a, s, Prompt{Text: chat.Text(strings.Repeat("prompt ", 43))})
	}
	return a, s, f
}

func TestNothingIsLeftOutBeforeThePersonHasChosen(t *testing.T) {
	a, s, f := long(t, 6)
	p := ask(t, a, s, Prompt{Text: "and now?"})
	if n := len(f.last(t).Messages); n != 13 || p.Err != nil {
		t.Errorf("%d of 13 messages were sent, %v", n, p.Err)
	}
}

func TestTheOldestMessagesAreLeftOutWhereThePersonSaysSo(t *testing.T) {
	a, s, f := long(t, 6)
	answer, _, err := a.Ask(t.Context(), s, Prompt{Text: "and now?", Fit: DropOldest})
	if err != nil {
		t.Fatal(err)
	}
	wait(answer)
	sent := f.last(t).Messages
	if got := answer.Fitted(); got != (Fitted{DropOldest, 6, 1000}) || len(sent) != 7 {
		t.Errorf("%+v, %d messages were sent", got, len(sent))
	}
	if sent[0].Role != chat.User {
		t.Error("the context begins in the middle of a turn")
	}
	if c := s.Snapshot(); len(c.Branch()) != 14 {
		n := len(c.Branch())
		t.Errorf("the conversation itself has %d messages", n)
	}
	ask(t, a, s, Prompt{Text: "and then?"})
	if n := len(f.last(t).Messages); n > 9 {
		t.Errorf("the next prompt was sent with %d messages: the choice was forgotten", n)
	}
	ask(t, a, s, Prompt{Text: "still too long", Fit: DropOldest})
	if n := len(f.last(t).Messages); n > 5 {
		t.Errorf("choosing again left %d messages", n)
	}
}

func TestASummaryStandsForTheOldestMessagesWithTheirOrigins(t *testing.T) {
	a, s, f := long(t, 6)
	c := s.Snapshot()
	found := c.Messages[1]
	found.Parts = []chat.Part{{Kind: chat.TextPart, Text: found.Text(), Origin: chat.Model | chat.Code}}
	s.put(found)
	f.answer = func(_ context.Context, turn chat.Turn, yield func(client.Delta, error) bool) {
		text := chat.Text("fine")
		if turn.Options.MaxTokens != nil {
			text = "They spoke of prompts."
		}
		yield(client.Delta{Kind: client.TextDelta, Text: text}, nil)
		yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
	}
	before := len(f.turns)
	answer, _, err := a.Ask(t.Context(), s, Prompt{Text: "and now?", Fit: Summarise})
	if err != nil {
		t.Fatal(err)
	}
	if p := wait(answer); p.Err != nil || p.Message.Text() != "fine" {
		t.Fatalf("answered %q, %v", string(p.Message.Text()), p.Err)
	}
	sent := f.last(t).Messages
	if !strings.Contains(string(sent[0].Text()), "They spoke of prompts.") || sent[0].Role != chat.User {
		t.Errorf("the context begins with %q", string(sent[0].Text()))
	}
	if !sent[0].Origin().Has(chat.Code) {
		t.Errorf("the summary has the origins %v", sent[0].Origin())
	}
	asked := len(f.turns) - before
	ask(t, a, s, Prompt{Text: "on"})
	if got := len(f.turns) - before - asked; got > 2 {
		t.Errorf("the next prompt took %d requests", got)
	}
	now := s.Snapshot()
	if strings.Contains(string(now.Branch()[0].Text()), "They spoke") {
		t.Error("the summary became a message")
	}
}

func TestASummaryAndAConsentAreNotHandedOnToAnotherService(t *testing.T) {
	a, s, f := long(t, 6)
	f.answer = saying("They spoke of prompts.")
	ask(t, a, s, Prompt{Text: "and now?", Fit: Summarise})
	if !strings.Contains(string(f.last(t).Messages[0].Text()), "They spoke of prompts.") {
		t.Fatal("there is no summary to hand on")
	}
	other := &fake{answer: saying("Something else."), d: f.d}
	other.d.ID, other.d.Service = MistralProfile, policy.Platform
	err := a.Accept(MistralProfile)
	if err != nil {
		t.Fatal(err)
	}
	if a.providers, err = client.NewSet(f, other); err != nil {
		t.Fatal(err)
	}
	s.agreed = []policy.Act{policy.LeaveZeroRetention}
	if _, err := a.Switch(t.Context(), s, other.choice()); err != nil {
		t.Fatal(err)
	}
	if acts := s.confirmed(a.Rules().ID()); len(acts) > 0 {
		t.Errorf("what was confirmed for one account holds for another: %v", acts)
	}
	ask(t, a, s, Prompt{Text: "and here?"})
	for _, turn := range other.turns {
		for _, m := range turn.Messages {
			if m.Role == chat.User && strings.Contains(string(m.Text()), "They spoke of prompts.") {
				t.Error("the summary of one service went to another")
			}
		}
	}
}

func TestASummaryThatFailsLeavesThePromptAndSaysWhy(t *testing.T) {
	a, s, f := long(t, 6)
	f.answer = func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{}, fault.E("fake", fault.Unreachable, nil))
	}
	p := ask(t, a, s, Prompt{Text: "and now?", Fit: Summarise})
	c := s.Snapshot()
	branch := c.Branch()
	if !fault.Is(p.Err, fault.Unreachable) || branch[len(branch)-1].Text() != "and now?" {
		t.Errorf("%v; the last message is %q", p.Err, string(branch[len(branch)-1].Text()))
	}
}

func TestALargerWindowIsOfferedOnlyWhereItCanBeChosen(t *testing.T) {
	a, s, f := long(t, 1)
	if n := a.LargerWindow(t.Context(), s); n != 0 {
		t.Errorf("a service with a fixed window offers %d tokens", n)
	}
	if _, _, err := a.Ask(t.Context(), s, Prompt{Text: "x", Fit: Enlarge}); !fault.Is(err, fault.Unsupported) {
		t.Errorf("it was enlarged: %v", err)
	}
	f.d.Can.Window = true
	if err := a.Configure(func(c *Config) { c.Ollama.Window = 400 }); err != nil {
		t.Fatal(err)
	}
	a.providers, _ = client.NewSet(f)
	for _, want := range []int{800, 1000} {
		if n := a.LargerWindow(t.Context(), s); n != want {
			t.Errorf("the next larger window has %d tokens, want %d", n, want)
		}
		ask(t, a, s, Prompt{Text: "x", Fit: Enlarge})
		if n := f.last(t).Options.Window; n != want {
			t.Errorf("a window of %d tokens was asked for", n)
		}
	}
	if n := a.LargerWindow(t.Context(), s); n != 0 {
		t.Errorf("more than the model takes is offered: %d", n)
	}
	if _, _, err := a.Ask(t.Context(), s, Prompt{Text: "x", Fit: "shrink"}); !fault.Is(err, fault.Usage) {
		t.Errorf("a word that is no way: %v", err)
	}
}

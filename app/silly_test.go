package app

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/policy"
	"bise/client"
)

// The negative tests of what bise must not do, S1 to S18, that concern a
// session, a profile or the screen. The others are in app/policy.

func TestS2ASearchAnswerStaysReadableForTheWholeSession(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{Kind: client.TextDelta, Text: "Found today.", Origin: chat.Model | chat.WebSearch}, nil)
		yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
	}}
	a := open(t, t.TempDir(), policy.Platform, f)
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	a.providers, _ = client.NewSet(f)
	s := a.NewSession(f.choice())
	p := ask(t, a, s, Prompt{Text: "what is new?"})
	f.answer = saying("Zebras are striped.")
	for range 3 {
		ask(t, a, s, Prompt{Text: "and zebras?"})
	}
	if err := a.Walk(t.Context(), s, p.Message.ID); err != nil {
		t.Fatal(err)
	}
	c := s.Snapshot()
	if m, ok := c.Message(p.Message.ID); !ok || m.Text() != "Found today." {
		t.Errorf("the answer of the search is %q, %t", string(m.Text()), ok)
	}
}

func TestS5TheScreenLeavesTheMouseToTheTerminal(t *testing.T) {
	err := fs.WalkDir(os.DirFS("../ui"), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		src, err := os.ReadFile("../ui/" + path)
		for _, word := range []string{"MouseMode", "EnableMouse", "MouseMsg"} {
			if strings.Contains(string(src), word) {
				t.Errorf("%s takes the mouse: %s; a person selects and copies with it", path, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestS6AnAcceptanceIsAskedOnceForAllRuns(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, policy.Platform, nil)
	if v := a.Preview(MistralProfile, policy.StartChat, 0); v.Decision != policy.Confirm {
		t.Fatalf("the first start: %s", v.Decision)
	}
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again := open(t, dir, policy.Platform, nil)
		if v := again.Preview(MistralProfile, policy.StartChat, 0); !v.Decision.Permits() {
			t.Errorf("a later start: %s by %s", v.Decision, v.Rule)
		}
	}
}

func TestS9NoBannerWhereNothingTrains(t *testing.T) {
	f := &fake{answer: saying("hello")}
	a := open(t, t.TempDir(), policy.Platform, f)
	for plan, trains := range map[string]bool{"free": true, "paid": false} {
		if err := a.SetProfile(MistralProfile, []string{"plan=" + plan}); err != nil {
			t.Fatal(err)
		}
		a.providers, _ = client.NewSet(f)
		if got := a.Place(MistralProfile, false).Trains; got != trains {
			t.Errorf("plan %s: a banner %t", plan, got)
		}
	}
	if a.Place(OllamaProvider, false).Trains {
		t.Error("this machine has a banner")
	}
}

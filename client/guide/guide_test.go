package guide

import (
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
)

func TestConformance(t *testing.T) {
	skip := make(map[clienttest.Scenario]string)
	for _, s := range clienttest.Scenarios() {
		switch s {
		case clienttest.Plain, clienttest.Cancel, clienttest.Leave, clienttest.Permit:
		default:
			skip[s] = "the guide has no server"
		}
	}
	clienttest.Run(t, clienttest.Fixture{
		New: func(t *testing.T, _ clienttest.Scenario, _ string) client.Provider {
			return newGuide(t, fakeRules{})
		},
		Model: string(ID),
		Skip:  skip,
	})
}

func stream(t *testing.T, g *Guide, said ...string) string {
	t.Helper()
	turn := chat.Turn{Model: string(ID)}
	for i, text := range said {
		role := chat.User
		if i%2 == 1 {
			role = chat.Assistant
		}
		turn.Messages = append(turn.Messages, clienttest.Message(role, text))
	}
	res := clienttest.Collect(t.Context(), g, clienttest.Outbound(t, turn, g.Describe().Destination()), nil)
	if res.Err != nil || !res.Done() {
		t.Fatalf("the stream ended with %v, done %v", res.Err, res.Done())
	}
	return res.Text(client.TextDelta)
}

func TestTheFirstAnswerSaysWhatTheGuideIs(t *testing.T) {
	g := newGuide(t, fakeRules{})
	const said = "not a language model"
	if first := stream(t, g, "how do I change the model?"); !strings.Contains(first, said) {
		t.Errorf("the first answer is %q", first)
	}
	if later := stream(t, g, "hi", "hello", "how do I change the model?"); strings.Contains(later, said) {
		t.Errorf("a later answer says it again: %q", later)
	}
}

func TestAShortQuestionGoesOnFromTheOneBefore(t *testing.T) {
	g := newGuide(t, fakeRules{})
	got := stream(t, g, "does Mistral train on my chats on the Pro plan?", "…", "and on Team?")
	if !strings.Contains(got, "Le Chat Team: no") || strings.Contains(got, "Le Chat Pro") {
		t.Errorf("the answer is %q", got)
	}
}

func TestAnAnswerArrivesInPiecesAtItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuide(t, fakeRules{})
		g.opt.Pace = 10 * time.Millisecond
		start := time.Now()
		got := stream(t, g, "how do I change the model?")
		if least := time.Duration(len(got)/(2*pieceLen)) * g.opt.Pace; time.Since(start) < least {
			t.Errorf("%d bytes came within %v", len(got), time.Since(start))
		}
	})
}

func TestPiecesJoinToTheText(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("日本語 ", 50), strings.Repeat("x", 500), "a\nb\n\nc " + strings.Repeat("word ", 40)} {
		var got strings.Builder
		for p := range pieces(text) {
			if p == "" || strings.ToValidUTF8(p, "") != p {
				t.Fatalf("a piece is %q", p)
			}
			got.WriteString(p)
		}
		if got.String() != text {
			t.Errorf("the pieces of %q join to %q", text, got.String())
		}
	}
}

func TestPagesMadeByTheProgramAreFound(t *testing.T) {
	g := newGuide(t, nil)
	g.opt.Extra = func() []Page {
		return []Page{{ID: "zebra", Title: "Zebra table", Body: "## Zebra stripes\n\nBlack and white."}}
	}
	r, err := g.Answer("zebra stripes")
	if err != nil || !strings.Contains(r.Text, "Black and white.") {
		t.Errorf("got %q, %v", r.Text, err)
	}
}

func TestPagesThatCannotBeReadAreAFault(t *testing.T) {
	g := newGuide(t, nil)
	g.opt.Pages = fstest.MapFS{"guide/folder.md/x": {}}
	if err := g.Check(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestEveryPageIsWellFormed(t *testing.T) {
	pages, err := readPages(newGuide(t, nil).opt.Pages)
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, p := range pages {
		if p.Title == p.ID {
			t.Errorf("%s has no title", p.ID)
		}
		for _, s := range p.sections() {
			if strings.Contains(s.text, "<!--") || strings.Contains(s.also, "--") {
				t.Errorf("%s, %s: a comment is left over", p.ID, s.title)
			}
			if strings.Contains(s.text, "!") {
				t.Errorf("%s, %s: an exclamation mark", p.ID, s.title)
			}
			if s.also == "" {
				t.Errorf("%s, %s: no other words for it", p.ID, s.title)
			}
		}
	}
}

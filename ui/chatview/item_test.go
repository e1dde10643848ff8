package chatview

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

func one(m chat.Message) chat.Conversation {
	m.Parent = ""
	return chat.Conversation{Messages: []chat.Message{m}, Leaf: m.ID}
}

func TestALongPromptIsFoldedAndOpensOnEnter(t *testing.T) {
	v := newView(t, 60, 40)
	var b strings.Builder
	for i := range 31 {
		fmt.Fprintf(&b, "line %d\n", i+1)
	}
	v.Show(one(prompt("p", "", strings.TrimSpace(b.String()))))
	shows(t, v, "line 12", "19 more lines (Enter shows them)")
	hides(t, v, "line 13")
	if v.OpenSelected() {
		t.Error("enter opens a prompt that is not selected")
	}
	v.SelectLast()
	if !v.OpenSelected() {
		t.Fatal("enter does not open the prompt")
	}
	shows(t, v, "line 31")
	hides(t, v, "more lines")
	if !v.OpenSelected() {
		t.Fatal("enter does not fold the prompt again")
	}
	hides(t, v, "line 13")
	v.Show(one(prompt("q", "", "short")))
	v.SelectLast()
	if v.OpenSelected() {
		t.Error("a short prompt has nothing to open")
	}
}

func TestAPromptOfMegabytesIsLaidOutNoFurtherThanItIsSeen(t *testing.T) {
	for name, words := range map[string]string{
		"of many lines":      strings.Repeat("a line of a log\n", 2<<20/16),
		"of one line":        strings.Repeat("word ", 2<<20/5),
		"without one blank":  strings.Repeat("x", 2<<20),
		"of many byte runes": strings.Repeat("漢", 2<<20/3),
	} {
		t.Run(name, func(t *testing.T) {
			v := newView(t, 80, 24)
			v.Show(one(prompt("p", "", words)))
			shows(t, v, "more line")
			it := v.items[0]
			laid := 0
			for _, l := range it.prompt {
				laid += len(l)
			}
			if len(it.prompt) > foldedLines || laid > 4*80*foldedLines {
				t.Errorf("%d lines of %d bytes were laid out", len(it.prompt), laid)
			}
			v.SelectLast()
			if !v.OpenSelected() {
				t.Fatal("it does not open")
			}
			fits(t, v)
			hides(t, v, "more line")
			if len(it.prompt) < 1000 {
				t.Errorf("opened it has %d lines", len(it.prompt))
			}
		})
	}
}

func TestAMessageSaysHowItEnded(t *testing.T) {
	tests := []struct {
		name  string
		state chat.State
		ended string
		want  string
	}{
		{"an answer that was stopped", chat.Stopped, "interrupted", "Stopped."},
		{"an answer that broke off", chat.Cut, "cut", "The answer broke off."},
		{"an answer that became too long", chat.Cut, "length", "The answer reached its longest length."},
		{"an answer that filled the model", chat.Cut, "model_length", "The answer reached its longest length."},
		{"an answer whose program ended", chat.Cut, "interrupted", "The program ended during this answer."},
		{"an answer that may not be kept", chat.Withheld, "", "This answer was not kept"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := newView(t, 100, 10)
			m := answer("a", "", "Words.")
			m.State, m.Ended = tt.state, tt.ended
			v.Show(one(m))
			shows(t, v, "Words.", tt.want)
			v.Resize(40, 10)
			shows(t, v, tt.want[:len(tt.want)-2])
		})
	}
	t.Run("a complete answer says nothing", func(t *testing.T) {
		v := newView(t, 100, 10)
		v.Show(one(answer("a", "", "Words.")))
		if got := strings.TrimSpace(plain(v)); !strings.HasSuffix(got, "Words.") {
			t.Errorf("it shows\n%s", got)
		}
	})
}

func TestWhatIsWaitedForIsSaidWhereTheAnswerWillBe(t *testing.T) {
	begun := func(t *testing.T) *View {
		v := newView(t, 100, 10)
		v.Show(one(prompt("p", "", "Why?")))
		m := answer("a", "p", "")
		m.Model = ""
		v.Begin(m)
		v.Wait(Waiting{On: true})
		return v
	}
	slowDown := pause(fault.RateLimited, noon.Add(3*time.Second), 2, 4)
	t.Run("the first word", func(t *testing.T) {
		v := begun(t)
		shows(t, v, "waiting for the first word")
		if v.Ticking() {
			t.Error("seconds pass where none are shown")
		}
		v.Grow("a", []app.Delta{{Kind: app.TextDelta, Text: "Because"}})
		shows(t, v, "Because")
		hides(t, v, "waiting")
	})
	t.Run("a model that is loaded", func(t *testing.T) {
		v := begun(t)
		v.Grow("a", []app.Delta{{Kind: app.StatusDelta}})
		shows(t, v, "loading the model")
	})
	t.Run("the end of a pause, counted down", func(t *testing.T) {
		v := begun(t)
		v.Grow("a", []app.Delta{slowDown})
		if !v.Ticking() {
			t.Error("no second passes")
		}
		shows(t, v, "Next try in 3 s (2 of 4)")
		noon = noon.Add(2 * time.Second)
		defer func() { noon = noon.Add(-2 * time.Second) }()
		v.Tick()
		shows(t, v, "Next try in 1 s (2 of 4)")
		noon = noon.Add(2 * time.Second)
		defer func() { noon = noon.Add(-2 * time.Second) }()
		v.Tick()
		shows(t, v, "Trying again (2 of 4)")
	})
	t.Run("the countdown of every kind of failure has its words", func(t *testing.T) {
		for _, kind := range []fault.Kind{fault.RateLimited, fault.Capacity, fault.ServerFailed, fault.Unreachable, fault.TimedOut, fault.Cut, fault.EmptyAnswer} {
			v := begun(t)
			v.Grow("a", []app.Delta{pause(kind, noon.Add(3*time.Second), 2, 4)})
			shows(t, v, "Next try in 3 s")
		}
	})
	t.Run("nothing, once the answer has ended", func(t *testing.T) {
		v := begun(t)
		v.Grow("a", []app.Delta{slowDown})
		m := answer("a", "p", "")
		m.Parts = nil
		v.End(m)
		hides(t, v, "Next try", "Guide")
		if v.Ticking() {
			t.Error("seconds still pass")
		}
	})
}

func TestReasoningIsFoldedUntilItIsWanted(t *testing.T) {
	v := newView(t, 80, 16)
	v.Show(one(prompt("p", "", "Why?")))
	v.Begin(answer("a", "p", ""))
	v.Grow("a", []app.Delta{{Kind: app.ThinkingDelta, Text: "Let me see.\n\nIt may be so."}})
	shows(t, v, "thinking …")
	hides(t, v, "Let me see", "waiting")
	v.Grow("a", []app.Delta{{Kind: app.TextDelta, Text: "Because."}})
	shows(t, v, "thought about it", "Because.")
	v.ToggleThinking()
	shows(t, v, "┊ Let me see.", "┊ It may be so.", "Because.")
	hides(t, v, "thought about it")
	v.ToggleThinking()
	hides(t, v, "Let me see")
}

func TestFoldingReasoningAboveLeavesWhatIsReadInPlace(t *testing.T) {
	v := newView(t, 80, 8)
	m := answer("a", "", strings.Repeat("words of the answer\n\n", 30))
	m.Parts = append([]chat.Part{{Kind: chat.ThinkingPart, Text: chat.Text(strings.Repeat("a thought\n\n", 30))}}, m.Parts...)
	v.Show(one(m))
	v.Scroll(20)
	before := plain(v)
	v.ToggleThinking()
	if got := plain(v); got != before {
		t.Errorf("unfolding moved\n%s\nto\n%s", before, got)
	}
	v.ToggleThinking()
	if got := plain(v); got != before {
		t.Errorf("folding moved\n%s\nto\n%s", before, got)
	}
}

func TestTheHeadSaysWhoAnswered(t *testing.T) {
	v := newView(t, 100, 12)
	m := answer("a", "", "Words.")
	m.Asked, m.Model = "small-latest", "medium-2508"
	v.Show(one(m))
	shows(t, v, "Guide · medium-2508 (asked: small-latest)")
	m.Model = "small-latest"
	v.Show(one(m))
	hides(t, v, "asked:")
	m.Model = ""
	v.Show(one(m))
	shows(t, v, "Guide · small-latest")
	m.Provider = "gone-service"
	v.Show(one(m))
	shows(t, v, "gone-service · small-latest")
}

func TestSourcesToolsFilesAndDetails(t *testing.T) {
	v := newView(t, 100, 16)
	var c chat.Conversation
	p := prompt("p", "", "Look it up")
	p.Parts = append(p.Parts, chat.Part{Kind: chat.FilePart, Name: "notes.txt"}, chat.Part{Kind: chat.ImagePart, Name: "map.png"})
	c.Put(p)
	a := answer("a", "p", "Found.")
	a.Took, a.Usage = 2340*time.Millisecond, chat.Usage{Prompt: 120, Completion: 34, Known: true}
	a.Parts = append(a.Parts,
		chat.Part{Kind: chat.ReferencePart, Name: "A page", URL: "https://example.org/a"},
		chat.Part{Kind: chat.ReferencePart, Name: "No address"},
		chat.Part{Kind: chat.ToolCallPart, Name: "search", Text: `{"q":"tides"}`})
	c.Put(a)
	v.Show(c)
	shows(t, v, "attached: notes.txt", "attached: map.png", "[1] A page · example.org", "[2] No address", `asked for a tool: search {"q":"tides"}`)
	hides(t, v, "tokens", "2026-03-02")
	v.ToggleDetails()
	shows(t, v, noon.Local().Format("2006-01-02 15:04:05"), "2.3s", "120 + 34 tokens")
	v.ToggleDetails()
	hides(t, v, "tokens", "2026-03-02")
}

func TestBranchesAreCounted(t *testing.T) {
	v := newView(t, 80, 16)
	var c chat.Conversation
	c.Put(prompt("p", "", "red"))
	c.Put(answer("a", "p", "A"))
	c.Put(answer("b", "p", "B"))
	c.Put(prompt("q", "", "blue"))
	v.Show(c)
	shows(t, v, "blue", "‹ 2/2 ›")
	hides(t, v, "red")
	c.Leaf = "a"
	v.Show(c)
	shows(t, v, "red", "‹ 1/2 ›", "Guide  ‹ 1/2 ›")
	c.Leaf = "b"
	v.Show(c)
	shows(t, v, "Guide  ‹ 2/2 ›")
}

func TestAnAnswerTriedAgainGrowsInTheFirstOnesPlace(t *testing.T) {
	v := newView(t, 80, 16)
	c := talk(4)
	v.Show(c)
	v.Begin(answer("again", "m0", ""))
	v.Grow("again", []app.Delta{{Kind: app.TextDelta, Text: "Another answer."}})
	shows(t, v, "message-0", "Another answer.")
	hides(t, v, "message-1", "message-2", "message-3")
	empty := answer("again", "m0", "")
	empty.Parts = nil
	v.End(empty)
	v.Show(c)
	shows(t, v, "message-3")
	hides(t, v, "Another answer.")
}

func TestACutAnswerGoesOnInItsPlace(t *testing.T) {
	v := newView(t, 80, 16)
	cut := answer("a", "p", "Half a ")
	cut.State = chat.Cut
	var c chat.Conversation
	c.Put(prompt("p", "", "Why?"))
	c.Put(cut)
	v.Show(c)
	shows(t, v, "broke off")
	v.Begin(cut)
	v.Grow("a", []app.Delta{{Kind: app.TextDelta, Text: "sentence."}})
	shows(t, v, "Half a sentence.")
	hides(t, v, "broke off")
}

func TestAGrowingAnswerOutlivesAnotherLookAtItsConversation(t *testing.T) {
	v := newView(t, 80, 16)
	v.Show(talk(3))
	v.Begin(answer("new", "m2", ""))
	v.Grow("new", []app.Delta{{Kind: app.TextDelta, Text: "It grows."}})
	v.Show(talk(3))
	shows(t, v, "It grows.")
	var other chat.Conversation
	other.Put(prompt("x", "", "elsewhere"))
	v.Show(other)
	shows(t, v, "elsewhere")
	hides(t, v, "It grows.")
	v.Grow("new", []app.Delta{{Kind: app.TextDelta, Text: "stale"}})
	hides(t, v, "stale")
}

func TestCodeIsFoundInAMessageThatWasNeverDrawn(t *testing.T) {
	v := newView(t, 80, 5)
	var c chat.Conversation
	c.Put(answer("a", "", "See:\n\n```go\nx := 1\n```\n"))
	for i := range 9 {
		c.Put(prompt(fmt.Sprint("p", i), string(c.Leaf), "more"))
	}
	v.Show(c)
	v.Lines()
	if blocks := v.Code("a"); len(blocks) != 1 || blocks[0].Text != "x := 1\n" {
		t.Errorf("found %v", blocks)
	}
	if v.Code("p0") != nil || v.Code("unknown") != nil {
		t.Error("code was found where there is none")
	}
}

func TestSelectionStaysWithItsMessage(t *testing.T) {
	v := newView(t, 60, 12)
	v.Show(talk(6))
	v.SelectMessage("m3")
	v.Show(talk(12))
	if m, _ := v.Selected(); m.ID != "m3" {
		t.Errorf("after more messages %q is selected", m.ID)
	}
	v.Show(talk(2))
	if m, _ := v.Selected(); m.ID != "m1" {
		t.Errorf("where the message is gone %q is selected", m.ID)
	}
	v.Show(chat.Conversation{})
	if _, ok := v.Selected(); ok || v.SelectLast() {
		t.Error("an empty conversation has a selected message")
	}
	v.Select(1)
	if v.OpenSelected() {
		t.Error("nothing can be opened in an empty conversation")
	}
	fits(t, v)
}

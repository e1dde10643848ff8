package chatview

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
)

func toolDelta(t app.ToolActivity) app.Delta { return app.Delta{Kind: app.ToolDelta, Tool: t} }

func shown(v *View) string { return ansi.Strip(strings.Join(v.Lines(), "\n")) }

// working is a view with an answer that grows.
func working(t *testing.T) *View {
	t.Helper()
	v := newView(t, 60, 20)
	var c chat.Conversation
	c.Put(prompt("p", "", "what is new?"))
	v.Show(c)
	v.Begin(chat.Message{ID: "a", Parent: "p", Role: chat.Assistant, Provider: "guide"})
	return v
}

func TestToolsAreShownAtWork(t *testing.T) {
	v := working(t)
	v.Wait(Waiting{On: true})
	v.Grow("a", []app.Delta{toolDelta(app.ToolActivity{ID: "1", Name: chat.WebSearchTool, State: app.ToolStarted})})
	if got := shown(v); !strings.Contains(got, "web search …") || strings.Contains(got, "waiting") {
		t.Errorf("at first:\n%s", got)
	}
	v.Grow("a", []app.Delta{
		toolDelta(app.ToolActivity{ID: "1", Name: chat.WebSearchTool, State: app.ToolStarted, Query: "alpine\nwinds\x1b[31m"}),
		toolDelta(app.ToolActivity{ID: "2", Name: "someone_elses", State: app.ToolFailed}),
	})
	for _, want := range []string{"web search: alpine winds", "someone_elses did not work"} {
		if got := shown(v); !strings.Contains(got, want) || strings.Contains(got, "\x1b[31m") {
			t.Errorf("%q is not in:\n%q", want, got)
		}
	}
	v.Grow("a", []app.Delta{
		toolDelta(app.ToolActivity{ID: "1", Name: chat.WebSearchTool, State: app.ToolDone, Sources: 2}),
		toolDelta(app.ToolActivity{ID: "3", Name: chat.WebSearchTool, State: app.ToolDone, Query: "bise", Sources: 1}),
	})
	if got := shown(v); !strings.Contains(got, "web search, 2 times · 3 sources") {
		t.Errorf("two searches:\n%s", got)
	}
}

func TestCodeIsFoldedWithTheReasoning(t *testing.T) {
	v := working(t)
	v.Grow("a", []app.Delta{
		toolDelta(app.ToolActivity{ID: "1", Name: chat.CodeTool, State: app.ToolStarted, Code: "print(6*7)"}),
		toolDelta(app.ToolActivity{ID: "1", Name: chat.CodeTool, State: app.ToolDone, Output: "42\n"}),
	})
	if got := shown(v); strings.Contains(got, "print(") || !strings.Contains(got, "Ctrl+T shows the code") {
		t.Errorf("folded:\n%s", got)
	}
	v.ToggleThinking()
	if got := shown(v); !strings.Contains(got, "print(6*7)") || !strings.Contains(got, "→ 42") {
		t.Errorf("unfolded:\n%s", got)
	}
}

func TestAnAnswerFromTheHistoryNamesItsTools(t *testing.T) {
	v := newView(t, 60, 20)
	var c chat.Conversation
	c.Put(prompt("p", "", "what is new?"))
	m := answer("a", "p", "much")
	m.Tools = []string{chat.WebSearchTool, chat.CodeTool}
	m.Parts = append(m.Parts,
		chat.Part{Kind: chat.RunPart, Name: chat.CodeTool, CallID: "1", Text: "print(6*7)"},
		chat.Part{Kind: chat.RunOutputPart, CallID: "1", Text: "42"})
	c.Put(m)
	v.Show(c)
	if got := shown(v); !strings.Contains(got, "with web search\n") || !strings.Contains(got, "code (Ctrl+T") {
		t.Errorf("it is not told:\n%s", got)
	}
	v.ToggleThinking()
	if got := shown(v); !strings.Contains(got, "print(6*7)") || !strings.Contains(got, "→ 42") {
		t.Errorf("the code is not shown:\n%s", got)
	}
}

func TestManySourcesAreFolded(t *testing.T) {
	v := newView(t, 60, 20)
	var c chat.Conversation
	c.Put(prompt("p", "", "what is new?"))
	m := answer("a", "p", "much")
	for _, name := range []string{"one", "two", "three", "four", "five"} {
		m.Parts = append(m.Parts, chat.Part{Kind: chat.ReferencePart, Name: name, URL: "https://" + name + ".example/path"})
	}
	c.Put(m)
	v.Show(c)
	got := shown(v)
	if !strings.Contains(got, "[3] three · three.example") || strings.Contains(got, "four") || !strings.Contains(got, "and 2 more") {
		t.Errorf("sources:\n%s", got)
	}
}

// pictured is a conversation whose answer brought a picture, and messages
// below it.
func pictured(t *testing.T, below int) chat.Conversation {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	var c chat.Conversation
	c.Put(prompt("p", "", "draw a lake"))
	m := answer("a", "p", "Here it is.")
	m.Parts = append(m.Parts, chat.Part{Kind: chat.ImagePart, Origin: chat.Image, Name: "lake", MediaType: "image/png", Data: b.Bytes()})
	c.Put(m)
	for range below {
		c.Put(prompt("x", "a", strings.Repeat("words\n", 40)))
	}
	return c
}

func TestPicturesAreDrawnWhenTheyAreSeen(t *testing.T) {
	v := newView(t, 60, 20)
	v.Pictures(true)
	v.Show(pictured(t, 0))
	wanted := v.Undrawn()
	if len(wanted) != 1 || wanted[0].Columns != 56 || len(wanted[0].Data) == 0 {
		t.Fatalf("wanted %+v", wanted)
	}
	if again := v.Undrawn(); len(again) > 0 {
		t.Errorf("asked for twice: %d", len(again))
	}
	v.Drawn(wanted[0], []string{"####", "####"})
	if got := shown(v); strings.Count(got, "####") != 2 || !strings.Contains(got, "picture lake, made") {
		t.Errorf("drawn:\n%s", got)
	}
	v.Resize(40, 12)
	if got := v.Undrawn(); len(got) != 1 || got[0].Columns != 36 {
		t.Errorf("after a resize %+v", got)
	}
	v.Drawn(wanted[0], []string{"####"}) // for the width there was
	if got := shown(v); strings.Contains(got, "####") {
		t.Errorf("a picture of another width:\n%s", got)
	}
}

func TestPicturesOutOfSightAreNotDrawn(t *testing.T) {
	v := newView(t, 60, 10)
	v.Pictures(true)
	v.Show(pictured(t, 1))
	if got := v.Undrawn(); len(got) > 0 {
		t.Errorf("%d are drawn", len(got))
	}
	v.ScrollTop()
	if got := v.Undrawn(); len(got) != 1 {
		t.Errorf("%d are drawn when they are seen", len(got))
	}
}

func TestWithoutColoursAPictureIsALine(t *testing.T) {
	v := newView(t, 60, 20)
	v.Show(pictured(t, 0))
	if got := v.Undrawn(); len(got) > 0 {
		t.Errorf("wanted %d", len(got))
	}
	if got := shown(v); !strings.Contains(got, "picture lake, made by a model") || strings.Contains(got, "drawing") {
		t.Errorf("shown:\n%s", got)
	}
	if _, ok := v.Image("a"); !ok {
		t.Error("the picture is not found")
	}
}

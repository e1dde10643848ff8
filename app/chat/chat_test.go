package chat_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"bise/app/chat"
)

func TestTextAndSecretsDoNotPrintThemselves(t *testing.T) {
	for name, printed := range map[string]string{
		"text with %v":     fmt.Sprintf("%v", chat.Text("canary")),
		"text with %s":     fmt.Sprintf("%s", chat.Text("canary")),
		"text with %#v":    fmt.Sprintf("%#v", chat.Text("canary")),
		"secret with %v":   fmt.Sprintf("%v", chat.Secret("canary")),
		"secret with %#v":  fmt.Sprintf("%#v", chat.Secret("canary")),
		"a part inside %v": fmt.Sprintf("%v", chat.Part{Text: "canary"}),
	} {
		if strings.Contains(printed, "canary") {
			t.Errorf("%s printed its content: %s", name, printed)
		}
	}
	if _, err := json.Marshal(map[string]chat.Secret{"key": "canary"}); err == nil {
		t.Error("a secret was written into a document")
	}
}

func TestOrigins(t *testing.T) {
	for want, o := range map[string]chat.Origin{
		"unknown": 0, "model,web_search": chat.Model | chat.WebSearch, "own_tool": chat.OwnTool,
	} {
		if got := o.String(); got != want {
			t.Errorf("%d is told as %q, want %q", o, got, want)
		}
	}
}

// tree is root a with children b and c; b has child d; the leaf is d.
func tree() *chat.Conversation {
	c := &chat.Conversation{ID: "x"}
	for _, m := range []struct{ id, parent chat.MessageID }{{"a", ""}, {"b", "a"}, {"c", "a"}, {"d", "b"}} {
		c.Put(chat.Message{ID: m.id, Parent: m.parent})
	}
	return c
}

func ids(ms []chat.Message) string {
	var s []string
	for _, m := range ms {
		s = append(s, string(m.ID))
	}
	return strings.Join(s, " ")
}

func TestConversationTree(t *testing.T) {
	c := tree()
	if got := ids(c.Branch()); got != "a b d" {
		t.Errorf("active branch is %q", got)
	}
	if siblings, at := c.Siblings("c"); !slices.Equal(siblings, []chat.MessageID{"b", "c"}) || at != 1 {
		t.Errorf("siblings of c are %v, c at %d", siblings, at)
	}
	if got := c.LeafBelow("b"); got != "d" {
		t.Errorf("the leaf below b is %q", got)
	}
	if c.Remove("b") {
		t.Error("a message with an answer was removed")
	}
	if !c.Remove("d") || c.Leaf != "b" {
		t.Errorf("after removing the leaf d, the leaf is %q", c.Leaf)
	}
}

func TestDamagedTreesDoNotHang(t *testing.T) {
	c := &chat.Conversation{Leaf: "a", Messages: []chat.Message{{ID: "a", Parent: "b"}, {ID: "b", Parent: "a"}}}
	if n := len(c.Branch()); n > 2 {
		t.Errorf("a cycle gave %d messages", n)
	}
	if got := c.LeafBelow("a"); got == "" {
		t.Error("a cycle has no leaf")
	}
}

func TestTitlesComeFromTheFirstLineWithWords(t *testing.T) {
	for name, c := range map[string]struct {
		prompt chat.Text
		want   string
	}{
		"a short prompt is its own title":       {"How do tides work?", "How do tides work?"},
		"marks and blank lines are left out":    {"\n\n## **Tides**\nmore", "Tides**"},
		"a long prompt is cut at a word":        {"one two three four five six seven eight", "one two three four…"},
		"a word longer than the title is cut":   {"abcdefghijklmnopqrstuvwxyzabcdefgh", "abcdefghijklmnopqrs…"},
		"control characters become spaces":      {"a\x1b[31mb\u202ec", "a [31mb c"},
		"nothing but marks gives no title":      {"###\n---\n", ""},
		"bytes that are no text are made plain": {"caf\xff", "caf\uFFFD"},
	} {
		if got := chat.TitleFrom(c.prompt, 20); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestEmptyAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		parts []chat.Part
		want  bool
	}{
		"no part":         {nil, true},
		"only thinking":   {[]chat.Part{{Kind: chat.ThinkingPart, Text: "hm"}}, true},
		"an empty text":   {[]chat.Part{{Kind: chat.TextPart}}, true},
		"a text":          {[]chat.Part{{Kind: chat.TextPart, Text: "yes"}}, false},
		"a call":          {[]chat.Part{{Kind: chat.ToolCallPart, Name: "f"}}, false},
		"an image":        {[]chat.Part{{Kind: chat.ImagePart, Data: []byte{1}}}, false},
		"only references": {[]chat.Part{{Kind: chat.ReferencePart, Name: "page"}}, true},
	} {
		if got := (chat.Message{Parts: c.parts}).Empty(); got != c.want {
			t.Errorf("%s: empty is %v", name, got)
		}
	}
}

func FuzzTitleFrom(f *testing.F) {
	f.Add("hello\nworld")
	f.Fuzz(func(t *testing.T, s string) {
		title := chat.TitleFrom(chat.Text(s), 20)
		if n := len([]rune(title)); n > 20 {
			t.Errorf("title of %d characters", n)
		}
		if strings.ContainsAny(title, "\x1b\n\r\u202e") {
			t.Errorf("title with control characters: %q", title)
		}
	})
}

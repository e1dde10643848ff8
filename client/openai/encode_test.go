package openai

import (
	"encoding/json"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
)

func say(role chat.Role, parts ...chat.Part) chat.Message {
	return chat.Message{Role: role, Provider: "here", Parts: parts}
}

func text(s string) chat.Part { return chat.Part{Kind: chat.TextPart, Text: chat.Text(s)} }

var (
	plain  = Dialect{}
	strict = Dialect{Chunks: true, Prefix: true, RandomSeed: true, ShortIDs: true}
)

func encoded(t *testing.T, d Dialect, turn chat.Turn) (string, error) {
	t.Helper()
	if turn.Model == "" {
		turn.Model = "m"
	}
	b, err := New(Options{ID: "here", BaseURL: "https://example.org", Dialect: d}).encode(turn)
	return string(b), err
}

func TestEncode(t *testing.T) {
	seed, zero := 7, 0.0
	thought := chat.Part{Kind: chat.ThinkingPart, Text: "hm", Signature: "s"}
	call := chat.Part{Kind: chat.ToolCallPart, Name: "f", CallID: "abcDEF123", Text: `{"a":1}`}
	result := chat.Part{Kind: chat.ToolResultPart, Name: "f", CallID: "abcDEF123", Text: "42"}
	image := chat.Part{Kind: chat.ImagePart, MediaType: "image/png", Data: []byte("x")}
	foreign := chat.Message{Role: chat.Assistant, Provider: "elsewhere", Parts: []chat.Part{thought, text("b")}}
	for _, c := range []struct {
		name     string
		dialect  Dialect
		turn     chat.Turn
		messages string
		rest     string // fields behind "stream":true
	}{
		{
			"a prompt is a string", plain,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a <b>"))}},
			`[{"role":"user","content":"a <b>"}]`, "",
		},
		{
			"all system text stands at the front", plain,
			chat.Turn{System: "one", Messages: []chat.Message{say(chat.User, text("a")), say(chat.Assistant, text("b")), say(chat.System, text("two")), say(chat.User, text("c"))}},
			`[{"role":"system","content":"one\n\ntwo"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]`, "",
		},
		{
			"empty answers are left out and prompts joined", plain,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a")), say(chat.Assistant), say(chat.Assistant, thought), say(chat.User, text("b"))}},
			`[{"role":"user","content":"a\n\nb"}]`, "",
		},
		{
			"own reasoning goes back with its seal", strict,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a")), say(chat.Assistant, thought, text("b")), say(chat.User, text("c"))}},
			`[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}],"signature":"s"},{"type":"text","text":"b"}]},{"role":"user","content":"c"}]`, "",
		},
		{
			"another's reasoning stays here", strict,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a")), foreign, say(chat.User, text("c"))}},
			`[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]`, "",
		},
		{
			"the plain dialect has no place for reasoning", plain,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a")), say(chat.Assistant, thought, text("b")), say(chat.User, text("c"))}},
			`[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]`, "",
		},
		{
			"a tool's answer is several messages", strict,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a")), say(chat.Assistant, call, result, text("b")), say(chat.User, text("c"))}},
			`[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"abcDEF123","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","content":"42","name":"f","tool_call_id":"abcDEF123"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]`, "",
		},
		{
			"a prompt right behind a tool gets a bridge", strict,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a")), say(chat.Assistant, call, result), say(chat.User, text("c"))}},
			`[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"abcDEF123","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","content":"42","name":"f","tool_call_id":"abcDEF123"},{"role":"assistant","content":"Noted."},{"role":"user","content":"c"}]`, "",
		},
		{
			"a call without a result is dropped", strict,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a")), say(chat.Assistant, text("b"), call), say(chat.User, text("c"))}},
			`[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]`, "",
		},
		{
			"an image is an address to Mistral", strict,
			chat.Turn{Messages: []chat.Message{say(chat.User, image, text("a"))}},
			`[{"role":"user","content":[{"type":"image_url","image_url":"data:image/png;base64,eA=="},{"type":"text","text":"a"}]}]`, "",
		},
		{
			"an image is an object to others", plain,
			chat.Turn{Messages: []chat.Message{say(chat.User, image, text("a"))}},
			`[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,eA=="}},{"type":"text","text":"a"}]}]`, "",
		},
		{
			"a text file is fenced by more than it holds", plain,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("see"), chat.Part{Kind: chat.FilePart, Name: "a.md", Text: "```\nx\n```\n"})}},
			"[{\"role\":\"user\",\"content\":\"see\\n\\na.md\\n````\\n```\\nx\\n```\\n````\"}]", "",
		},
		{
			"a cut answer is gone on with", strict,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a"))}, Prefix: "half"},
			`[{"role":"user","content":"a"},{"role":"assistant","content":"half","prefix":true}]`, "",
		},
		{
			"options are sent when they are set, zero or not", strict,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a"))}, Options: chat.Options{Seed: &seed, Temperature: &zero, Effort: "high"}},
			`[{"role":"user","content":"a"}]`, `,"temperature":0,"random_seed":7,"reasoning_effort":"high"`,
		},
		{
			"the seed has another name elsewhere", plain,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a"))}, Options: chat.Options{Seed: &seed, Stop: []string{"x"}}},
			`[{"role":"user","content":"a"}]`, `,"stop":["x"],"seed":7`,
		},
		{
			"bytes that are no text become marks", plain,
			chat.Turn{Messages: []chat.Message{say(chat.User, text("a\xff"))}},
			`[{"role":"user","content":"a\ufffd"}]`, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := encoded(t, c.dialect, c.turn)
			want := `{"model":"m","messages":` + c.messages + `,"stream":true` + c.rest + `}`
			if err != nil || got != want {
				t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
			}
		})
	}
}

func TestAConversationIsMarkedForTheCacheAndNotNamed(t *testing.T) {
	turn := func(id chat.ConversationID, prompt string) chat.Turn {
		return chat.Turn{Conversation: id, Messages: []chat.Message{say(chat.User, text(prompt))}}
	}
	key := func(d Dialect, turn chat.Turn) string {
		t.Helper()
		body, err := encoded(t, d, turn)
		if err != nil {
			t.Fatal(err)
		}
		var r struct {
			Key *string `json:"prompt_cache_key"`
		}
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		if r.Key == nil {
			return "none"
		}
		return *r.Key
	}
	marked := Dialect{CacheKey: true}
	first := key(marked, turn("conversation-1", "a"))
	switch {
	case first != key(marked, turn("conversation-1", "b")):
		t.Error("another prompt of the conversation has another key")
	case first == key(marked, turn("conversation-2", "a")):
		t.Error("another conversation has the same key")
	case len(first) != 32 || strings.Contains(first, "conversation"):
		t.Errorf("the key %q names the conversation", first)
	case key(marked, turn("", "a")) != "none", key(plain, turn("conversation-1", "a")) != "none":
		t.Error("a key is sent where there is nothing to mark, or nobody knows it")
	}
}

func TestEncodeRefuses(t *testing.T) {
	prompt := []chat.Message{say(chat.User, text("a"))}
	pdf := chat.Part{Kind: chat.FilePart, Name: "a.pdf", MediaType: "application/pdf", Data: []byte("x")}
	for _, c := range []struct {
		name string
		turn chat.Turn
		want fault.Kind
	}{
		{"a turn without a prompt", chat.Turn{}, fault.Usage},
		{"a turn that ends with an answer", chat.Turn{Messages: append(prompt[:1:1], say(chat.Assistant, text("b")))}, fault.Usage},
		{"a built-in tool", chat.Turn{Messages: prompt, Tools: []string{"web_search"}}, fault.Unsupported},
		{"going on where that is not known", chat.Turn{Messages: prompt, Prefix: "x"}, fault.Unsupported},
		{"a file that is no text", chat.Turn{Messages: []chat.Message{say(chat.User, pdf)}}, fault.Unsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			if body, err := encoded(t, plain, c.turn); !fault.Is(err, c.want) {
				t.Errorf("got %s and %v", body, err)
			}
		})
	}
}

func TestRunnersOnThisMachineAreAskedToCount(t *testing.T) {
	turn := chat.Turn{Model: "m", Messages: []chat.Message{say(chat.User, text("a"))}}
	for _, c := range []struct {
		name    string
		base    string
		dialect Dialect
		want    bool
	}{
		{"a runner here is asked", "http://localhost:8080", plain, true},
		{"a strict stand-in here is not", "http://localhost:8080", Dialect{Strict: true}, false},
		{"another host is not", "https://example.org", plain, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			body, err := New(Options{ID: "here", BaseURL: c.base, Dialect: c.dialect}).encode(turn)
			if err != nil || strings.Contains(string(body), "include_usage") != c.want {
				t.Errorf("got %s and %v", body, err)
			}
		})
	}
}

func TestCallIDs(t *testing.T) {
	p := New(Options{ID: "here", BaseURL: "https://example.org", Dialect: strict})
	seen := map[string]bool{}
	for _, id := range []string{"", "null", "abcDEF12", "call_abcdefghijklmnop", "tooluse_x-y", "日本語", "abcDEF12!"} {
		short := p.callID(id)
		if !isShortID(short) || short != p.callID(id) || seen[short] {
			t.Errorf("%q becomes %q", id, short)
		}
		seen[short] = true
	}
	if got := p.callID("abcDEF123"); got != "abcDEF123" {
		t.Errorf("an id that fits becomes %q", got)
	}
}

func FuzzLawful(f *testing.F) {
	f.Add("uaut")
	f.Add("ucrua")
	f.Add("rrcc")
	f.Fuzz(func(t *testing.T, plan string) {
		turn := chat.Turn{Model: "m"}
		for i, c := range plan {
			id := string(rune('a' + i%3))
			switch c {
			case 'u':
				turn.Messages = append(turn.Messages, say(chat.User, text("x")))
			case 'a':
				turn.Messages = append(turn.Messages, say(chat.Assistant, text("x")))
			case 'c':
				turn.Messages = append(turn.Messages, say(chat.Assistant, chat.Part{Kind: chat.ToolCallPart, Name: "f", CallID: id}))
			case 'r':
				turn.Messages = append(turn.Messages, say(chat.Tool, chat.Part{Kind: chat.ToolResultPart, Name: "f", CallID: id, Text: "x"}))
			case 'e':
				turn.Messages = append(turn.Messages, say(chat.Assistant))
			}
		}
		body, err := encoded(t, strict, turn)
		if err != nil {
			return
		}
		var r request
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		open, previous := 0, chat.Role("")
		for _, m := range r.Messages {
			switch {
			case m.Role == chat.Tool && open == 0, m.Role != chat.Tool && open > 0,
				m.Role == chat.User && (previous == chat.Tool || previous == chat.User),
				m.Role == chat.Assistant && m.Content == nil && len(m.ToolCalls) == 0:
				t.Fatalf("%q becomes %s", plan, strings.TrimSpace(body))
			}
			if m.Role == chat.Tool {
				open--
			}
			open += len(m.ToolCalls)
			previous = m.Role
		}
	})
}

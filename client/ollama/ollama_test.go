package ollama

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
)

func TestParseHost(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing is this machine", "", "http://127.0.0.1:11434"},
		{"spaces are nothing", "  ", "http://127.0.0.1:11434"},
		{"every address of a server is this machine", "0.0.0.0", "http://127.0.0.1:11434"},
		{"also with a port", "0.0.0.0:8080", "http://127.0.0.1:8080"},
		{"also with a scheme", "http://0.0.0.0:8080", "http://127.0.0.1:8080"},
		{"also in IPv6", "[::]:8080", "http://[::1]:8080"},
		{"also in bare IPv6", "::", "http://[::1]:11434"},
		{"a port alone is this machine", ":8080", "http://127.0.0.1:8080"},
		{"a name gets Ollama's port", "box.example", "http://box.example:11434"},
		{"a name with a port keeps it", "box.example:1", "http://box.example:1"},
		{"http without a port is port 80", "http://box.example", "http://box.example:80"},
		{"https without a port is port 443", "https://ollama.com", "https://ollama.com:443"},
		{"a path is kept", "https://box.example/ollama/", "https://box.example:443/ollama"},
		{"an IPv6 address needs no brackets", "fe80::1", "http://[fe80::1]:11434"},
		{"quotes from a service file are dropped", `"127.0.0.1:11434"`, "http://127.0.0.1:11434"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, err := ParseHost(c.in)
			if err != nil || h.URL() != c.want {
				t.Errorf("%q gave %q, %v, want %q", c.in, h.URL(), err, c.want)
			}
		})
	}
	for _, bad := range []string{"host:0", "host:x", "host:70000", "ftp://host", "unix:///x", "http://a@b", "a:b:c", "http://[::1", "h?q", "a b", "[x]:1"} {
		if h, err := ParseHost(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q gave %q, %v", bad, h.URL(), err)
		}
	}
}

func FuzzParseHost(f *testing.F) {
	for _, s := range []string{"", "0.0.0.0", "http://[::]:1/x", "a:b", "https://é.example", "::ffff:0.0.0.0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHost(s)
		if err != nil {
			if h.url != nil {
				t.Error("an error comes with a host")
			}
			return
		}
		again, err := ParseHost(h.URL())
		if err != nil || again.URL() != h.URL() {
			t.Errorf("%q gives %q, which gives %q, %v", s, h.URL(), again.URL(), err)
		}
		if h.url.User != nil || h.url.Port() == "" || h.url.RawQuery != "" {
			t.Errorf("%q gives %q", s, h.URL())
		}
	})
}

func TestOnlyLoopbackIsThisMachine(t *testing.T) {
	for host, want := range map[string]client.Place{
		"":                     client.Loopback,
		"0.0.0.0":              client.Loopback,
		"localhost:1":          client.Loopback,
		"[::1]":                client.Loopback,
		"192.168.1.20":         client.Elsewhere,
		"ollama.com":           client.Elsewhere,
		"localhost.example:80": client.Elsewhere,
		"bad:port":             client.Elsewhere,
	} {
		d := New(Options{Host: host}).Describe()
		if d.Place != want || d.Destination().Local != (want == client.Loopback) {
			t.Errorf("%q is %q", host, d.Place)
		}
	}
}

func TestEveryChatSetsItsWindowAndForbidsSilentCuts(t *testing.T) {
	f := newFake(t, lines(line("hi", "", false), line("", "", true)))
	for _, c := range []struct {
		name   string
		model  string
		option int
		turn   int
		want   float64
		think  any
	}{
		{"the default where the model takes more", plainModel, 0, 0, DefaultWindow, nil},
		{"the model's limit where that is lower", thinker, 0, 0, 4096, true},
		{"the default where the limit is unknown", seer, 0, 0, DefaultWindow, nil},
		{"the person's choice", plainModel, 16384, 0, 16384, nil},
		{"the turn's choice goes first", plainModel, 16384, 2048, 2048, nil},
		{"a choice above the limit is the limit", plainModel, 1 << 20, 0, 32768, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := provider(t, f.URL, func(o *Options) { o.Window, o.KeepAlive = c.option, "10m" })
			turn := clienttest.Turn(c.model, "")
			turn.Options.Window = c.turn
			res := ask(t, p, turn)
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			body := f.lastAsked(t)
			if body["truncate"] != false || body["shift"] != false {
				t.Errorf("truncate is %v, shift is %v", body["truncate"], body["shift"])
			}
			if got := body["options"].(map[string]any)["num_ctx"]; got != c.want {
				t.Errorf("num_ctx is %v", got)
			}
			if body["think"] != c.think {
				t.Errorf("think is %v", body["think"])
			}
			if body["keep_alive"] != "10m0s" {
				t.Errorf("keep_alive is %v", body["keep_alive"])
			}
			usage := res.Of(client.UsageDelta)[0].Usage
			if float64(usage.Window) != c.want || usage.Total() != 10 {
				t.Errorf("usage is %+v", usage)
			}
		})
	}
}

func TestThinkingIsAlwaysSaidToAModelThatCan(t *testing.T) {
	no, yes := false, true
	for name, c := range map[string]struct {
		model string
		o     chat.Options
		want  any
	}{
		"nobody chose":                    {thinker, chat.Options{}, true},
		"switched off":                    {thinker, chat.Options{Thinking: &no}, false},
		"an effort of none":               {thinker, chat.Options{Effort: "none"}, false},
		"an effort":                       {thinker, chat.Options{Effort: "high"}, "high"},
		"switched off beats an effort":    {thinker, chat.Options{Thinking: &no, Effort: "high"}, false},
		"a model without it is not asked": {plainModel, chat.Options{Thinking: &yes, Effort: "high"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, lines(line("hi", "", false), line("", "", true)))
			turn := clienttest.Turn(c.model, "")
			turn.Options = c.o
			if res := ask(t, provider(t, f.URL, nil), turn); res.Err != nil {
				t.Fatal(res.Err)
			}
			if got := f.lastAsked(t)["think"]; got != c.want {
				t.Errorf("think is %v, want %v", got, c.want)
			}
		})
	}
}

func TestImagesGoOnlyToModelsThatSee(t *testing.T) {
	f := newFake(t, lines(line("a cat", "", false), line("", "", true)))
	p := provider(t, f.URL, nil)
	turn := clienttest.Turn(plainModel, "what is this?")
	turn.Messages[0].Parts = append(turn.Messages[0].Parts, chat.Part{
		Kind: chat.ImagePart, Origin: chat.Attached, Name: "a.png", MediaType: "image/png", Data: []byte("PNG"),
	})
	res := ask(t, p, turn)
	if e, ok := fault.As(res.Err); !ok || e.Kind != fault.Unsupported || e.Detail["feature"] != "images" || len(f.asked) > 0 {
		t.Errorf("a model without eyes gave %v after %d requests", res.Err, len(f.asked))
	}
	turn.Model = seer
	if res := ask(t, p, turn); res.Err != nil {
		t.Fatal(res.Err)
	}
	m := f.lastAsked(t)["messages"].([]any)[0].(map[string]any)
	if !reflect.DeepEqual(m["images"], []any{"UE5H"}) || m["content"] != "what is this?" {
		t.Errorf("the message is %v", m)
	}
}

func TestMessagesBecomeOllamas(t *testing.T) {
	f := newFake(t, lines(line("go on", "", false), line("", "", true)))
	turn := chat.Turn{
		Model: thinker, System: "be brief", Prefix: "Half an ans",
		Messages: []chat.Message{
			clienttest.Message(chat.User, "one"),
			{Role: chat.Assistant, Parts: []chat.Part{
				{Kind: chat.ThinkingPart, Origin: chat.Model, Text: "secret thought"},
				{Kind: chat.ToolCallPart, Origin: chat.Model, Name: "f", CallID: "c1", Text: `{"a":1}`},
				{Kind: chat.ToolResultPart, Origin: chat.OwnTool, Name: "f", CallID: "c1", Text: "42"},
				{Kind: chat.TextPart, Origin: chat.Model, Text: "It is 42."},
			}},
			{Role: chat.Assistant},
			{Role: chat.User, Parts: []chat.Part{
				{Kind: chat.TextPart, Origin: chat.Typed, Text: "read"},
				{Kind: chat.FilePart, Origin: chat.Attached, Name: "x.txt", Text: "```\n"},
			}},
		},
	}
	if res := ask(t, provider(t, f.URL, nil), turn); res.Err != nil {
		t.Fatal(res.Err)
	}
	got, _ := json.Marshal(f.lastAsked(t)["messages"])
	want := `[{"content":"be brief","role":"system"},{"content":"one","role":"user"},` +
		`{"content":"","role":"assistant","tool_calls":[{"function":{"arguments":{"a":1},"index":0,"name":"f"},"id":"c1"}]},` +
		`{"content":"42","role":"tool","tool_call_id":"c1","tool_name":"f"},{"content":"It is 42.","role":"assistant"},` +
		"{\"content\":\"read\\n\\nx.txt\\n````\\n```\\n````\",\"role\":\"user\"},{\"content\":\"Half an ans\",\"role\":\"assistant\"}]"
	if string(got) != want {
		t.Errorf("the messages are\n%s\nwant\n%s", got, want)
	}
}

func TestAnAnswerThatWasCompleteMayBeGoneOnWith(t *testing.T) {
	p := provider(t, newFake(t, lines(line("", "", true))).URL, nil)
	turn := clienttest.Turn(plainModel, "")
	turn.Prefix = "All said."
	if res := ask(t, p, turn); res.Err != nil || !res.Done() {
		t.Errorf("got %v", res.Err)
	}
}

func TestAToolCallIsOnePart(t *testing.T) {
	call := []byte(`{"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"name":"f","arguments":{"a":1}}}]},"done":false}` + "\n")
	res := ask(t, provider(t, newFake(t, lines(call, call, line("", "", true))).URL, nil), clienttest.Turn(plainModel, ""))
	parts := res.Of(client.PartDelta)
	if res.Err != nil || len(parts) != 2 || parts[0].Part.Text != `{"a":1}` || parts[0].Part.CallID != "c1" {
		t.Errorf("got %+v, %v", parts, res.Err)
	}
}

func TestLoadingIsSaidOnlyWhenTheModelIsNotLoaded(t *testing.T) {
	f := newFake(t, lines(line("hi", "", false), line("", "", true)))
	p := provider(t, f.URL, nil)
	if n := len(ask(t, p, clienttest.Turn(plainModel, "")).Of(client.StatusDelta)); n != 1 {
		t.Errorf("a model that is not loaded gave %d", n)
	}
	f.loaded = plainModel
	if n := len(ask(t, p, clienttest.Turn(plainModel, "")).Of(client.StatusDelta)); n != 0 {
		t.Errorf("a model that is loaded gave %d", n)
	}
}

func TestTheWindowIsTheOneTheServerLoaded(t *testing.T) {
	f := newFake(t, lines(line("hi", "", false), line("", "", true)))
	f.loaded = plainModel // with 8192
	turn := clienttest.Turn(plainModel, "")
	turn.Options.Window = 16384
	res := ask(t, provider(t, f.URL, nil), turn)
	if u := res.Of(client.UsageDelta)[0].Usage; u.Window != 8192 {
		t.Errorf("usage is %+v", u)
	}
}

func TestNoticesAreGivenOnce(t *testing.T) {
	f := newFake(t, lines(line("hi", "", false), line("", "", true)))
	f.version = "0.12.3"
	p := provider(t, f.URL, nil)
	var keys []string
	for _, model := range []string{plainModel, cloudModel, cloudModel} {
		for _, d := range ask(t, p, clienttest.Turn(model, "")).Of(client.NoticeDelta) {
			keys = append(keys, d.Notice.Key)
		}
	}
	if got := strings.Join(keys, " "); got != "notice.ollama_old notice.ollama_remote" {
		t.Errorf("the notices are %q", got)
	}
}

func TestOldVersions(t *testing.T) {
	for version, want := range map[string]bool{
		"0.12.3": true, "0.9.10": true, "v0.1.2-rc1": true,
		"0.12.4": false, "0.34.1": false, "1.0.0": false, "0.0.0": false, "": false, "x.y.z": false,
	} {
		if old(version) != want {
			t.Errorf("%q is old: %v", version, !want)
		}
	}
}

func TestLocalOnlyRefusesModelsThatAreNot(t *testing.T) {
	f := newFake(t, lines(line("hi", "", false), line("", "", true)))
	p := provider(t, f.URL, func(o *Options) { o.LocalOnly = true })
	if res := ask(t, p, clienttest.Turn(cloudModel, "")); !fault.Is(res.Err, fault.Offline) || len(f.asked) > 0 {
		t.Errorf("got %v after %d requests", res.Err, len(f.asked))
	}
}

func TestModelsAreListedWithWhatTheyCan(t *testing.T) {
	f := newFake(t, nil)
	f.loaded = thinker
	p := provider(t, f.URL, nil)
	for range 2 {
		models, err := p.Models(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := make(map[string]client.Model)
		for _, m := range models {
			got[m.ID] = m
		}
		want := client.Model{
			ID: thinker, Detail: "llama 7.2B Q4_0", Context: 4096, Size: 170_000, Chat: true,
			Thinking: true, Tools: true, Told: true, Loaded: true, Licence: "Apache License 2.0",
		}
		if !reflect.DeepEqual(got[thinker], want) {
			t.Errorf("got %+v, want %+v", got[thinker], want)
		}
		if !got[cloudModel].Remote || !got[seer].Images || got["embed:v1"].Chat || !got["broken:latest"].Chat {
			t.Errorf("the models are %+v", got)
		}
	}
	if n := f.calls["/api/show"]; n != 7 { // six models, and the one that fails again
		t.Errorf("%d models were looked at, want each once", n)
	}
	if m, err := p.Show(t.Context(), "plain"); err != nil || m.ID != plainModel {
		t.Errorf("Show gave %+v, %v", m, err)
	}
	if _, err := p.Show(t.Context(), "nowhere"); !fault.Is(err, fault.ModelGone) {
		t.Errorf("Show of nothing gave %v", err)
	}
	running, err := p.Running(t.Context())
	if err != nil || len(running) != 1 || running[0].Window != 8192 || running[0].VRAM != 500 {
		t.Errorf("running are %+v, %v", running, err)
	}
}

func TestAPreviewIsTheRequestAndSendsNothing(t *testing.T) {
	f := newFake(t, lines(line("hi", "", false), line("", "", true)))
	p := provider(t, f.URL, nil)
	turn := clienttest.Turn(thinker, "hello")
	out := clienttest.Outbound(t, turn, p.Describe().Destination())
	seen, err := p.Preview(t.Context(), out)
	if err != nil || len(f.asked) > 0 {
		t.Fatalf("%v after %d chats", err, len(f.asked))
	}
	if res := ask(t, p, turn); res.Err != nil {
		t.Fatal(res.Err)
	}
	if string(seen.Body) != string(f.asked[0]) || seen.URL != f.URL+"/api/chat" || seen.Method != http.MethodPost {
		t.Errorf("the preview is %s %s %s,\nthe request %s", seen.Method, seen.URL, seen.Body, f.asked[0])
	}
	f.Close()
	gone := provider(t, f.URL, nil)
	if seen, err := gone.Preview(t.Context(), out); err != nil || len(seen.Body) == 0 {
		t.Errorf("without a server the preview fails: %v", err)
	}
}

func TestCheckKnowsOllamaByItsVersion(t *testing.T) {
	other := newFake(t, nil)
	other.version = ""
	if err := provider(t, other.URL, nil).Check(t.Context()); !fault.Is(err, fault.WrongHost) {
		t.Errorf("another server gave %v", err)
	}
	if err := provider(t, newFake(t, nil).URL, nil).Check(t.Context()); err != nil {
		t.Errorf("Ollama gave %v", err)
	}
}

func TestATagThatIsNotWrittenIsTheLatest(t *testing.T) {
	for model, want := range map[string]string{
		"tiny":                        "tiny:latest",
		"tiny:latest":                 "tiny:latest",
		"tiny:7b":                     "tiny:7b",
		"registry.example:5000/x/y":   "registry.example:5000/x/y:latest",
		"registry.example:5000/x/y:1": "registry.example:5000/x/y:1",
	} {
		if got := tagged(model); got != want {
			t.Errorf("%s is %s, want %s", model, got, want)
		}
	}
}

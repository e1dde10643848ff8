package ollama

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/ollama/ollama/api"

	"bise/app/chat"
	"bise/client"
	"bise/client/clienttest"
)

// The models of the fake server.
const (
	plainModel = "plain:latest"
	thinker    = "thinker:latest"
	seer       = "seer:latest"
	cloudModel = "big:cloud"
)

// fake is a server that speaks the documented protocol. Each chat is answered
// by the handler chat, everything else from its tables.
type fake struct {
	*httptest.Server
	version string
	shows   map[string]string
	loaded  string
	chat    http.HandlerFunc
	more    map[string]http.HandlerFunc // by path

	mu    sync.Mutex
	asked []json.RawMessage // bodies of chats
	calls map[string]int    // by path
}

func newFake(t testing.TB, chat http.HandlerFunc) *fake {
	f := &fake{
		version: "0.34.1", chat: chat, calls: make(map[string]int),
		shows: map[string]string{
			plainModel: show(32768, "completion"),
			thinker:    show(4096, "completion", "thinking", "tools"),
			seer:       show(0, "completion", "vision"),
			cloudModel: `{"remote_host":"https://ollama.com:443","remote_model":"big","capabilities":["completion"],"model_info":{}}`,
			"embed:v1": show(512, "embedding"),
		},
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func show(context int, capabilities ...string) string {
	c, _ := json.Marshal(capabilities)
	return fmt.Sprintf(`{"license":"\n Apache License 2.0\nmore","details":{"family":"llama"},
		"model_info":{"general.architecture":"llama","llama.context_length":%d},"capabilities":%s,"later":{"a":[1]}}`, context, c)
}

// ServeHTTP answers as Ollama does.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.calls[r.URL.Path]++
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if handle, ok := f.more[r.URL.Path]; ok {
		handle(w, r)
		return
	}
	switch r.URL.Path {
	case "/api/version":
		fmt.Fprintf(w, `{"version":%q}`, f.version)
	case "/api/tags":
		var models []map[string]any
		for _, m := range []string{plainModel, thinker, seer, cloudModel, "embed:v1", "broken:latest"} {
			models = append(models, map[string]any{
				"name": m, "model": m, "size": 170_000, "digest": "sha256:" + m,
				"details": map[string]any{"family": "llama", "parameter_size": "7.2B", "quantization_level": "Q4_0"},
			})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"models": models})
	case "/api/ps":
		if f.loaded == "" {
			fmt.Fprint(w, `{"models":[]}`)
			return
		}
		fmt.Fprintf(w, `{"models":[{"name":%[1]q,"model":%[1]q,"size":2000,"size_vram":500,"context_length":8192,"expires_at":"2026-11-24T12:05:00Z"}]}`, f.loaded)
	case "/api/show":
		var req api.ShowRequest
		_ = json.NewDecoder(r.Body).Decode(&req)
		body, ok := f.shows[req.Model]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprintf(w, `{"error":"model '%s' not found"}`, req.Model)
			return
		}
		fmt.Fprint(w, body)
	case "/api/chat":
		var body json.RawMessage
		_ = json.NewDecoder(r.Body).Decode(&body)
		f.mu.Lock()
		f.asked = append(f.asked, body)
		f.mu.Unlock()
		w.Header().Set("Content-Type", "application/x-ndjson")
		f.chat(w, r)
	default:
		http.NotFound(w, r)
	}
}

// lastAsked decodes the last chat's body.
func (f *fake) lastAsked(t *testing.T) map[string]any {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.asked) == 0 {
		t.Fatal("no chat was asked for")
	}
	var body map[string]any
	if err := json.Unmarshal(f.asked[len(f.asked)-1], &body); err != nil {
		t.Fatal(err)
	}
	return body
}

func line(content, thinking string, done bool) []byte {
	m := map[string]any{
		"model": plainModel, "created_at": "2026-11-24T12:00:00Z",
		"message": map[string]any{"role": "assistant", "content": content, "thinking": thinking}, "done": done,
	}
	if done {
		m["done_reason"], m["prompt_eval_count"], m["eval_count"] = "stop", 7, 3
	}
	b, _ := json.Marshal(m)
	return append(b, '\n')
}

// lines answers with whole lines.
func lines(all ...[]byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, l := range all {
			_, _ = w.Write(l)
			_ = http.NewResponseController(w).Flush()
		}
	}
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}
}

// provider makes a provider whose connections end with the test.
func provider(t testing.TB, url string, change func(*Options)) *Provider {
	n := client.NewNetwork(client.NetworkOptions{Version: "test"})
	t.Cleanup(n.Close)
	o := Options{HTTP: n.Client(string(ID)), Host: url}
	if change != nil {
		change(&o)
	}
	return New(o)
}

func ask(t *testing.T, p *Provider, turn chat.Turn) clienttest.Result {
	t.Helper()
	return clienttest.Collect(t.Context(), p, clienttest.Outbound(t, turn, p.Describe().Destination()), nil)
}

// wire is the protocol for the suite.
func wire(t testing.TB) *clienttest.Wire {
	return &clienttest.Wire{
		Path:        "/api/chat",
		ContentType: "application/x-ndjson",
		Text:        func(text string) []byte { return line(text, "", false) },
		Thinking:    func(text string) []byte { return line("", text, false) },
		Done: func(prompt, completion int) []byte {
			return fmt.Appendf(nil, `{"model":%q,"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",`+
				`"total_duration":12,"prompt_eval_count":%d,"eval_count":%d}`+"\n", plainModel, prompt, completion)
		},
		Noise: []byte(`{"model":"plain:latest","message":{"role":"assistant","content":"","later":[1,2]},"done":false,"unknown":{"a":null}}` + "\n" +
			`{"done":false}` + "\n"),
		Else: newFake(t, nil),
	}
}

func TestConformance(t *testing.T) {
	clienttest.Run(t, clienttest.Fixture{
		New: func(t *testing.T, s clienttest.Scenario, url string) client.Provider {
			return provider(t, url, func(o *Options) {
				if s == clienttest.Stalled {
					o.Silence = clienttest.StalledLimit
				} else {
					o.Silence = time.Hour
				}
			})
		},
		Wire:     wire(t),
		Failures: failures,
		Model:    plainModel,
	})
}

package openai_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/openai"
)

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func event(delta string) []byte {
	return fmt.Appendf(nil, `data: {"model":"local","choices":[{"index":0,"delta":%s,"finish_reason":null}]}`+"\n\n", delta)
}

// wire is how vLLM and llama.cpp write.
var wire = clienttest.Wire{
	Path:        "/v1/chat/completions",
	ContentType: "text/event-stream",
	Open:        event(`{"role":"assistant","content":null}`),
	Text:        func(text string) []byte { return event(`{"content":` + quote(text) + `}`) },
	Thinking: func(text string) []byte { // a proxy that knows both names
		return event(`{"reasoning":` + quote(text) + `,"reasoning_content":` + quote(text) + `}`)
	},
	Done: func(prompt, completion int) []byte {
		return fmt.Appendf(nil, `data: {"model":"local","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\n"+
			`data: {"model":"local","choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d}}`+"\n\ndata: [DONE]\n\n",
			prompt, completion)
	},
	Noise: []byte(": ping\n\nid: 1\nevent: message\nretry: 5\n\ndata: {\"timings\":{\"n\":1}}\n\ndata: nonsense\n\n"),
}

func TestConformance(t *testing.T) {
	clienttest.Run(t, clienttest.Fixture{
		New: func(t *testing.T, s clienttest.Scenario, url string) client.Provider {
			o := options(t, url)
			if s == clienttest.Stalled {
				o.Idle = clienttest.StalledLimit
			}
			return openai.New(o)
		},
		Wire:  &wire,
		Model: "local",
		Failures: []clienttest.Failure{
			{
				Name: "OpenAI's nested object", Status: 404, Requests: 1, Want: fault.ModelGone,
				Body: `{"error":{"message":"The model x does not exist","type":"invalid_request_error","code":"model_not_found"}}`,
			},
			{
				Name: "a context that llama.cpp finds too long", Status: 400, Requests: 1, Want: fault.Overflow,
				Body: `{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}`,
			},
			{
				Name: "Google's list", Status: 429, Requests: 4, Want: fault.RateLimited,
				Body: `[{"error":{"code":429,"message":"Resource exhausted","status":"RESOURCE_EXHAUSTED"}}]`,
			},
			{
				Name: "an error instead of a chunk", Status: 200, ContentType: "text/event-stream", Want: fault.RateLimited,
				Body: "data: {\"error\":{\"message\":\"slow down\",\"code\":429}}\n\n",
			},
			{
				Name: "an error inside an answer that was not streamed", Status: 200, Want: fault.ServerFailed,
				Body: `{"object":"error","message":"out of luck","code":null}`,
			},
			{Name: "an error that is a string", Status: 400, Body: `{"error":"bad"}`, Want: fault.BadRequest, Requests: 1},
			{Name: "half an answer that was not streamed", Status: 200, Body: `{"choices":[{"mess`, Want: fault.BadAnswer, Requests: 1},
		},
	})
}

func options(t testing.TB, url string) openai.Options {
	network := client.NewNetwork(client.NetworkOptions{LocalOnly: true, Version: "test"})
	t.Cleanup(network.Close)
	return openai.Options{
		ID: "vllm", Name: "vLLM", BaseURL: url, Service: policy.Local,
		HTTP: network.Client("vllm"),
		Key: func(context.Context) (chat.Secret, error) {
			return "", fault.E("test", fault.NotSignedIn, nil) // this server wants none
		},
		Retry: openai.Retry{
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
			Now:   func() time.Time { return now },
			Rand:  func() float64 { return 0 },
		},
	}
}

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestAKeyThatAServerRepeatsIsNotTold(t *testing.T) {
	const key = "sk-canary-0123456789"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":{"message":"no such key: ` + r.Header.Get("Authorization") + `"}}`))
	}))
	t.Cleanup(server.Close)
	o := options(t, server.URL)
	o.Key = func(context.Context) (chat.Secret, error) { return key, nil }
	err := openai.New(o).Check(t.Context())
	if !fault.Is(err, fault.KeyRefused) || strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "no such key") {
		t.Errorf("told %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		name, base, want string
	}{
		{"an address without a path gets the version", "http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/chat/completions"},
		{"an address with a path keeps it", "https://example.org/openai/v1/", "https://example.org/openai/v1/chat/completions"},
		{"an address of the endpoint is taken back to its base", "http://[::1]:1/v1/chat/completions", "http://[::1]:1/v1/chat/completions"},
		{"plain http elsewhere is refused", "http://example.org/v1", ""},
		{"a key in the address is refused", "https://user:pass@example.org/v1", ""},
		{"another scheme is refused", "file:///etc/passwd", ""},
		{"an address without a scheme is refused", "localhost:8080", ""},
		{"nothing is refused", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := openai.New(openai.Options{ID: "x", Name: "X", BaseURL: c.base, Service: policy.Local})
			out := clienttest.Outbound(t, clienttest.Turn("m", ""), p.Describe().Destination())
			got, err := p.Preview(t.Context(), out)
			if c.want == "" && !fault.Is(err, fault.Invalid) || got.URL != c.want {
				t.Errorf("got %q and %v", got.URL, err)
			}
		})
	}
}

func TestAServerThatIsNotThere(t *testing.T) {
	for _, c := range []struct {
		name   string
		absent fault.Kind
		want   fault.Kind
		waits  int
	}{
		{"a runner on this machine is absent, at once", fault.Unknown, fault.RunnerAbsent, 0},
		{"a service is tried again", fault.Unreachable, fault.Unreachable, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(t, "http://127.0.0.1:1")
			o.Dialect.Absent = c.absent
			p := openai.New(o)
			res := clienttest.Collect(t.Context(), p, clienttest.Outbound(t, clienttest.Turn("m", ""), p.Describe().Destination()), nil)
			if !fault.Is(res.Err, c.want) || len(res.Of(client.WaitDelta)) != c.waits {
				t.Errorf("got %v after %d waits", res.Err, len(res.Of(client.WaitDelta)))
			}
		})
	}
}

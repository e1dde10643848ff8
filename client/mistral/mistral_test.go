package mistral_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/mistral"
	"bise/client/openai"
)

const model = "mistral-small-latest"

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func event(delta, rest string) []byte {
	return fmt.Appendf(nil, `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":%q,`+
		`"choices":[{"index":0,"delta":%s,"finish_reason":null}],"p":"abcdef"%s}`+"\n\n", model, delta, rest)
}

var wire = clienttest.Wire{
	Path:        "/v1/chat/completions",
	ContentType: "text/event-stream; charset=utf-8",
	Open:        event(`{"role":"assistant","content":""}`, ""),
	Text: func(text string) []byte {
		return event(`{"content":`+quote(text)+`}`, "")
	},
	Thinking: func(text string) []byte {
		return event(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":`+quote(text)+`}]}]}`, "")
	},
	Done: func(prompt, completion int) []byte {
		return fmt.Appendf(nil, `data: {"model":%q,"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],`+
			`"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}`+"\n\ndata: [DONE]\n\n",
			model, prompt, completion, prompt+completion)
	},
	Noise: []byte(": a comment\r\n\r\nretry: soon\nan unknown line\nid: 7\nevent: ping\n\n" +
		"data: {\"choices\":[{\"delta\":{\"content\":\"cut off\n\n" +
		`data: {"choices":[],"new":{"a":[1]},"usage":null}` + "\n\n" +
		`data: {"choices":[{"index":0,"delta":{"content":[{"type":"hologram","data":{}}],"metadata":{}},"finish_reason":null}]}` + "\n\n" +
		`data: {"choices":[{"index":1,"delta":{"content":"another answer"}}]}` + "\n\n" +
		`data: {"choices":"none","usage":"many"}` + "\n\n"),
}

func fixture() clienttest.Fixture {
	return clienttest.Fixture{
		New: func(t *testing.T, s clienttest.Scenario, url string) client.Provider {
			o := options(t, url)
			if s == clienttest.Stalled {
				o.Idle = clienttest.StalledLimit
			}
			return mistral.New(o)
		},
		Wire:     &wire,
		Model:    model,
		Failures: failures,
	}
}

// options are those of a provider that never really waits.
func options(t testing.TB, url string) mistral.Options {
	network := client.NewNetwork(client.NetworkOptions{LocalOnly: true, Version: "test"})
	t.Cleanup(network.Close)
	return mistral.Options{
		BaseURL: url,
		HTTP:    network.Client("mistral"),
		Key:     func(context.Context) (chat.Secret, error) { return "test-key-free", nil },
		Retry: openai.Retry{
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
			Now:   func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
			Rand:  func() float64 { return 0.5 },
		},
	}
}

func TestConformance(t *testing.T) { clienttest.Run(t, fixture()) }

const (
	tries   = 4 // of a failure that passes by itself
	refused = 1
)

var failures = []clienttest.Failure{
	{
		Name: "a key the gateway does not know", Status: 401, Body: `{"detail":"Unauthorized"}`,
		Want: fault.KeyRefused, Requests: refused,
	},
	{
		Name: "no key, in the gateway's other shape", Status: 401,
		Body: `{"message":"Unauthorized","request_id":"1"}`, Want: fault.KeyRefused, Requests: refused,
	},
	{
		Name: "a key past its date", Status: 401, Body: `{"object":"error","message":"API key expired","code":null}`,
		Want: fault.KeyExpired, Requests: refused,
	},
	{
		Name: "a suspended workspace", Status: 403,
		Body: `{"object":"error","message":"This workspace is suspended. Contact support.","type":"forbidden"}`,
		Want: fault.Suspended, Requests: refused,
	},
	{
		Name: "something the plan lacks", Status: 403, Body: `{"message":"Not included in your plan"}`,
		Want: fault.Forbidden, Requests: refused,
	},
	{
		Name: "a page of a proxy that wants a sign-in", Status: 403, ContentType: "text/html",
		Body: "<html>sign in</html>", Want: fault.WrongHost, Requests: refused,
	},
	{
		Name: "a guardrail", Status: 403,
		Body: `{"error":{"message":"Content blocked by guardrail","status":403},"guardrails":{"results":{"moderation_llm_v2":{"categories":{"violence_and_threats":true}}}}}`,
		Want: fault.Guardrail, Requests: refused,
	},
	{
		Name: "a model that was retired", Status: 400,
		Body: `{"object":"error","message":"Invalid model: x","type":"invalid_model","code":"1500"}`,
		Want: fault.ModelGone, Requests: refused,
	},
	{
		Name: "a path the gateway does not have", Status: 404, Body: `{"message":"no Route matched with those values"}`,
		Want: fault.WrongHost, Requests: refused,
	},
	{
		Name: "a context that is too long", Status: 400,
		Body: `{"object":"error","message":"Prompt contains 300000 tokens and 0 draft tokens, too large for model with 262144 maximum context length","type":"invalid_request_invalid_args","code":"3051"}`,
		Want: fault.Overflow, Requests: refused,
	},
	{
		Name: "an effort the model lacks", Status: 400,
		Body: `{"object":"error","message":"Invalid reasoning_effort. Must be one of ('none', 'high')","code":"3051"}`,
		Want: fault.Unsupported, Requests: refused,
	},
	{
		Name: "a validation list", Status: 422,
		Body: `{"detail":[{"type":"extra_forbidden","loc":["body","messages",0,"user","name"],"msg":"Extra inputs are not permitted","input":"x"}]}`,
		Want: fault.BadRequest, Requests: refused,
	},
	{
		Name: "a wrapped validation list", Status: 422,
		Body: `{"object":"error","message":{"detail":[{"loc":["body"],"msg":"Extra inputs are not permitted"}]},"code":null}`,
		Want: fault.BadRequest, Requests: refused,
	},
	{
		Name: "a validation list as message, with a number as code", Status: 422,
		Body: `{"object":"Error","message":[{"loc":["body"],"msg":"Extra inputs are not permitted"}],"code":3001}`,
		Want: fault.BadRequest, Requests: refused,
	},
	{
		Name: "a fine-tuned model that is gone", Status: 410, Body: `{"message":"Gone"}`,
		Want: fault.ModelGone, Requests: refused,
	},
	{
		Name: "a rate limit", Status: 429, Header: map[string]string{"Retry-After": "3"},
		Body: `{"object":"error","message":"Rate limit exceeded","type":"rate_limited","code":"1300","raw_status_code":429}`,
		Want: fault.RateLimited, Requests: tries,
	},
	{
		Name: "a rate limit too long to wait for", Status: 429, Header: map[string]string{"Retry-After": "3600"},
		Body: `{"message":"Requests rate limit exceeded"}`, Want: fault.RateLimited, Requests: refused,
	},
	{
		Name: "a service that is full", Status: 503,
		Body: `{"object":"error","message":"Service tier capacity exceeded for this model.","type":"invalid_request_error","code":null}`,
		Want: fault.Capacity, Requests: tries,
	},
	{Name: "a failure inside", Status: 500, Body: `{"message":"Internal server error"}`, Want: fault.ServerFailed, Requests: tries},
	{
		Name: "a gateway's web page", Status: 502, ContentType: "text/html", Body: "<html>502 Bad Gateway</html>",
		Want: fault.ServerFailed, Requests: tries,
	},
	{
		Name: "a web page instead of an answer", Status: 200, ContentType: "text/html", Body: "<html>welcome to the train</html>",
		Want: fault.BadAnswer, Requests: refused,
	},
	{
		Name: "a redirect to another host", Status: 307, Header: map[string]string{"Location": "http://127.0.0.1:1/v1/chat/completions"},
		Want: fault.WrongHost, Requests: refused,
	},
}

func TestDescriptor(t *testing.T) {
	for _, c := range []struct {
		name, base, host, region string
		place                    client.Place
	}{
		{"the global host promises no place", "", "api.mistral.ai", "", client.Elsewhere},
		{"the host in Europe is a region", "https://api.eu.mistral.ai", "api.eu.mistral.ai", "eu", client.Elsewhere},
		{"the host in America is a region", "https://api.us.mistral.ai/v1", "api.us.mistral.ai", "us", client.Elsewhere},
		{"a stand-in on this machine is local", "http://127.0.0.1:8765", "127.0.0.1:8765", "", client.Loopback},
		{"plain http elsewhere has no host", "http://api.mistral.ai", "", "", client.Elsewhere},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := mistral.New(mistral.Options{BaseURL: c.base}).Describe()
			if d.Host != c.host || d.Region != c.region || d.Place != c.place {
				t.Errorf("got host %q, region %q, place %q", d.Host, d.Region, d.Place)
			}
		})
	}
}

func TestPlainHTTPElsewhereIsRefused(t *testing.T) {
	p := mistral.New(mistral.Options{BaseURL: "http://api.mistral.ai"})
	if err := p.Check(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("Check gave %v", err)
	}
	turn := clienttest.Turn(model, "")
	res := clienttest.Collect(t.Context(), p, clienttest.Outbound(t, turn, p.Describe().Destination()), nil)
	if !fault.Is(res.Err, fault.Invalid) {
		t.Errorf("Stream gave %v", res.Err)
	}
}

package bedrock_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/bedrock"
	"bise/client/clienttest"
	"bise/client/openai"
)

const (
	model = "mistral.mistral-large-2402-v1:0"
	path  = "/model/mistral.mistral-large-2402-v1:0/converse-stream"
)

// frame is an event by AWS's own encoder.
func frame(kind, name, payload string) []byte {
	h := eventstream.Headers{}
	h.Set(":message-type", eventstream.StringValue(kind))
	h.Set(":"+kind+"-type", eventstream.StringValue(name))
	h.Set(":content-type", eventstream.StringValue("application/json"))
	var b bytes.Buffer
	if err := eventstream.NewEncoder().Encode(&b, eventstream.Message{Headers: h, Payload: []byte(payload)}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func event(name, payload string) []byte { return frame("event", name, payload) }

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func text(s string) []byte {
	return event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":`+quote(s)+`}}`)
}

func done(prompt, completion int) []byte {
	return append(event("messageStop", `{"stopReason":"end_turn"}`),
		event("metadata", fmt.Sprintf(`{"usage":{"inputTokens":%d,"outputTokens":%d,"totalTokens":%d},"metrics":{"latencyMs":5}}`, prompt, completion, prompt+completion))...)
}

var wire = clienttest.Wire{
	Path:        path,
	ContentType: "application/vnd.amazon.eventstream",
	Open:        event("messageStart", `{"role":"assistant"}`),
	Text:        text,
	Thinking: func(s string) []byte {
		return event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":`+quote(s)+`}}}`)
	},
	Done:  done,
	Noise: append(event("somethingNew", `{"a":1}`), event("contentBlockStop", `{"contentBlockIndex":0}`)...),
}

func TestConformance(t *testing.T) {
	clienttest.Run(t, clienttest.Fixture{
		New: func(t *testing.T, s clienttest.Scenario, url string) client.Provider {
			return bedrock.New(options(t, url, func(o *bedrock.Options) {
				if s == clienttest.Stalled {
					o.Idle = clienttest.StalledLimit
				}
			}))
		},
		Wire: &wire, Model: model, Failures: failures,
	})
}

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func options(t testing.TB, url string, change func(*bedrock.Options)) bedrock.Options {
	network := client.NewNetwork(client.NetworkOptions{LocalOnly: true, Version: "test"})
	t.Cleanup(network.Close)
	o := bedrock.Options{
		ID: "work", Name: "Bedrock", Region: "eu-west-3", Endpoint: url, Service: policy.Partner,
		HTTP: network.Client("work"),
		Config: func(context.Context) (aws.Config, error) {
			return aws.Config{Region: "eu-west-3", Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", "")}, nil
		},
		Retry: openai.Retry{
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
			Now:   func() time.Time { return now },
			Rand:  func() float64 { return 0 },
		},
	}
	if change != nil {
		change(&o)
	}
	return o
}

// refusal is an answer as AWS refuses: the kind in the header.
func refusal(name string, status int, kind, message string, want fault.Kind, requests int) clienttest.Failure {
	return clienttest.Failure{
		Name: name, Status: status, Header: map[string]string{"X-Amzn-Errortype": kind + ":http://internal.amazon.com/coral/"},
		Body: `{"message":` + quote(message) + `}`, Want: want, Requests: requests,
	}
}

var failures = []clienttest.Failure{
	refusal("throttling is tried again by us, not in silence", 429, "ThrottlingException", "Too many requests, please wait before trying again.", fault.RateLimited, 4),
	refusal("a session that is over", 403, "ExpiredTokenException", "The security token included in the request is expired", fault.KeyExpired, 1),
	refusal("an access key that is unknown", 403, "UnrecognizedClientException", "The security token included in the request is invalid.", fault.KeyRefused, 1),
	refusal("a policy that is missing", 403, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModelWithResponseStream", fault.NoPermission, 1),
	refusal("access to the model that was not asked for", 403, "AccessDeniedException", "You don't have access to the model with the specified model ID.", fault.NoPermission, 1),
	refusal("a name that the region does not know", 400, "ValidationException", "The provided model identifier is invalid.", fault.NoDeployment, 1),
	refusal("a model that wants a profile of regions", 400, "ValidationException", "Invocation of model ID mistral.pixtral-large-2502-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile", fault.NoDeployment, 1),
	refusal("a resource that is not there", 404, "ResourceNotFoundException", "Could not resolve the foundation model", fault.NoDeployment, 1),
	refusal("a model of the other route", 400, "ValidationException", "The model isn't supported on this route", fault.Unsupported, 1),
	refusal("a context that is too long", 400, "ValidationException", "Input is too long for requested model.", fault.Overflow, 1),
	refusal("a model that is loading", 429, "ModelNotReadyException", "The model is not ready.", fault.Capacity, 4),
	refusal("a failure inside", 500, "InternalServerException", "Internal error", fault.ServerFailed, 4),
	{
		Name: "throttling in mid-answer", Status: 200, ContentType: "application/vnd.amazon.eventstream",
		Body: string(frame("exception", "throttlingException", `{"message":"slow down"}`)), Want: fault.RateLimited,
	},
	{
		Name: "a model that fails in mid-answer", Status: 200, ContentType: "application/vnd.amazon.eventstream",
		Body: string(frame("exception", "modelStreamErrorException", `{"message":"broken"}`)), Want: fault.ServerFailed,
	},
	{
		Name: "a guardrail", Status: 200, ContentType: "application/vnd.amazon.eventstream",
		Body: string(event("messageStop", `{"stopReason":"guardrail_intervened"}`)), Want: fault.Guardrail,
	},
}

// serve plays one answer for each request.
func serve(t *testing.T, tls bool, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	var server *httptest.Server
	if tls {
		server = httptest.NewTLSServer(answer)
	} else {
		server = httptest.NewServer(answer)
	}
	t.Cleanup(server.Close)
	return server
}

func stream(w http.ResponseWriter, frames ...[]byte) {
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	_, _ = w.Write(bytes.Join(frames, nil))
}

func collect(t *testing.T, p client.Provider, turn chat.Turn) clienttest.Result {
	t.Helper()
	return clienttest.Collect(t.Context(), p, clienttest.Outbound(t, turn, p.Describe().Destination()), nil)
}

func TestABedrockKeyTravelsAsABearerOverTLS(t *testing.T) {
	var header string
	server := serve(t, true, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header.Get("Authorization")
		stream(w, wire.Open, text("hi"), done(1, 1))
	})
	p := bedrock.New(options(t, server.URL, func(o *bedrock.Options) {
		o.HTTP, o.Config = server.Client(), nil
		o.Key = func(context.Context) (chat.Secret, error) { return "bedrock-key ", nil }
	}))
	res := collect(t, p, clienttest.Turn(model, ""))
	if res.Err != nil || res.Text(client.TextDelta) != "hi" || header != "Bearer bedrock-key" {
		t.Errorf("got %v with the header %q", res.Err, header)
	}
}

func TestCredentialsSignForTheRegion(t *testing.T) {
	var header, at string
	server := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
		header, at = r.Header.Get("Authorization"), r.URL.EscapedPath()
		stream(w, text("hi"), done(1, 1))
	})
	res := collect(t, bedrock.New(options(t, server.URL, nil)), clienttest.Turn(model, ""))
	if res.Err != nil || !strings.Contains(header, "/eu-west-3/bedrock/aws4_request") || !strings.Contains(at, "v1%3A0") {
		t.Errorf("got %v, %q at %s", res.Err, header, at)
	}
}

func TestExpiredCredentialsAreRenewedOnce(t *testing.T) {
	requests, renewals := 0, 0
	server := serve(t, false, func(w http.ResponseWriter, _ *http.Request) {
		if requests++; requests == 1 {
			w.Header().Set("X-Amzn-Errortype", "ExpiredTokenException")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"message":"The security token included in the request is expired"}`))
			return
		}
		stream(w, text("hi"), done(1, 1))
	})
	p := bedrock.New(options(t, server.URL, func(o *bedrock.Options) {
		o.Renew = func() bool { renewals++; return true }
	}))
	res := collect(t, p, clienttest.Turn(model, ""))
	if res.Err != nil || requests != 2 || renewals != 1 || len(res.Of(client.WaitDelta)) != 0 {
		t.Errorf("got %v after %d requests and %d renewals", res.Err, requests, renewals)
	}
}

func TestToolsAreJoined(t *testing.T) {
	server := serve(t, false, func(w http.ResponseWriter, _ *http.Request) {
		stream(w, text("Let me see."),
			event("contentBlockStart", `{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t-1","name":"clock"}}}`),
			event("contentBlockDelta", `{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"zone\":"}}}`),
			event("contentBlockDelta", `{"contentBlockIndex":1,"delta":{"toolUse":{"input":"\"CET\"}"}}}`),
			event("contentBlockStop", `{"contentBlockIndex":1}`),
			event("messageStop", `{"stopReason":"tool_use"}`))
	})
	res := collect(t, bedrock.New(options(t, server.URL, nil)), clienttest.Turn(model, ""))
	parts := res.Of(client.PartDelta)
	if res.Err != nil || len(parts) != 1 || parts[0].Part.Name != "clock" || parts[0].Part.CallID != "t-1" || string(parts[0].Part.Text) != `{"zone":"CET"}` {
		t.Fatalf("got %v and %+v", res.Err, parts)
	}
	if end := res.Of(client.DoneDelta); len(end) != 1 || end[0].Reason != "tool_calls" {
		t.Errorf("it ended with %+v", end)
	}
}

func TestReasoningInTheTextIsTakenApart(t *testing.T) {
	for _, c := range []struct{ name, thought, said, pieces string }{
		{"Mistral's mark", "Hm. ", "Yes.", "[THINK]Hm. [/THINK]\nYes."},
		{"the usual mark, in pieces", "Hm.", "Yes.", "<th|ink>Hm|.</thi|nk>Ye|s."},
		{"a mark later in the text is text", "", "It is <think>.", "It is| <think>."},
		{"what only looks like a mark is text", "", "<thin ice", "<thi|n ice"},
		{"reasoning that never ends is no answer", "Hm [/THI", "", "[THINK]Hm [/THI"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := serve(t, false, func(w http.ResponseWriter, _ *http.Request) {
				var frames [][]byte
				for piece := range strings.SplitSeq(c.pieces, "|") {
					frames = append(frames, text(piece))
				}
				stream(w, append(frames, done(1, 1))...)
			})
			res := collect(t, bedrock.New(options(t, server.URL, nil)), clienttest.Turn(model, ""))
			if res.Text(client.ThinkingDelta) != c.thought || res.Text(client.TextDelta) != c.said {
				t.Errorf("thought %q, said %q: %v", res.Text(client.ThinkingDelta), res.Text(client.TextDelta), res.Err)
			}
		})
	}
}

func TestWhatIsSent(t *testing.T) {
	var body []byte
	server := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		stream(w, text("hi"), done(1, 1))
	})
	turn := clienttest.Turn(model, "and now?")
	turn.System = "Be brief."
	turn.Messages = append([]chat.Message{
		clienttest.Message(chat.User, "one"), clienttest.Message(chat.User, "two"), clienttest.Message(chat.Assistant, "three"),
	}, turn.Messages...)
	turn.Messages[3].Parts = append(turn.Messages[3].Parts,
		chat.Part{Kind: chat.ImagePart, Origin: chat.Attached, MediaType: "image/png", Data: []byte("png")})
	p := bedrock.New(options(t, server.URL, nil))
	if res := collect(t, p, turn); res.Err != nil {
		t.Fatal(res.Err)
	}
	const want = `{"messages":[{"content":[{"text":"one"},{"text":"two"}],"role":"user"},{"content":[{"text":"three"}],"role":"assistant"},` +
		`{"content":[{"text":"and now?"},{"image":{"format":"png","source":{"bytes":"cG5n"}}}],"role":"user"}],"system":[{"text":"Be brief."}]}`
	if canonical(t, body) != canonical(t, []byte(want)) {
		t.Errorf("sent %s", body)
	}
	preview, err := p.Preview(t.Context(), clienttest.Outbound(t, turn, p.Describe().Destination()))
	if err != nil || canonical(t, preview.Body) != canonical(t, []byte(want)) || preview.URL != server.URL+strings.ReplaceAll(path, ":", "%3A") {
		t.Errorf("the preview is %s at %s: %v", preview.Body, preview.URL, err)
	}
	if line := fmt.Sprint(preview.Header); strings.Contains(line, "masked") || strings.Contains(line, "SECRET") {
		t.Errorf("the preview shows a key: %s", line)
	}
}

func canonical(t *testing.T, raw []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func TestAModelIsCheckedWithoutAPrompt(t *testing.T) {
	for _, c := range []struct {
		name, kind, message string
		status              int
		want                fault.Kind
	}{
		{"a request that is called wrong means that the model is there", "ValidationException", "A conversation must start with a user message.", 400, fault.Unknown},
		{"a missing right is told", "AccessDeniedException", "is not authorized to perform: bedrock:InvokeModel", 403, fault.NoPermission},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := serve(t, false, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Amzn-Errortype", c.kind)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(`{"message":` + quote(c.message) + `}`))
			})
			p := bedrock.New(options(t, server.URL, func(o *bedrock.Options) { o.Known = []string{model} }))
			if err := p.Check(t.Context()); fault.KindOf(err) != c.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAFailureNamesTheSetting(t *testing.T) {
	server := serve(t, false, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Errortype", "ValidationException")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"message":"The provided model identifier is invalid."}`))
	})
	res := collect(t, bedrock.New(options(t, server.URL, nil)), clienttest.Turn(model, ""))
	e, ok := fault.As(res.Err)
	if !ok || e.Detail["setting"] != "model" || e.Detail["profile"] != "work" || e.Detail["model"] != model {
		t.Errorf("got %v", res.Err)
	}
	none := bedrock.New(bedrock.Options{ID: "work", Name: "Bedrock", Service: policy.Partner})
	if err := none.Check(t.Context()); !fault.Is(err, fault.MissingSetting) {
		t.Errorf("without a region: %v", err)
	}
}

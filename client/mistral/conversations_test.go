package mistral_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/mistral"
)

// told is one event of a conversation.
func told(kind, fields string) []byte {
	if fields != "" {
		fields = "," + fields
	}
	return fmt.Appendf(nil, "event: %s\ndata: {\"type\":%q,\"created_at\":\"2026-11-24T12:00:00Z\"%s}\n\n", kind, kind, fields)
}

func said(content string) []byte {
	return told("message.output.delta", `"id":"msg_1","output_index":1,"content_index":0,"model":"`+model+`","role":"assistant","content":`+content)
}

var conversationWire = clienttest.Wire{
	Path:        "/v1/conversations",
	ContentType: "text/event-stream; charset=utf-8",
	Open:        told("conversation.response.started", `"conversation_id":"conv_1"`),
	Text:        func(text string) []byte { return said(quote(text)) },
	Thinking: func(text string) []byte {
		return said(`{"type":"thinking","thinking":[{"type":"text","text":` + quote(text) + `}]}`)
	},
	Done: func(prompt, completion int) []byte {
		return told("conversation.response.done", fmt.Sprintf(
			`"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"connector_tokens":null,"connectors":null}`,
			prompt, completion, prompt+completion))
	},
	Noise: []byte(": a comment\r\n\r\nretry: soon\nan unknown line\nid: 7\nevent: ping\n\n" +
		"data: {\"type\":\"message.output.delta\",\"content\":\"cut off\n\n" +
		string(told("conversation.response.thinking", `"content":"of a kind to come"`)) +
		string(told("tool.execution.started", `"id":7,"name":[],"arguments":{}`)) +
		string(said(`{"type":"hologram","data":{}}`)) + string(said(`[{"type":"reference","reference_ids":[0]}]`)) +
		string(said(`null`)) + string(said(`""`)) +
		`data: {"outputs":null,"usage":"many"}` + "\n\n"),
}

func TestConversationsConform(t *testing.T) {
	f := fixture()
	f.Wire, f.Tools = &conversationWire, []string{chat.CodeTool}
	f.Failures = nil
	for _, failure := range failures {
		failure.Header = clone(failure.Header, "/v1/chat/completions", "/v1/conversations")
		f.Failures = append(f.Failures, failure)
	}
	f.Failures = append(
		f.Failures,
		clienttest.Failure{
			Name: "a tool that the endpoint lacks", Status: 400, Want: fault.Unsupported, Requests: refused,
			Body: `{"object":"error","message":"WebSearchTool connector is not supported","type":"invalid_tools","code":"1800"}`,
		},
		clienttest.Failure{
			Name: "an error instead of an event", Status: 200, ContentType: "text/event-stream", Want: fault.RateLimited, Requests: tries,
			Body: string(told("conversation.response.error", `"message":"slow down","code":429`)),
		},
		clienttest.Failure{
			Name: "an error under that name alone", Status: 200, ContentType: "text/event-stream", Want: fault.RateLimited, Requests: tries,
			Body: "event: error\ndata: {\"error\":{\"message\":\"slow down\",\"code\":429}}\n\n",
		},
		clienttest.Failure{
			Name: "an error object instead of an answer", Status: 200, Want: fault.ServerFailed, Requests: tries,
			Body: `{"object":"error","message":"out of luck","type":"internal","code":null}`,
		},
		clienttest.Failure{
			Name: "half an answer that was not streamed", Status: 200, Want: fault.BadAnswer, Requests: refused,
			Body: `{"object":"conversation.response","outputs":[{"type":"mess`,
		},
	)
	clienttest.Run(t, f)
}

func clone(header map[string]string, old, now string) map[string]string {
	out := make(map[string]string, len(header))
	for name, value := range header {
		out[name] = strings.ReplaceAll(value, old, now)
	}
	return out
}

func TestRegionsHaveNoTools(t *testing.T) {
	for _, c := range []struct {
		name  string
		turn  chat.Turn
		feat  string
		tools bool
	}{
		{"a tool", clienttest.Turn(model, ""), "tools", true},
		{"an agent", clienttest.Turn(chat.AgentModel("ag_1"), ""), "agents", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(t, "https://api.eu.mistral.ai")
			o.HTTP = client.NoNetwork
			p := mistral.New(o)
			if can := p.Describe().Can.Tools; len(can) != 0 {
				t.Errorf("the host offers %v", can)
			}
			if c.tools {
				c.turn.Tools = []string{chat.CodeTool}
			}
			out := clienttest.Outbound(t, c.turn, p.Describe().Destination())
			res := clienttest.Collect(t.Context(), p, out, nil)
			e, ok := fault.As(res.Err)
			if !ok || e.Kind != fault.NotOffered || e.Detail["host"] != "api.eu.mistral.ai" || e.Detail["instead"] != "api.mistral.ai" ||
				e.Detail["feature"] != c.feat {
				t.Errorf("ended with %v", res.Err)
			}
			if _, err := p.Preview(t.Context(), out); !fault.Is(err, fault.NotOffered) {
				t.Errorf("the preview gives %v", err)
			}
			if _, _, err := p.FetchFile(t.Context(), "file-1"); !fault.Is(err, fault.NotOffered) {
				t.Errorf("fetching gives %v", err)
			}
		})
	}
	if can := mistral.New(mistral.Options{}).Describe().Can.Tools; !slices.Contains(can, chat.NewsTool) || len(can) != 5 {
		t.Errorf("the global host offers %v", can)
	}
}

func TestWhatAConversationAsks(t *testing.T) {
	hot, most := 1.4, 50
	for _, c := range []struct {
		name   string
		change func(*chat.Turn)
		want   string
	}{
		{"a tool", func(t *chat.Turn) { t.Tools = []string{chat.WebSearchTool, chat.WebSearchTool} }, `{"model":"mistral-small-latest",` +
			`"inputs":[{"type":"message.input","role":"user","content":"hello"}],"tools":[{"type":"web_search"}],"stream":true,"store":false}`},
		{"libraries", func(t *chat.Turn) { t.Tools, t.Libraries = []string{chat.LibraryTool}, []string{"a", "b"} }, `{"model":"mistral-small-latest",` +
			`"inputs":[{"type":"message.input","role":"user","content":"hello"}],"tools":[{"type":"document_library","library_ids":["a","b"]}],"stream":true,"store":false}`},
		{"an agent has its own model, tools and instructions", func(t *chat.Turn) {
			t.Model, t.System, t.Tools = chat.AgentModel("ag_1"), "Be brief.", []string{chat.CodeTool}
		}, `{"agent_id":"ag_1","inputs":[{"type":"message.input","role":"user","content":"hello"}],"stream":true,"store":false}`},
		{"options, instructions and a filter", func(t *chat.Turn) {
			t.System, t.Tools = "Be brief.", []string{chat.CodeTool}
			t.Options = chat.Options{Temperature: &hot, MaxTokens: &most, Effort: "high", Filter: chat.FilterOff}
		}, `{"model":"mistral-small-latest","inputs":[{"type":"message.input","role":"user","content":"hello"}],"instructions":"Be brief.",` +
			`"tools":[{"type":"code_interpreter"}],"completion_args":{"temperature":1,"max_tokens":50,"reasoning_effort":"high"},` +
			`"guardrails":[{"block_on_error":false,"moderation_llm_v2":{"action":"none"}}],"stream":true,"store":false}`},
		{"a form for the answer", func(t *chat.Turn) { t.Tools, t.Options.Format = []string{chat.CodeTool}, chat.FormatJSON }, `{"model":"mistral-small-latest",` +
			`"inputs":[{"type":"message.input","role":"user","content":"hello"}],"tools":[{"type":"code_interpreter"}],` +
			`"completion_args":{"response_format":{"type":"json_object"}},"stream":true,"store":false}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			turn := clienttest.Turn(model, "")
			c.change(&turn)
			p := mistral.New(options(t, "http://127.0.0.1:1"))
			view, err := p.Preview(t.Context(), clienttest.Outbound(t, turn, p.Describe().Destination()))
			if err != nil || string(view.Body) != c.want || !strings.HasSuffix(view.URL, "/v1/conversations") {
				t.Errorf("got %v, %s\n%s\nwant\n%s", err, view.URL, view.Body, c.want)
			}
		})
	}
}

func TestToolsThatCannotBeAsked(t *testing.T) {
	for _, c := range []struct {
		name, tool string
		want       fault.Kind
	}{
		{"a tool that nobody knows", "teleport", fault.Unsupported},
		{"libraries without a library", chat.LibraryTool, fault.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			turn := clienttest.Turn(model, "")
			turn.Tools = []string{c.tool}
			p := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") }, nil)
			if res := collect(t, p, turn, nil); !fault.Is(res.Err, c.want) {
				t.Errorf("ended with %v", res.Err)
			}
		})
	}
}

func TestARecordingIsNotSentWhereNobodyHearsIt(t *testing.T) {
	turn := wanting(chat.CodeTool)
	turn.Messages[0].Parts = append(turn.Messages[0].Parts, chat.Part{
		Kind: chat.FilePart, Origin: chat.Attached, Name: "a.mp3", MediaType: "audio/mpeg", Data: []byte("ID3"),
	})
	p := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") }, nil)
	if res := collect(t, p, turn, nil); !fault.Is(res.Err, fault.Unsupported) {
		t.Errorf("ended with %v", res.Err)
	}
}

func TestOnlyTheFirstPicturesAreFetchedUnasked(t *testing.T) {
	const png = "\x89PNG\r\n\x1a\n0123456789"
	made := said(`{"type":"tool_file","tool":"image_generation","file_id":"f-1","file_name":"a","file_type":"png"}`)
	events := append(slices.Repeat([][]byte{made}, 40), done)
	fetched := 0
	res := converse(t, map[string]string{"f-1": png}, wanting(chat.ImageTool), events...)
	for _, d := range res.Of(client.PartDelta) {
		if len(d.Part.Data) > 0 {
			fetched++
		}
	}
	if res.Err != nil || fetched != 16 || len(res.Of(client.PartDelta)) != 40 {
		t.Errorf("ended with %v: %d of %d were fetched", res.Err, fetched, len(res.Of(client.PartDelta)))
	}
}

// converse answers one turn with events, and with files under their ids.
func converse(t *testing.T, files map[string]string, turn chat.Turn, events ...[]byte) clienttest.Result {
	t.Helper()
	p := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if id, ok := strings.CutPrefix(r.URL.Path, "/v1/files/"); ok {
			data, ok := files[strings.TrimSuffix(id, "/content")]
			if !ok {
				http.Error(w, `{"message":"not found"}`, http.StatusNotFound)
				return
			}
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write([]byte(data))
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range events {
			_, _ = w.Write(e)
		}
	}, nil)
	return collect(t, p, turn, nil)
}

// wanting is a turn with tools, cleared by rules that ask nobody.
func wanting(tools ...string) chat.Turn {
	turn := clienttest.Turn(model, "")
	turn.Tools = tools
	return turn
}

var done = conversationWire.Done(3, 4)

func TestPicturesAreFetchedOnTheWay(t *testing.T) {
	const png = "\x89PNG\r\n\x1a\n0123456789"
	made := said(`{"type":"tool_file","tool":"image_generation","file_id":"f-1","file_name":"../../etc/image_0","file_type":"png"}`)
	for _, c := range []struct {
		name   string
		files  map[string]string
		kind   chat.Kind
		notice bool
	}{
		{"a picture", map[string]string{"f-1": png}, chat.ImagePart, false},
		{"one that is gone", nil, chat.FilePart, true},
		{"one that is no picture", map[string]string{"f-1": "<svg onload=alert(1)>"}, chat.FilePart, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := converse(t, c.files, wanting(chat.ImageTool), made, done)
			parts := res.Of(client.PartDelta)
			if res.Err != nil || !res.Done() || len(parts) != 1 {
				t.Fatalf("ended with %v and %d parts", res.Err, len(parts))
			}
			p := parts[0].Part
			if p.Kind != c.kind || p.Name != "image_0.png" || p.URL != "mistral-file:f-1" || p.Origin != chat.Image {
				t.Errorf("the part is %+v", p)
			}
			if (p.Kind == chat.ImagePart) != (string(p.Data) == png) || (len(res.Of(client.NoticeDelta)) == 1) != c.notice {
				t.Errorf("%d bytes, %+v", len(p.Data), res.Of(client.NoticeDelta))
			}
		})
	}
}

func TestCancellingWhileAPictureIsFetched(t *testing.T) {
	asked, gone := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/content") {
			close(asked)
			<-r.Context().Done()
			close(gone)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write(said(`"Here: "`))
		_, _ = w.Write(said(`{"type":"tool_file","tool":"image_generation","file_id":"f-1"}`))
		_, _ = w.Write(done)
	}))
	t.Cleanup(server.Close)
	p := mistral.New(options(t, server.URL))
	res := clienttest.Result{}
	for d, err := range p.Stream(t.Context(), clienttest.Outbound(t, wanting(chat.ImageTool), p.Describe().Destination())) {
		res.Err = err
		res.Deltas = append(res.Deltas, d)
		if d.Kind == client.TextDelta {
			break // leaving; the picture is never asked for
		}
	}
	if res.Err != nil || len(res.Of(client.PartDelta)) != 0 {
		t.Errorf("leaving gave %v, %+v", res.Err, res.Deltas)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	res = clienttest.Collect(ctx, p, clienttest.Outbound(t, wanting(chat.ImageTool), p.Describe().Destination()), nil)
	if !errors.Is(res.Err, context.Canceled) || res.Done() || len(res.Of(client.PartDelta)) != 0 {
		t.Errorf("cancelling gave %v", res.Err)
	}
	<-gone
}

func TestARunIsNotRepeatedUnasked(t *testing.T) {
	n := 0
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write(told("tool.execution.started", `"id":"t","name":"web_search","arguments":""`))
	}, nil)
	res := collect(t, p, wanting(chat.WebSearchTool), nil)
	e, ok := fault.As(res.Err)
	if !ok || e.Kind != fault.Cut || e.Detail["tool"] != chat.WebSearchTool || e.Detail["host"] == "" || n != 1 {
		t.Errorf("ended with %v after %d requests", res.Err, n)
	}
	runs := res.Of(client.ToolDelta)
	if len(runs) != 2 || runs[1].Tool.State != client.ToolFailed {
		t.Errorf("the runs are %+v", runs)
	}
}

func TestAConnectionLostInARunSaysWhatRan(t *testing.T) {
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write(told("tool.execution.started", `"id":"t","name":"code_interpreter","arguments":""`))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}, nil)
	res := collect(t, p, wanting(chat.CodeTool), nil)
	if e, ok := fault.As(res.Err); !ok || e.Kind != fault.Cut || e.Detail["tool"] != chat.CodeTool {
		t.Errorf("ended with %v", res.Err)
	}
}

func TestFilesOfTools(t *testing.T) {
	p := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/files/f-1/content" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		_, _ = w.Write([]byte("n,square\n"))
	}, nil)
	for _, id := range []string{"f-1", "mistral-file:f-1"} {
		data, media, err := p.FetchFile(t.Context(), id)
		if err != nil || string(data) != "n,square\n" || media != "text/plain" {
			t.Errorf("%s gives %q, %s, %v", id, data, media, err)
		}
	}
	for _, id := range []string{"", "..", "a/b", "a?b", "é", strings.Repeat("a", 200)} {
		if _, _, err := p.FetchFile(t.Context(), id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q gives %v", id, err)
		}
	}
}

func TestAConversationThatIsNotStreamed(t *testing.T) {
	body, _ := json.Marshal(map[string]any{
		"object": "conversation.response", "conversation_id": "conv_1",
		"outputs": []any{
			map[string]any{"type": "tool.execution", "id": "t1", "name": "web_search", "arguments": `{"query":"zebras"}`, "info": map[string]any{}},
			map[string]any{"type": "message.output", "id": "m1", "model": "other", "role": "assistant", "content": []any{
				map[string]any{"type": "text", "text": "whole"},
				map[string]any{"type": "tool_reference", "tool": "web_search", "title": "A", "url": "https://example.org/"},
			}},
		},
		"usage": map[string]any{"prompt_tokens": 3, "completion_tokens": 4, "connector_tokens": 5},
	})
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}, nil)
	res := collect(t, p, wanting(chat.WebSearchTool), nil)
	if res.Err != nil || res.Text(client.TextDelta) != "whole[1]" || !res.Done() {
		t.Errorf("got %v and %+v", res.Err, res.Deltas)
	}
	if u := res.Of(client.UsageDelta); len(u) != 1 || u[0].Usage != (chat.Usage{Prompt: 3, Completion: 4, Connectors: 5, Known: true}) {
		t.Errorf("usage is %+v", u)
	}
	if m := res.Of(client.ModelDelta); len(m) != 1 || m[0].Model != "other" {
		t.Errorf("the model is %+v", m)
	}
	if runs := res.Of(client.ToolDelta); len(runs) == 0 || runs[len(runs)-1].Tool.Query != "zebras" || runs[len(runs)-1].Tool.Sources != 1 {
		t.Errorf("the runs are %+v", runs)
	}
}

package mistral

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

// written is deltas in short: what the tests compare.
func written(ds []client.Delta) string {
	var b strings.Builder
	for _, d := range ds {
		switch d.Kind {
		case client.TextDelta:
			fmt.Fprintf(&b, "%s<%s> ", string(d.Text), d.Origin)
		case client.ThinkingDelta:
			fmt.Fprintf(&b, "(%s)<%s> ", string(d.Text), d.Origin)
		case client.PartDelta:
			fmt.Fprintf(&b, "{%s %s %s %s %s<%s>} ", d.Part.Kind, d.Part.CallID, d.Part.Name, d.Part.URL, string(d.Part.Text), d.Part.Origin)
		case client.ToolDelta:
			fmt.Fprintf(&b, "%s:%s:%s", d.Tool.ID, d.Tool.Name, d.Tool.State)
			if d.Tool.Query != "" {
				fmt.Fprintf(&b, " query=%s", string(d.Tool.Query))
			}
			if d.Tool.Code != "" {
				fmt.Fprintf(&b, " code=%s", string(d.Tool.Code))
			}
			if d.Tool.Output != "" {
				fmt.Fprintf(&b, " output=%s", string(d.Tool.Output))
			}
			if d.Tool.Sources > 0 {
				fmt.Fprintf(&b, " sources=%d", d.Tool.Sources)
			}
			b.WriteString("; ")
		case client.UsageDelta:
			fmt.Fprintf(&b, "usage=%d+%d+%d ", d.Usage.Prompt, d.Usage.Completion, d.Usage.Connectors)
		case client.ModelDelta:
			fmt.Fprintf(&b, "model=%s ", d.Model)
		case client.NoticeDelta:
			fmt.Fprintf(&b, "%s ", d.Notice.Key)
		case client.DoneDelta:
			fmt.Fprintf(&b, "done=%s", d.Reason)
		default:
		}
	}
	return strings.TrimSpace(b.String())
}

func decodeAll(turn chat.Turn, events ...string) (string, error) {
	d := newDecoder(turn)
	var out []client.Delta
	for _, e := range events {
		ds, err := d.Event("", []byte(e))
		out = append(out, ds...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return written(out), err
		}
	}
	ds, err := d.Finish(false)
	return written(append(out, ds...)), err
}

func message(content string) string {
	return `{"type":"message.output.delta","id":"m","content":` + content + `}`
}

func reference(tool, title, url string) string {
	return message(fmt.Sprintf(`{"type":"tool_reference","tool":%q,"title":%q,"url":%s,"description":"snip"}`, tool, title, url))
}

func ran(kind, id, name, rest string) string {
	return fmt.Sprintf(`{"type":"tool.execution.%s","id":%q,"name":%q%s}`, kind, id, name, rest)
}

const end = `{"type":"conversation.response.done","usage":{"prompt_tokens":1,"completion_tokens":2,"connector_tokens":3}}`

func TestDecode(t *testing.T) {
	search := chat.Turn{Model: "m", Tools: []string{chat.WebSearchTool}}
	most := 2
	for _, c := range []struct {
		name   string
		turn   chat.Turn
		events []string
		want   string
		kind   fault.Kind
	}{
		{
			"plain text is the model's", search,
			[]string{message(`"a"`), message(`{"type":"text","text":"b"}`), end},
			"a<model> b<model> usage=1+2+3 done=stop", "",
		},
		{"text after a search is of the search, text before is not", search, []string{
			message(`"before "`), ran("started", "t", "web_search", `,"arguments":""`), ran("delta", "t", "web_search", `,"arguments":"{\"query\":\"ze"`),
			ran("delta", "t", "web_search", `,"arguments":"bras\"}"`), ran("done", "t", "web_search", `,"info":{}`), message(`"after"`), end,
		}, "before <model> t:web_search:started; t:web_search:started query=zebras; t:web_search:done query=zebras; after<model,web_search> usage=1+2+3 done=stop", ""},
		{"messages of one answer stand apart, pieces of one do not", chat.Turn{}, []string{
			`{"type":"message.output.delta","id":"a","output_index":0,"content":"I"}`, `{"type":"message.output.delta","id":"a","output_index":0,"content":" look."}`,
			ran("done", "t", "code_interpreter", ""), `{"type":"message.output.delta","id":"b","output_index":2,"content":"It is"}`,
			`{"type":"message.output.delta","id":"b","output_index":2,"content":" 2."}`, end,
		}, "I<model>  look.<model> t:code_interpreter:done; \n\nIt is<model,code>  2.<model,code> usage=1+2+3 done=stop", ""},
		{
			"a whole answer of two messages",
			chat.Turn{},
			[]string{`{"outputs":[{"type":"message.output","content":"I look."},{"type":"message.output","content":"It is 2."}]}`},
			"I look.<model> \n\nIt is 2.<model> done=stop", "",
		},
		{
			"news is told by its stable name and marked", search,
			[]string{ran("started", "t", "web_search_premium", ""), message(`"x"`), end},
			"t:news:started; x<model,news> usage=1+2+3 done=stop", "",
		},
		{
			"a tool that nobody knows may have read the web", search,
			[]string{ran("started", "t", "open_url", ""), message(`"x"`), end},
			"t:open_url:started; x<model,web_search> usage=1+2+3 done=stop", "",
		},
		{"sources are numbered in the order in which they appear, each once", search, []string{
			ran("done", "t", "web_search", ""), message(`"one"`), reference("web_search", "A", `"https://a/"`), message(`" two"`),
			reference("web_search", "B", `null`), reference("web_search", "A again", `"https://a/"`), end,
		}, "t:web_search:done; one<model,web_search> [1]<model,web_search> {reference 1 A https://a/ snip<web_search,third_party>} t:web_search:done sources=1; " +
			" two<model,web_search> [2]<model,web_search> {reference 2 B  snip<web_search,third_party>} t:web_search:done sources=2; [1]<model,web_search> usage=1+2+3 done=stop", ""},
		{
			"a source marks the answer although no run was told", search,
			[]string{reference("web_search", "A", `"https://a/"`), end},
			"untold:web_search:web_search:done; [1]<model,web_search> {reference 1 A https://a/ snip<web_search,third_party>} " +
				"untold:web_search:web_search:done sources=1; usage=1+2+3 done=stop", "",
		},
		{
			"a document of a library is the person's own",
			chat.Turn{},
			[]string{message(`"x"`), reference("document_library", "a.pdf", `null`), end},
			"x<model> untold:document_library:document_library:done; [1]<model> {reference 1 a.pdf  snip<attached>} " +
				"untold:document_library:document_library:done sources=1; usage=1+2+3 done=stop", "",
		},
		{"code comes with what it printed", chat.Turn{}, []string{
			ran("started", "t", "code_interpreter", `,"arguments":"{\"code\":\"1+1\"}"`),
			ran("done", "t", "code_interpreter", `,"info":{"code":"print(1+1)","code_output":"2\n"}`), message(`"2"`), end,
		}, "t:code_interpreter:started code=1+1; t:code_interpreter:done code=print(1+1) output=2\n; 2<model,code> usage=1+2+3 done=stop", ""},
		{"a tool may fail and the answer goes on", chat.Turn{}, []string{
			ran("started", "t", "code_interpreter", ""), ran("done", "t", "code_interpreter", `,"info":{"error":"timeout"}`), message(`"no"`), end,
		}, "t:code_interpreter:started; t:code_interpreter:failed; no<model,code> usage=1+2+3 done=stop", ""},
		{"thinking goes on after text, and is marked like it", search, []string{
			message(`{"type":"thinking","thinking":[{"type":"text","text":"hm"}],"signature":"s"}`), ran("done", "t", "web_search", ""),
			message(`{"type":"thinking","thinking":[{"type":"text","text":"so"},{"type":"tool_reference","tool":"web_search","title":"A","url":"u"}]}`), message(`"x"`), end,
		}, "(hm)<model> {thinking    <model>} t:web_search:done; (so)<model,web_search> ([1])<model,web_search> " +
			"{reference 1 A u <web_search,third_party>} t:web_search:done sources=1; x<model,web_search> usage=1+2+3 done=stop", ""},
		{"calls are put together and one that waits is told", chat.Turn{}, []string{
			`{"type":"function.call.delta","id":"f","tool_call_id":"abcdefghi","name":"rm","arguments":"{\"a\"","confirmation_status":"pending"}`,
			`{"type":"function.call.delta","id":"f","tool_call_id":"abcdefghi","name":"rm","arguments":":1}","confirmation_status":"pending"}`,
			`{"type":"function.call.delta","id":"g","tool_call_id":"null","name":"ls","arguments":{"b":2}}`, end,
		}, `usage=1+2+3 {tool_call abcdefghi rm  {"a":1}<model>} notice.tool_waits {tool_call g ls  {"b":2}<model>} done=tool_calls`, ""},
		{"an agent hands over", chat.Turn{Model: chat.AgentModel("a")}, []string{
			`{"type":"agent.handoff.started","id":"h","previous_agent_id":"a","previous_agent_name":"one"}`,
			`{"type":"agent.handoff.done","id":"h","next_agent_id":"b","next_agent_name":"two"}`,
			`{"type":"message.output.delta","model":"big","content":"x"}`, end,
		}, "h:agent_handoff:done query=two; x<model> usage=1+2+3 done=stop", ""},
		{"another model than asked is told, once", chat.Turn{Model: "m"}, []string{
			`{"type":"message.output.delta","model":"n","content":"x"}`, `{"type":"message.output.delta","model":"n","content":"y"}`, end,
		}, "model=n x<model> y<model> usage=1+2+3 done=stop", ""},
		{
			"a cut in the middle of a run fails the run", search,
			[]string{message(`"x"`), ran("started", "t", "web_search", "")},
			"x<model> t:web_search:started; t:web_search:failed;", fault.Cut,
		},
		{"an error in the middle of a run fails the run", search, []string{
			ran("started", "t", "web_search", ""), `{"type":"conversation.response.error","message":"no","code":500}`,
		}, "t:web_search:started; t:web_search:failed;", fault.ServerFailed},
		{
			"what could not be read may have been a search", search,
			[]string{message(`"a"`), `{"type":"tool.exec`, message(`"b"`), end},
			"a<model> notice.garbled b<model,web_search> usage=1+2+3 done=stop", "",
		},
		{
			"an agent's unreadable piece may have been any search",
			chat.Turn{Model: chat.AgentModel("a")},
			[]string{`{`, message(`"b"`), end},
			"notice.garbled b<model,web_search,news> usage=1+2+3 done=stop", "",
		},
		{
			"reasoning alone is no answer",
			chat.Turn{},
			[]string{message(`{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}`), end},
			"(hm)<model> usage=1+2+3", fault.EmptyAnswer,
		},
		{
			"an answer as long as it may be was cut off by its length",
			chat.Turn{Options: chat.Options{MaxTokens: &most}},
			[]string{message(`"x"`), end},
			"x<model> usage=1+2+3 done=length", "",
		},
		{
			"a prefix that comes back is taken off",
			chat.Turn{Prefix: "It "},
			[]string{message(`"It be"`), message(`"gins"`), end},
			"be<model> gins<model> usage=1+2+3 done=stop", "",
		},
		{
			"an address instead of a picture is a link",
			chat.Turn{},
			[]string{message(`"x"`), message(`{"type":"image_url","image_url":{"url":"https://evil.example/p.png"}}`), end},
			"x<model> {reference   https://evil.example/p.png <model,third_party>} usage=1+2+3 done=stop", "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := decodeAll(c.turn, c.events...)
			if got != c.want || fault.KindOf(err) != c.kind {
				t.Errorf("got %v\n%s\nwant\n%s", err, got, c.want)
			}
			if e, ok := fault.As(err); ok && strings.Contains(c.want, ":failed") && e.Detail["tool"] != chat.WebSearchTool {
				t.Errorf("the error does not say what ran: %v", err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(ran("started", "t", "web_search", `,"arguments":"{\"query\":\"a\"}"`)+"\n"+reference("web_search", "A", `"https://a/"`)+"\n"+end, "")
	f.Add(message(`[{"type":"tool_file","tool":"image_generation","file_id":"f","file_name":"a/b","file_type":"image/png"}]`)+"\n"+end, "It ")
	f.Add(`{"type":"function.call.delta","id":"f","name":"x","arguments":{}}`+"\n"+`{"object":"error","message":[{"msg":"x"}]}`, "")
	f.Add(`{"outputs":[{"type":"message.output","content":"x"},{"type":"tool.execution","name":1}],"usage":{"prompt_tokens":1}}`, "")
	f.Fuzz(func(t *testing.T, events, prefix string) {
		turn := chat.Turn{Model: "m", Prefix: chat.Text(prefix), Tools: []string{chat.WebSearchTool}}
		d := newDecoder(turn)
		searched, done := false, 0
		check := func(ds []client.Delta) {
			for _, delta := range ds {
				switch delta.Kind {
				case client.TextDelta, client.ThinkingDelta:
					if delta.Text == "" || !delta.Origin.Has(chat.Model) || delta.Origin.Any(chat.Typed|chat.Attached) {
						t.Errorf("a piece of %d bytes is %v", len(delta.Text), delta.Origin)
					}
					if searched && !delta.Origin.Has(chat.WebSearch) {
						t.Error("text after a search is not marked")
					}
					if utf8.ValidString(events) && utf8.ValidString(prefix) && !utf8.ValidString(string(delta.Text)) {
						t.Error("a piece ends in the middle of a character")
					}
				case client.PartDelta:
					if delta.Part.Origin == 0 || strings.ContainsAny(delta.Part.Name, "/\\") && delta.Part.Kind == chat.FilePart {
						t.Errorf("the part is %+v", delta.Part)
					}
				case client.ToolDelta:
					searched = searched || delta.Tool.Name == chat.WebSearchTool
				case client.DoneDelta:
					done++
				default:
				}
			}
		}
		for line := range strings.SplitSeq(events, "\n") {
			ds, err := d.Event("", []byte(line))
			check(ds)
			if err != nil && !errors.Is(err, io.EOF) && fault.KindOf(err) == fault.Unknown {
				t.Errorf("%q gives %v", line, err)
			}
		}
		ds, err := d.Finish(false)
		check(ds)
		if (err == nil) != (done == 1) {
			t.Errorf("ended with %v and %d ends", err, done)
		}
	})
}

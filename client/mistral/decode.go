package mistral

import (
	"encoding/json"
	"io"
	"slices"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/openai"
)

// decoder turns the events of one conversation's answer into deltas.
//
// Text is labelled by the tools that have begun to run before it: what follows
// a search may repeat what was found, and the rules have to know.
type decoder struct {
	asked string
	agent bool
	most  int // tokens the answer may have; 0 is not limited
	model string
	usage chat.Usage
	// origin is what all text is from now on.
	origin chat.Origin
	// suspect is what text may be after a piece that could not be read.
	suspect chat.Origin
	runs    []*run
	sources []source
	// pictures counts those that are named and not in the answer.
	pictures int
	calls    []*pendingCall
	// output is the number of the message that the last text belongs to, and
	// apart says that the next text is of another one.
	output int
	apart  bool
	ended  bool
	said   bool // there is text
	useful bool // there is text or a part, not reasoning alone
	read   bool // an event could be read
	broken bool // one could not
	echo   *openai.Echo
	out    []client.Delta
}

func newDecoder(t chat.Turn) *decoder {
	d := &decoder{asked: t.Model, origin: chat.Model, useful: t.Prefix != "", echo: openai.NewEcho(t.Prefix)}
	_, d.agent = chat.AgentOf(t.Model)
	if t.Options.MaxTokens != nil {
		d.most = *t.Options.MaxTokens
	}
	if d.agent { // its tools are its own, and not known here
		d.suspect = chat.WebSearch | chat.News
	}
	for _, b := range builtIn {
		if slices.Contains(t.Tools, b.name) || slices.Contains(t.Tools, b.wire) {
			d.suspect |= b.origin
		}
	}
	return d
}

// Event decodes one event. Data that is no JSON is passed over with a notice,
// once; types it does not know say nothing.
func (d *decoder) Event(name string, data []byte) ([]client.Delta, error) {
	d.out = d.out[:0]
	var e event
	if openai.Unmarshal(data, &e) != nil {
		d.garbled()
		return d.out, nil
	}
	if e.Type == "" {
		e.Type = name
	}
	d.read = true
	switch e.Type {
	case "conversation.response.done":
		d.ended = true
		d.count(e.Usage)
		return d.out, io.EOF
	case "conversation.response.error":
		err := d.located(openai.InStream(data))
		return append(d.out, d.failed()...), err
	default:
		d.entry(&e)
	}
	if e.isError() {
		return d.out, d.located(openai.InStream(data))
	}
	if e.Outputs != nil { // the whole answer at once
		for i := range e.Outputs {
			e.Outputs[i].Output = i
			d.entry(&e.Outputs[i])
		}
		d.count(e.Usage)
		d.ended = true
	}
	return d.out, nil
}

func (e *event) isError() bool {
	null := func(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }
	untyped := e.Type == "" || e.Type == "error" // the name of the event
	return strings.EqualFold(e.Object, "error") || untyped && (!null(e.Error) || !null(e.Detail))
}

// entry reads an event, or an entry of a whole answer, which are named alike.
func (d *decoder) entry(e *event) {
	switch e.Type {
	case "message.output.delta", "message.output":
		d.answers(e.Model)
		d.apart = d.apart || d.said && e.Output != d.output
		d.output = e.Output
		d.message(e.Content)
	case "tool.execution.started", "tool.execution.delta", "tool.execution.done", "tool.execution":
		d.tool(e)
	case "function.call.delta", "function.call":
		d.call(e)
	case "agent.handoff.done", "agent.handoff": // at its start nobody knows to whom
		d.emit(activity(client.ToolActivity{
			ID: e.ID, Name: client.HandoffTool, State: client.ToolDone, Query: chat.Text(e.NextName),
		}))
	}
}

func (d *decoder) emit(delta client.Delta) { d.out = append(d.out, delta) }

func (d *decoder) garbled() {
	d.origin |= d.suspect // it may have told of a tool
	if !d.broken {
		d.broken = true
		d.emit(notice("notice.garbled"))
	}
}

// answers tells which model answers. That of an agent was not chosen here.
func (d *decoder) answers(model string) {
	if model == "" || model == d.model || d.agent {
		return
	}
	d.model = model
	if model != d.asked {
		d.emit(client.Delta{Kind: client.ModelDelta, Model: model})
	}
}

func (d *decoder) message(c openai.Content) {
	d.text(c.Text)
	for i := range c.List {
		d.chunk(&c.List[i])
	}
}

func (d *decoder) text(s string) {
	if s == "" {
		return
	}
	if s = d.echo.Strip(s); s != "" {
		if d.apart { // an answer may be of several messages, with tools between them
			s, d.apart = "\n\n"+s, false
		}
		d.useful, d.said = true, true
		d.emit(client.Delta{Kind: client.TextDelta, Text: chat.Text(s), Origin: d.origin})
	}
}

func (d *decoder) think(s string) {
	if s != "" {
		d.emit(client.Delta{Kind: client.ThinkingDelta, Text: chat.Text(s), Origin: d.origin})
	}
}

// chunk is one piece of a content list; kinds it does not know say nothing.
func (d *decoder) chunk(c *openai.ContentChunk) {
	switch c.Type {
	case "text", "":
		d.text(c.Text)
	case "thinking":
		d.thinking(c)
	case "tool_reference":
		d.cite(c, d.text)
	case "tool_file":
		d.file(c)
	case "image_url":
		d.picture(c.ImageURL)
	case "document_url":
		d.link(c.DocumentName, c.DocumentURL)
	}
}

func (d *decoder) thinking(c *openai.ContentChunk) {
	d.think(c.Thinking.Text)
	for i := range c.Thinking.List {
		switch t := &c.Thinking.List[i]; t.Type {
		case "tool_reference":
			d.cite(t, d.think)
		default:
			d.think(t.Text)
		}
	}
	if c.Signature != "" {
		d.emit(client.Delta{Kind: client.PartDelta, Part: chat.Part{
			Kind: chat.ThinkingPart, Origin: d.origin, Signature: c.Signature,
		}})
	}
}

// count tells usage that is new; a report of nothing at all is none.
func (d *decoder) count(u *usage) {
	if u == nil || u.Prompt <= 0 && u.Completion <= 0 {
		return
	}
	n := chat.Usage{Prompt: u.Prompt, Completion: u.Completion, Connectors: max(0, u.Connectors), Known: true}
	if n != d.usage {
		d.usage = n
		d.emit(client.Delta{Kind: client.UsageDelta, Usage: n})
	}
}

// Finish gives what was held back and, if the answer is complete, its end. An
// answer that is not is an error, which says what tool ran when it broke off.
func (d *decoder) Finish(marked bool) ([]client.Delta, error) {
	const op = "mistral.Stream"
	d.out = d.out[:0]
	if s := d.echo.Rest(); s != "" {
		d.useful = true
		d.emit(client.Delta{Kind: client.TextDelta, Text: chat.Text(s), Origin: d.origin})
	}
	if d.broken && !d.read {
		return d.out, fault.E(op, fault.BadAnswer, nil)
	}
	if !d.ended && !marked {
		err := d.located(fault.E(op, fault.Cut, nil))
		return append(d.out, d.failed()...), err
	}
	reason := "stop"
	if d.most > 0 && d.usage.Completion >= d.most {
		reason = "length" // conversations do not tell; the count does
	}
	for _, c := range d.calls {
		d.useful = true
		d.emit(client.Delta{Kind: client.PartDelta, Part: c.part(d.origin)})
		if c.pending {
			d.emit(client.Delta{Kind: client.NoticeDelta, Notice: client.Notice{
				Key: "notice.tool_waits", Args: map[string]string{"Name": c.name},
			}})
		}
		reason = "tool_calls"
	}
	if !d.useful {
		return d.out, fault.E(op, fault.EmptyAnswer, nil, "reason", reason)
	}
	d.emit(client.Delta{Kind: client.DoneDelta, Reason: reason})
	return d.out, nil
}

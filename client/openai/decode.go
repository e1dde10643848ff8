package openai

import (
	"crypto/rand"
	"encoding/json"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

// decoder turns the chunks of one answer into deltas.
type decoder struct {
	asked   string
	model   string
	usage   chat.Usage
	calls   []*pendingCall
	reason  string
	ended   bool // a finish reason or [DONE] was seen
	useful  bool // there is text or a part, not reasoning alone
	read    bool // a chunk could be read
	broken  bool // one could not
	echo    *Echo
	out     []client.Delta
	choices []choice // room for those of the next chunk
}

// pendingCall is a tool call whose arguments are still arriving.
type pendingCall struct {
	index     int
	id, name  string
	arguments strings.Builder
}

// maxCalls bounds what a broken server can make us keep.
const maxCalls = 256

func newDecoder(t chat.Turn) *decoder {
	// Going on from a prefix may add nothing: the answer was complete.
	return &decoder{asked: t.Model, useful: t.Prefix != "", echo: NewEcho(t.Prefix)}
}

// Event decodes the data of one event. Data that is no JSON is passed over with
// a notice, once; an error object is an error.
func (d *decoder) Event(_ string, data []byte) ([]client.Delta, error) {
	d.out = d.out[:0]
	clear(d.choices[:cap(d.choices)])
	c := completion{Choices: d.choices[:0]}
	if err := Unmarshal(data, &c); err != nil {
		if !d.broken {
			d.broken = true
			d.emit(client.Delta{Kind: client.NoticeDelta, Notice: client.Notice{Key: "notice.garbled"}})
		}
		return d.out, nil
	}
	if isError(&c) {
		return nil, InStream(data)
	}
	d.read = true
	d.choices = c.Choices
	if c.Model != "" && c.Model != d.model {
		d.model = c.Model
		if c.Model != d.asked {
			d.emit(client.Delta{Kind: client.ModelDelta, Model: c.Model})
		}
	}
	for i := range c.Choices {
		if c.Choices[i].Index == 0 { // one answer was asked for
			d.choice(&c.Choices[i])
		}
	}
	if c.Usage != nil {
		d.count(c.Usage)
	}
	return d.out, nil
}

func isError(c *completion) bool {
	null := func(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }
	if !null(c.Error) {
		return true
	}
	return len(c.Choices) == 0 && (strings.EqualFold(c.Object, "error") || !null(c.Detail) || !null(c.Errors))
}

func (d *decoder) emit(delta client.Delta) { d.out = append(d.out, delta) }

func (d *decoder) choice(c *choice) {
	d.answer(&c.Delta)
	if c.Message != nil {
		d.answer(c.Message)
	}
	for i := range c.Messages {
		if c.Messages[i].Role != "tool" {
			d.answer(&c.Messages[i])
		}
	}
	if c.FinishReason != "" {
		d.reason, d.ended = c.FinishReason, true
	}
}

func (d *decoder) answer(a *answer) {
	if s := a.reasoning(); s != "" {
		d.think(s, "")
	}
	if a.Content.Text != "" {
		d.text(a.Content.Text)
	}
	for i := range a.Content.List {
		d.content(&a.Content.List[i])
	}
	for _, c := range a.ToolCalls {
		d.merge(c)
	}
}

func (d *decoder) text(s string) {
	if s = d.echo.Strip(s); s != "" {
		d.useful = true
		d.emit(client.Delta{Kind: client.TextDelta, Text: chat.Text(s)})
	}
}

func (d *decoder) think(text, signature string) {
	if text != "" {
		d.emit(client.Delta{Kind: client.ThinkingDelta, Text: chat.Text(text)})
	}
	if signature != "" {
		d.emit(client.Delta{Kind: client.PartDelta, Part: chat.Part{
			Kind: chat.ThinkingPart, Origin: chat.Model, Signature: signature,
		}})
	}
}

// content is one chunk of a content list; kinds it does not know say nothing.
func (d *decoder) content(c *ContentChunk) {
	switch c.Type {
	case "text", "":
		if c.Text != "" {
			d.text(c.Text)
		}
	case "thinking":
		d.think(c.Thinking.Plain(), c.Signature)
	case "reference", "tool_reference":
		// A source is somebody else's: the strict label.
		part := chat.Part{Kind: chat.ReferencePart, Origin: chat.ThirdParty, Name: c.Title, URL: c.URL}
		if part.Name == "" {
			part.Name = ids(c.ReferenceIDs)
		}
		d.emit(client.Delta{Kind: client.PartDelta, Part: part})
	}
}

func ids(raw []json.RawMessage) string {
	names := make([]string, len(raw))
	for i, r := range raw {
		names[i] = strings.Trim(string(r), `"`)
	}
	return strings.Join(names, ", ")
}

// merge adds a fragment to the call with its index. Fragments behind the first
// have no name, and an id that may be the word "null".
func (d *decoder) merge(c toolCall) {
	index := 0
	if c.Index != nil {
		index = *c.Index
	} else if c.Function.Name != "" { // whole calls, not numbered
		index = len(d.calls)
	} else {
		index = len(d.calls) - 1
	}
	var p *pendingCall
	for _, have := range d.calls {
		if have.index == index {
			p = have
		}
	}
	if p == nil {
		if len(d.calls) >= maxCalls {
			return
		}
		p = &pendingCall{index: index}
		d.calls = append(d.calls, p)
	}
	if c.ID != "" && c.ID != "null" && p.id == "" {
		p.id = c.ID
	}
	p.name += c.Function.Name
	p.arguments.WriteString(c.arguments())
}

// count tells usage that is new; a report of nothing at all is none.
func (d *decoder) count(u *usage) {
	if u.Prompt <= 0 && u.Completion <= 0 {
		return
	}
	n := chat.Usage{
		Prompt: u.Prompt, Completion: u.Completion,
		Cached:    max(u.Details.Cached, u.OldDetails.Cached, u.OldCached),
		Reasoning: u.CompletionDetails.Reasoning, Known: true,
	}
	if n != d.usage {
		d.usage = n
		d.emit(client.Delta{Kind: client.UsageDelta, Usage: n})
	}
}

// Finish gives what was held back and, if the answer is complete, its end. An
// answer that is not is an error.
func (d *decoder) Finish(marked bool) ([]client.Delta, error) {
	d.out = d.out[:0]
	d.ended = d.ended || marked
	if s := d.echo.Rest(); s != "" {
		d.useful = true
		d.emit(client.Delta{Kind: client.TextDelta, Text: chat.Text(s)})
	}
	if !d.ended {
		if d.broken && !d.read {
			return d.out, fault.E("openai.Stream", fault.BadAnswer, nil)
		}
		return d.out, fault.E("openai.Stream", fault.Cut, nil)
	}
	for _, c := range d.calls {
		d.useful = true
		d.emit(client.Delta{Kind: client.PartDelta, Part: c.part()})
	}
	switch {
	case d.reason == "error":
		return d.out, fault.E("openai.Stream", fault.ServerFailed, nil, "reason", d.reason)
	case d.reason == "content_filter":
		return d.out, fault.E("openai.Stream", fault.Guardrail, nil, "reason", d.reason)
	case !d.useful:
		return d.out, fault.E("openai.Stream", fault.EmptyAnswer, nil, "reason", d.reason)
	}
	d.emit(client.Delta{Kind: client.DoneDelta, Reason: d.reason})
	return d.out, nil
}

func (c *pendingCall) part() chat.Part {
	id := c.id
	if id == "" {
		id = rand.Text()[:shortID]
	}
	return chat.Part{
		Kind: chat.ToolCallPart, Origin: chat.Model, Name: c.name, CallID: id,
		Text: chat.Text(c.arguments.String()),
	}
}

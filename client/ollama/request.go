package ollama

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ollama/ollama/api"

	"bise/app/chat"
	"bise/app/fault"
)

// request makes the body of a chat. What the model cannot take is
// fault.Unsupported.
func (p *Provider) request(t chat.Turn, d details) (*api.ChatRequest, error) {
	if len(t.Tools) > 0 {
		return nil, p.unsupported(t.Model, t.Tools[0])
	}
	// Never cut a prompt, and never forget its beginning while answering: both
	// happen silently by default. A value that changes reloads the model.
	never := false
	keep := p.keepAlive
	if t.Options.KeepAlive != "" {
		var err error
		if keep, err = parseKeepAlive(t.Options.KeepAlive); err != nil {
			return nil, err
		}
	}
	r := &api.ChatRequest{
		Model:     t.Model,
		KeepAlive: keep,
		Options:   p.options(t.Options, d),
		Truncate:  &never,
		Shift:     &never,
		Think:     think(t.Options, d),
	}
	switch form := t.Options.Format; {
	case form == chat.FormatJSON:
		r.Format = json.RawMessage(`"json"`)
	case form != "":
		r.Format = json.RawMessage(form)
	}
	if t.System != "" {
		r.Messages = append(r.Messages, api.Message{Role: string(chat.System), Content: string(t.System)})
	}
	for _, m := range t.Messages {
		if m.Empty() {
			continue
		}
		said, err := p.spoken(t.Model, m, d)
		if err != nil {
			return nil, err
		}
		r.Messages = append(r.Messages, said...)
	}
	if t.Prefix != "" {
		r.Messages = append(r.Messages, api.Message{Role: string(chat.Assistant), Content: string(t.Prefix)})
	}
	return r, nil
}

// window is the context length to ask for, in tokens: always the same for the
// same choice, since another one loads the model again.
func (p *Provider) window(o chat.Options, d details) int {
	n := p.opts.Window
	if o.Window > 0 {
		n = o.Window
	}
	if d.context > 0 {
		n = min(n, d.context)
	}
	return n
}

// options are the window, and what the person set: defaults differ from server
// to server and from model to model.
func (p *Provider) options(o chat.Options, d details) map[string]any {
	m := map[string]any{"num_ctx": p.window(o, d)}
	if o.Temperature != nil {
		m["temperature"] = *o.Temperature
	}
	if o.TopP != nil {
		m["top_p"] = *o.TopP
	}
	if o.Seed != nil {
		m["seed"] = *o.Seed
	}
	if o.MaxTokens != nil {
		m["num_predict"] = *o.MaxTokens
	}
	if len(o.Stop) > 0 {
		m["stop"] = o.Stop
	}
	return m
}

// think is always said to a model that can think, because its default is on
// whatever the person chose, and never to another, which would refuse it.
func think(o chat.Options, d details) *api.ThinkValue {
	switch {
	case !d.thinking:
		return nil
	case o.Thinking != nil && !*o.Thinking, o.Effort == "none":
		return &api.ThinkValue{Value: false}
	case o.Effort != "":
		return &api.ThinkValue{Value: o.Effort}
	default:
		return &api.ThinkValue{Value: true}
	}
}

// spoken turns a message into the wire messages it takes: an answer that used
// a tool is several.
func (p *Provider) spoken(model string, m chat.Message, d details) ([]api.Message, error) {
	list := []api.Message{{Role: string(m.Role)}}
	for _, part := range m.Parts {
		if part.Kind == chat.ToolResultPart {
			if d.tools {
				list = append(list, result(part))
			}
			continue
		}
		if last := list[len(list)-1]; last.Role == string(chat.Tool) && m.Role != chat.Tool {
			list = append(list, api.Message{Role: string(m.Role)})
		}
		if err := p.put(&list[len(list)-1], model, part, d); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(list, func(w api.Message) bool {
		return w.Content == "" && len(w.Images) == 0 && len(w.ToolCalls) == 0 && w.Role != string(chat.Tool)
	}), nil
}

// put adds a part to a wire message. Earlier reasoning is left out, as the
// models' own templates do, and so are sources, which are for the reader.
func (p *Provider) put(w *api.Message, model string, part chat.Part, d details) error {
	text := ""
	switch part.Kind {
	case chat.TextPart:
		text = string(part.Text)
	case chat.ImagePart:
		if !d.images {
			return p.unsupported(model, "images")
		}
		w.Images = append(w.Images, part.Data)
	case chat.FilePart:
		if part.Text == "" && len(part.Data) > 0 {
			return p.unsupported(model, part.MediaType)
		}
		text = fenced(part)
	case chat.ToolCallPart:
		if d.tools {
			w.ToolCalls = append(w.ToolCalls, call(part))
		}
	default:
	}
	if text != "" && w.Content != "" {
		w.Content += "\n\n"
	}
	w.Content += text
	return nil
}

// result is what a tool of an earlier answer gave.
func result(part chat.Part) api.Message {
	return api.Message{Role: string(chat.Tool), ToolName: part.Name, ToolCallID: part.CallID, Content: string(part.Text)}
}

// fenced puts a text file into the prompt between lines that say what it is.
func fenced(part chat.Part) string {
	fence := "```"
	for strings.Contains(string(part.Text), fence) {
		fence += "`"
	}
	return part.Name + "\n" + fence + "\n" + strings.TrimSuffix(string(part.Text), "\n") + "\n" + fence
}

// call is a tool call of an earlier answer; arguments that are no JSON object
// are left out.
func call(part chat.Part) api.ToolCall {
	c := api.ToolCall{ID: part.CallID, Function: api.ToolCallFunction{Name: part.Name}}
	var arguments api.ToolCallFunctionArguments
	if json.Unmarshal([]byte(part.Text), &arguments) == nil {
		c.Function.Arguments = arguments
	}
	return c
}

func (p *Provider) unsupported(model, feature string) error {
	return fault.E("ollama.request", fault.Unsupported, nil,
		"model", model, "feature", feature, "host", p.host.String(), "name", name)
}

package mistral

import (
	"context"
	"iter"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/openai"
)

const conversationsPath = "/conversations"

// maxTemperature is the highest that conversations take; chat completions go up
// to 1.5 (schema CompletionArgs).
const maxTemperature = 1.0

// starting is the body of POST /v1/conversations. The whole context goes with
// every turn and nothing is kept there: bise's history is the truth, and tools
// and models can change between turns.
type starting struct {
	Model        string        `json:"model,omitempty"`
	AgentID      string        `json:"agent_id,omitempty"`
	Inputs       []entry       `json:"inputs"`
	Instructions string        `json:"instructions,omitempty"`
	Tools        []tool        `json:"tools,omitempty"`
	Args         *args         `json:"completion_args,omitempty"`
	Guardrails   []openai.Rail `json:"guardrails,omitempty"`
	Stream       bool          `json:"stream"`
	Store        bool          `json:"store"`
}

// args are the options of a chat that conversations take.
type args struct {
	Temperature *float64       `json:"temperature,omitempty"`
	TopP        *float64       `json:"top_p,omitempty"`
	MaxTokens   *int           `json:"max_tokens,omitempty"`
	Stop        []string       `json:"stop,omitempty"`
	Seed        *int           `json:"random_seed,omitempty"`
	Effort      string         `json:"reasoning_effort,omitempty"`
	Format      *openai.Format `json:"response_format,omitempty"`
}

// entry is one entry of a conversation; only the fields of its type are set.
type entry struct {
	Type       string    `json:"type"`
	Role       chat.Role `json:"role,omitempty"`
	Content    any       `json:"content,omitempty"`
	Prefix     bool      `json:"prefix,omitempty"`
	ToolCallID string    `json:"tool_call_id,omitempty"`
	Name       string    `json:"name,omitempty"`
	Arguments  string    `json:"arguments,omitempty"`
	Result     *string   `json:"result,omitempty"`
}

// conversation is the exchange of a turn with tools or with an agent, and what
// the person should know of it beforehand.
func (p *Provider) conversation(out policy.Outbound) (openai.Exchange, []client.Delta, error) {
	const op = "mistral.Stream"
	t, err := p.chat.Open(out)
	if err != nil {
		return openai.Exchange{}, nil, err
	}
	agent, isAgent := chat.AgentOf(t.Model)
	feature := "agents"
	if !isAgent {
		feature = "tools"
	}
	if err := p.offered(op, feature); err != nil {
		return openai.Exchange{}, nil, err
	}
	instructions, spoken, err := p.chat.Context(t)
	if err != nil {
		return openai.Exchange{}, nil, err
	}
	if kind := recorded(t.Messages); kind != "" { // conversations have no such chunk
		return openai.Exchange{}, nil, fault.E(op, fault.Unsupported, nil,
			"host", p.Describe().Host, "name", p.Describe().Name, "model", t.Model, "feature", kind)
	}
	arguments, err := argsOf(t.Options)
	if err != nil {
		return openai.Exchange{}, nil, err
	}
	s := starting{
		Inputs: entries(spoken, t.Prefix), Args: arguments, Stream: true,
		Guardrails: openai.Guardrails(t.Options.Filter),
	}
	var first []client.Delta
	if isAgent { // it brings its own tools and instructions
		s.AgentID = agent
		if instructions != "" {
			first = append(first, notice("notice.agent_instructions"))
		}
	} else {
		s.Model, s.Instructions = t.Model, instructions
		if s.Tools, err = p.toolsOf(t); err != nil {
			return openai.Exchange{}, nil, err
		}
	}
	if hot := t.Options.Temperature; hot != nil && *hot > maxTemperature {
		first = append(first, notice("notice.temperature"))
	}
	body, err := openai.Marshal(s)
	return openai.Exchange{
		Path: conversationsPath, Model: t.Model, Body: body,
		Decoder: func() openai.Decoder { return newDecoder(t) },
	}, first, err
}

func notice(key string) client.Delta {
	return client.Delta{Kind: client.NoticeDelta, Notice: client.Notice{Key: key}}
}

// recorded is the media type of the first recording among the prompts, "" if
// there is none.
func recorded(messages []chat.Message) string {
	for _, m := range messages {
		for _, part := range m.Parts {
			if m.Role == chat.User && len(part.Data) > 0 && strings.HasPrefix(part.MediaType, "audio/") {
				return part.MediaType
			}
		}
	}
	return ""
}

func argsOf(o chat.Options) (*args, error) {
	form, err := openai.FormatOf(o)
	if err != nil {
		return nil, err
	}
	a := args{
		Temperature: o.Temperature, TopP: o.TopP, MaxTokens: o.MaxTokens, Stop: o.Stop, Seed: o.Seed, Effort: o.Effort,
		Format: form,
	}
	if a.Temperature != nil && *a.Temperature > maxTemperature {
		most := maxTemperature
		a.Temperature = &most
	}
	if a.Temperature == nil && a.TopP == nil && a.MaxTokens == nil && a.Stop == nil && a.Seed == nil && a.Effort == "" && form == nil {
		return nil, nil
	}
	return &a, nil
}

// entries are the context as entries of a conversation.
func entries(list []openai.Spoken, prefix chat.Text) []entry {
	var out []entry
	for _, m := range list {
		switch {
		case m.Role == chat.Tool:
			result, _ := m.Content.(string)
			out = append(out, entry{Type: "function.result", ToolCallID: m.CallID, Result: &result})
			continue
		case m.Content == nil:
		case m.Role == chat.Assistant:
			out = append(out, entry{Type: "message.output", Role: m.Role, Content: m.Content})
		default:
			out = append(out, entry{Type: "message.input", Role: m.Role, Content: m.Content})
		}
		for _, c := range m.Calls {
			out = append(out, entry{Type: "function.call", ToolCallID: c.ID, Name: c.Name, Arguments: c.Arguments})
		}
	}
	if prefix != "" {
		out = append(out, entry{Type: "message.input", Role: chat.Assistant, Content: string(prefix), Prefix: true})
	}
	return out
}

// converse answers a turn through the conversations endpoint. Pictures are
// fetched on the way: only their names come with the answer.
func (p *Provider) converse(ctx context.Context, out policy.Outbound) iter.Seq2[client.Delta, error] {
	return func(yield func(client.Delta, error) bool) {
		x, first, err := p.conversation(out)
		if err != nil {
			yield(client.Delta{}, err)
			return
		}
		for d, err := range p.chat.Run(ctx, x) {
			if err != nil {
				if agent, ok := chat.AgentOf(x.Model); ok {
					err = missing(err, "agent", agent)
				}
				yield(client.Delta{}, err)
				return
			}
			for _, d := range append(first, p.fetched(ctx, d)...) {
				if err := ctx.Err(); err != nil {
					yield(client.Delta{}, err)
					return
				}
				if !yield(d, nil) {
					return
				}
			}
			first = nil
		}
	}
}

// fetched puts the picture into a delta that only names it. One that cannot be
// had stays a file that can be asked for later.
func (p *Provider) fetched(ctx context.Context, d client.Delta) []client.Delta {
	if d.Kind != client.PartDelta || d.Part.Kind != chat.ImagePart || len(d.Part.Data) > 0 {
		return []client.Delta{d}
	}
	data, media, err := p.fetch(ctx, d.Part.URL, maxPicture)
	if err == nil && isPicture(media) {
		d.Part.Data, d.Part.MediaType = data, media
		return []client.Delta{d}
	}
	d.Part.Kind = chat.FilePart
	return []client.Delta{d, {Kind: client.NoticeDelta, Notice: client.Notice{
		Key: "notice.picture_missing", Args: map[string]string{"Name": d.Part.Name},
	}}}
}

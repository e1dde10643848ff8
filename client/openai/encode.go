package openai

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

// request is the body of a chat completion. Fields nobody asked for are left
// out: strict servers refuse what they do not know (422 extra_forbidden).
type request struct {
	Model       string    `json:"model"`
	Messages    []message `json:"messages"`
	Stream      bool      `json:"stream"`
	Temperature *float64  `json:"temperature,omitempty"`
	TopP        *float64  `json:"top_p,omitempty"`
	MaxTokens   *int      `json:"max_tokens,omitempty"`
	Stop        []string  `json:"stop,omitempty"`
	Seed        *int      `json:"seed,omitempty"`
	RandomSeed  *int      `json:"random_seed,omitempty"`
	Effort      string    `json:"reasoning_effort,omitempty"`
	CacheKey    string    `json:"prompt_cache_key,omitempty"`
	Guardrails  []Rail    `json:"guardrails,omitempty"`
	Format      *Format   `json:"response_format,omitempty"`
	// StreamOptions ask for the token counts. Mistral counts without, and hosts
	// of its models answer 422 to them.
	StreamOptions *streamOptions `json:"stream_options,omitempty"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

type message struct {
	Role       chat.Role `json:"role"`
	Content    any       `json:"content,omitempty"` // string or []chunk
	ToolCalls  []call    `json:"tool_calls,omitempty"`
	Name       string    `json:"name,omitempty"`
	ToolCallID string    `json:"tool_call_id,omitempty"`
	Prefix     bool      `json:"prefix,omitempty"`

	chunks []chunk
}

// chunk is a piece of content; only the fields of its type are set.
type chunk struct {
	Type         string  `json:"type"`
	Text         string  `json:"text,omitempty"`
	ImageURL     any     `json:"image_url,omitempty"`
	DocumentURL  string  `json:"document_url,omitempty"`
	DocumentName string  `json:"document_name,omitempty"`
	InputAudio   string  `json:"input_audio,omitempty"`
	Thinking     []chunk `json:"thinking,omitempty"`
	Signature    string  `json:"signature,omitempty"`
}

type call struct {
	ID       string       `json:"id"`
	Type     string       `json:"type"`
	Function callFunction `json:"function"`
}

type callFunction struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

// encode makes the body of a request for a turn.
func (p *Provider) encode(t chat.Turn) ([]byte, error) {
	if len(t.Tools) > 0 {
		return nil, p.unsupported(t.Model, t.Tools[0])
	}
	messages, err := p.messages(t)
	if err != nil {
		return nil, err
	}
	rails, err := p.guardrails(t)
	if err != nil {
		return nil, err
	}
	o := t.Options
	form, err := FormatOf(o)
	if err != nil {
		return nil, err
	}
	r := request{
		Model: t.Model, Messages: messages, Stream: true,
		Temperature: o.Temperature, TopP: o.TopP, MaxTokens: o.MaxTokens, Stop: o.Stop, Effort: o.Effort,
		Guardrails: rails, Format: form,
	}
	if p.opts.Dialect.CacheKey {
		r.CacheKey = cacheKey(t.Conversation)
	}
	if p.opts.Dialect.RandomSeed {
		r.RandomSeed = o.Seed
	} else {
		r.Seed = o.Seed
	}
	// Runners on this machine (vLLM, llama.cpp, LM Studio) count only if asked;
	// what stands behind another host's address nobody knows.
	if p.desc.Place == client.Loopback && !p.opts.Dialect.Strict {
		r.StreamOptions = &streamOptions{IncludeUsage: true}
	}
	return Marshal(r)
}

// Marshal writes the JSON of a request's body as it is shown to the person:
// without HTML's escapes.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fault.E("openai.encode", fault.Invalid, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

// cacheKey marks the requests of one conversation: always the same, and nothing
// can be read from it, neither the text nor when the conversation began.
func cacheKey(id chat.ConversationID) string {
	if id == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("bise: prompt cache key, version 1\n" + string(id)))
	return hex.EncodeToString(sum[:16])
}

func (p *Provider) unsupported(model, feature string) error {
	return fault.E("openai.encode", fault.Unsupported, nil,
		"host", p.desc.Host, "name", p.desc.Name, "model", model, "feature", feature)
}

// messages turns the context into a list that servers accept.
func (p *Provider) messages(t chat.Turn) ([]message, error) {
	system, list, err := p.context(t)
	if err != nil {
		return nil, err
	}
	if t.Prefix != "" {
		if !p.opts.Dialect.Prefix {
			return nil, p.unsupported(t.Model, "continue")
		}
		list = append(list, message{Role: chat.Assistant, Prefix: true, chunks: textChunk(t.Prefix)})
	}
	if system != "" {
		list = append([]message{{Role: chat.System, chunks: textChunk(chat.Text(system))}}, list...)
	}
	for i := range list {
		list[i].Content = content(list[i].chunks)
	}
	return list, nil
}

// context is the system instructions and the messages after them, in an order
// that servers accept.
func (p *Provider) context(t chat.Turn) (system string, list []message, err error) {
	instructions := []string{string(t.System)}
	for _, m := range t.Messages {
		if m.Role == chat.System {
			instructions = append(instructions, string(m.Text()))
			continue
		}
		if m.Empty() {
			continue // an empty answer is refused, and would block the conversation
		}
		spoken, err := p.spoken(t.Model, m)
		if err != nil {
			return "", nil, err
		}
		list = append(list, spoken...)
	}
	list = lawful(list)
	if n := len(list); n == 0 || list[n-1].Role == chat.Assistant {
		return "", nil, fault.E("openai.encode", fault.Usage, nil, "what", "prompt", "word", "")
	}
	return joinLines(instructions), list, nil
}

func joinLines(texts []string) string {
	var kept []string
	for _, s := range texts {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, "\n\n")
}

// content is a string where it can be one: every server takes that.
func content(chunks []chunk) any {
	if len(chunks) == 0 {
		return nil
	}
	texts := make([]string, 0, len(chunks))
	for _, c := range chunks {
		if c.Type != "text" {
			return chunks
		}
		texts = append(texts, c.Text)
	}
	return strings.Join(texts, "\n\n")
}

func textChunk(t chat.Text) []chunk { return []chunk{{Type: "text", Text: string(t)}} }

// spoken turns one message into the wire messages it takes: an answer that
// used a tool is several.
func (p *Provider) spoken(model string, m chat.Message) ([]message, error) {
	list := []message{{Role: m.Role}}
	for _, part := range m.Parts {
		last := &list[len(list)-1]
		if m.Role != chat.User && part.Kind != chat.ToolResultPart && last.Role == chat.Tool {
			list = append(list, message{Role: chat.Assistant})
			last = &list[len(list)-1]
		}
		switch part.Kind {
		case chat.ToolCallPart:
			last.ToolCalls = append(last.ToolCalls, p.call(part))
		case chat.ToolResultPart:
			list = append(list, message{
				Role: chat.Tool, Name: part.Name, ToolCallID: p.callID(part.CallID), chunks: textChunk(part.Text),
			})
		default:
			chunks, err := p.chunk(model, m, part)
			if err != nil {
				return nil, err
			}
			last.chunks = append(last.chunks, chunks...)
		}
	}
	return list, nil
}

// chunk is the content of a part; a part that means nothing to a model, such
// as a source, is none. What a tool made for an answer stays out: models that
// see no images would refuse the whole conversation from then on.
func (p *Provider) chunk(model string, m chat.Message, part chat.Part) ([]chunk, error) {
	if m.Role == chat.Assistant && (part.Kind == chat.ImagePart || part.Kind == chat.FilePart) {
		return nil, nil
	}
	switch part.Kind {
	case chat.TextPart:
		if part.Text == "" {
			return nil, nil
		}
		return textChunk(part.Text), nil
	case chat.ThinkingPart:
		// Dropping a model's own reasoning makes its next answer worse
		// (docs, studio/conversations/reasoning); another's means nothing to it.
		if !p.opts.Dialect.Chunks || m.Provider != string(p.desc.ID) || part.Text == "" {
			return nil, nil
		}
		return []chunk{{Type: "thinking", Thinking: textChunk(part.Text), Signature: part.Signature}}, nil
	case chat.ImagePart:
		url := dataURL(part)
		if p.opts.Dialect.Chunks {
			return []chunk{{Type: "image_url", ImageURL: url}}, nil
		}
		return []chunk{{Type: "image_url", ImageURL: map[string]string{"url": url}}}, nil
	case chat.FilePart:
		return p.file(model, part)
	default:
		return nil, nil
	}
}

// file puts text into the prompt, between lines that say what it is.
func (p *Provider) file(model string, part chat.Part) ([]chunk, error) {
	switch {
	case part.Text != "" || len(part.Data) == 0:
		fence := "```"
		for strings.Contains(string(part.Text), fence) {
			fence += "`"
		}
		return textChunk(chat.Text(part.Name) + "\n" + chat.Text(fence) + "\n" +
			chat.Text(strings.TrimSuffix(string(part.Text), "\n")) + "\n" + chat.Text(fence)), nil
	case p.opts.Dialect.Chunks && part.MediaType == "application/pdf":
		return []chunk{{Type: "document_url", DocumentURL: dataURL(part), DocumentName: part.Name}}, nil
	case p.opts.Dialect.Chunks && strings.HasPrefix(part.MediaType, "audio/"):
		return []chunk{{Type: "input_audio", InputAudio: base64.StdEncoding.EncodeToString(part.Data)}}, nil
	}
	return nil, p.unsupported(model, part.MediaType)
}

func dataURL(part chat.Part) string {
	return "data:" + part.MediaType + ";base64," + base64.StdEncoding.EncodeToString(part.Data)
}

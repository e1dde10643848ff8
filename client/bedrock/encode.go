package bedrock

import (
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// prepare opens a permit and makes the request of it.
func (p *Provider) prepare(out policy.Outbound) (*bedrockruntime.ConverseStreamInput, chat.Turn, error) {
	turn, err := client.Open(p.desc, out)
	if err != nil {
		return nil, turn, err
	}
	if p.bad != nil {
		return nil, turn, p.bad
	}
	in, err := p.encode(turn)
	return in, turn, err
}

func (p *Provider) unsupported(model, feature string) error {
	return fault.E("bedrock.encode", fault.Unsupported, nil,
		"host", p.desc.Host, "name", p.desc.Name, "model", model, "feature", feature)
}

// encode makes the request of a turn. What Converse has no place for is refused
// rather than dropped in silence.
func (p *Provider) encode(t chat.Turn) (*bedrockruntime.ConverseStreamInput, error) {
	o := t.Options
	switch {
	case len(t.Tools) > 0:
		return nil, p.unsupported(t.Model, t.Tools[0])
	case t.Prefix != "":
		return nil, p.unsupported(t.Model, "continue")
	case o.Seed != nil:
		return nil, p.unsupported(t.Model, "seed")
	case o.Effort != "":
		return nil, p.unsupported(t.Model, "reasoning_effort")
	case o.Format != "":
		return nil, p.unsupported(t.Model, "format")
	case o.Filter == chat.FilterOn:
		return nil, p.unsupported(t.Model, "guardrails")
	}
	in := &bedrockruntime.ConverseStreamInput{ModelId: aws.String(t.Model)}
	if o.Temperature != nil || o.TopP != nil || o.MaxTokens != nil || len(o.Stop) > 0 {
		in.InferenceConfig = &types.InferenceConfiguration{StopSequences: o.Stop}
		if o.Temperature != nil {
			in.InferenceConfig.Temperature = aws.Float32(float32(*o.Temperature))
		}
		if o.TopP != nil {
			in.InferenceConfig.TopP = aws.Float32(float32(*o.TopP))
		}
		if o.MaxTokens != nil {
			in.InferenceConfig.MaxTokens = aws.Int32(int32(min(*o.MaxTokens, 1<<31-1)))
		}
	}
	system := []chat.Text{t.System}
	for _, m := range t.Messages {
		if m.Role == chat.System {
			system = append(system, m.Text())
			continue
		}
		if m.Empty() {
			continue
		}
		if err := p.add(in, t.Model, m); err != nil {
			return nil, err
		}
	}
	for _, text := range system {
		if text != "" {
			in.System = append(in.System, &types.SystemContentBlockMemberText{Value: string(text)})
		}
	}
	if n := len(in.Messages); n == 0 || in.Messages[n-1].Role != types.ConversationRoleUser {
		return nil, fault.E("bedrock.encode", fault.Usage, nil, "what", "prompt", "word", "")
	}
	return in, nil
}

// add puts a message at the end. Converse wants user and assistant in turn,
// beginning with the user, so neighbours of one role become one message.
func (p *Provider) add(in *bedrockruntime.ConverseStreamInput, model string, m chat.Message) error {
	role := types.ConversationRoleUser
	if m.Role == chat.Assistant {
		role = types.ConversationRoleAssistant
	}
	var content []types.ContentBlock
	for _, part := range m.Parts {
		block, err := p.block(model, m, part)
		if err != nil {
			return err
		}
		if block != nil {
			content = append(content, block)
		}
	}
	n := len(in.Messages)
	switch {
	case len(content) == 0 || n == 0 && role == types.ConversationRoleAssistant:
	case n > 0 && in.Messages[n-1].Role == role:
		in.Messages[n-1].Content = append(in.Messages[n-1].Content, content...)
	default:
		in.Messages = append(in.Messages, types.Message{Role: role, Content: content})
	}
	return nil
}

// formats are the images that Converse takes.
var formats = map[string]types.ImageFormat{
	"image/png": types.ImageFormatPng, "image/jpeg": types.ImageFormatJpeg,
	"image/gif": types.ImageFormatGif, "image/webp": types.ImageFormatWebp,
}

// block is the content of a part; a part that says nothing to a model is none.
// Calls of another service's tools are left out, since Converse refuses calls
// of tools that it was not told of; what they gave stays, as text.
func (p *Provider) block(model string, m chat.Message, part chat.Part) (types.ContentBlock, error) {
	switch part.Kind {
	case chat.TextPart, chat.ToolResultPart:
		if strings.TrimSpace(string(part.Text)) == "" {
			return nil, nil // Converse refuses blank text
		}
		return &types.ContentBlockMemberText{Value: string(part.Text)}, nil
	case chat.ImagePart:
		if m.Role == chat.Assistant {
			return nil, nil
		}
		format, ok := formats[part.MediaType]
		if !ok {
			return nil, p.unsupported(model, part.MediaType)
		}
		return &types.ContentBlockMemberImage{Value: types.ImageBlock{
			Format: format, Source: &types.ImageSourceMemberBytes{Value: part.Data},
		}}, nil
	case chat.FilePart:
		return p.file(model, m, part)
	default:
		return nil, nil
	}
}

// file is text between lines that say what it is, or a PDF.
func (p *Provider) file(model string, m chat.Message, part chat.Part) (types.ContentBlock, error) {
	switch {
	case m.Role == chat.Assistant:
		return nil, nil
	case part.Text != "" || len(part.Data) == 0:
		fence := "```"
		for strings.Contains(string(part.Text), fence) {
			fence += "`"
		}
		return &types.ContentBlockMemberText{
			Value: part.Name + "\n" + fence + "\n" + strings.TrimSuffix(string(part.Text), "\n") + "\n" + fence,
		}, nil
	case part.MediaType == "application/pdf":
		return &types.ContentBlockMemberDocument{Value: types.DocumentBlock{
			Format: types.DocumentFormatPdf, Name: aws.String(documentName(part.Name)),
			Source: &types.DocumentSourceMemberBytes{Value: part.Data},
		}}, nil
	}
	return nil, p.unsupported(model, part.MediaType)
}

// documentName keeps what Converse allows in a name: letters, digits, single
// spaces, hyphens and brackets.
func documentName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune("-()[]", r) {
			return r
		}
		return ' '
	}, name)
	if name = strings.Join(strings.Fields(name), " "); name == "" {
		return "document"
	}
	return name
}

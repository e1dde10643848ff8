package imports

import (
	"encoding/json"
	"strings"

	"bise/app/chat"
)

// The shapes of conversations.json in an export of ChatGPT, as people who read
// them describe them: a tree of nodes under "mapping", the last one of the
// active branch under "current_node".

type gptConversation struct {
	ID       string          `json:"id"`
	Other    string          `json:"conversation_id"`
	Title    json.RawMessage `json:"title"`
	Created  json.RawMessage `json:"create_time"`
	Updated  json.RawMessage `json:"update_time"`
	Current  json.RawMessage `json:"current_node"`
	Model    json.RawMessage `json:"default_model_slug"`
	Starred  json.RawMessage `json:"is_starred"`
	Mapping  json.RawMessage `json:"mapping"`
	Archived json.RawMessage `json:"is_archived"`
}

type gptNode struct {
	Parent  json.RawMessage `json:"parent"`
	Message *gptMessage     `json:"message"`
}

type gptMessage struct {
	Author struct {
		Role string          `json:"role"`
		Name json.RawMessage `json:"name"`
	} `json:"author"`
	Created   json.RawMessage `json:"create_time"`
	Recipient string          `json:"recipient"`
	Content   struct {
		Type     string          `json:"content_type"`
		Parts    json.RawMessage `json:"parts"`
		Text     json.RawMessage `json:"text"`
		Language json.RawMessage `json:"language"`
		Thoughts json.RawMessage `json:"thoughts"`
		Profile  json.RawMessage `json:"user_profile"`
	} `json:"content"`
	Metadata map[string]json.RawMessage `json:"metadata"`
}

func (in *reading) chatGPT(raw json.RawMessage) (*thread, error) {
	var g gptConversation
	if err := json.Unmarshal(raw, &g); err != nil {
		return nil, err
	}
	t := &thread{
		source: ChatGPT, key: g.ID, title: text(g.Title), created: moment(g.Created), updated: moment(g.Updated),
		model: text(g.Model), leaf: text(g.Current), pinned: string(g.Starred) == "true",
	}
	if t.key == "" {
		t.key = g.Other
	}
	mapping, err := fields(g.Mapping)
	if err != nil {
		return nil, err
	}
	for _, f := range mapping {
		var n gptNode
		if json.Unmarshal(f.raw, &n) != nil {
			t.nodes = append(t.nodes, node{id: f.key, skip: true})
			continue
		}
		t.nodes = append(t.nodes, in.gptNode(f.key, n))
	}
	return t, nil
}

func (in *reading) gptNode(id string, g gptNode) node {
	n := node{id: id, parent: text(g.Parent), skip: true}
	m := g.Message
	if m == nil {
		return n
	}
	n.at, n.model = moment(m.Created), text(m.Metadata["model_slug"])
	tool := text(m.Author.Name)
	switch m.Author.Role {
	case "user":
		n.role = chat.User
		n.parts = in.gptParts(m, chat.Typed, chat.Attached)
	case "assistant":
		n.role = chat.Assistant
		n.search = isSearch(m.Recipient) || searched(m.Metadata)
		if m.Recipient != "" && m.Recipient != "all" && m.Recipient != "python" {
			return n // a call of a tool
		}
		n.parts = in.gptParts(m, chat.Model, chat.Image)
	case "tool":
		// What a tool found is somebody else's, save pictures and code.
		n.role = chat.Assistant
		n.search = isSearch(tool)
		if n.search {
			return n
		}
		n.parts = in.gptParts(m, chat.Model|chat.Code, chat.Image)
		if tool != "python" {
			n.parts = onlyPictures(n.parts)
		}
	default:
		return n
	}
	n.skip = len(n.parts) == 0 || string(m.Metadata["is_visually_hidden_from_conversation"]) == "true"
	return n
}

// searched reports whether what stands beside an answer tells of a web search.
func searched(metadata map[string]json.RawMessage) bool {
	for _, name := range []string{"search_result_groups", "search_queries", "citations", "_cite_metadata"} {
		if raw := metadata[name]; len(raw) > 4 || len(list(raw)) > 0 { // null, [], {}
			return true
		}
	}
	for _, raw := range list(metadata["content_references"]) {
		if kind := text(object(raw)["type"]); strings.Contains(kind, "web") || strings.Contains(kind, "news") {
			return true
		}
	}
	return false
}

// gptParts reads what a message holds.
func (in *reading) gptParts(m *gptMessage, words, pictures chat.Origin) []chat.Part {
	content := &m.Content
	switch content.Type {
	case "code", "execution_output":
		code := text(content.Text)
		if strings.TrimSpace(code) == "" {
			return nil
		}
		language := text(content.Language)
		if language == "unknown" {
			language = ""
		}
		return []chat.Part{{Kind: chat.TextPart, Origin: words | chat.Code, Text: chat.Text("\n```" + language + "\n" + code + "\n```\n")}}
	case "thoughts":
		var parts []chat.Part
		for _, raw := range list(content.Thoughts) {
			if thought := text(object(raw)["content"]); thought != "" {
				parts = append(parts, chat.Part{Kind: chat.ThinkingPart, Origin: words, Text: chat.Text(thought)})
			}
		}
		return parts
	case "text", "multimodal_text", "":
	default:
		return nil // a person's settings, a search's results, a summary of thoughts
	}
	var parts []chat.Part
	for _, raw := range list(content.Parts) {
		if s := text(raw); s != "" {
			parts = append(parts, chat.Part{Kind: chat.TextPart, Origin: words, Text: chat.Text(s)})
			continue
		}
		o := object(raw)
		pointer := text(o["asset_pointer"])
		if s := text(o["text"]); s != "" { // what was said aloud
			parts = append(parts, chat.Part{Kind: chat.TextPart, Origin: words, Text: chat.Text(s)})
		}
		if pointer == "" || text(o["content_type"]) != "image_asset_pointer" {
			continue
		}
		_, id, _ := strings.Cut(pointer, "://")
		parts = append(parts, imagePart(in.picture(id), id, pictures))
	}
	return parts
}

// imagePart is a picture, or its name where its bytes are not there.
func imagePart(data []byte, name string, origin chat.Origin) chat.Part {
	p := chat.Part{Kind: chat.ImagePart, Origin: origin, Name: chat.TitleFrom(chat.Text(name), maxTitle), Data: data}
	if p.MediaType = imageType(data); p.MediaType == "" {
		p.Kind, p.Data = chat.FilePart, nil
	}
	return p
}

// imageType tells a picture by its first bytes, "" for anything else.
func imageType(data []byte) string {
	s := string(data[:min(len(data), 16)])
	switch {
	case strings.HasPrefix(s, "\x89PNG\r\n\x1a\n"):
		return "image/png"
	case strings.HasPrefix(s, "\xff\xd8\xff"):
		return "image/jpeg"
	case strings.HasPrefix(s, "GIF8"):
		return "image/gif"
	case len(s) >= 12 && s[:4] == "RIFF" && s[8:12] == "WEBP":
		return "image/webp"
	}
	return ""
}

func onlyPictures(parts []chat.Part) []chat.Part {
	var kept []chat.Part
	for _, p := range parts {
		if p.Kind == chat.ImagePart {
			p.Origin = chat.Image
			kept = append(kept, p)
		}
	}
	return kept
}

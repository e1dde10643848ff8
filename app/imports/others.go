package imports

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"bise/app/chat"
)

// claude reads a conversation of conversations.json in an export of Claude:
// messages one after the other, with their parents where the export has them.
func claude(raw json.RawMessage) (*thread, error) {
	var c struct {
		UUID     string            `json:"uuid"`
		Name     json.RawMessage   `json:"name"`
		Created  json.RawMessage   `json:"created_at"`
		Updated  json.RawMessage   `json:"updated_at"`
		Model    json.RawMessage   `json:"model"`
		Leaf     json.RawMessage   `json:"current_leaf_message_uuid"`
		Messages []json.RawMessage `json:"chat_messages"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, err
	}
	t := &thread{
		source: Claude, key: c.UUID, title: text(c.Name), created: moment(c.Created), updated: moment(c.Updated),
		model: text(c.Model), leaf: text(c.Leaf),
	}
	last := ""
	for i, raw := range c.Messages {
		m := object(raw)
		n := node{id: text(m["uuid"]), parent: last, at: moment(m["created_at"]), skip: m == nil}
		if n.id == "" {
			n.id = strconv.Itoa(i)
		}
		if parent := text(m["parent_message_uuid"]); parent != "" {
			n.parent = parent
		}
		switch text(m["sender"]) {
		case "human", "user":
			n.role = chat.User
			n.parts = append(claudeFiles(m), typed(claudeText(m))...)
		case "assistant":
			n.role = chat.Assistant
			n.parts, n.search = claudeBlocks(m)
		}
		n.skip = len(n.parts) == 0
		t.nodes = append(t.nodes, n)
		last = n.id
	}
	if t.leaf == "" {
		t.leaf = last
	}
	return t, nil
}

// claudeText is the text of a message: its blocks, or where it has none the
// field that older exports have.
func claudeText(m map[string]json.RawMessage) string {
	var b strings.Builder
	for _, raw := range list(m["content"]) {
		if o := object(raw); text(o["type"]) == "text" {
			b.WriteString(text(o["text"]))
		}
	}
	if b.Len() == 0 {
		return text(m["text"])
	}
	return b.String()
}

func claudeBlocks(m map[string]json.RawMessage) (parts []chat.Part, search bool) {
	for _, raw := range list(m["content"]) {
		o := object(raw)
		switch text(o["type"]) {
		case "text":
			parts = append(parts, said(text(o["text"]))...)
			search = search || len(list(o["citations"])) > 0
		case "thinking":
			if thought := text(o["thinking"]); thought != "" {
				parts = append(parts, chat.Part{Kind: chat.ThinkingPart, Origin: chat.Model, Text: chat.Text(thought)})
			}
		case "tool_use", "server_tool_use", "tool_result", "web_search_tool_result":
			search = search || isSearch(text(o["name"])) || isSearch(text(o["type"]))
		}
	}
	if len(parts) == 0 {
		parts = said(text(m["text"]))
	}
	return parts, search
}

func claudeFiles(m map[string]json.RawMessage) []chat.Part {
	var parts []chat.Part
	for _, raw := range list(m["attachments"]) {
		o := object(raw)
		parts = append(parts, filePart(text(o["file_name"]), text(o["extracted_content"])))
	}
	for _, raw := range list(m["files"]) {
		if name := text(object(raw)["file_name"]); name != "" {
			parts = append(parts, filePart(name, ""))
		}
	}
	return parts
}

func filePart(name, content string) chat.Part {
	return chat.Part{
		Kind: chat.FilePart, Origin: chat.Attached, Name: chat.TitleFrom(chat.Text(name), maxTitle), Text: chat.Text(content),
	}
}

// openWebUI reads a chat of an export of Open WebUI: a tree of messages under
// "history", the active one under "currentId".
func openWebUI(raw json.RawMessage) (*thread, error) {
	outer := object(raw)
	inner := outer
	if first(outer["chat"]) == '{' {
		inner = object(outer["chat"])
	}
	t := &thread{
		source: OpenWebUI, key: text(outer["id"]), title: text(outer["title"]), created: moment(outer["created_at"]),
		updated: moment(outer["updated_at"]), pinned: string(outer["pinned"]) == "true", system: text(inner["system"]),
	}
	if t.title == "" {
		t.title = text(inner["title"])
	}
	if t.key == "" {
		t.key = text(inner["id"])
	}
	if t.created.IsZero() {
		t.created = moment(inner["timestamp"])
	}
	for _, tag := range list(object(outer["meta"])["tags"]) {
		t.tags = append(t.tags, text(tag))
	}
	if models := list(inner["models"]); len(models) > 0 {
		t.model = text(models[0])
	}
	history := object(inner["history"])
	t.leaf = text(history["currentId"])
	messages, err := fields(history["messages"])
	if err != nil { // older exports have the active branch only
		last := ""
		for i, raw := range list(inner["messages"]) {
			n := webUINode(strconv.Itoa(i), object(raw))
			n.parent, last = last, n.id
			t.nodes = append(t.nodes, n)
		}
		t.leaf = last
		return t, nil
	}
	for _, f := range messages {
		t.nodes = append(t.nodes, webUINode(f.key, object(f.raw)))
	}
	return t, nil
}

func webUINode(id string, m map[string]json.RawMessage) node {
	n := node{id: id, parent: text(m["parentId"]), at: moment(m["timestamp"]), model: text(m["model"])}
	content := text(m["content"])
	switch text(m["role"]) {
	case "user":
		n.role = chat.User
		n.parts = append(webUIFiles(m), typed(content)...)
	case "assistant":
		n.role = chat.Assistant
		n.parts = said(content)
		n.search = webUISearched(m)
	}
	n.skip = len(n.parts) == 0
	return n
}

// webUISearched reports whether a web search helped with an answer. Documents
// of the person's own stand in the same list and are named by their files.
func webUISearched(m map[string]json.RawMessage) bool {
	for _, raw := range list(m["statusHistory"]) {
		if isSearch(text(object(raw)["action"])) {
			return true
		}
	}
	for _, name := range []string{"sources", "citations"} {
		for _, raw := range list(m[name]) {
			source := object(object(raw)["source"])
			if strings.Contains(text(source["type"]), "web") || strings.HasPrefix(text(source["name"]), "http") || len(list(source["urls"])) > 0 || text(source["url"]) != "" {
				return true
			}
		}
	}
	return false
}

func webUIFiles(m map[string]json.RawMessage) []chat.Part {
	var parts []chat.Part
	for _, raw := range list(m["files"]) {
		o := object(raw)
		name := text(o["name"])
		if text(o["type"]) == "image" {
			parts = append(parts, imagePart(inlineData(text(o["url"])), name, chat.Attached))
			continue
		}
		if name != "" {
			content := text(object(object(object(o["file"])["data"])["content"])["content"])
			parts = append(parts, filePart(name, content))
		}
	}
	return parts
}

// inlineData is what a data address holds, nil for any other.
func inlineData(address string) []byte {
	head, encoded, ok := strings.Cut(address, ",")
	if !ok || !strings.HasPrefix(head, "data:") || !strings.HasSuffix(head, ";base64") || len(encoded) > maxPicture/3*4+4 {
		return nil
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil
	}
	return data
}

// shareGPT reads a conversation of a ShareGPT collection, or one in the form of
// chat completions, which bise's own datasets have too.
func shareGPT(raw json.RawMessage) (*thread, error) {
	o := object(raw)
	turns := list(o["conversations"])
	if turns == nil {
		turns = list(o["messages"])
	}
	t := plainMessages(turns)
	t.key, t.title, t.model = text(o["id"]), text(o["title"]), text(o["model"])
	return t, nil
}

// plainMessages makes a conversation of turns that follow each other.
func plainMessages(raws []json.RawMessage) *thread {
	t := &thread{source: ShareGPT}
	last := ""
	for i, raw := range raws {
		m := object(raw)
		n := node{id: strconv.Itoa(i), parent: last, skip: true, at: moment(m["timestamp"])}
		role, content := text(m["from"]), text(m["value"])
		if role == "" {
			role, content = text(m["role"]), contentText(m["content"])
		}
		switch role {
		case "human", "user":
			n.role, n.parts = chat.User, typed(content)
		case "gpt", "assistant", "chatgpt", "bard", "model", "bing":
			n.role, n.parts = chat.Assistant, said(content)
			n.search = role == "bing" // an answer of a search
		case "system":
			t.system = content
		case "tool", "function_response", "observation":
			n.search = isSearch(text(m["name"]))
		}
		n.skip = len(n.parts) == 0
		t.nodes = append(t.nodes, n)
		last = n.id
	}
	t.leaf = last
	return t
}

// contentText is the text of a content that is a string or a list of chunks.
func contentText(raw json.RawMessage) string {
	if s := text(raw); s != "" {
		return s
	}
	var b strings.Builder
	for _, chunk := range list(raw) {
		if o := object(chunk); text(o["type"]) == "text" {
			b.WriteString(text(o["text"]))
		}
	}
	return b.String()
}

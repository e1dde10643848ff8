package imports

import (
	"cmp"
	"encoding/json"
	"strconv"

	"bise/app/chat"
)

// leChat reads a conversation of Le Chat that has its messages inside.
func leChat(raw json.RawMessage) (*thread, error) {
	o := object(raw)
	t := leChatMessages(list(o["messages"]))
	t.key = cmp.Or(text(o["id"]), text(o["chatId"]), t.key)
	t.title = cmp.Or(text(o["title"]), text(o["name"]))
	t.created, t.updated = moment(o["createdAt"]), moment(o["updatedAt"])
	return t, nil
}

// leChatMessages reads the file that an export of Le Chat has for each
// conversation: a list of messages, each with its parent where the person tried
// again.
func leChatMessages(raws []json.RawMessage) *thread {
	t := &thread{source: LeChat}
	last := ""
	for i, raw := range raws {
		m := object(raw)
		n := node{
			id: cmp.Or(text(m["id"]), strconv.Itoa(i)), parent: last, at: moment(m["createdAt"]),
			model: cmp.Or(text(m["model"]), text(m["modelName"])),
		}
		if t.key == "" {
			t.key = text(m["chatId"])
		}
		if parent := text(m["parentId"]); parent != "" {
			n.parent = parent
		}
		content := cmp.Or(chunkText(m["contentChunks"]), contentText(m["content"]))
		switch text(m["role"]) {
		case "user":
			n.role = chat.User
			for _, raw := range list(m["files"]) {
				if name := text(object(raw)["name"]); name != "" {
					n.parts = append(n.parts, filePart(name, ""))
				}
			}
			n.parts = append(n.parts, typed(content)...)
		case "assistant":
			n.role, n.parts, n.search = chat.Assistant, said(content), leChatSearched(m)
		}
		n.skip = len(n.parts) == 0
		t.nodes = append(t.nodes, n)
		last = n.id
	}
	t.leaf = last
	return t
}

// chunkText is the text of the chunks of a message.
func chunkText(raw json.RawMessage) string {
	if first(raw) == '"' { // some exports write the list as a string
		raw = json.RawMessage(text(raw))
	}
	return contentText(raw)
}

// leChatSearched reports whether an answer tells of a search: by a tool that was
// called, or by references, which nothing but a search leaves.
func leChatSearched(m map[string]json.RawMessage) bool {
	if len(list(m["references"])) > 0 || len(object(m["references"])) > 0 {
		return true
	}
	raw := m["contentChunks"]
	if first(raw) == '"' {
		raw = json.RawMessage(text(raw))
	}
	for _, chunk := range append(list(raw), list(m["toolCalls"])...) {
		o := object(chunk)
		switch text(o["type"]) {
		case "text", "thinking":
			continue
		case "tool_reference", "reference":
			return true
		}
		if isSearch(text(o["name"])) || isSearch(text(o["toolName"])) || isSearch(text(object(o["function"])["name"])) {
			return true
		}
	}
	return false
}

// vibe reads a session of Mistral Vibe: one message a line, and what is known of
// the session in the file beside it. What its tools read and did stays out.
func vibe(raws []json.RawMessage, meta map[string]json.RawMessage) *thread {
	t := &thread{
		source: Vibe, key: text(meta["session_id"]), title: text(meta["title"]),
		created: moment(meta["start_time"]), updated: moment(meta["end_time"]),
		model: text(object(meta["config"])["active_model"]),
	}
	last, search := "", false
	for i, raw := range raws {
		m := object(raw)
		n := node{id: cmp.Or(text(m["message_id"]), strconv.Itoa(i)), parent: last, skip: true}
		content := contentText(m["content"])
		switch text(m["role"]) {
		case "user":
			n.role, n.parts, search = chat.User, typed(content), false
		case "assistant":
			n.role = chat.Assistant
			if thought := text(m["reasoning_content"]); thought != "" {
				n.parts = append(n.parts, chat.Part{Kind: chat.ThinkingPart, Origin: chat.Model, Text: chat.Text(thought)})
			}
			n.parts = append(n.parts, said(content)...)
			n.search = search
			for _, call := range list(m["tool_calls"]) {
				search = search || isSearch(text(object(object(call)["function"])["name"]))
			}
		case "tool":
			search = search || isSearch(text(m["name"]))
		}
		n.skip = len(n.parts) == 0
		t.nodes = append(t.nodes, n)
		last = n.id
	}
	t.leaf = last
	return t
}

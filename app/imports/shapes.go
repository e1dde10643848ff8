package imports

import (
	"encoding/json"
	"errors"
	"io"
	"path"
	"strconv"

	"bise/app/archive"
	"bise/app/chat"
)

// place names a value within a file.
func place(where string, i int) string { return where + "#" + strconv.Itoa(i) }

// shape says what a value of JSON is.
type shape struct {
	source  Source
	message bool // one message; those of a file make a conversation
	nested  bool // conversations stand in a list inside
}

// shapeOf finds out whose a value is by the fields it has.
func shapeOf(o map[string]json.RawMessage) (shape, bool) {
	has := func(name string) bool { _, ok := o[name]; return ok }
	switch {
	case has("mapping"):
		return shape{source: ChatGPT}, true
	case has("chat_messages"):
		return shape{source: Claude}, true
	case has("chat") && first(o["chat"]) == '{':
		return shape{source: OpenWebUI}, true
	case has("history") && first(o["history"]) == '{':
		return shape{source: OpenWebUI}, true
	case has("role") && (has("chatId") || has("contentChunks")):
		return shape{source: LeChat, message: true}, true
	case has("role") && (has("content") || has("tool_calls")):
		return shape{source: Vibe, message: true}, true
	case has("conversations"):
		inner := list(o["conversations"])
		if len(inner) == 0 {
			return shape{}, false
		}
		if turn := object(inner[0]); turn["from"] != nil {
			return shape{source: ShareGPT}, true
		}
		s, ok := shapeOf(object(inner[0]))
		return shape{source: s.source, nested: true}, ok && !s.message && !s.nested
	case has("messages"):
		inner := list(o["messages"])
		if len(inner) == 0 {
			return shape{}, false
		}
		turn := object(inner[0])
		switch {
		case turn["role"] == nil:
			return shape{}, false
		case turn["contentChunks"] != nil || turn["chatId"] != nil:
			return shape{source: LeChat}, true
		default:
			return shape{source: ShareGPT}, true
		}
	}
	return shape{}, false
}

// bise reads a document of bise's own.
func (in *reading) bise(e *elements, where string, version int) error {
	if version > archive.Version {
		return unreadable("newer", "version", strconv.Itoa(version))
	}
	if in.from != Auto && in.from != Bise {
		return errUnknown
	}
	in.known = true
	if _, err := e.token(); err != nil {
		return failed(err)
	}
	for e.more() {
		key, err := e.token()
		if err != nil {
			return failed(err)
		}
		if key != "conversations" {
			if _, err := e.next(); err != nil {
				return failed(err)
			}
			continue
		}
		err = e.each(func(i int, raw json.RawMessage) error {
			var a archive.Conversation
			if err := json.Unmarshal(raw, &a); err != nil {
				in.to.lost(place(where, i), unreadable("form"))
				return nil
			}
			c, err := a.Chat()
			if err != nil {
				in.to.lost(place(where, i), unreadable("form"))
				return nil
			}
			c, lost := sound(c)
			in.lostMessages(place(where, i), lost)
			return in.to.take(Bise, c)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// list reads a list: conversations, or the messages of one.
func (in *reading) list(e *elements, where string) error {
	var messages []json.RawMessage
	var of shape
	size, any := 0, false
	err := e.each(func(i int, raw json.RawMessage) error {
		s, ok := shapeOf(object(raw))
		if !ok {
			if any || first(raw) != '{' {
				in.to.lost(place(where, i), unreadable("form"))
			}
			return nil
		}
		any = true
		if !s.message {
			return in.element(place(where, i), s, raw)
		}
		of, size = s, size+len(raw)
		if len(messages) >= maxMessages || size > maxElement {
			return unreadable("large")
		}
		messages = append(messages, raw)
		return nil
	})
	var stop stopped
	if errors.As(err, &stop) {
		return err
	}
	if len(messages) > 0 {
		if of.source == Vibe { // a list, not a line a message: somebody's own
			of.source = ShareGPT
		}
		if err := in.messages(where, of.source, messages, nil); err != nil {
			return err
		}
	}
	if err != nil && (any || len(messages) > 0) {
		in.to.lost(where+"…", err)
		return nil
	}
	if err == nil && !any {
		return errUnknown
	}
	return err
}

// values reads one value after the other, mostly a single one.
func (in *reading) values(name, where string, e *elements) error {
	var messages []json.RawMessage
	for i := 1; e.more(); i++ {
		raw, err := e.next()
		if err != nil && i == 1 {
			return failed(err)
		}
		if err != nil {
			in.to.lost(place(where, i), failed(err))
			break
		}
		s, ok := shapeOf(object(raw))
		switch {
		case !ok && i == 1:
			return errUnknown
		case !ok:
			in.to.lost(place(where, i), unreadable("form"))
		case s.message:
			messages = append(messages, raw)
		default:
			if err := in.element(place(where, i), s, raw); err != nil {
				return err
			}
		}
	}
	if len(messages) > 0 {
		return in.messages(where, Vibe, messages, in.meta(name))
	}
	return nil
}

// lined reads a file with one value a line; a bad line costs only itself.
func (in *reading) lined(name, where string, r io.Reader) error {
	var messages []json.RawMessage
	size, any := 0, false
	err := lines(r, func(i int, line []byte) error {
		s, ok := shapeOf(object(line))
		switch {
		case !ok:
			in.to.lost(place(where, i), unreadable("form"))
			return nil
		case !s.message:
			any = true
			return in.element(place(where, i), s, line)
		}
		any, size = true, size+len(line)
		if len(messages) >= maxMessages || size > maxElement {
			return unreadable("large")
		}
		messages = append(messages, append(json.RawMessage(nil), line...))
		return nil
	})
	var stop stopped
	if errors.As(err, &stop) {
		return err
	}
	if err != nil {
		in.to.lost(where+"…", err)
	}
	if len(messages) > 0 {
		return in.messages(where, Vibe, messages, in.meta(name))
	}
	if !any {
		return errUnknown
	}
	return nil
}

// element reads one conversation.
func (in *reading) element(where string, s shape, raw json.RawMessage) error {
	if in.from != Auto && in.from != s.source {
		in.to.lost(where, errUnknown)
		return nil
	}
	if s.nested {
		for i, inner := range list(object(raw)["conversations"]) {
			s, ok := shapeOf(object(inner))
			if !ok || s.message || s.nested {
				in.to.lost(place(where+".", i+1), unreadable("form"))
				continue
			}
			if err := in.element(place(where+".", i+1), s, inner); err != nil {
				return err
			}
		}
		return nil
	}
	read := map[Source]func(json.RawMessage) (*thread, error){
		ChatGPT: in.chatGPT, Claude: claude, OpenWebUI: openWebUI, ShareGPT: shareGPT, LeChat: leChat,
	}[s.source]
	t, err := read(raw)
	if err != nil {
		in.to.lost(where, unreadable("form"))
		return nil
	}
	return in.thread(where, t)
}

// messages makes one conversation out of the messages of a file.
func (in *reading) messages(where string, source Source, raws []json.RawMessage, meta map[string]json.RawMessage) error {
	if in.from != Auto {
		source = in.from
	}
	var t *thread
	switch source {
	case LeChat:
		t = leChatMessages(raws)
	case Vibe:
		t = vibe(raws, meta)
	case ShareGPT:
		t = plainMessages(raws)
	default:
		return errUnknown
	}
	return in.thread(where, t)
}

func (in *reading) thread(where string, t *thread) error {
	in.known = true
	c, lost := t.conversation()
	in.lostMessages(where, lost)
	return in.to.take(t.source, c)
}

func (in *reading) lostMessages(where string, n int) {
	if n > 0 {
		in.to.lost(where, unreadable("loop", "count", strconv.Itoa(n)))
	}
}

// metaFile is what Vibe calls the file about a session.
const metaFile = "meta.json"

// meta is the file about a session beside its messages.
func (in *reading) meta(name string) map[string]json.RawMessage {
	for _, e := range in.entries {
		if e.name != path.Join(path.Dir(name), metaFile) {
			continue
		}
		f, err := e.open()
		if err != nil {
			return nil
		}
		raw, err := newElements(f).next()
		if errors.Join(err, f.Close()) != nil {
			return nil
		}
		return object(raw)
	}
	return nil
}

// picture reads a file of the archive whose name begins with a word; nil where
// there is none, or one that is too large.
func (in *reading) picture(begins string) []byte {
	if begins == "" || path.Base(begins) != begins {
		return nil
	}
	for _, e := range in.entries {
		base := path.Base(e.name)
		if len(base) < len(begins) || base[:len(begins)] != begins {
			continue
		}
		f, err := e.open()
		if err != nil {
			return nil
		}
		data, err := io.ReadAll(io.LimitReader(f, maxPicture+1))
		if errors.Join(err, f.Close()) != nil || len(data) > maxPicture {
			return nil
		}
		return data
	}
	return nil
}

// sound makes a conversation of bise's own form one that can be kept: every
// message once, each after the one it hangs on, and ids of a usual form.
func sound(c chat.Conversation) (out chat.Conversation, lost int) {
	rename := func(id string) string {
		if usualID(id) {
			return id
		}
		return identify(c.Created, "bise", string(c.ID), id)
	}
	t := thread{}
	at := make(map[string]chat.Message, len(c.Messages))
	for _, m := range c.Messages {
		id := rename(string(m.ID))
		n := node{id: id, role: chat.System} // no role that is joined
		if m.Parent != "" {
			n.parent = rename(string(m.Parent))
		}
		if _, twice := at[id]; twice {
			continue
		}
		m.ID, m.Parent = chat.MessageID(id), chat.MessageID(n.parent)
		at[id] = m
		t.nodes = append(t.nodes, n)
	}
	lost = len(c.Messages) - len(t.nodes)
	t.connect()
	order, kept := t.order()
	lost += len(t.nodes) - kept
	out = c
	out.ID = chat.ConversationID(rename(string(c.ID)))
	out.Messages = make([]chat.Message, 0, len(order))
	for _, i := range order {
		m := at[t.nodes[i].id]
		m.Parent = chat.MessageID(t.nodes[i].parent)
		out.Messages = append(out.Messages, m)
	}
	if c.Leaf != "" {
		out.Leaf = chat.MessageID(rename(string(c.Leaf)))
	}
	if _, ok := out.Message(out.Leaf); !ok && len(out.Messages) > 0 {
		out.Leaf = out.Messages[len(out.Messages)-1].ID // in this order the last one is a leaf
	}
	return out, lost
}

// usualID reports whether an id may be kept as it is.
func usualID(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for _, r := range id {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_') {
			return false
		}
	}
	return true
}

package imports

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"bise/app/chat"
)

// node is a message as a source has it.
type node struct {
	id, parent string
	role       chat.Role
	parts      []chat.Part
	at         time.Time
	model      string
	tools      []string
	// skip takes the node out: what is below it hangs on what is above it.
	skip bool
	// search says that a web search ran here: answers up to the next prompt
	// were written with it.
	search bool
}

// thread is a conversation as a source has it.
type thread struct {
	source Source
	// key tells the conversation from others of the source; "" makes one out of
	// its content.
	key              string
	title            string
	created, updated time.Time
	model            string
	system           string
	folder           string
	tags             []string
	pinned           bool
	nodes            []node
	leaf             string // id of the last node of the active branch
}

// conversation makes a conversation of ours out of t. lost counts the nodes that
// are not connected to a beginning.
func (t *thread) conversation() (c chat.Conversation, lost int) {
	if len(t.nodes) > maxMessages {
		lost = len(t.nodes) - maxMessages
		t.nodes = t.nodes[:maxMessages]
	}
	t.connect()
	order, kept := t.order()
	lost += len(t.nodes) - kept
	t.taint(order)
	key := t.key
	if key == "" {
		key = t.content(order)
	}
	t.date(order)
	c = chat.Conversation{
		ID:      chat.ConversationID(identify(t.created, string(t.source), key)),
		Title:   chat.TitleFrom(chat.Text(t.title), maxTitle),
		Created: t.created, Updated: t.updated, Pinned: t.pinned, Folder: chat.TitleFrom(chat.Text(t.folder), maxTitle),
		Model: t.model, System: chat.Text(t.system),
	}
	for _, tag := range t.tags {
		if tag = chat.TitleFrom(chat.Text(tag), maxTitle); tag != "" {
			c.Tags = append(c.Tags, tag)
		}
	}
	ids := make(map[string]chat.MessageID, len(order))
	for _, i := range order {
		n := &t.nodes[i]
		ids[n.id] = chat.MessageID(identify(cmp.Or(n.at, t.created), string(t.source), key, n.id))
	}
	for _, i := range order {
		c.Messages = append(c.Messages, t.message(&t.nodes[i], ids))
	}
	c.Leaf = ids[t.leaf]
	if c.Leaf == "" && len(c.Messages) > 0 {
		c.Leaf = c.Messages[len(c.Messages)-1].ID // in this order the last one is a leaf
	}
	if c.Title == "" {
		for _, m := range c.Messages {
			if m.Role == chat.User {
				c.Title = chat.TitleFrom(m.Text(), 60)
				break
			}
		}
	}
	return c, lost
}

func (t *thread) message(n *node, ids map[string]chat.MessageID) chat.Message {
	m := chat.Message{
		ID: ids[n.id], Parent: ids[n.parent], Role: n.role, Parts: n.parts, At: cmp.Or(n.at, t.created), State: chat.Complete,
	}
	if n.role != chat.User {
		m.Service, m.Provider = specs[t.source].service, ProviderOf(t.source)
		m.Model = cmp.Or(n.model, t.model)
		m.Asked, m.Tools = m.Model, n.tools
	}
	return m
}

// connect gives every node an id of its own, hangs what follows a skipped node
// on what is above it, and lets answers in several pieces be one.
func (t *thread) connect() {
	at := make(map[string]int, len(t.nodes))
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.id == "" {
			n.id = "#" + strconv.Itoa(i)
		}
		if _, twice := at[n.id]; twice {
			n.skip, n.id = true, ""
			continue
		}
		at[n.id] = i
	}
	for i := range t.nodes {
		if n := &t.nodes[i]; n.parent != "" {
			if _, there := at[n.parent]; !there {
				n.parent = ""
			}
		}
	}
	for i := range t.nodes {
		n := &t.nodes[i]
		parent, search := t.above(at, n.parent)
		n.parent = parent
		n.search = n.search || search && n.role == chat.Assistant
	}
	if up, there := at[t.leaf]; there && t.nodes[up].skip {
		t.leaf = t.nodes[up].parent
	}
	t.join(at)
}

// above is the first node from id upwards that stays, and whether a search ran
// on the way. What was found is kept in the nodes passed, so that a long way is
// walked once.
func (t *thread) above(at map[string]int, id string) (parent string, search bool) {
	var passed []int
	for len(passed) <= len(t.nodes) { // bounded: a loop cannot run for ever
		up, there := at[id]
		if !there || !t.nodes[up].skip {
			break
		}
		passed = append(passed, up)
		id = t.nodes[up].parent
	}
	for _, up := range slices.Backward(passed) {
		search = search || t.nodes[up].search
		t.nodes[up].search, t.nodes[up].parent = search, id
	}
	return id, search
}

// join puts an answer that goes on from an answer, and is the only one to do so,
// into the one above it.
func (t *thread) join(at map[string]int) {
	children := make(map[string]int)
	for i := range t.nodes {
		if !t.nodes[i].skip {
			children[t.nodes[i].parent]++
		}
	}
	into := make(map[string]string)
	for i := range t.nodes {
		n := &t.nodes[i]
		up, there := at[n.parent]
		if n.skip || !there || up >= i || n.role != chat.Assistant || t.nodes[up].role != chat.Assistant || children[n.parent] != 1 {
			continue
		}
		for t.nodes[up].skip { // joined itself; those above come earlier
			next, ok := at[into[t.nodes[up].id]]
			if !ok || next >= up {
				break
			}
			up = next
		}
		if t.nodes[up].skip {
			continue
		}
		above := &t.nodes[up]
		above.parts = append(above.parts, n.parts...)
		above.tools = append(above.tools, n.tools...)
		above.model = cmp.Or(above.model, n.model)
		above.search = above.search || n.search
		into[n.id], n.skip = above.id, true
	}
	for i := range t.nodes {
		if to, ok := into[t.nodes[i].parent]; ok {
			t.nodes[i].parent = to
		}
	}
	if to, ok := into[t.leaf]; ok {
		t.leaf = to
	}
}

// order lists the nodes that stay, each after the one above it, and how many are
// accounted for, skipped ones included. What hangs in a loop is in neither.
func (t *thread) order() (order []int, accounted int) {
	below := make(map[string][]int)
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.skip {
			accounted++
			continue
		}
		below[n.parent] = append(below[n.parent], i)
	}
	stack := slices.Clone(below[""])
	slices.Reverse(stack)
	delete(below, "")
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		order = append(order, i)
		next := below[t.nodes[i].id]
		delete(below, t.nodes[i].id)
		for _, child := range slices.Backward(next) {
			stack = append(stack, child)
		}
	}
	return order, accounted + len(order)
}

// taint gives every part of an answer its origin.
func (t *thread) taint(order []int) {
	for _, i := range order {
		n := &t.nodes[i]
		if n.role == chat.User || n.role == chat.System {
			continue
		}
		for j := range n.parts {
			p := &n.parts[j]
			if p.Origin == 0 {
				p.Origin = chat.Model
			}
			if n.search && p.Kind == chat.ReferencePart {
				p.Origin |= chat.ThirdParty
			}
			if n.search {
				p.Origin |= chat.WebSearch
			}
		}
		if n.search {
			n.tools = append(n.tools, chat.WebSearchTool)
		}
		slices.Sort(n.tools)
		n.tools = slices.Compact(n.tools)
	}
}

// date gives the conversation the times of its messages where it has none.
func (t *thread) date(order []int) {
	for _, i := range order {
		at := t.nodes[i].at
		if at.IsZero() {
			continue
		}
		if t.created.IsZero() {
			t.created = at
		}
		if at.After(t.updated) {
			t.updated = at
		}
	}
	if t.updated.Before(t.created) {
		t.updated = t.created
	}
}

// content is what tells a conversation without an id from others: its words.
func (t *thread) content(order []int) string {
	var b strings.Builder
	for _, i := range order {
		b.WriteString(string(t.nodes[i].role))
		for _, p := range t.nodes[i].parts {
			b.WriteByte(0)
			b.WriteString(string(p.Text))
		}
	}
	return b.String()
}

// typed is what a person wrote.
func typed(text string) []chat.Part {
	if text == "" {
		return nil
	}
	return []chat.Part{{Kind: chat.TextPart, Origin: chat.Typed, Text: chat.Text(text)}}
}

// said is what a model wrote.
func said(text string) []chat.Part {
	if text == "" {
		return nil
	}
	return []chat.Part{{Kind: chat.TextPart, Origin: chat.Model, Text: chat.Text(text)}}
}

// isSearch reports whether a tool of a name searches or reads the web.
func isSearch(tool string) bool {
	tool = strings.ToLower(tool)
	for _, word := range []string{"web", "browser", "search", "bing", "brave", "tavily", "fetch", "news"} {
		if strings.Contains(tool, word) {
			return true
		}
	}
	return false
}

// Linear is a conversation whose messages follow each other, as a database of
// another program has it. The ids of its messages are theirs in the source.
func Linear(source Source, key string, c chat.Conversation) chat.Conversation {
	t := thread{source: source, key: key, title: c.Title, created: c.Created, updated: c.Updated, model: c.Model, system: string(c.System)}
	parent := ""
	for _, m := range c.Messages {
		n := node{id: string(m.ID), parent: parent, role: m.Role, parts: m.Parts, at: m.At, model: m.Model}
		for i, p := range n.parts {
			origin := originOf(m.Role, p.Kind)
			if n.parts[i].Origin = origin; p.Kind == chat.ImagePart {
				n.parts[i] = imagePart(p.Data, p.Name, origin)
			}
		}
		t.nodes = append(t.nodes, n)
		parent, t.leaf = n.id, n.id
	}
	out, _ := t.conversation()
	return out
}

func originOf(role chat.Role, kind chat.Kind) chat.Origin {
	switch {
	case role != chat.User:
		return chat.Model
	case kind == chat.TextPart:
		return chat.Typed
	default:
		return chat.Attached
	}
}

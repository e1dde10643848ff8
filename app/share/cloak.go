package share

import (
	"slices"
	"strconv"
	"strings"

	"bise/app/chat"
)

// Cloak puts placeholders in the place of what is found in a request, and takes
// them back out of its answer. The same text has the same placeholder
// everywhere in a request, and since a whole context is cloaked from its
// beginning, in every later request of the conversation. The zero value changes
// nothing.
type Cloak struct {
	holders map[string]string // what was found, by its placeholder
	longest int               // length of the longest placeholder
}

// Hide gives the request with placeholders in it. What it is given is not
// changed.
func (l Look) Hide(turn chat.Turn) (chat.Turn, Cloak) {
	h := hiding{look: l, names: make(map[string]string), counts: make(map[Kind]int), cloak: Cloak{holders: make(map[string]string)}}
	h.taken = func(name string) bool {
		return strings.Contains(string(turn.System), name) || slices.ContainsFunc(turn.Messages, func(m chat.Message) bool {
			return slices.ContainsFunc(m.Parts, func(p chat.Part) bool { return strings.Contains(string(p.Text), name) })
		})
	}
	turn.System = h.text(turn.System)
	turn.Messages = slices.Clone(turn.Messages)
	for i := range turn.Messages {
		m := &turn.Messages[i]
		m.Parts = slices.Clone(m.Parts)
		for j := range m.Parts {
			m.Parts[j].Text = h.text(m.Parts[j].Text)
			m.Parts[j].Name = string(h.text(chat.Text(m.Parts[j].Name)))
		}
	}
	turn.Prefix = h.text(turn.Prefix)
	return turn, h.cloak
}

type hiding struct {
	look   Look
	names  map[string]string // placeholders, by what was found
	counts map[Kind]int
	taken  func(name string) bool
	cloak  Cloak
}

func (h *hiding) text(text chat.Text) chat.Text {
	found := h.look.Find(string(text))
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, s := range found {
		b.WriteString(string(text[at:s.Start]))
		b.WriteString(h.name(s.Kind, string(text[s.Start:s.End])))
		at = s.End
	}
	b.WriteString(string(text[at:]))
	return chat.Text(b.String())
}

// name is the placeholder of a text: brackets keep it apart from words, and a
// kind lets the model go on speaking of an address or a number.
func (h *hiding) name(kind Kind, found string) string {
	if name, ok := h.names[found]; ok {
		return name
	}
	for {
		h.counts[kind]++
		name := "[" + strings.ToUpper(string(kind)) + "-" + strconv.Itoa(h.counts[kind]) + "]"
		if h.taken(name) {
			continue
		}
		h.names[found], h.cloak.holders[name] = name, found
		h.cloak.longest = max(h.cloak.longest, len(name))
		return name
	}
}

// Hides is how many different texts have a placeholder.
func (c Cloak) Hides() int { return len(c.holders) }

// Restore puts back what the placeholders in a text stand for.
func (c Cloak) Restore(text string) string {
	out, rest := c.restore(text, true)
	return out + rest
}

// restore puts back what it can; rest is an end that may be the beginning of a
// placeholder, unless this is the last piece.
func (c Cloak) restore(text string, last bool) (out, rest string) {
	if len(c.holders) == 0 {
		return text, ""
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '[')
		if i < 0 {
			b.WriteString(text)
			return b.String(), ""
		}
		b.WriteString(text[:i])
		text = text[i:]
		end := strings.IndexByte(text[:min(len(text), c.longest)], ']')
		if end < 0 && len(text) < c.longest && !last {
			return b.String(), text
		}
		if found, ok := c.holders[text[:end+1]]; ok {
			b.WriteString(found)
			text = text[end+1:]
			continue
		}
		b.WriteByte('[')
		text = text[1:]
	}
}

// Restorer is Restore for a text that arrives in pieces, which may cut a
// placeholder in two.
type Restorer struct {
	cloak Cloak
	held  string
}

// NewRestorer makes a Restorer.
func (c Cloak) NewRestorer() *Restorer { return &Restorer{cloak: c} }

// Push takes a piece and gives what is settled.
func (r *Restorer) Push(piece string) string {
	out, held := r.cloak.restore(r.held+piece, false)
	r.held = held
	return out
}

// Flush gives what is still held at the end.
func (r *Restorer) Flush() string {
	held := r.held
	r.held = ""
	return r.cloak.Restore(held)
}

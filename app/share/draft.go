package share

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Draft is a conversation on its way to a reader, with what was found in it. It
// holds only what a reader may see: titles, text, pictures and sources, and for
// each turn who wrote it, the model and the day.
type Draft struct {
	c     chat.Conversation
	left  []policy.Left
	found []Finding
}

// Finding is something found in a conversation or a prompt.
type Finding struct {
	Kind Kind
	// Message is where it is; "" is the title.
	Message chat.MessageID
	Role    chat.Role
	// Text is what was found, Before and After are what stands around it in its
	// line.
	Text, Before, After chat.Text
	// Keep leaves it in.
	Keep bool

	part  int
	place place
	span  Span
}

// place says which text of a part a finding is in.
type place uint8

const (
	inText place = iota
	inName
	inURL
)

// NewDraft takes what a reader may see out of a cleared conversation, and looks
// for what they perhaps should not. The kind Refused says that no rule has
// cleared it.
func NewDraft(s policy.Shareable, look Look) (*Draft, error) {
	c, _, err := s.Open()
	if err != nil {
		return nil, fault.E("share.NewDraft", fault.Refused, err)
	}
	d := &Draft{c: bare(c), left: s.Left()}
	d.look("", "", -1, inText, d.c.Title, look)
	for _, m := range d.c.Messages {
		for i, p := range m.Parts {
			d.look(m.ID, m.Role, i, inText, string(p.Text), look)
			d.look(m.ID, m.Role, i, inName, p.Name, look)
			d.look(m.ID, m.Role, i, inURL, p.URL, look)
		}
	}
	return d, nil
}

// FindIn lists what is found in the texts and the names of files of a message.
func (l Look) FindIn(m chat.Message) []Finding {
	var found []Finding
	for i, p := range m.Parts {
		for where, text := range []string{inText: string(p.Text), inName: p.Name} {
			for _, f := range l.findings(text) {
				f.Message, f.Role, f.part, f.place = m.ID, m.Role, i, place(where)
				found = append(found, f)
			}
		}
	}
	return found
}

func (d *Draft) look(id chat.MessageID, role chat.Role, part int, where place, text string, look Look) {
	for _, f := range look.findings(text) {
		f.Message, f.Role, f.part, f.place = id, role, part, where
		d.found = append(d.found, f)
	}
}

// Around is how much of a line is shown on each side of a finding, in bytes.
const Around = 60

// findings are what is found in a text, each with its surroundings.
func (l Look) findings(text string) []Finding {
	spans := l.Find(text)
	found := make([]Finding, 0, len(spans))
	for i, s := range spans {
		f := Finding{Kind: s.Kind, Text: chat.Text(text[s.Start:s.End]), span: s}
		f.Before, f.After = around(shown(text, 0, s.Start, spans[:i]), shown(text, s.End, len(text), spans[i+1:]))
		found = append(found, f)
	}
	return found
}

// shown is a piece of a text near a finding, in which what opens something is
// only there in part.
func shown(text string, from, to int, spans []Span) string {
	// A line of a megabyte is cut before it is looked at.
	const far = 4 * Around
	if to == len(text) {
		to = min(to, from+far)
	} else {
		from = max(from, to-far)
	}
	var b strings.Builder
	for _, s := range spans {
		if s.Start < from || s.End > to {
			if s.Kind.Secret() && s.End > from && s.Start < to { // cut in two
				if s.Start < from {
					from = s.End
				} else {
					to = s.Start
				}
			}
			continue
		}
		if s.Kind.Secret() {
			b.WriteString(text[from:s.Start])
			b.WriteString(string(Finding{Kind: s.Kind, Text: chat.Text(text[s.Start:s.End])}.Shown()))
			from = s.End
		}
	}
	b.WriteString(text[from:max(from, to)])
	return strings.ToValidUTF8(b.String(), "")
}

// around are the surroundings of a finding in its line.
func around(before, after string) (chat.Text, chat.Text) {
	if i := strings.LastIndexByte(before, '\n'); i >= 0 {
		before = before[i+1:]
	}
	after, _, _ = strings.Cut(after, "\n")
	if n := len(before) - Around; n > 0 {
		for !utf8.RuneStart(before[n]) {
			n--
		}
		before = "…" + before[n:]
	}
	if n := Around; len(after) > n {
		for !utf8.RuneStart(after[n]) {
			n--
		}
		after = after[:n] + "…"
	}
	return chat.Text(before), chat.Text(after)
}

// bare is a conversation without all that no reader is to see. It is built from
// what may be there, so that a field added later is not in it.
func bare(c chat.Conversation) chat.Conversation {
	out := chat.Conversation{ID: c.ID, Title: c.Title, Leaf: c.Leaf}
	for _, m := range c.Branch() {
		if m.Role != chat.User && m.Role != chat.Assistant || m.Role == chat.Assistant && m.State == chat.Growing {
			continue
		}
		parent := chat.MessageID("")
		if n := len(out.Messages); n > 0 {
			parent = out.Messages[n-1].ID
		}
		keep := chat.Message{
			ID: m.ID, Parent: parent, Role: m.Role, At: day(m.At), State: m.State, Service: m.Service,
			Asked: m.Asked, Model: m.Model, Edited: m.Edited, Ruleset: m.Ruleset, Clauses: m.Clauses,
		}
		for _, p := range m.Parts {
			switch p.Kind {
			case chat.TextPart:
				keep.Parts = append(keep.Parts, chat.Part{Kind: p.Kind, Origin: p.Origin, Text: p.Text})
			case chat.ImagePart:
				keep.Parts = append(keep.Parts, chat.Part{Kind: p.Kind, Origin: p.Origin, Name: p.Name, MediaType: p.MediaType, Data: slices.Clone(p.Data)})
			case chat.ReferencePart:
				keep.Parts = append(keep.Parts, chat.Part{Kind: p.Kind, Origin: p.Origin, Name: p.Name, URL: p.URL})
			default: // reasoning, tools and files stay here
			}
		}
		out.Messages = append(out.Messages, keep)
		out.Leaf = m.ID
	}
	return out
}

// day is the day of a time: at what hour somebody writes is nobody's business.
func day(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Findings lists what was found, in the order of reading.
func (d *Draft) Findings() []Finding { return slices.Clone(d.found) }

// Left lists what the rules took out.
func (d *Draft) Left() []policy.Left { return d.left }

// Turns is how many turns there are.
func (d *Draft) Turns() int { return len(d.c.Messages) }

// Keep leaves the finding at a place of Findings in, or takes it out again.
func (d *Draft) Keep(i int, keep bool) {
	if i >= 0 && i < len(d.found) {
		d.found[i].Keep = keep
	}
}

// KeepKind is Keep for all findings of a kind.
func (d *Draft) KeepKind(kind Kind, keep bool) {
	for i, f := range d.found {
		if f.Kind == kind {
			d.found[i].Keep = keep
		}
	}
}

// Frozen is the conversation as the reader will see it: mark stands where
// something was taken out. It still needs a permit of its own.
func (d *Draft) Frozen(mark func(Kind) string) chat.Conversation {
	c := d.c
	c.Title = d.redact("", -1, inText, c.Title, mark)
	c.Messages = slices.Clone(c.Messages)
	for i := range c.Messages {
		m := &c.Messages[i]
		m.Parts = slices.Clone(m.Parts)
		for j := range m.Parts {
			p := &m.Parts[j]
			p.Text = chat.Text(d.redact(m.ID, j, inText, string(p.Text), mark))
			p.Name = d.redact(m.ID, j, inName, p.Name, mark)
			p.URL = d.redact(m.ID, j, inURL, p.URL, mark)
		}
	}
	return c
}

func (d *Draft) redact(id chat.MessageID, part int, where place, text string, mark func(Kind) string) string {
	var b strings.Builder
	at := 0
	for _, f := range d.found {
		if f.Message != id || f.part != part || f.place != where || f.Keep {
			continue
		}
		b.WriteString(text[at:f.span.Start])
		b.WriteString(mark(f.Kind))
		at = f.span.End
	}
	if at == 0 {
		return text
	}
	b.WriteString(text[at:])
	return b.String()
}

// Shown is what was found as it is shown to its owner: what opens something
// only in part, the rest whole, and a phrase that a line breaks in one line.
func (f Finding) Shown() chat.Text {
	if !f.Kind.Secret() {
		return chat.Text(strings.ReplaceAll(string(f.Text), "\n", " "))
	}
	n := min(4, len(f.Text)/4)
	for n > 0 && !utf8.RuneStart(f.Text[n]) {
		n--
	}
	return f.Text[:n] + "…"
}

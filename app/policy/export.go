package policy

import (
	"slices"
	"strings"

	"bise/app/chat"
)

// act is what a format amounts to. A dataset may name its purpose, as in
// "dataset:evaluation".
func (f Format) act() Act {
	switch {
	case f == Clipboard:
		return Copy
	case f == Editor:
		return StoreTurn // $EDITOR reads a file
	case strings.HasPrefix(string(f), string(Dataset)+":"):
		return Act(f)
	default:
		return join("export", string(f))
	}
}

// Export clears a conversation, or a part of one, for a format. A turn that may
// not leave comes back as a record without text, or not at all where the rules
// exclude it; the verdict then redacts. It blocks, with a zero permit, only
// where nothing is left.
func (r Rules) Export(f Facts, c chat.Conversation, format Format) (Exportable, Verdict) {
	act := format.act()
	if !r.Answers(act) {
		return Exportable{}, r.Decide(f, act, 0)
	}
	out, left, v := r.leave(f, c, act)
	if v.Decision == Block {
		return Exportable{}, v
	}
	return Exportable{conversation: out, format: format, left: left, cleared: true}, v
}

// Share clears a conversation's active branch for an audience, as a frozen copy
// without instructions, attachments and other branches. A share is always asked
// about: until f.Confirming(ShareTurn) the permit is zero.
func (r Rules) Share(f Facts, c chat.Conversation, to Audience) (Shareable, Verdict) {
	f.audience = to
	ask := r.Decide(f, ShareTurn, chat.Model)
	if !ask.Decision.Permits() {
		return Shareable{}, ask
	}
	snapshot := chat.Conversation{
		ID: c.ID, Title: c.Title, Named: c.Named, Created: c.Created, Updated: c.Updated,
		Leaf: c.Leaf, Messages: c.Branch(),
	}
	var files []Left
	for i := range snapshot.Messages {
		files = append(files, withoutFiles(&snapshot.Messages[i], ask)...)
	}
	out, left, v := r.leave(f, snapshot, ShareTurn)
	if v.Decision == Block {
		return Shareable{}, v
	}
	return Shareable{conversation: out, audience: to, left: append(files, left...), cleared: true}, v
}

// withoutFiles takes what the person attached out of a message.
func withoutFiles(m *chat.Message, why Verdict) (left []Left) {
	parts := make([]chat.Part, 0, len(m.Parts))
	for _, p := range m.Parts {
		if p.Kind == chat.FilePart || p.Origin.Has(chat.Attached) && !body(p) {
			left = append(left, Left{Message: m.ID, What: "attachment", Verdict: why})
			continue
		}
		p.Data = slices.Clone(p.Data)
		parts = append(parts, p)
	}
	m.Parts = parts
	return left
}

// leave takes out of every message what may not leave bise by act. The
// verdict is the strictest of those on what stays; it redacts where something
// was left out, and blocks where nothing with text stays.
func (r Rules) leave(f Facts, c chat.Conversation, act Act) (chat.Conversation, []Left, Verdict) {
	out := c
	out.Tags = slices.Clone(c.Tags)
	out.Messages = make([]chat.Message, 0, len(c.Messages))
	var left []Left
	gone := make(map[chat.MessageID]chat.MessageID) // to its parent
	reused := r.reused(c.Messages)
	verdict := r.decide(f, act, subject{kinds: []string{"input"}})
	texts := 0
	for i, m := range c.Messages {
		kept, without, v := r.leaving(f, m, act, reused[i])
		for at := range without {
			without[at].Placeholder = r.replaced(f, m, reused[i])
		}
		if left = append(left, without...); v.Decision < verdict.Decision {
			verdict = v
		}
		if !v.passes() && v.action == "exclude" {
			gone[m.ID] = m.Parent
			continue
		}
		if !kept.Empty() {
			texts++
		}
		out.Messages = append(out.Messages, kept)
	}
	relink(&out, gone)
	switch {
	case len(left) > 0:
		if verdict.passes() {
			verdict = left[0].Verdict
		}
		verdict.Decision = Redact
		if texts == 0 {
			verdict.Decision = Block
		}
	case verdict.Decision <= Redact:
		verdict.Decision = Block
	}
	return out, left, verdict
}

// relink hangs the messages below those that are gone on what was above them.
func relink(c *chat.Conversation, gone map[chat.MessageID]chat.MessageID) {
	above := func(id chat.MessageID) chat.MessageID {
		for range gone { // bounded: a cycle cannot run for ever
			parent, ok := gone[id]
			if !ok {
				break
			}
			id = parent
		}
		return id
	}
	c.Leaf = above(c.Leaf)
	for i := range c.Messages {
		c.Messages[i].Parent = above(c.Messages[i].Parent)
	}
}

// leaving takes out of one message what may not leave.
func (r Rules) leaving(f Facts, m chat.Message, act Act, extra []string) (out chat.Message, left []Left, v Verdict) {
	if m.State == chat.Withheld {
		m.Parts = nil
		v = r.withheldVerdict(act, m)
		return m, []Left{{Message: m.ID, What: "text", Verdict: v}}, v
	}
	f, about := r.asWhole(f, m, extra)
	out, left, whole := r.clearParts(f, act, m, extra)
	switch {
	case whole:
		return withhold(m, left[0].Verdict), left, left[0].Verdict
	case len(left) > 0:
		v = left[0].Verdict
		v.action = "redact" // the turn stays, without what was beside its text
		return out, left, v
	}
	return out, nil, r.judge(f, act, about)
}

// asWhole is what a message is as a whole, with the kinds it inherits by
// repeating others, and the facts of the service it was made at.
func (r Rules) asWhole(f Facts, m chat.Message, extra []string) (Facts, subject) {
	if m.Service != "" && m.Role != chat.User && m.Role != chat.System {
		f = f.withService(Service(m.Service))
	}
	about := r.subjectOfMessage(m)
	if len(extra) > 0 && m.Role != chat.User {
		about.kinds = strictestFirst(append(about.kinds, extra...))
	}
	return f, about
}

// replaced reports whether an export for readers has a placeholder for a
// message.
func (r Rules) replaced(f Facts, m chat.Message, extra []string) bool {
	if m.State == chat.Withheld {
		return true
	}
	f, about := r.asWhole(f, m, extra)
	return r.judge(f, PlainText.act(), about).action == "redact"
}

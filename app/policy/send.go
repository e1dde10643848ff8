package policy

import (
	"slices"
	"strings"

	"bise/app/chat"
)

// Send clears a request for one destination, whose service decides. Messages,
// parts and tools that may not go there are left out and listed; a verdict that
// blocks or confirms gives a zero permit.
func (r Rules) Send(f Facts, t chat.Turn, to Destination) (Outbound, Verdict) {
	if to.Service != "" {
		f = f.withService(to.Service)
	}
	v := r.Decide(f, StartChat, 0)
	if !v.Decision.Permits() {
		return Outbound{}, v
	}
	out := Outbound{to: to, cleared: true}
	tools, left, asks := r.clearTools(f, t.Tools)
	if asks != nil {
		return Outbound{}, *asks
	}
	t.Tools = tools
	messages, without := r.context(f, t.Messages)
	t.Messages = messages
	out.left = append(left, without...)
	out.turn = t
	return out, v
}

// clearTools takes out the built-in tools that the profile may not use. A tool
// that has to be confirmed first stops the whole request.
func (r Rules) clearTools(f Facts, tools []string) (kept []string, left []Left, asks *Verdict) {
	for _, tool := range tools {
		use := r.tools[tool]
		if use.feature == "" {
			kept = append(kept, tool) // the person's own
			continue
		}
		v := r.Decide(f, join("use_feature", use.feature), 0)
		switch v.Decision {
		case Confirm:
			return nil, nil, &v
		case Block, Redact:
			left = append(left, Left{What: "tool:" + tool, Verdict: v})
		case NotApplicable, Warn, Allow:
			kept = append(kept, tool)
		}
	}
	return kept, left, nil
}

// context takes out of the messages what may not go to the service of f, and
// answers with nothing in them, which services refuse.
func (r Rules) context(f Facts, messages []chat.Message) (kept []chat.Message, left []Left) {
	act := join("send_context", string(f.Service()))
	reused := r.reused(messages)
	for i, m := range messages {
		if m.State == chat.Withheld {
			left = append(left, Left{Message: m.ID, What: "text", Verdict: r.withheldVerdict(act, m)})
			continue
		}
		if m.Role == chat.Assistant && m.Empty() {
			continue
		}
		from := f.withService(Service(m.Service))
		if m.Role == chat.User || m.Role == chat.System {
			from = f
		}
		cleared, without, whole := r.clearParts(from, act, m, reused[i])
		left = append(left, without...)
		if whole || cleared.Role == chat.Assistant && cleared.Empty() {
			continue
		}
		kept = append(kept, cleared)
	}
	return kept, left
}

// clearParts decides an act for each part of a message. A part of the text
// itself that may not pass takes the whole message with it, since a turn is
// judged as a whole; a source or a file beside the text goes alone.
func (r Rules) clearParts(f Facts, act Act, m chat.Message, extra []string) (out chat.Message, left []Left, whole bool) {
	seen := make(map[chat.Origin]Verdict, 2) // an answer of a thousand parts has few origins
	out = m
	out.Parts = make([]chat.Part, 0, len(m.Parts))
	for _, p := range m.Parts {
		about := r.subjectOfPart(m, p, extra)
		key := partKey(p)
		v, ok := seen[key]
		if !ok {
			v = r.judge(f, act, about)
			r.fillWords(&v, f)
			seen[key] = v
		}
		if v.passes() {
			out.Parts = append(out.Parts, p)
			continue
		}
		if body(p) {
			return chat.Message{}, []Left{{Message: m.ID, What: "text", Verdict: v}}, true
		}
		left = append(left, Left{Message: m.ID, What: string(p.Kind), Verdict: v})
	}
	return out, left, false
}

// passes reports whether the text itself may go on; what is only marked or
// asked about is for the caller to mark or ask.
func (v Verdict) passes() bool {
	switch v.action {
	case "allow", "label":
		return true
	case "redact", "exclude":
		return false
	default:
		return v.Decision != Block && v.Decision != Redact
	}
}

// body reports whether a part is the text of a turn rather than something
// beside it.
func body(p chat.Part) bool {
	switch p.Kind {
	case chat.ReferencePart, chat.FilePart, chat.ImagePart:
		return false
	default:
		return true
	}
}

// partKey tells parts apart that may be judged differently.
func partKey(p chat.Part) chat.Origin {
	if body(p) {
		return p.Origin
	}
	return p.Origin | 1<<15
}

// subjectOfPart is what a part is by its origin, by the tools that ran for its
// turn and by what the turn repeats. Text of an answer is never somebody else's
// content as such: with a search it is a search answer.
func (r Rules) subjectOfPart(m chat.Message, p chat.Part, extra []string) subject {
	if m.Role == chat.User || m.Role == chat.System {
		if p.Origin == 0 {
			p.Origin = chat.Typed // nobody else writes there
		}
		return subjectOf(p.Origin)
	}
	about := subjectOf(p.Origin)
	about.edited = m.Edited
	if body(p) {
		if p.Origin.Any(chat.WebSearch | chat.News) {
			about.kinds = slices.DeleteFunc(about.kinds, func(k string) bool { return k == "third_party" })
		}
		if taint := append(r.taintOf(m.Tools), extra...); len(taint) > 0 {
			about.kinds = strictestFirst(append(taint, about.kinds...))
			about.own = false
		}
	}
	return about
}

// withheldVerdict says why a turn that was not kept is not there any more, and
// whether its place may still be shown. A dataset would be without it also if it
// had been kept, and says that.
func (r Rules) withheldVerdict(act Act, m chat.Message) Verdict {
	f, about := Facts{}.withService(Service(m.Service)), subject{kinds: r.withheldKinds(m)}
	v, now := r.judge(f, StoreTurn, about), r.judge(f, act, about)
	if dataset := strings.HasPrefix(act.cellWord(""), "dataset:"); dataset && !now.passes() {
		v, m.Clauses = now, nil
	}
	r.fillWords(&v, f)
	v.action = now.action
	if v.action != "exclude" {
		v.action = "redact"
	}
	v.Act, v.Decision, v.Fields = act, Redact, nil
	if len(m.Clauses) > 0 {
		v.Clauses = m.Clauses
	}
	return v
}

func (r Rules) withheldKinds(m chat.Message) []string {
	if kinds := strictestFirst(r.taintOf(m.Tools)); len(kinds) > 0 {
		return kinds
	}
	return []string{"web_search"}
}

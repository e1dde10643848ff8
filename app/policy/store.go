package policy

import (
	"slices"

	"bise/app/chat"
)

// Store clears a message for the history. Where the text may not be kept, the
// permit carries the record without it: the verdict redacts and the message is
// chat.Withheld. The service where the message was made decides; where it does
// not say, the one of f.
func (r Rules) Store(f Facts, m chat.Message) (Storable, Verdict) {
	if m.Service != "" {
		f = f.withService(Service(m.Service))
	}
	if m.State == chat.Withheld {
		m.Parts = nil
		return Storable{message: m, cleared: true}, r.withheldVerdict(StoreTurn, m)
	}
	out, left, whole := r.clearParts(f, StoreTurn, m, nil)
	switch {
	case whole:
		v := left[0].Verdict
		v.Decision = Redact
		return Storable{message: withhold(m, v), left: left, cleared: true}, v
	case len(left) > 0:
		v := left[0].Verdict
		v.Decision = Redact
		return Storable{message: out, left: left, cleared: true}, v
	}
	v := r.decide(f, StoreTurn, r.subjectOfMessage(m))
	return Storable{message: out, cleared: v.passes() && v.Decision != Block}, v
}

// withhold leaves the record of a message without its text.
func withhold(m chat.Message, v Verdict) chat.Message {
	m.Parts = nil
	m.State = chat.Withheld
	m.Clauses = v.Clauses
	m.Ruleset = v.Ruleset
	return m
}

// subjectOfMessage is what a message is as a whole.
func (r Rules) subjectOfMessage(m chat.Message) subject {
	all := subject{edited: m.Edited}
	own := 0
	for _, p := range m.Parts {
		about := r.subjectOfPart(m, p, nil)
		all.kinds = append(all.kinds, about.kinds...)
		if about.own {
			own++
		}
	}
	all.own = own > 0 && own == len(m.Parts)
	if len(all.kinds) == 0 {
		all = r.subjectOfTurn(Turn{Tools: m.Tools, Edited: m.Edited})
		if m.Role == chat.User || m.Role == chat.System {
			all.kinds = []string{"input"}
		}
	}
	all.kinds = strictestFirst(all.kinds)
	return all
}

// KeepsLess reports whether facts b may forbid to keep something that facts a
// let be kept, whatever service it was made at.
func (r Rules) KeepsLess(a, b Facts) bool {
	for _, service := range vocabulary["service"].words {
		x, y := a.withService(Service(service)), b.withService(Service(service))
		for _, kind := range append(slices.Clone(turnKinds), unknownKind) {
			about := subject{kinds: []string{kind}}
			if r.judge(y, StoreTurn, about).stricter(r.judge(x, StoreTurn, about)) {
				return true
			}
		}
	}
	return false
}

// Keeps says what the rules let be kept with facts f, one sign for every service
// and kind: two texts differ where one of them lets something be kept that the
// other does not.
func (r Rules) Keeps(f Facts) string {
	var signs []byte
	for _, service := range vocabulary["service"].words {
		g := f.withService(Service(service))
		for _, kind := range append(slices.Clone(turnKinds), unknownKind) {
			v := r.judge(g, StoreTurn, subject{kinds: []string{kind}})
			signs = append(signs, '0'+byte(v.Decision), 'a'+byte(slices.Index(turnActions, v.action)+1))
		}
	}
	return string(signs)
}

// Keep clears a title, a draft or a system instruction for the history. Only
// text whose every source may be stored passes; anything else gives a zero
// permit.
func (r Rules) Keep(f Facts, p chat.Part) (Keepable, Verdict) {
	v := r.decide(f, StoreTurn, subjectOf(p.Origin))
	if !v.Decision.Permits() {
		return Keepable{}, v
	}
	return Keepable{part: p, cleared: true}, v
}

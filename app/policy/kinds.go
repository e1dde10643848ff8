package policy

import (
	"slices"

	"bise/app/chat"
)

// turnKinds are the kind words of the contract, strictest first: where several
// apply to one turn and decide alike, the first names the reason.
var turnKinds = []string{"reported", "news", "web_search", "third_party", "agent", "code", "image", "text", "input"}

// unknownKind is text nobody labelled. It stands in the rules only: no fact
// says it.
const unknownKind = "unknown"

// kindOf pairs each origin with the kind it makes.
var kindOf = []struct {
	origin chat.Origin
	kind   string
}{
	{chat.Reported, "reported"},
	{chat.News, "news"},
	{chat.WebSearch, "web_search"},
	{chat.ThirdParty, "third_party"},
	{chat.OwnTool, "third_party"},
	{chat.Agent, "agent"},
	{chat.Code, "code"},
	{chat.Image, "image"},
	{chat.Model, "text"},
	{chat.Typed | chat.Attached, "input"},
}

// subject is what an act is about: the kinds of the text and where it was made.
type subject struct {
	kinds  []string
	own    bool // a search tool the person runs made it
	edited bool
}

// subjectOf reads the set of origins of a piece of text. No origin at all is an
// unknown kind.
func subjectOf(o chat.Origin) subject {
	var s subject
	for _, k := range kindOf {
		if o.Any(k.origin) && !slices.Contains(s.kinds, k.kind) {
			s.kinds = append(s.kinds, k.kind)
		}
	}
	s.own = o.Any(chat.OwnTool) && !o.Any(chat.WebSearch|chat.News|chat.ThirdParty)
	if s.own && o.Any(chat.Model) { // an answer written with the results, not the results
		s.kinds[slices.Index(s.kinds, "third_party")] = "web_search"
	}
	// A model writes the answer that a tool's result went into: the tool names
	// the kind. Likewise what a person typed into an answer does not make it
	// input.
	if len(s.kinds) > 1 {
		s.kinds = slices.DeleteFunc(s.kinds, func(k string) bool { return k == "text" || k == "input" })
		if len(s.kinds) == 0 {
			s.kinds = []string{"text"}
		}
	}
	if len(s.kinds) == 0 {
		s.kinds = []string{unknownKind}
	}
	return s
}

// subjectOfTurn reads the turn that facts describe; a turn left out is a plain
// text answer. Tools that ran and an earlier turn that is repeated taint it.
func (r Rules) subjectOfTurn(t Turn) subject {
	kind := t.Kind
	if kind == "" {
		kind = "text"
	}
	kinds := []string{kind}
	if kind != "input" {
		kinds = append(kinds, r.taintOf(t.Tools)...)
		if slices.Contains(r.limits.taints, t.ReusedFrom) {
			kinds = append(kinds, t.ReusedFrom)
		}
	}
	return subject{kinds: strictestFirst(kinds), edited: t.Edited}
}

// taintOf gives the kinds that tools make of the answer they helped with.
func (r Rules) taintOf(tools []string) []string {
	var kinds []string
	for _, tool := range tools {
		if use, ok := r.tools[tool]; ok && use.kind != "" {
			kinds = append(kinds, use.kind)
		}
	}
	return kinds
}

// strictestFirst sorts kinds, without repeats, and drops plain text beside
// another kind.
func strictestFirst(kinds []string) []string {
	var sorted []string
	for _, k := range append(slices.Clone(turnKinds), unknownKind) {
		if slices.Contains(kinds, k) && (k != "text" || len(sorted) == 0) {
			sorted = append(sorted, k)
		}
	}
	return sorted
}

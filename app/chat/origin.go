package chat

import "strings"

// Origin is the set of sources a piece of text came from. The zero value means
// that nobody said where the text came from, which the rules treat as the
// strictest case.
type Origin uint16

// The sources. A part carries every one that applies.
const (
	// Typed is text a person wrote.
	Typed Origin = 1 << iota
	// Attached is the content of a file the person added.
	Attached
	// Model is text a model wrote without a retrieval tool.
	Model
	// WebSearch is an answer written with the service's web search.
	WebSearch
	// News is an answer written with the service's news connector.
	News
	// ThirdParty is a link, snippet or thumbnail of somebody else's content.
	ThirdParty
	// Image is a generated image.
	Image
	// Code is output of the service's code interpreter.
	Code
	// Agent is the definition of an agent.
	Agent
	// Reported is content the person reported as illegal.
	Reported
	// OwnTool is the result of a search tool the person runs themselves.
	OwnTool
)

var originNames = []struct {
	origin Origin
	name   string
}{
	{Typed, "typed"},
	{Attached, "attached"},
	{Model, "model"},
	{WebSearch, "web_search"},
	{News, "news"},
	{ThirdParty, "third_party"},
	{Image, "image"},
	{Code, "code"},
	{Agent, "agent"},
	{Reported, "reported"},
	{OwnTool, "own_tool"},
}

// Has reports whether o contains every source of other.
func (o Origin) Has(other Origin) bool { return o&other == other }

// Any reports whether o contains at least one source of other.
func (o Origin) Any(other Origin) bool { return o&other != 0 }

// Names lists the sources in o by their stable names, in a fixed order.
func (o Origin) Names() []string {
	var names []string
	for _, n := range originNames {
		if o.Has(n.origin) {
			names = append(names, n.name)
		}
	}
	return names
}

// OriginOf is the set that names name. A name that is not known makes the whole
// set unknown: it may stand for something stricter.
func OriginOf(names []string) Origin {
	var o Origin
	for _, name := range names {
		known := false
		for _, n := range originNames {
			if n.name == name {
				o, known = o|n.origin, true
			}
		}
		if !known {
			return 0
		}
	}
	return o
}

// String joins the names of o with commas; an empty set is "unknown".
func (o Origin) String() string {
	if names := o.Names(); len(names) > 0 {
		return strings.Join(names, ",")
	}
	return "unknown"
}

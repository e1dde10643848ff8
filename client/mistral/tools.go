package mistral

import (
	"strings"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

// builtIn pairs the tools' stable names with the service's own and with what
// text is that was written with their help.
var builtIn = []struct {
	name, wire string
	origin     chat.Origin
}{
	{chat.WebSearchTool, "web_search", chat.WebSearch},
	{chat.NewsTool, "web_search_premium", chat.News},
	{chat.ImageTool, "image_generation", chat.Image},
	{chat.CodeTool, "code_interpreter", chat.Code},
	{chat.LibraryTool, "document_library", chat.Model},
}

// toolNames are the stable names, in the order in which they are shown.
func toolNames() []string {
	names := make([]string, len(builtIn))
	for i, t := range builtIn {
		names[i] = t.name
	}
	return names
}

// named gives the stable name of a tool that the service reports, and what text
// is from then on. A tool that bise does not know may have read the web: the
// strict label.
func named(wire string) (name string, origin chat.Origin) {
	for _, t := range builtIn {
		if t.wire == wire {
			return t.name, t.origin
		}
	}
	return wire, chat.WebSearch
}

// tool is one entry of the field "tools".
type tool struct {
	Type       string   `json:"type"`
	LibraryIDs []string `json:"library_ids,omitempty"`
}

// toolsOf are the built-in tools that a turn wants.
func (p *Provider) toolsOf(t chat.Turn) ([]tool, error) {
	const op = "mistral.tools"
	var list []tool
	have := make(map[string]bool)
	for _, name := range t.Tools {
		wire := ""
		for _, b := range builtIn {
			if b.name == name || b.wire == name {
				wire = b.wire
			}
		}
		switch {
		case wire == "":
			return nil, fault.E(op, fault.Unsupported, nil,
				"host", p.Describe().Host, "name", p.Describe().Name, "model", t.Model, "feature", name)
		case wire == chat.LibraryTool && len(t.Libraries) == 0:
			return nil, fault.E(op, fault.NotFound, nil, "what", "library")
		case have[wire]:
			continue
		}
		have[wire] = true
		entry := tool{Type: wire}
		if wire == chat.LibraryTool {
			entry.LibraryIDs = t.Libraries
		}
		list = append(list, entry)
	}
	return list, nil
}

// offered says whether the host has what only the global one has: hosts of a
// region keep nothing, so that they have no agents, conversations, files or
// libraries (docs, inference/regional-inference).
func (p *Provider) offered(op, feature string) error {
	d := p.chat.Describe()
	if d.Region == "" {
		return nil
	}
	return fault.E(op, fault.NotOffered, nil,
		"host", d.Host, "feature", feature, "instead", strings.TrimPrefix(DefaultBaseURL, "https://"))
}

// converses says whether a turn goes through the conversations endpoint.
func converses(t chat.Turn) bool {
	_, agent := chat.AgentOf(t.Model)
	return agent || len(t.Tools) > 0
}

var (
	_ client.FileFetcher = (*Provider)(nil)
	_ client.Learner     = (*Provider)(nil)
)

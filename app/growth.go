package app

import (
	"slices"
	"strings"

	"bise/app/chat"
	"bise/client"
)

// growth collects the parts of a growing answer. Sources stand behind all
// others: they are cited by number, and the text between them stays in one
// piece.
type growth struct {
	closed  []chat.Part
	sources []chat.Part
	open    chat.Part // text or thinking that still grows
	text    strings.Builder
}

func (g *growth) adopt(parts []chat.Part) {
	for _, p := range parts {
		if p.Kind == chat.ReferencePart {
			g.sources = append(g.sources, p)
			continue
		}
		g.close()
		if p.Kind == chat.TextPart || p.Kind == chat.ThinkingPart {
			g.open = p
			g.text.WriteString(string(p.Text))
			continue
		}
		g.closed = append(g.closed, p)
	}
}

func (g *growth) add(d Delta) {
	origin := d.Origin
	if origin == 0 {
		origin = chat.Model
	}
	switch d.Kind {
	case client.TextDelta:
		g.extend(chat.TextPart, origin, d)
	case client.ThinkingDelta:
		g.extend(chat.ThinkingPart, origin, d)
	case client.PartDelta:
		p := d.Part
		if p.Kind == chat.ThinkingPart && p.Text == "" && g.open.Kind == chat.ThinkingPart {
			g.open.Signature = p.Signature // the signature of what was thought
			return
		}
		if p.Origin == 0 {
			p.Origin = origin
		}
		if p.Kind == chat.ReferencePart {
			g.sources = append(g.sources, p)
			return
		}
		g.close()
		g.closed = append(g.closed, p)
	default:
	}
}

// ran keeps the program of a run that has ended, and what it printed.
func (g *growth) ran(t ToolActivity) {
	known := func(p chat.Part) bool { return p.Kind == chat.RunPart && p.CallID == t.ID }
	if t.State == client.ToolStarted || t.Code == "" && t.Output == "" || slices.ContainsFunc(g.closed, known) {
		return
	}
	g.close()
	g.closed = append(g.closed, chat.Part{Kind: chat.RunPart, Origin: chat.Model | chat.Code, Name: t.Name, CallID: t.ID, Text: t.Code})
	if t.Output != "" {
		g.closed = append(g.closed, chat.Part{Kind: chat.RunOutputPart, Origin: chat.Code, CallID: t.ID, Text: t.Output})
	}
}

func (g *growth) extend(kind chat.Kind, origin chat.Origin, d Delta) {
	if g.open.Kind != kind {
		g.close()
		g.open = chat.Part{Kind: kind}
	}
	g.open.Origin |= origin
	g.text.WriteString(string(d.Text))
}

func (g *growth) close() {
	if g.open.Kind == "" {
		return
	}
	g.open.Text = chat.Text(g.text.String())
	g.closed = append(g.closed, g.open)
	g.open = chat.Part{}
	g.text.Reset()
}

func (g *growth) parts() []chat.Part {
	parts := append([]chat.Part(nil), g.closed...)
	if g.open.Kind != "" {
		p := g.open
		p.Text = chat.Text(g.text.String()) // shares the builder's memory
		parts = append(parts, p)
	}
	return append(parts, g.sources...)
}

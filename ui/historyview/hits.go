package historyview

import (
	"strings"
	"time"
	"unicode"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/termsafe"
)

// hitLines is how many lines the selected hit gets below the list.
const hitLines = 3

// before is how much of a line may stand before what was found, so that it is
// not cut off on a narrow screen.
const before = 12

// hitText is the line for a hit: a little of what stands before the match, and
// what follows.
func hitText(h app.Hit) string {
	text := string(h.Snippet.Text)
	if len(h.Snippet.Matches) == 0 {
		return text
	}
	at := h.Snippet.Matches[0].Start
	if at < 0 || at > len(text) {
		return text
	}
	lead := []rune(safe(text[:at]))
	if len(lead) > before {
		lead = append([]rune("…"), lead[len(lead)-before:]...)
	}
	return string(lead) + flat(text[at:])
}

// flat is text in one line, spaces run together.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// hit is the selected hit at some length, with what was found marked.
func (v *View) hit() []string {
	h, ok := v.selectedHit()
	if !ok {
		return nil
	}
	t, w := &v.Env.Theme, v.Env.Words
	width, _ := v.Inner()
	who := w.T("history.answered")
	if h.Role == chat.User {
		who = w.T("history.asked")
	}
	lines := []string{
		t.Border.Render(strings.Repeat("─", width)),
		t.Muted.Render(ansi.Truncate(who+" · "+h.At.Local().Format(time.DateOnly+" 15:04"), width, "…")),
	}
	found := strings.Split(ansi.Wrap(marked(h.Snippet, t.Text, t.Match), max(8, width), ""), "\n")
	return append(lines, found[:min(len(found), hitLines-1)]...)
}

// marked is a snippet in styles. Texts come from the history, so each piece is
// made safe by itself.
func marked(s app.Snippet, plain, match lipgloss.Style) string {
	text := string(s.Text)
	var b strings.Builder
	at := 0
	for _, m := range s.Matches {
		if m.Start < at || m.End < m.Start || m.End > len(text) {
			continue
		}
		b.WriteString(plain.Render(safe(text[at:m.Start])))
		b.WriteString(match.Render(safe(text[m.Start:m.End])))
		at = m.End
	}
	b.WriteString(plain.Render(safe(text[at:])))
	return b.String()
}

// safe is a piece of a line for the screen: spaces run together, but kept at
// the ends, where the next piece follows.
func safe(s string) string {
	out := termsafe.Line(flat(s))
	if out == "" {
		return out
	}
	if unicode.IsSpace(rune(s[0])) {
		out = " " + out
	}
	if unicode.IsSpace(rune(s[len(s)-1])) {
		out += " "
	}
	return out
}

package chatview

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/termsafe"
)

// run adds what a tool has told to the runs of a growing answer.
func (it *item) run(t app.ToolActivity) {
	for i := range it.runs {
		r := &it.runs[i]
		if r.ID != t.ID || r.Name != t.Name {
			continue
		}
		r.State = t.State
		r.Sources = max(r.Sources, t.Sources)
		for _, told := range []struct{ to, from *chat.Text }{{&r.Query, &t.Query}, {&r.Code, &t.Code}, {&r.Output, &t.Output}} {
			if *told.from != "" {
				*told.to = *told.from
			}
		}
		return
	}
	it.runs = append(it.runs, t)
}

// toolName is a tool in words; one that bise does not know has its own name.
func (v *View) toolName(name string) string {
	if key := "tools.name." + name; v.env.Words.Has(key) {
		return v.env.Words.T(key)
	}
	return termsafe.Line(name)
}

// tools is what stands between an answer's head and its text: the tool at work,
// and one line for each that has ended. Code and what it printed are folded with
// the reasoning.
func (v *View) tools(it *item) []string {
	t := &v.env.Theme
	var lines []string
	if names := v.untold(it); names != "" {
		lines = append(lines, margin+t.Thinking.Render(v.cut(v.env.Words.T("tools.used", "Tools", names))))
	}
	for _, done := range summed(it.runs) {
		style := t.Thinking
		if done.State == app.ToolFailed {
			style = t.Warning
		}
		lines = append(lines, margin+style.Render(v.cut(v.runLine(done))))
		if v.thinking {
			lines = append(lines, v.codeLines(done)...)
		}
	}
	return lines
}

// untold names the tools of which nothing is known but that they ran: those of
// an answer out of the history.
func (v *View) untold(it *item) string {
	var names []string
	for _, tool := range it.message.Tools {
		if !slices.ContainsFunc(it.runs, func(r app.ToolActivity) bool { return r.Name == tool }) && !it.growing {
			names = append(names, v.toolName(tool))
		}
	}
	return strings.Join(names, ", ")
}

// runs of one tool, added up.
type runs struct {
	app.ToolActivity
	times int
	codes []app.ToolActivity
}

// summed adds up the runs of each tool that have ended alike, in the order in
// which they began: five searches are one line.
func summed(all []app.ToolActivity) []runs {
	var sums []runs
	for _, r := range all {
		at := -1
		for i, s := range sums {
			if s.Name == r.Name && s.State == r.State && r.State == app.ToolDone {
				at = i
			}
		}
		if at < 0 {
			sums = append(sums, runs{ToolActivity: r})
			at = len(sums) - 1
			sums[at].Sources = 0
		}
		s := &sums[at]
		s.times++
		s.Sources += r.Sources
		if r.Query != "" {
			s.Query = r.Query
		}
		if r.Code != "" || r.Output != "" {
			s.codes = append(s.codes, r)
		}
	}
	return sums
}

// runLine says what a tool is doing or has done.
func (v *View) runLine(r runs) string {
	w := v.env.Words
	name := v.toolName(r.Name)
	query := termsafe.Line(string(r.Query))
	switch {
	case r.State == app.ToolFailed:
		return w.T("tools.failed", "Tool", name)
	case r.State != app.ToolDone:
		return w.T("tools.running", "Tool", name, "Query", query)
	}
	line := w.N("tools.done", r.times, "Tool", name, "Query", query)
	if r.Sources > 0 {
		line += " · " + w.N("tools.sources", r.Sources)
	}
	if len(r.codes) > 0 && !v.thinking {
		line += " " + w.T("tools.code_folded")
	}
	return line
}

// mostCode is how many lines of a program, and of what it printed, are shown:
// the rest is in the answer or can be asked for.
const mostCode = 200

// codeLines are the programs of a tool and what they printed.
func (v *View) codeLines(r runs) []string {
	t := &v.env.Theme
	var lines []string
	add := func(sign string, text chat.Text) {
		if text == "" {
			return
		}
		all := strings.Split(strings.TrimRight(termsafe.Text(string(text)), "\n"), "\n")
		for _, l := range all[:min(len(all), mostCode)] {
			l = strings.ReplaceAll(l, "\t", "    ")
			lines = append(lines, margin+t.Muted.Render("┊ "+sign)+t.Code.Render(ansi.Truncate(l, max(1, v.inner()-4), "…")))
		}
		if n := len(all) - mostCode; n > 0 {
			lines = append(lines, margin+t.Muted.Render("┊ "+v.env.Words.N("chat.more_lines", n)))
		}
	}
	for _, c := range r.codes {
		add("  ", c.Code)
		add("→ ", c.Output)
	}
	return lines
}

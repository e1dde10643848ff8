package chatview

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/termsafe"
	"bise/ui/markdown"
)

// Lines draws the view: exactly its height in lines, each at most its width.
func (v *View) Lines() []string {
	if v.cache != nil {
		return v.cache
	}
	if len(v.items) == 0 {
		v.cache = v.drawWelcome()
		return v.cache
	}
	// From the end upwards, until the view is full.
	var parts [][]string
	need, skip := v.height, v.back
	for i := len(v.items) - 1; i >= 0 && need > 0; i-- {
		h := v.heightOf(v.items[i])
		if skip >= h {
			skip -= h
			continue
		}
		end := h - skip
		from := max(0, end-need)
		parts = append(parts, v.draw(i, from, end))
		need -= end - from
		skip = 0
	}
	lines := make([]string, 0, v.height)
	slices.Reverse(parts)
	for _, p := range parts {
		lines = append(lines, p...)
	}
	for len(lines) < v.height {
		lines = append(lines, "")
	}
	if v.width < v.inner()+len(margin) { // narrower than text can be laid out
		for i, l := range lines {
			lines[i] = ansi.Truncate(l, v.width, "")
		}
	}
	v.cache = lines
	return lines
}

func (v *View) drawWelcome() []string {
	lines := make([]string, 0, v.height)
	for range max(0, (v.height-len(v.welcome))/3) {
		lines = append(lines, "")
	}
	for _, l := range v.welcome {
		for part := range strings.SplitSeq(ansi.Wrap(l, v.inner(), ""), "\n") {
			lines = append(lines, ansi.Truncate("  "+part, v.width, "…"))
		}
	}
	if len(lines) > v.height { // what is left out has a sign
		lines = append(lines[:v.height-1:v.height-1], ansi.Truncate("  …", v.width, ""))
	}
	for len(lines) < v.height {
		lines = append(lines, "")
	}
	return lines
}

// section is a run of lines of an item that are drawn only where they are seen.
type section struct {
	height int
	// draw gives the lines from up to but not including to.
	draw func(from, to int) []string
}

// fixed is a section of lines that cost little.
func fixed(lines ...string) section {
	return section{len(lines), func(from, to int) []string { return lines[from:to] }}
}

// indented is a laid-out text behind a margin.
func indented(text *markdown.View, margin string) section {
	return section{text.Height(), func(from, to int) []string {
		lines := text.Lines(from, to)
		for i, l := range lines {
			lines[i] = margin + l
		}
		return lines
	}}
}

// sections are the parts of an item from top to bottom, a blank line last.
func (v *View) sections(it *item) []section {
	if it.message.Role == chat.User {
		return []section{v.prompt(it), fixed(v.promptNotes(it)...), fixed("")}
	}
	it.ready(v.env)
	parts := []section{fixed(v.answerHead(it)), fixed(v.tools(it)...)}
	if it.thinking != nil {
		parts = append(parts, v.reasoning(it)...)
	}
	if it.body != nil {
		parts = append(parts, indented(it.body, margin))
	}
	parts = append(parts, v.madeSections(it)...)
	return append(parts, fixed(v.below(it)...), fixed(""))
}

// margin is what stands before every line of an answer.
const margin = "  "

// heightOf is how many lines an item takes.
func (v *View) heightOf(it *item) int {
	if it.height == 0 {
		for _, s := range v.sections(it) {
			it.height += s.height
		}
	}
	return it.height
}

// draw gives the lines from up to end of item i.
func (v *View) draw(i, from, end int) []string {
	lines := make([]string, 0, end-from)
	at := 0 // lines above the section
	for _, s := range v.sections(v.items[i]) {
		if first, last := max(from-at, 0), min(end-at, s.height); first < last {
			lines = append(lines, s.draw(first, last)...)
		}
		at += s.height
	}
	if n := v.hit.line - from; v.hit.words != "" && v.hit.id == v.items[i].message.ID && n >= 0 && n < len(lines) {
		lines[n] = v.lit(lines[n])
	}
	if i == v.selected {
		for n, l := range lines {
			lines[n] = v.mark(l)
		}
	}
	return lines
}

// mark puts the sign of selection into the margin of a line.
func (v *View) mark(line string) string {
	accent := v.env.Theme.Accent
	if line == "" {
		return accent.Render("│")
	}
	if rest, ok := strings.CutPrefix(line, v.bar()); ok {
		return accent.Render("│▌") + rest
	}
	return accent.Render("│") + strings.TrimPrefix(line, margin[:1])
}

// bar stands before every line of a prompt.
func (v *View) bar() string { return v.env.Theme.Accent.Render("▌") + " " }

// prompt is the text of a prompt.
func (v *View) prompt(it *item) section {
	wrapped, bar := it.promptLines(), v.bar()
	return section{len(wrapped), func(from, to int) []string {
		lines := make([]string, 0, to-from)
		for _, l := range wrapped[from:to] {
			lines = append(lines, bar+v.env.Theme.User.Render(l))
		}
		return lines
	}}
}

// promptNotes is what stands under a prompt: how much is folded away, its files,
// its alternatives, its time.
func (v *View) promptNotes(it *item) []string {
	w := v.env.Words
	var notes []string
	if it.more > 0 {
		notes = append(notes, w.N("chat.more_lines", it.more))
	}
	for _, name := range it.attachments() {
		notes = append(notes, w.T("chat.attached", "Name", name))
	}
	if it.branches > 1 {
		notes = append(notes, v.branchMark(it))
	}
	if v.details {
		notes = append(notes, it.message.At.Local().Format("2006-01-02 15:04:05"))
	}
	for i, n := range notes {
		notes[i] = v.bar() + v.env.Theme.Muted.Render(v.cut(n))
	}
	return notes
}

// cut shortens a line to the width of text.
func (v *View) cut(line string) string { return ansi.Truncate(line, v.inner(), "…") }

func (v *View) branchMark(it *item) string {
	return fmt.Sprintf("‹ %d/%d ›", it.branch+1, it.branches)
}

func (v *View) answerHead(it *item) string {
	t, m := &v.env.Theme, it.message
	name := termsafe.Line(v.env.App.Describe(m.Provider).Name)
	model := m.Model
	if model == "" {
		model = m.Asked
	}
	if name == "" {
		name = termsafe.Line(m.Provider)
	}
	head := name
	_, agent := chat.AgentOf(m.Asked)
	if agent && model != m.Asked {
		head += " · " + termsafe.Line(v.env.App.ModelName(m.Asked))
	}
	if model != "" && model != m.Provider {
		head += " · " + termsafe.Line(v.env.App.ModelName(model))
	}
	if m.Model != "" && m.Asked != "" && m.Model != m.Asked && !agent { // an agent asks its own model
		head += " " + v.env.Words.T("chat.redirected", "Asked", termsafe.Line(v.env.App.ModelName(m.Asked)))
	}
	if it.branches > 1 {
		head += "  " + v.branchMark(it)
	}
	if v.details {
		head += "  " + v.facts(m)
	}
	return "  " + t.Assistant.Render(v.cut(head))
}

// facts are the time, duration and counts of an answer.
func (v *View) facts(m chat.Message) string {
	parts := []string{m.At.Local().Format("2006-01-02 15:04")}
	if m.Took > 0 {
		parts = append(parts, m.Took.Round(100*time.Millisecond).String())
	}
	if m.Usage.Known {
		parts = append(parts, v.env.Words.T("chat.tokens", "Prompt", m.Usage.Prompt, "Completion", m.Usage.Completion))
	}
	return strings.Join(parts, " · ")
}

// reasoning is what stands between an answer's head and its text: the reasoning,
// or one line for it.
func (v *View) reasoning(it *item) []section {
	t := &v.env.Theme
	if v.thinking {
		return []section{indented(it.thinking, margin+t.Muted.Render("┊ ")), fixed("")}
	}
	key := "chat.thought"
	if it.growing && (it.body == nil || it.body.Empty()) {
		key = "chat.thinking"
	}
	return []section{fixed(margin + t.Thinking.Render(v.cut(v.env.Words.T(key))))}
}

// below is what stands under an answer: sources, why it ended early, what is
// waited for.
func (v *View) below(it *item) []string {
	t, w := &v.env.Theme, v.env.Words
	var lines []string
	for _, call := range it.calls() {
		lines = append(lines, "  "+t.Muted.Render(v.cut(w.T("chat.tool_call", "Call", call))))
	}
	sources := it.sources()
	for n, ref := range sources[:min(len(sources), shownSources)] {
		lines = append(lines, "  "+t.Muted.Render(v.cut(SourceLine(n, ref))))
	}
	if n := len(sources) - shownSources; n > 0 {
		lines = append(lines, "  "+t.Muted.Render(v.cut(w.N("sources.more", n))))
	}
	if key := it.note(); key != "" {
		for part := range strings.SplitSeq(ansi.Wrap(w.T(key), v.inner(), ""), "\n") {
			lines = append(lines, "  "+t.Warning.Render(part))
		}
	}
	if it.growing && v.waiting.On {
		lines = append(lines, "  "+t.Muted.Render(v.cut(v.waitLine())))
	}
	return lines
}

// shownSources is how many sources stand under an answer; a key lists them all.
const shownSources = 3

// SourceLine is a source with its number, its title and the host it is at.
func SourceLine(n int, ref chat.Part) string {
	number := ref.CallID
	if number == "" {
		number = strconv.Itoa(n + 1)
	}
	line := "[" + termsafe.Line(number) + "] " + termsafe.Line(ref.Name)
	if u, err := url.Parse(ref.URL); err == nil && u.Host != "" {
		line += " · " + termsafe.Line(u.Host)
	}
	return line
}

func (v *View) waitLine() string {
	w := v.waiting
	switch {
	case !w.Until.IsZero():
		left := max(0, w.Until.Sub(v.env.App.Now()).Round(time.Second))
		return v.env.Words.T("chat.wait."+string(w.Kind), "Seconds", int(left.Seconds()), "Limit", w.Limit, "Try", w.Try, "Of", w.Of)
	case w.Summarising:
		return v.env.Words.T("chat.wait.summarising")
	case w.Loading:
		return v.env.Words.T("chat.wait.loading")
	default:
		return v.env.Words.T("chat.wait.first")
	}
}

// grow adds one delta to an item.
func (v *View) grow(it *item, d app.Delta) {
	switch d.Kind {
	case app.TextDelta:
		v.waiting = Waiting{}
		it.text(v.env).Append(string(d.Text))
	case app.ThinkingDelta:
		v.waiting = Waiting{}
		it.reasoning(v.env).Append(string(d.Text))
	case app.PartDelta:
		v.waiting = Waiting{}
		it.message.Parts = append(it.message.Parts, d.Part)
		it.count(it.message)
	case app.ToolDelta:
		v.waiting = Waiting{}
		it.run(d.Tool)
	case app.ModelDelta:
		it.message.Model = d.Model
	case app.UsageDelta:
		it.message.Usage = d.Usage
	case app.WaitDelta:
		v.waiting = Waiting{On: true, Until: d.Wait.Until, Kind: d.Wait.Kind, Limit: d.Wait.Limit, Try: d.Wait.Try, Of: d.Wait.Of}
	case app.StatusDelta:
		v.waiting = Waiting{On: true, Loading: d.Reason != app.StatusSummarising, Summarising: d.Reason == app.StatusSummarising}
	default: // the root's business
	}
}

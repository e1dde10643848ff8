package chatview

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/termsafe"
)

// Scroll moves the view by n lines, up if n is positive. It reports whether
// anything moved.
func (v *View) Scroll(n int) bool {
	was := v.back
	v.back = max(0, v.back+n)
	if n > 0 {
		v.back = min(v.back, v.farthest(v.back))
	}
	v.cache = nil
	return v.back != was
}

// Page is how many lines a page key moves.
func (v *View) Page() int { return max(1, v.height-2) }

// ScrollTop shows the beginning; ScrollBottom the end.
func (v *View) ScrollTop() { v.back, v.cache = v.farthest(1<<30), nil }

// ScrollBottom shows the end and follows a growing answer again.
func (v *View) ScrollBottom() { v.back, v.cache = 0, nil }

// farthest is how far back the view can go, looking no further than want.
func (v *View) farthest(want int) int {
	total := 0
	for i := len(v.items) - 1; i >= 0; i-- {
		total += v.heightOf(v.items[i])
		if total-v.height >= want {
			return want
		}
	}
	return max(0, total-v.height)
}

// anchor is the item at the lower edge of the view and how many of its lines
// are below that edge.
func (v *View) anchor() (at, within int) {
	if v.back == 0 {
		return -1, 0
	}
	below := v.back
	for i := len(v.items) - 1; i >= 0; i-- {
		h := v.heightOf(v.items[i])
		if below < h {
			return i, below
		}
		below -= h
	}
	return -1, 0
}

func (v *View) restore(at, within int) {
	v.back = 0
	if at < 0 {
		return
	}
	for _, it := range v.items[at+1:] {
		v.back += v.heightOf(it)
	}
	v.back += min(within, v.heightOf(v.items[at])-1)
}

// reveal scrolls so that the selected message can be seen.
func (v *View) reveal() {
	if v.selected < 0 {
		return
	}
	below := 0
	for _, it := range v.items[v.selected+1:] {
		below += v.heightOf(it)
	}
	h := v.heightOf(v.items[v.selected])
	if below < v.back {
		v.back = below
	}
	if below+h > v.back+v.height {
		v.back = max(0, below+min(h, v.height)-v.height)
		if h > v.height { // a long message is read from its beginning
			v.back = below + h - v.height
		}
	}
}

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
	v.cache = lines
	return lines
}

func (v *View) drawWelcome() []string {
	lines := make([]string, 0, v.height)
	for range max(0, (v.height-len(v.welcome))/3) {
		lines = append(lines, "")
	}
	for _, l := range v.welcome {
		if len(lines) < v.height {
			lines = append(lines, ansi.Truncate("  "+l, v.width, "…"))
		}
	}
	for len(lines) < v.height {
		lines = append(lines, "")
	}
	return lines
}

// heightOf is how many lines an item takes: its head, what is above the text,
// the text, what is below it, and a blank line.
func (v *View) heightOf(it *item) int {
	if it.message.Role == chat.User {
		return len(v.userLines(it)) + 1
	}
	n := 1 + len(v.above(it)) + len(v.below(it)) + 1
	if it.body != nil {
		n += it.body.Height()
	}
	return n
}

// draw gives the lines from up to end of item i.
func (v *View) draw(i, from, end int) []string {
	it := v.items[i]
	var lines []string
	if it.message.Role == chat.User {
		lines = append(v.userLines(it), "")
	} else {
		lines = v.answerLines(it, from, end)
		from, end = 0, len(lines)
	}
	lines = lines[from:end]
	if i != v.selected {
		return lines
	}
	marked := make([]string, len(lines))
	for n, l := range lines {
		marked[n] = v.mark(l)
	}
	return marked
}

// mark puts the sign of selection into the margin of a line.
func (v *View) mark(line string) string {
	sign := v.env.Theme.Accent.Render("│")
	if strings.HasPrefix(line, "  ") {
		return sign + line[1:]
	}
	if line == "" {
		return sign
	}
	return line
}

func (v *View) userLines(it *item) []string {
	t := &v.env.Theme
	bar := t.Accent.Render("▌") + " "
	wrapped := it.promptLines()
	lines := make([]string, 0, len(wrapped)+3)
	for _, l := range wrapped {
		lines = append(lines, bar+t.User.Render(l))
	}
	if it.more > 0 {
		lines = append(lines, bar+t.Muted.Render(v.env.Words.N("chat.more_lines", it.more)))
	}
	for _, name := range it.attachments() {
		lines = append(lines, bar+t.Muted.Render(v.env.Words.T("chat.attached", "Name", name)))
	}
	if it.branches > 1 {
		lines = append(lines, bar+t.Muted.Render(v.branchMark(it)))
	}
	if v.details {
		lines = append(lines, bar+t.Muted.Render(it.message.At.Local().Format("2006-01-02 15:04:05")))
	}
	return lines
}

func (v *View) branchMark(it *item) string {
	return fmt.Sprintf("‹ %d/%d ›", it.branch+1, it.branches)
}

// answerLines draws the lines from up to end of an answer, laying out no more
// of its text than is seen.
func (v *View) answerLines(it *item, from, end int) []string {
	above, below := append([]string{v.answerHead(it)}, v.above(it)...), append(v.below(it), "")
	height := 0
	if it.body != nil {
		height = it.body.Height()
	}
	lines := make([]string, 0, end-from)
	for n := from; n < end; {
		switch {
		case n < len(above):
			lines = append(lines, above[n])
			n++
		case n < len(above)+height:
			last := min(end, len(above)+height)
			for _, l := range it.body.Lines(n-len(above), last-len(above)) {
				lines = append(lines, "  "+l)
			}
			n = last
		default:
			lines = append(lines, below[n-len(above)-height])
			n++
		}
	}
	return lines
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
	if model != "" && model != m.Provider {
		head += " · " + termsafe.Line(model)
	}
	if m.Model != "" && m.Asked != "" && m.Model != m.Asked {
		head += " " + v.env.Words.T("chat.redirected", "Asked", termsafe.Line(m.Asked))
	}
	if it.branches > 1 {
		head += "  " + v.branchMark(it)
	}
	if v.details {
		head += "  " + v.facts(m)
	}
	return "  " + t.Assistant.Render(ansi.Truncate(head, v.inner(), "…"))
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

// above is what stands between an answer's head and its text: the reasoning, or
// one line for it.
func (v *View) above(it *item) []string {
	t := &v.env.Theme
	if it.thinking == nil {
		return nil
	}
	if !v.thinking {
		key := "chat.thought"
		if it.growing && it.body == nil {
			key = "chat.thinking"
		}
		return []string{"  " + t.Thinking.Render(v.env.Words.T(key))}
	}
	height := it.thinking.Height()
	lines := make([]string, 0, height+1)
	for _, l := range it.thinking.Lines(0, height) {
		lines = append(lines, "  "+t.Muted.Render("┊ ")+l)
	}
	return append(lines, "")
}

// below is what stands under an answer: sources, why it ended early, what is
// waited for.
func (v *View) below(it *item) []string {
	t, w := &v.env.Theme, v.env.Words
	var lines []string
	for _, call := range it.calls() {
		lines = append(lines, "  "+t.Muted.Render(ansi.Truncate(w.T("chat.tool_call", "Call", call), v.inner(), "…")))
	}
	for n, ref := range it.sources() {
		title := ref.Name
		if ref.URL != "" {
			title += " " + ref.URL
		}
		lines = append(lines, "  "+t.Muted.Render(ansi.Truncate(fmt.Sprintf("[%d] %s", n+1, termsafe.Line(title)), v.inner(), "…")))
	}
	if key := it.note(); key != "" {
		lines = append(lines, "  "+t.Warning.Render(ansi.Truncate(w.T(key), v.inner(), "…")))
	}
	if it.growing && v.waiting.On {
		lines = append(lines, "  "+t.Muted.Render(ansi.Truncate(v.waitLine(), v.inner(), "…")))
	}
	return lines
}

func (v *View) waitLine() string {
	w := v.waiting
	switch {
	case !w.Until.IsZero():
		left := max(0, w.Until.Sub(v.env.App.Now()).Round(time.Second))
		return v.env.Words.T("chat.wait."+string(w.Kind), "Seconds", int(left.Seconds()), "Try", w.Try, "Of", w.Of)
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
	case app.ModelDelta:
		it.message.Model = d.Model
	case app.UsageDelta:
		it.message.Usage = d.Usage
	case app.WaitDelta:
		v.waiting = Waiting{On: true, Until: d.Wait.Until, Kind: d.Wait.Kind, Try: d.Wait.Try, Of: d.Wait.Of}
	case app.StatusDelta:
		v.waiting = Waiting{On: true, Loading: true}
	}
}

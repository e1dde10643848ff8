// Package markdown draws Markdown that is still being written. Of a growing text
// only the last block is laid out again; finished blocks are laid out once, and
// not before something asks for their lines. What one frame costs therefore does
// not depend on how long the text has become.
//
// The blocks are found by a line scanner of our own, because they must be found
// as lines arrive and long ones must be divided; what stands within a paragraph
// is parsed by goldmark. What is not drawn: raw HTML (shown as it is written),
// footnotes (plain text), images (their description and address).
//
// Every text passes through termsafe. The package does no I/O and must not be
// used from two goroutines at a time.
package markdown

import (
	"sort"

	"bise/app/termsafe"
	"bise/ui/theme"
)

// minWidth is the least width that text is laid out for.
const minWidth = 8

// Options are how a text is to look.
type Options struct {
	Width int // cells a line may have; below 8 counts as 8
	Theme theme.Theme
}

// Code is a block of code in a text.
type Code struct {
	Lang string // as it was written, "" if it was not
	Text string // without the fences, ending in a line break
	// FirstLine is the line on which it begins, at the current width.
	FirstLine int
}

// View is one Markdown text, growing or complete.
type View struct {
	width  int
	r      renderer
	filter termsafe.Filter
	scan   scanner
	pos    int // what has been scanned
	done   bool

	sums []int // lines before each block, as far as known

	// The unfinished last line, drawn together with the block it may belong
	// to, which is the one at tailAt.
	tail   []string
	tailAt int
	fresh  bool // all that has arrived is scanned
}

// New makes an empty text.
func New(o Options) *View {
	return &View{
		width: max(o.Width, minWidth),
		r:     renderer{p: newPainter(&o.Theme), width: max(o.Width, minWidth)},
	}
}

// Append adds what has arrived, as it arrived. It only notes it; the work is
// done when lines are asked for, so that many pieces between two frames cost one
// layout.
func (v *View) Append(s string) {
	if v.done { // an answer that was cut goes on
		v.restart()
	}
	v.scan.src = append(v.scan.src, v.filter.Push(s)...)
	v.fresh = false
}

// SetText replaces the whole by a complete text. Nothing is laid out yet.
func (v *View) SetText(s string) {
	v.scan.src = []byte(termsafe.Text(s))
	v.restart()
	v.done = true
}

// restart scans the text again from its beginning.
func (v *View) restart() {
	v.scan = scanner{src: v.scan.src}
	v.filter = termsafe.Filter{}
	v.r.refs = nil
	v.pos, v.done, v.fresh = 0, false, false
	v.sums, v.tail, v.tailAt = nil, nil, 0
}

// Finish says that the text is complete. What could not be known while it grew
// is put right: link targets defined further down, colours of long code.
func (v *View) Finish() {
	if v.done {
		return
	}
	v.scan.src = append(v.scan.src, v.filter.Flush()...)
	v.done, v.fresh = true, false
}

// SetWidth changes the width. Nothing is laid out before it is asked for.
func (v *View) SetWidth(w int) {
	if w = max(w, minWidth); w == v.width {
		return
	}
	v.width, v.r.width = w, w
	v.forget()
}

// SetTheme changes the styles.
func (v *View) SetTheme(t theme.Theme) {
	v.r.p = newPainter(&t)
	v.forget()
}

// forget drops all that was laid out.
func (v *View) forget() {
	for i := range v.scan.blocks {
		b := &v.scan.blocks[i]
		b.touch()
		if b.code != nil {
			b.code.drawn, b.code.fresh, b.code.done = nil, nil, b.from
		}
	}
	v.sums, v.fresh = v.sums[:0], false
}

// Plain is the text as it was written, made safe for a terminal.
func (v *View) Plain() string { return string(v.scan.src) }

// Empty reports whether there is no text.
func (v *View) Empty() bool { return len(v.scan.src) == 0 }

// update scans what is new and draws the unfinished line.
func (v *View) update() {
	if v.fresh {
		return
	}
	v.fresh = true
	from := max(len(v.scan.blocks)-1, 0)
	refs := len(v.scan.refs)
	for v.pos < len(v.scan.src) {
		next := v.scan.next(v.pos, v.done)
		if next == v.pos {
			break
		}
		v.pos = next
	}
	v.r.src = v.scan.src
	if v.done {
		v.scan.open, v.scan.fence.on = false, false
	}
	if v.done && (refs < len(v.scan.refs) || len(v.r.refs) < len(v.scan.refs)) {
		v.resolve()
	}
	v.sums = v.sums[:min(len(v.sums), from)]
	v.drawTail()
}

// resolve lays out again what may hold a link whose target is now known.
func (v *View) resolve() {
	v.r.refs = v.scan.refs
	for i := range v.scan.blocks {
		b := &v.scan.blocks[i]
		if b.kind == code || b.kind == rule || b.kind == definition {
			continue
		}
		for _, c := range v.scan.src[b.from:b.to] {
			if c == '[' {
				b.touch()
				break
			}
		}
	}
	v.sums = v.sums[:0]
}

// drawTail draws the unfinished line by letting a copy of the scanner take it.
func (v *View) drawTail() {
	s := &v.scan
	v.tail, v.tailAt = nil, len(s.blocks)
	partial := s.src[v.pos:]
	if v.done || len(partial) == 0 {
		return
	}
	if s.fence.on || s.inIndented() && len(dedent(partial, s.last().code.strip)) < len(partial) {
		v.codeTail(partial)
		return
	}
	if undecided(partial, s) {
		return
	}
	saved := *s
	n := len(s.blocks)
	var before block
	if n > 0 {
		before = s.blocks[n-1]
	}
	s.line(v.pos, len(s.src), len(s.src))
	at := n
	if n > 0 && s.blocks[n-1].to != before.to {
		at = n - 1
	}
	v.tailAt = at
	for i := at; i < len(s.blocks); i++ {
		v.tail = append(v.tail, v.r.draw(&s.blocks[i], i == len(s.blocks)-1)...)
	}
	blocks := s.blocks[:n]
	*s = saved
	s.blocks = blocks
	if n > 0 {
		s.blocks[n-1] = before
	}
}

// codeTail draws an unfinished line of code below the block it is in.
func (v *View) codeTail(partial []byte) {
	if v.scan.fence.on && v.scan.fence.mayClose(partial) {
		return
	}
	b := v.scan.last()
	v.tail = v.r.hardLines(nil, plainLines(codeText(partial, b.code.strip)), blankPrefix(v.r.pad(b)+codeIndent))
}

// undecided reports whether an unfinished line may yet turn out to be markup
// that changes what it looks like altogether; it is not shown before it is
// known.
func undecided(partial []byte, s *scanner) bool {
	_, skip := indentation(partial)
	partial = partial[skip:]
	if len(partial) == 0 || partial[0] == '|' {
		return true
	}
	if s.open && !s.blank && s.last().kind == table {
		return true
	}
	if len(partial) > 80 {
		return false
	}
	for _, c := range partial {
		switch {
		case c == '-' || c == '=' || c == '*' || c == '_' || c == '#' || c == '`' || c == '~':
		case c == '>' || c == '+' || c == '.' || c == ')' || c == ' ' || c == '|' || c == ':':
		case c >= '0' && c <= '9' && len(partial) < 4:
		default:
			return c == '[' && len(partial) == 1
		}
	}
	return true
}

// growing reports whether block i can still take text.
func (v *View) growing(i int) bool {
	return !v.done && i == len(v.scan.blocks)-1 && v.scan.open
}

// lay makes sure that block i is laid out.
func (v *View) lay(i int) []string {
	b := &v.scan.blocks[i]
	growing := v.growing(i)
	if b.laid && b.grown == growing {
		return b.lines
	}
	was := b.height
	b.lines = v.r.draw(b, growing)
	b.laid, b.grown, b.height = true, growing, len(b.lines)
	if was != b.height && len(v.sums) > i {
		v.sums = v.sums[:i+1]
	}
	return b.lines
}

// measure is how many lines block i takes.
func (v *View) measure(i int) int {
	b := &v.scan.blocks[i]
	growing := v.growing(i)
	if b.height >= 0 && (b.grown == growing || b.kind == code) {
		return b.height
	}
	if b.kind == code && !growing {
		b.height = v.r.codeHeight(b)
		return b.height
	}
	return len(v.lay(i))
}

// before is how many lines stand above block i.
func (v *View) before(i int) int {
	if len(v.sums) == 0 {
		v.sums = append(v.sums, 0)
	}
	for len(v.sums) <= i {
		n := len(v.sums)
		v.sums = append(v.sums, v.sums[n-1]+v.measure(n-1))
	}
	return v.sums[i]
}

// committed is how many blocks are drawn as they are; those behind belong to the
// unfinished line.
func (v *View) committed() int { return min(v.tailAt, len(v.scan.blocks)) }

// Height is how many lines the text takes. It lays out what has not been yet,
// but for the colours of code, once; then it costs nothing.
func (v *View) Height() int {
	v.update()
	return v.before(v.committed()) + len(v.tail)
}

// Lines gives the lines from up to but not including to. Each is at most Width
// cells wide, complete in itself and without a line break. The slice is the
// caller's; the range is cut to what there is.
func (v *View) Lines(from, to int) []string {
	height := v.Height()
	from, to = max(from, 0), min(to, height)
	if from >= to {
		return nil
	}
	out := make([]string, 0, to-from)
	n := v.committed()
	v.before(n)
	for i := max(sort.SearchInts(v.sums[:n], from+1)-1, 0); i < n && from < to; i++ {
		lines := v.lay(i)
		at := from - v.before(i)
		if at >= len(lines) {
			continue
		}
		end := min(len(lines), at+to-from)
		out = append(out, lines[at:end]...)
		from += end - at
	}
	if from < to {
		at := min(max(from-v.before(n), 0), len(v.tail))
		out = append(out, v.tail[at:min(at+to-from, len(v.tail))]...)
	}
	return out
}

// LinesFromEnd gives the last n lines, fewer if there are not so many. It lays
// out only what they show: it is how to draw the end of a long text whose height
// is not known.
func (v *View) LinesFromEnd(n int) []string {
	v.update()
	parts := [][]string{v.tail}
	have := len(v.tail)
	for i := v.committed() - 1; i >= 0 && have < n; i-- {
		lines := v.lay(i)
		parts = append(parts, lines)
		have += len(lines)
	}
	out := make([]string, 0, have)
	for i := len(parts) - 1; i >= 0; i-- {
		out = append(out, parts[i]...)
	}
	return out[max(0, len(out)-max(n, 0)):]
}

// Blocks lists the blocks of code, in order.
func (v *View) Blocks() []Code {
	v.update()
	var out []Code
	id := 0
	for i := range v.scan.blocks {
		b := &v.scan.blocks[i]
		if b.kind != code {
			continue
		}
		text := rawCode(v.scan.src[b.from:b.to], b.code.strip)
		if b.code.id == id {
			out[len(out)-1].Text += text
			continue
		}
		id = b.code.id
		first := 0
		if i < v.committed() {
			first = v.before(i)
			if b.gap {
				first++
			}
		}
		out = append(out, Code{Lang: b.code.lang, Text: text, FirstLine: first})
	}
	return out
}

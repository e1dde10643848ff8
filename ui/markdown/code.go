package markdown

import (
	"bytes"
	"strings"

	"bise/app/termsafe"
)

// codeBlock is what a block of code has beside its place. A long one is several
// blocks with the same id.
type codeBlock struct {
	lang     string
	indented bool // by four blanks, not by a fence
	strip    int  // columns taken off each line
	first    bool // the language is written above it
	id       int

	// done is how far the lines of a growing block have been drawn; they are
	// not drawn again before it ends.
	done  int
	drawn []string
	fresh [][]span // the coloured lines behind drawn
	// words is the coloured lines of a block that has ended. They do not
	// depend on the width.
	words [][]span
}

// fenceText is what opens a fence.
type fenceText struct {
	fence
	lang string
}

// parseFence reads the beginning of a fenced block.
func parseFence(line []byte) (fenceText, bool) {
	if len(line) < 3 || line[0] != '`' && line[0] != '~' {
		return fenceText{}, false
	}
	n := 0
	for n < len(line) && line[n] == line[0] {
		n++
	}
	info := bytes.TrimSpace(line[n:])
	if n < 3 || line[0] == '`' && bytes.IndexByte(info, '`') >= 0 {
		return fenceText{}, false
	}
	lang, _, _ := strings.Cut(string(info), " ")
	return fenceText{fence: fence{on: true, char: line[0], n: n}, lang: strings.Trim(lang, "{}.")}, true
}

func (s *scanner) startFence(l source, base int) bool {
	f, ok := parseFence(l.rest)
	if !ok {
		return false
	}
	s.openFence(f, base, l.ind, l.end)
	return true
}

// openFence starts a block of code whose first line is at end.
func (s *scanner) openFence(f fenceText, pad, strip, end int) {
	s.codes++
	c := &codeBlock{lang: f.lang, strip: strip, first: true, id: s.codes, done: end}
	s.add(block{kind: code, from: end, to: end, pad: pad, gap: s.gap(pad), code: c})
	s.fence, s.open = f.fence, true
}

// inFence takes a line of the open fence, or its end.
func (s *scanner) inFence(text []byte, end int, cont bool) {
	if !cont && s.fence.closes(text) {
		s.fence.on, s.open, s.blank = false, false, false
		return
	}
	s.extendCode(end)
}

// closes reports whether a line ends the fence.
func (f fence) closes(line []byte) bool {
	line = bytes.TrimSpace(line)
	if len(line) < f.n {
		return false
	}
	for _, c := range line {
		if c != f.char {
			return false
		}
	}
	return true
}

// mayClose reports whether an unfinished line can still become the fence's end.
func (f fence) mayClose(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, c := range line {
		if c != f.char {
			return false
		}
	}
	return len(line) > 0
}

// extendCode adds a line to the open block of code.
func (s *scanner) extendCode(end int) {
	b := s.last()
	if b.count < maxCodeLines && b.to-b.from < maxCode {
		b.to = end
		b.count++
		b.laid, b.height, b.lines = false, -1, nil
		return
	}
	c := *b.code
	c.first, c.done, c.drawn, c.fresh, c.words = false, b.to, nil, nil, nil
	s.add(block{kind: code, from: b.to, to: end, pad: b.pad, code: &c, count: 1})
}

// codeText is the text of src[from:to] without the indentation of its block,
// tabs widened.
func codeText(src []byte, strip int) string {
	var b strings.Builder
	b.Grow(len(src) + len(src)/8)
	for len(src) > 0 {
		line, rest, more := bytes.Cut(src, []byte("\n"))
		line = dedent(line, strip)
		if bytes.IndexByte(line, '\t') < 0 {
			b.Write(line)
		} else {
			widen(&b, line)
		}
		if more {
			b.WriteByte('\n')
		}
		src = rest
	}
	return b.String()
}

// dedent takes up to n columns of blanks off a line.
func dedent(line []byte, n int) []byte {
	col := 0
	for len(line) > 0 && col < n {
		switch line[0] {
		case ' ':
			col++
		case '\t':
			col += tabStop
		default:
			return line
		}
		line = line[1:]
	}
	return line
}

// widen writes a line with its tabs as blanks.
func widen(b *strings.Builder, line []byte) {
	col := 0
	for _, r := range string(line) {
		if r != '\t' {
			b.WriteRune(r)
			col++
			continue
		}
		n := tabStop - col%tabStop
		b.WriteString("    "[:n])
		col += n
	}
}

// codeIndent is how far code stands in from the text around it: with the name
// of its language above, that is what marks it where there are no colours.
const codeIndent = 2

// drawCode lays out a block of code. While it grows its finished lines are
// coloured as they come, each once; the whole is coloured when it ends.
func (r *renderer) drawCode(b *block, growing bool) []string {
	c, pre := b.code, blankPrefix(r.pad(b)+codeIndent)
	lines := r.codeHead(b)
	if !growing {
		if c.words == nil {
			c.words = r.words(b)
		}
		c.drawn, c.fresh, c.done = nil, nil, b.from
		return r.hardLines(lines, c.words, pre)
	}
	if c.done < b.to {
		words := r.colour(c, c.done, b.to)
		c.drawn, c.fresh = r.hardLines(c.drawn, words, pre), append(c.fresh, words...)
		c.done = b.to
	}
	return append(lines, c.drawn...)
}

// words colours a block's code.
func (r *renderer) words(b *block) [][]span {
	c := b.code
	if len(c.fresh) > 0 && lineByLine(c.lang, codeText(r.src[b.from:b.to], c.strip)) {
		// What is coloured already would come out the same in the whole.
		return append(c.fresh, r.colour(c, c.done, b.to)...)
	}
	return append([][]span{}, r.colour(c, b.from, b.to)...)
}

// colour is the coloured lines of the code between two places. A last line that
// is not finished and has nothing but its indentation is none.
func (r *renderer) colour(c *codeBlock, from, to int) [][]span {
	text := codeText(r.src[from:to], c.strip)
	if text == "" {
		return nil
	}
	return highlight(c.lang, strings.TrimSuffix(text, "\n"))
}

// codeHead is the lines above a block's code.
func (r *renderer) codeHead(b *block) []string {
	var lines []string
	if b.gap {
		lines = append(lines, "")
	}
	if b.code.first && b.code.lang != "" {
		label, _ := r.p.wrap([]span{{termsafe.Line(b.code.lang), muted}}, r.width, blankPrefix(r.pad(b)), blankPrefix(r.pad(b)))
		lines = append(lines, label[0])
	}
	return lines
}

// hardLines appends lines of code, broken where they are too long.
func (r *renderer) hardLines(lines []string, code [][]span, pre prefix) []string {
	l := liner{p: r.p, width: r.width, first: pre, rest: pre, lines: lines}
	for _, words := range code {
		for _, w := range words {
			l.hard(w.text, w.st)
		}
		l.end()
	}
	return l.lines
}

// codeHeight is how many lines a block of code takes, found without colouring
// it: colouring is most of the work, and only what is seen needs it.
func (r *renderer) codeHeight(b *block) int {
	if b.laid {
		return len(b.lines)
	}
	n := len(r.codeHead(b))
	text := codeText(r.src[b.from:b.to], b.code.strip)
	if text == "" {
		return n
	}
	avail := max(r.width-r.pad(b)-codeIndent, 2)
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		n += hardHeight(line, avail)
	}
	return n
}

// rawCode is code as it was written, without the indentation of its block.
func rawCode(src []byte, strip int) string {
	if strip == 0 {
		return string(src)
	}
	var b strings.Builder
	for len(src) > 0 {
		line, rest, more := bytes.Cut(src, []byte("\n"))
		b.Write(dedent(line, strip))
		if more {
			b.WriteByte('\n')
		}
		src = rest
	}
	return b.String()
}

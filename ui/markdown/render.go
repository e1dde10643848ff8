package markdown

import (
	"bytes"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// renderer lays out blocks at one width.
type renderer struct {
	p     *painter
	src   []byte
	refs  []reference
	width int
	depth int // quotes around it
}

// maxQuotes is how deep quotes within quotes are drawn.
const maxQuotes = 4

// cells is the width of a text in terminal cells.
func cells(s string) int {
	for i := range len(s) {
		if s[i] >= 0x7f || s[i] < 0x20 {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// pad is how far a block is indented, as far as there is room.
func (r *renderer) pad(b *block) int { return min(b.pad, max(r.width/2-1, 0)) }

// draw lays out a block. A growing one may end within markup that the next words
// will close; it is drawn as if they had.
func (r *renderer) draw(b *block, growing bool) []string {
	switch b.kind {
	case code:
		return r.drawCode(b, growing)
	case table:
		return r.drawTable(b)
	case quote:
		return r.drawQuote(b, growing)
	case definition:
		return nil
	case rule:
		pad := r.pad(b)
		return r.spaced(b, []string{r.tableLine(strings.Repeat(" ", pad), []int{r.width - pad})})
	default:
		return r.drawText(b, growing)
	}
}

// drawText lays out a paragraph, a heading or an item.
func (r *renderer) drawText(b *block, growing bool) []string {
	text, st := r.src[b.from:b.to], style(0)
	first := blankPrefix(r.pad(b))
	rest := first
	switch b.kind {
	case heading:
		text, st = headingText(text), [...]style{heading1, heading2, heading3}[min(b.level, 3)-1]
	case item:
		mark := b.marker
		ink := r.p.ink(marker)
		n := cells(mark) + 1
		if ink != "" {
			mark = ink + mark + reset
		}
		first = prefix{text: first.text + mark + " ", width: first.width + n}
		rest = blankPrefix(first.width)
	default:
	}
	if growing {
		text = closeInline(text)
	}
	lines, _ := r.p.wrap(parseInline(text, st, r.refs), r.width, first, rest)
	return r.spaced(b, lines)
}

// spaced puts the blank line before a block that has one.
func (r *renderer) spaced(b *block, lines []string) []string {
	if !b.gap {
		return lines
	}
	return append([]string{""}, lines...)
}

// headingText is a heading without its marks.
func headingText(src []byte) []byte {
	src = bytes.TrimSpace(src)
	if atx(src) == 0 { // underlined
		if i := bytes.LastIndexByte(src, '\n'); i >= 0 {
			return src[:i]
		}
		return src
	}
	text := bytes.TrimSpace(bytes.TrimLeft(src, "#"))
	if body := bytes.TrimRight(text, "#"); len(body) == 0 || body[len(body)-1] == ' ' || body[len(body)-1] == '\t' {
		return bytes.TrimSpace(body)
	}
	return text
}

// drawQuote lays out what is quoted and puts a bar before it.
func (r *renderer) drawQuote(b *block, growing bool) []string {
	pre, width := r.quoteBar(r.pad(b))
	inner := renderer{p: r.p, refs: r.refs, width: width, depth: r.depth + 1}
	inner.src = unquote(r.src[b.from:b.to])
	var drawn []string
	if inner.depth >= maxQuotes {
		drawn, _ = r.p.wrap([]span{{strings.TrimSpace(string(inner.src)), quoted}}, inner.width, prefix{}, prefix{})
	} else {
		s := scanner{src: inner.src}
		s.all()
		inner.refs = append(inner.refs[:len(inner.refs):len(inner.refs)], s.refs...)
		for i := range s.blocks {
			drawn = append(drawn, inner.draw(&s.blocks[i], growing && i == len(s.blocks)-1)...)
		}
	}
	lines := make([]string, 0, len(drawn)+1)
	if b.gap {
		lines = append(lines, "")
	}
	for _, l := range drawn {
		lines = append(lines, pre+l)
	}
	return lines
}

// leastQuote is the narrowest that a quote is drawn with a bar.
const leastQuote = 6

// quoteBar is what stands before a quote's lines, and the width left for them.
func (r *renderer) quoteBar(pad int) (string, int) {
	if r.width-pad-2 < leastQuote {
		return "", r.width
	}
	bar := "│ "
	if ink := r.p.ink(ruled); ink != "" {
		bar = ink + "│" + reset + " "
	}
	return strings.Repeat(" ", pad) + bar, r.width - pad - 2
}

// unquote takes one mark of quoting off each line.
func unquote(src []byte) []byte {
	out := make([]byte, 0, len(src))
	for len(src) > 0 {
		line, rest, more := bytes.Cut(src, []byte("\n"))
		if _, skip := indentation(line); skip < len(line) && line[skip] == '>' {
			line = line[skip+1:]
			if len(line) > 0 && line[0] == ' ' {
				line = line[1:]
			}
		}
		out = append(out, line...)
		if more {
			out = append(out, '\n')
		}
		src = rest
	}
	return out
}

// all takes the whole source, its last line as if it were complete.
func (s *scanner) all() {
	pos := 0
	for pos < len(s.src) {
		pos = s.next(pos, true)
	}
}

// next takes the line, or the piece of an overlong line, that starts at pos and
// returns where the one after it starts. An unfinished line is taken only if it
// is the last of a text that is complete; otherwise pos is returned.
func (s *scanner) next(pos int, complete bool) int {
	rest := s.src[pos:]
	n := bytes.IndexByte(rest[:min(len(rest), maxLine+1)], '\n')
	switch {
	case n >= 0:
		s.line(pos, pos+n, pos+n+1)
		return pos + n + 1
	case len(rest) > maxLine:
		cut := pos + cutAt(rest[:maxLine])
		s.line(pos, cut, cut)
		return cut
	case complete:
		s.line(pos, len(s.src), len(s.src))
		s.rest = false
		return len(s.src)
	}
	return pos
}

// cutAt is where an overlong line is best cut: after a sentence, at a blank, or
// between two characters.
func cutAt(line []byte) int {
	half := line[len(line)/2:]
	if i := bytes.LastIndex(half, []byte(". ")); i >= 0 {
		return len(line)/2 + i + 2
	}
	if i := bytes.LastIndexByte(half, ' '); i >= 0 {
		return len(line)/2 + i + 1
	}
	n := len(line)
	for n > len(line)-4 && line[n-1]&0xc0 == 0x80 {
		n--
	}
	if line[n-1] >= 0xc0 {
		n--
	}
	return n
}

// closeInline closes the emphasis and code that the end of a growing paragraph
// leaves open, so that marks do not flicker while it is written.
func closeInline(src []byte) []byte {
	if bytes.IndexByte(src, '`') < 0 && !bytes.Contains(src, []byte("**")) {
		return src
	}
	strong, ticks := 0, 0
	for i := 0; i < len(src); i++ {
		switch {
		case src[i] == '`':
			ticks++
		case ticks%2 == 0 && src[i] == '*' && i+1 < len(src) && src[i+1] == '*':
			strong++
			i++
		}
	}
	if strong%2 == 0 && ticks%2 == 0 {
		return src
	}
	out := bytes.TrimRight(src, " \n")
	out = out[:len(out):len(out)]
	if ticks%2 == 1 {
		if out[len(out)-1] == '`' {
			return out[:len(out)-1]
		}
		out = append(out, '`')
	}
	if strong%2 == 1 {
		if bytes.HasSuffix(out, []byte("**")) {
			return out[:len(out)-2]
		}
		if out[len(out)-1] == '*' {
			out = out[:len(out)-1]
			out = out[:len(out):len(out)]
		}
		out = append(out, "**"...)
	}
	return out
}

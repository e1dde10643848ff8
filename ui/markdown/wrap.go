package markdown

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// span is a piece of text of one style. A line break in it is a break on the
// screen.
type span struct {
	text string
	st   style
}

// prefix is what stands before a line, drawn already.
type prefix struct {
	text  string
	width int
}

// blankPrefix is n blanks.
func blankPrefix(n int) prefix { return prefix{text: strings.Repeat(" ", n), width: n} }

const reset = "\x1b[m"

// liner fills lines of a given width with spans. Each line it makes is complete:
// it switches its styles on and off itself.
type liner struct {
	p           *painter
	width       int
	first, rest prefix

	lines  []string
	widths []int // of each line, without its prefix

	b     []byte
	col   int // cells on the line after the prefix
	avail int // cells there are after the prefix
	ink   string
	on    bool // a line has been begun
	word  []span
	wordW int
	gap   bool
	gapSt style
}

// wrap breaks spans at blanks into lines of at most width cells, prefixes
// included; words that are longer are broken anywhere.
func (p *painter) wrap(spans []span, width int, first, rest prefix) ([]string, []int) {
	l := liner{p: p, width: width, first: first, rest: rest}
	for _, s := range spans {
		l.flow(s.text, s.st)
	}
	l.flush()
	if l.on || len(l.lines) == 0 {
		l.end()
	}
	return l.lines, l.widths
}

// begin starts a line if none is begun.
func (l *liner) begin() {
	if l.on {
		return
	}
	pre := l.rest
	if len(l.lines) == 0 {
		pre = l.first
	}
	if room := max(l.width-2, 0); pre.width > room {
		pre = prefix{text: ansi.Truncate(pre.text, room, ""), width: room}
	}
	l.b = append(l.b[:0], pre.text...)
	l.col, l.on, l.ink = 0, true, ""
	l.avail = max(l.width-pre.width, 1)
}

func (l *liner) end() {
	l.begin()
	if l.ink != "" {
		l.b = append(l.b, reset...)
		l.ink = ""
	}
	l.lines = append(l.lines, string(l.b))
	l.widths = append(l.widths, l.col)
	l.on, l.gap = false, false
}

// flow takes text that may be broken at blanks.
func (l *liner) flow(text string, st style) {
	for i := 0; i < len(text); {
		switch text[i] {
		case ' ', '\t':
			l.flush()
			l.gap, l.gapSt = true, st
			i++
			continue
		case '\n':
			l.flush()
			l.end()
			i++
			continue
		}
		j, ascii := i, true
		for j < len(text) && text[j] != ' ' && text[j] != '\n' && text[j] != '\t' {
			if text[j] >= utf8.RuneSelf {
				ascii = false
			}
			j++
		}
		if ascii {
			l.push(text[i:j], st, j-i)
		} else {
			l.pushWide(text[i:j], st)
		}
		i = j
	}
}

func (l *liner) push(text string, st style, w int) {
	l.word = append(l.word, span{text, st})
	l.wordW += w
}

// firstWide is where scripts without blanks between words begin: lines may be
// broken around their characters, which are two cells wide.
const firstWide = 0x2e80

func (l *liner) pushWide(text string, st style) {
	wide := false
	for _, r := range text {
		if r >= firstWide {
			wide = true
			break
		}
	}
	if !wide {
		l.push(text, st, ansi.StringWidth(text))
		return
	}
	for text != "" {
		cluster, w := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
		text = text[len(cluster):]
		r, _ := utf8.DecodeRuneInString(cluster)
		if w < 2 || r < firstWide {
			l.push(cluster, st, w)
			continue
		}
		l.flush()
		l.push(cluster, st, w)
		l.flush()
	}
}

// flush puts the word that was collected on a line.
func (l *liner) flush() {
	if len(l.word) == 0 {
		return
	}
	l.begin()
	need := l.wordW
	if l.gap && l.col > 0 {
		need++
	}
	if l.col > 0 && l.col+need > l.avail {
		l.end()
		l.begin()
	}
	if l.gap && l.col > 0 {
		l.paint(" ", l.gapSt, 1)
	}
	l.gap = false
	if l.wordW <= l.avail-l.col {
		for _, s := range l.word {
			l.paint(s.text, s.st, 0)
		}
		l.col += l.wordW
	} else {
		for _, s := range l.word {
			l.hard(s.text, s.st)
		}
	}
	l.word, l.wordW = l.word[:0], 0
}

// paint writes text of w cells in a style.
func (l *liner) paint(text string, st style, w int) {
	if ink := l.p.ink(st); ink != l.ink {
		if l.ink != "" {
			l.b = append(l.b, reset...)
		}
		l.b = append(l.b, ink...)
		l.ink = ink
	}
	l.b = append(l.b, text...)
	l.col += w
}

// hard writes text that holds no line break, breaking it wherever a line is
// full.
func (l *liner) hard(text string, st style) {
	for text != "" {
		l.begin()
		n := 0
		for n < len(text) && n < l.avail-l.col && text[n] < utf8.RuneSelf {
			n++
		}
		// A mark after an ASCII letter belongs to it.
		if n > 0 && n < len(text) && text[n] >= utf8.RuneSelf {
			n--
		}
		if n > 0 {
			l.paint(text[:n], st, n)
			text = text[n:]
			continue
		}
		cluster, w := text[:1], 1
		if len(text) > 1 && text[1] >= utf8.RuneSelf || text[0] >= utf8.RuneSelf {
			cluster, w = ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
		}
		if l.col > 0 && l.col+w > l.avail {
			l.end()
			continue
		}
		l.paint(cluster, st, w)
		text = text[len(cluster):]
	}
}

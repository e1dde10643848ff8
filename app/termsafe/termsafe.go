// Package termsafe makes text from outside safe to write to a terminal. Models,
// files, servers and clipboards can hold bytes that a terminal obeys instead of
// showing; every such text passes through here on its way to the screen. Stored
// and exported text does not: it keeps its bytes.
//
// What comes out holds no control character but line breaks and tabs, no escape
// sequence, no C1 control in either encoding, nothing that turns the reading
// direction, no character that hides text, no invalid UTF-8, and no flood of
// marks on one character. What was clean comes out unchanged, and filtering
// twice changes nothing more.
//
// The package performs no I/O and keeps no state outside a Filter.
package termsafe

import (
	"strings"
	"unicode/utf8"
)

// Text makes text of several lines safe. Line breaks become "\n" whichever way
// they were written; tabs stay.
func Text(s string) string {
	if clean(s, true) {
		return s
	}
	var f Filter
	out := f.Push(s)
	return out + f.Flush()
}

// Line makes text of one line safe: line breaks and tabs become blanks.
func Line(s string) string {
	if clean(s, false) {
		return s
	}
	s = Text(s)
	if strings.ContainsAny(s, "\n\t") {
		s = blanks.Replace(s)
	}
	return s
}

var blanks = strings.NewReplacer("\n", " ", "\t", " ")

// maxRun is how many characters without a width of their own may follow each
// other, and how many joined characters may make up one. Real writing needs
// four; a family of emoji joins four with eight; thousands are an attack on
// whatever has to draw them.
const maxRun = 8

// maxHidden is how much of an unfinished string sequence (OSC, DCS) is thrown
// away before what follows counts as text again: enough for any real title or
// clipboard order cut short, too little to hide an answer in.
const maxHidden = 4096

// state is where a Filter is within an escape sequence.
type state uint8

const (
	ground       state = iota
	escape             // after ESC
	intermediate       // after ESC and an intermediate byte
	control            // within CSI
	text               // within OSC, DCS, SOS, PM or APC
	textEscape         // ESC within those
)

// Filter makes text safe that arrives in pieces. A sequence or character cut
// apart by the border of two pieces is seen as one. The zero value is ready; a
// Filter serves one text and one goroutine.
type Filter struct {
	state  state
	hidden int // characters of the string sequence thrown away so far
	tail   [utf8.UTFMax]byte
	ntail  int
	cr     bool // the last character was a carriage return
	run
}

// run counts what could flood one cell.
type run struct {
	marks  int // characters without width in a row
	joins  int // joined characters in a row
	joined bool
}

// Push adds a piece and returns what of it can be shown already.
func (f *Filter) Push(chunk string) string {
	if f.state == ground && f.ntail == 0 && !f.cr && f.run == (run{}) && cleanASCII(chunk) {
		return chunk
	}
	if f.ntail > 0 {
		chunk = string(f.tail[:f.ntail]) + chunk
		f.ntail = 0
	}
	var b strings.Builder
	b.Grow(len(chunk))
	for i := 0; i < len(chunk); {
		r, size := rune(chunk[i]), 1
		if r >= utf8.RuneSelf {
			rest := chunk[i:]
			if len(rest) < utf8.UTFMax && !utf8.FullRuneInString(rest) {
				f.ntail = copy(f.tail[:], rest)
				break
			}
			r, size = utf8.DecodeRuneInString(rest)
		}
		i += size
		f.step(&b, r)
	}
	return b.String()
}

// Flush ends the text: a character cut short comes out as U+FFFD, an unfinished
// escape sequence is dropped. The Filter is as new afterwards.
func (f *Filter) Flush() string {
	n := f.ntail
	hidden := f.state != ground
	*f = Filter{}
	if n == 0 || hidden {
		return ""
	}
	return string(utf8.RuneError)
}

// step takes one character. Invalid bytes arrive as utf8.RuneError.
func (f *Filter) step(b *strings.Builder, r rune) {
	wasCR := f.cr
	f.cr = false
	if f.state != ground && f.within(r) {
		return
	}
	if r == '\n' && wasCR {
		return
	}
	switch classOf(r) {
	case printable:
		f.base()
		b.WriteRune(r)
	case breaking:
		f.run = run{}
		f.cr = r == '\r'
		b.WriteByte('\n')
	case mark:
		if f.mark() {
			b.WriteRune(r)
		}
	case joiner:
		if f.join() {
			b.WriteRune(r)
		}
	case starter:
		f.begin(r)
	case hidden:
	}
}

// begin starts an escape sequence.
func (f *Filter) begin(r rune) {
	switch r {
	case 0x1b:
		f.state = escape
	case 0x9b:
		f.state = control
	default:
		f.state, f.hidden = text, 0
	}
}

// within takes a character of an escape sequence and reports whether it belonged
// to it; if not, the sequence was broken off and r is ordinary.
func (f *Filter) within(r rune) bool {
	switch f.state {
	case escape:
		return f.afterEscape(r)
	case intermediate:
		if r >= 0x20 && r <= 0x2f {
			return true
		}
		f.state = ground
		return r >= 0x30 && r <= 0x7e
	case control:
		if r >= 0x20 && r <= 0x3f {
			return true
		}
		f.state = ground
		return r >= 0x40 && r <= 0x7e
	case textEscape:
		f.state = ground
		if r == '\\' {
			return true
		}
		return f.afterEscape(r)
	default:
		return f.inText(r)
	}
}

func (f *Filter) afterEscape(r rune) bool {
	f.state = ground
	switch {
	case r == '[':
		f.state = control
	case r == ']' || r == 'P' || r == 'X' || r == '^' || r == '_':
		f.state, f.hidden = text, 0
	case r >= 0x20 && r <= 0x2f:
		f.state = intermediate
	case r >= 0x30 && r <= 0x7e:
	default:
		return false
	}
	return true
}

// inText takes a character of a string sequence. A line break ends it as well,
// so that an unfinished one cannot swallow the rest of a text.
func (f *Filter) inText(r rune) bool {
	f.hidden++
	switch {
	case r == 0x1b:
		f.state = textEscape
	case r == 0x07 || r == 0x9c:
		f.state = ground
	case r == '\n' || r == '\r' || f.hidden > maxHidden:
		f.state = ground
		return false
	}
	return true
}

// base notes a character with a width of its own.
func (c *run) base() {
	c.marks = 0
	if !c.joined {
		c.joins = 0
	}
	c.joined = false
}

// mark notes a character without width and reports whether it may stay.
func (c *run) mark() bool {
	c.marks++
	if c.marks > maxRun {
		c.marks = maxRun
		return false
	}
	return true
}

// join notes a joiner and reports whether it may stay.
func (c *run) join() bool {
	if c.joins >= maxRun || c.marks >= maxRun {
		return false
	}
	c.marks++
	c.joins++
	c.joined = true
	return true
}

// clean reports whether filtering would change nothing.
func clean(s string, lines bool) bool {
	var c run
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			i++
			switch {
			case b >= 0x20 && b != 0x7f:
				c.base()
				continue
			case lines && b == '\n':
				c = run{}
				continue
			case lines && b == '\t':
				c.base()
				continue
			}
			return false
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			return false
		}
		i += size
		ok := true
		switch classOf(r) {
		case printable:
			c.base()
		case mark:
			ok = c.mark()
		case joiner:
			ok = c.join()
		case breaking, starter, hidden:
			ok = false
		}
		if !ok {
			return false
		}
	}
	return true
}

// cleanASCII reports whether s is plain ASCII text that needs no change.
func cleanASCII(s string) bool {
	for i := range len(s) {
		if b := s[i]; (b < 0x20 && b != '\n' && b != '\t') || b >= 0x7f {
			return false
		}
	}
	return true
}

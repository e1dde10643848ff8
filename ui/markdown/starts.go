package markdown

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// tabStop is how far apart tab stops are.
const tabStop = 4

// indentation is the column and the byte of a line's first character.
func indentation(line []byte) (column, skip int) {
	for skip < len(line) {
		switch line[skip] {
		case ' ':
			column++
		case '\t':
			column += tabStop - column%tabStop
		default:
			return column, skip
		}
		skip++
	}
	return column, skip
}

// markerText is what begins a list item.
type markerText struct {
	ordered bool
	number  int
	delim   byte
	width   int // bytes up to the item's text
	empty   bool
}

// parseMarker reads a list marker at the start of a line.
func parseMarker(line []byte) (markerText, bool) {
	if len(line) == 0 {
		return markerText{}, false
	}
	m := markerText{delim: line[0], width: 1}
	switch {
	case line[0] == '-' || line[0] == '*' || line[0] == '+':
	case line[0] >= '0' && line[0] <= '9':
		n := 0
		for n < len(line) && n < 9 && line[n] >= '0' && line[n] <= '9' {
			n++
		}
		if n == len(line) || line[n] != '.' && line[n] != ')' {
			return markerText{}, false
		}
		m.ordered, m.delim, m.width = true, line[n], n+1
		m.number, _ = strconv.Atoi(string(line[:n])) // at most nine digits
	default:
		return markerText{}, false
	}
	if m.width == len(line) {
		m.empty = true
		return m, true
	}
	if line[m.width] != ' ' && line[m.width] != '\t' {
		return markerText{}, false
	}
	blanks := 0
	for m.width+blanks < len(line) && (line[m.width+blanks] == ' ' || line[m.width+blanks] == '\t') {
		blanks++
	}
	m.empty = m.width+blanks == len(line)
	if m.empty || blanks > 4 {
		blanks = 1
	}
	m.width += blanks
	return m, true
}

// startItem starts a list item, in a new list if it does not belong to one.
func (s *scanner) startItem(m markerText, l source) {
	nested := s.depth > 0
	s.enter(m, l.ind)
	t := s.top()
	at := l.end
	body := l.rest[len(l.rest):]
	if !m.empty {
		at = l.at + m.width
		body = l.rest[m.width:]
		_, skip := indentation(body)
		at, body = at+skip, body[skip:]
	}
	mark := t.mark(s.depth)
	if done, ok := task(body); ok {
		mark += " [ ]"
		if done {
			mark = mark[:len(mark)-3] + "[x]"
		}
		n := min(4, len(body))
		at, body = at+n, body[n:]
	}
	t.text = min(t.pad+utf8.RuneCountInString(mark)+1, maxPad+4)
	b := block{kind: item, from: at, to: l.end, pad: t.pad, gap: s.blank || !nested, marker: mark}
	s.blank = false
	f, fenced := parseFence(body)
	if fenced {
		b.from = l.end
	}
	s.add(b)
	s.open = true
	if fenced {
		s.openFence(f, t.text, l.ind+m.width, l.end)
	}
}

// enter finds the list that an item belongs to: a list within the innermost one,
// that one, or a new one in its place.
func (s *scanner) enter(m markerText, ind int) {
	if s.depth == 0 {
		s.push(m, ind)
		return
	}
	t := s.top()
	switch {
	case ind >= t.indent+2 && s.depth < maxDepth:
		s.push(m, ind)
	case t.ordered == m.ordered && t.delim == m.delim:
		t.number++
		t.indent, t.content = ind, ind+m.width
	default:
		s.depth--
		s.push(m, ind)
	}
}

// push enters a new list.
func (s *scanner) push(m markerText, ind int) {
	pad := 0
	if s.depth > 0 {
		pad = min(s.top().text, maxPad)
	}
	s.lists[s.depth] = level{indent: ind, content: ind + m.width, pad: pad, ordered: m.ordered, delim: m.delim, number: m.number}
	s.depth++
}

// mark is what stands before an item on the screen.
func (l *level) mark(depth int) string {
	if l.ordered {
		return strconv.Itoa(l.number) + string(l.delim)
	}
	return [...]string{"•", "◦", "▪"}[min(depth, 3)-1]
}

// task reads the box of a task at the start of an item's text.
func task(body []byte) (done, ok bool) {
	if len(body) < 3 || body[0] != '[' || body[2] != ']' || len(body) > 3 && body[3] != ' ' {
		return false, false
	}
	switch body[1] {
	case ' ':
		return false, true
	case 'x', 'X':
		return true, true
	}
	return false, false
}

// atx is the level of a heading written with number signs, 0 if it is none.
func atx(line []byte) int {
	n := 0
	for n < len(line) && line[n] == '#' {
		n++
	}
	if n == 0 || n > 6 || n < len(line) && line[n] != ' ' && line[n] != '\t' {
		return 0
	}
	return n
}

// setext is the level of the heading that a line under it makes, 0 if none.
func setext(line []byte) int {
	line = bytes.TrimRight(line, " \t")
	if len(line) == 0 || line[0] != '=' && line[0] != '-' {
		return 0
	}
	for _, c := range line {
		if c != line[0] {
			return 0
		}
	}
	if line[0] == '=' {
		return 1
	}
	return 2
}

// isRule reports whether a line draws a rule.
func isRule(line []byte) bool {
	c, n := line[0], 0
	if c != '-' && c != '*' && c != '_' {
		return false
	}
	for _, x := range line {
		switch x {
		case c:
			n++
		case ' ', '\t':
		default:
			return false
		}
	}
	return n >= 3
}

// startsBlock reports whether a line begins something that ends a paragraph.
func startsBlock(line []byte) bool {
	if line[0] == '>' || atx(line) > 0 || isRule(line) {
		return true
	}
	if _, ok := delimiterRow(line); ok {
		return true
	}
	_, ok := parseFence(line)
	return ok
}

// parseDefinition reads a line that defines a link's target, such as
// "[label]: https://example.org". Footnotes are not links.
func parseDefinition(line []byte) (reference, bool) {
	if line[0] != '[' || len(line) < 5 || line[1] == '^' {
		return reference{}, false
	}
	at := bytes.Index(line, []byte("]:"))
	if at < 2 || bytes.ContainsAny(line[1:at], "[]") {
		return reference{}, false
	}
	target := bytes.TrimSpace(line[at+2:])
	if i := bytes.IndexAny(target, " \t"); i >= 0 {
		if title := bytes.TrimLeft(target[i:], " \t"); !bytes.ContainsAny(title[:1], `"'(`) {
			return reference{}, false
		}
		target = target[:i]
	}
	target = bytes.TrimSuffix(bytes.TrimPrefix(target, []byte("<")), []byte(">"))
	if len(target) == 0 {
		return reference{}, false
	}
	return reference{label: string(line[1:at]), target: string(target)}, true
}

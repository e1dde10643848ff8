package markdown

import "bytes"

// kind is what a block is.
type kind uint8

const (
	paragraph kind = iota
	heading
	item
	code
	quote
	table
	rule
	definition // of a link; not shown
)

// block is a part of the text that is laid out by itself. Lists are taken apart
// into items, long blocks into pieces, so that no block grows without bounds.
type block struct {
	kind     kind
	from, to int  // its bytes in the source
	pad      int  // blanks before it, from the lists it is in
	gap      bool // a blank line before it
	level    int  // of a heading
	marker   string
	code     *codeBlock
	table    *tableBlock

	count int // lines of code

	lines  []string
	laid   bool
	grown  bool // it was laid out while it could still grow
	height int  // lines it takes; unknown if negative
}

const (
	// maxLine is how many bytes of a line are taken at once; longer ones are
	// cut at a blank. No one writes such lines, but servers send them.
	maxLine = 4 << 10
	// maxBlock is how many bytes a paragraph, an item or a table may have
	// before the rest becomes a block of its own. The open block is laid out
	// again as it grows: this bounds what that costs.
	maxBlock = 4 << 10
	// maxCodeLines and maxCode do the same for code.
	maxCodeLines = 200
	maxCode      = 8 << 10
	// maxDepth is how deep lists are followed.
	maxDepth = 12
	// maxPad is the widest indentation; terminals are narrow.
	maxPad = 24
)

// maxRefs is how many link targets a text may define; every paragraph with a
// bracket is looked through for each.
const maxRefs = 100

// level is one of the lists that a line is in.
type level struct {
	indent  int // column of its markers
	content int // column of its items' text
	pad     int // blanks before its markers on the screen
	text    int // blanks before its items' text
	ordered bool
	delim   byte // the bullet, or what follows the number
	number  int
}

// scanner finds the blocks of a growing text, line by line. It is copied to see
// what an unfinished last line would make.
type scanner struct {
	src    []byte
	blocks []block
	refs   []reference

	open  bool // the last block can take another line
	blank bool // the last line was blank
	fence fence
	codes int // blocks of code so far
	lists [maxDepth]level
	depth int
	rest  bool // what comes continues a line that was cut
}

// fence is the fence that is open.
type fence struct {
	on   bool
	char byte
	n    int
}

func (s *scanner) last() *block { return &s.blocks[len(s.blocks)-1] }

func (s *scanner) top() *level { return &s.lists[s.depth-1] }

// line takes the line at src[from:to]; end is where the next one starts, which
// is to if the line goes on.
func (s *scanner) line(from, to, end int) {
	cont := s.rest
	s.rest = end == to && to > from
	text := s.src[from:to]
	if s.fence.on {
		s.inFence(text, end, cont)
		return
	}
	if cont {
		s.continued(from, end)
		return
	}
	ind, skip := indentation(text)
	if skip == len(text) {
		s.blank = true
		if !s.inIndented() {
			s.open = false
		}
		return
	}
	s.start(source{rest: text[skip:], at: from + skip, ind: ind, from: from, end: end})
	s.blank = false
}

// source is a line that is not blank.
type source struct {
	rest      []byte // without its indentation
	at        int    // where that is
	ind       int    // columns of the indentation
	from, end int    // the whole line with its break
}

// continued takes a further piece of an overlong line.
func (s *scanner) continued(from, end int) {
	pad := 0
	if len(s.blocks) > 0 {
		if b := s.last(); b.kind == item && s.depth > 0 {
			pad = s.top().text
		} else {
			pad = b.pad
		}
	}
	s.add(block{kind: paragraph, from: from, to: end, pad: pad})
	s.open = true
}

// inIndented reports whether the last block is code by indentation and open.
func (s *scanner) inIndented() bool {
	return s.open && len(s.blocks) > 0 && s.last().kind == code && s.last().code.indented
}

// start takes a line that is not blank and not in a fence.
func (s *scanner) start(l source) {
	m, isItem := parseMarker(l.rest)
	if isItem && isRule(l.rest) {
		isItem = false
	}
	if !isItem && s.lazy(l.rest) {
		s.extend(l.end)
		return
	}
	base, rel := s.container(l.ind, isItem)
	if s.inIndented() {
		if rel >= 4 && !isItem {
			s.extendCode(l.end)
			return
		}
		s.open = false
	}
	switch {
	case isItem && s.interrupts(m):
		s.startItem(m, l)
	case s.startFence(l, base):
	case s.convert(l.rest, l.end):
	case s.startLeaf(l, base, rel):
	default:
		s.text(base, l)
	}
}

// lazy reports whether a line continues the open paragraph of a list whatever
// its indentation.
func (s *scanner) lazy(rest []byte) bool {
	if !s.open || s.blank || s.depth == 0 {
		return false
	}
	k := s.last().kind
	return (k == item || k == paragraph) && !startsBlock(rest)
}

// container leaves the lists that a line is not in. It returns the blanks before
// what is in the innermost one, and how far the line is indented within it.
func (s *scanner) container(ind int, isItem bool) (base, rel int) {
	if isItem {
		for s.depth > 1 && ind < s.top().indent {
			s.depth--
		}
	} else {
		for s.depth > 0 && ind < s.top().within() {
			s.depth--
		}
	}
	if s.depth == 0 {
		return 0, ind
	}
	return s.top().text, ind - s.top().within()
}

// within is the indentation that puts a line into an item. Models indent by two
// even under "1. ".
func (l *level) within() int { return min(l.content, l.indent+2) }

// interrupts reports whether an item may start here: a paragraph is only broken
// by a first item that says something.
func (s *scanner) interrupts(m markerText) bool {
	if s.depth > 0 || !s.open || s.blank || s.last().kind != paragraph {
		return true
	}
	return !m.empty && (!m.ordered || m.number == 1)
}

// convert turns the open paragraph into a heading or a table if the line says
// so.
func (s *scanner) convert(rest []byte, end int) bool {
	if !s.open || s.blank || s.last().kind != paragraph {
		return false
	}
	b := s.last()
	if n := setext(rest); n > 0 && s.depth == 0 {
		b.kind, b.level, b.to = heading, n, end
		b.touch()
		s.open = false
		return true
	}
	if aligns, ok := delimiterRow(rest); ok {
		return s.convertTable(aligns, end)
	}
	return false
}

// convertTable makes a table of the open paragraph's last line.
func (s *scanner) convertTable(aligns []align, end int) bool {
	b := s.last()
	src := bytes.TrimRight(s.src[b.from:b.to], "\n")
	at := b.from + bytes.LastIndexByte(src, '\n') + 1
	header := splitRow(s.src[at:b.to])
	if len(header) != len(aligns) {
		return false
	}
	t := &tableBlock{aligns: aligns, from: at}
	if at == b.from {
		b.kind, b.to, b.table = table, end, t
		b.touch()
	} else {
		b.to = at
		b.touch()
		s.add(block{kind: table, from: at, to: end, pad: b.pad, gap: true, table: t})
	}
	t.to = end
	s.open = true
	return true
}

// startLeaf starts a heading, a rule, a quote, a definition or indented code.
func (s *scanner) startLeaf(l source, base, rel int) bool {
	rest, from, end := l.rest, l.from, l.end
	if n := atx(rest); n > 0 {
		s.add(block{kind: heading, level: n, from: from, to: end, pad: base, gap: true})
		s.open = false
		return true
	}
	if isRule(rest) {
		s.add(block{kind: rule, from: from, to: end, pad: base, gap: true})
		s.open = false
		return true
	}
	if rest[0] == '>' {
		if s.open && s.last().kind == quote && !s.blank {
			s.extend(end)
			return true
		}
		s.add(block{kind: quote, from: from, to: end, pad: base, gap: s.gap(base)})
		s.open = true
		return true
	}
	if s.open && !s.blank {
		return false
	}
	if r, ok := parseDefinition(rest); ok {
		if len(s.refs) < maxRefs {
			s.refs = append(s.refs, r)
		}
		s.add(block{kind: definition, from: from, to: end})
		s.open = false
		return true
	}
	if rel >= 4 {
		s.codes++
		c := &codeBlock{indented: true, strip: indentOf(s, rel), first: true, id: s.codes, done: from}
		s.add(block{kind: code, from: from, to: end, pad: base, gap: s.gap(base), code: c, count: 1})
		s.open = true
		return true
	}
	return false
}

// indentOf is how many columns are taken off the lines of indented code.
func indentOf(s *scanner, rel int) int {
	if s.depth == 0 {
		return 4
	}
	return s.top().within() + min(rel, 4)
}

// text adds a line to the open block or starts a paragraph.
func (s *scanner) text(base int, l source) {
	if s.open && !s.blank && len(s.blocks) > 0 {
		switch s.last().kind {
		case paragraph, item, quote, table:
			s.extend(l.end)
			return
		default:
		}
	}
	s.add(block{kind: paragraph, from: l.from, to: l.end, pad: base, gap: s.gap(base)})
	s.open = true
}

// gap reports whether a block has a blank line before it: always, but for those
// within a list item that has none.
func (s *scanner) gap(base int) bool { return base == 0 || s.blank }

func (s *scanner) add(b block) {
	if len(s.blocks) == 0 {
		b.gap = false
	}
	b.height = -1
	s.blocks = append(s.blocks, b)
}

// touch notes that a block has changed.
func (b *block) touch() { b.laid, b.height, b.lines = false, -1, nil }

// extend adds the next line to the open block, or makes a block of its own of it
// if the open one is long enough.
func (s *scanner) extend(end int) {
	b := s.last()
	if b.to-b.from < maxBlock {
		b.to = end
		if b.table != nil && b.table.from == b.from {
			b.table.to = end
		}
		b.touch()
		return
	}
	next := block{kind: b.kind, from: b.to, to: end, pad: b.pad, table: b.table}
	if b.kind == item {
		next.kind, next.pad = paragraph, min(b.pad+len(b.marker)+1, maxPad+4)
		if s.depth > 0 {
			next.pad = s.top().text
		}
	}
	s.add(next)
}

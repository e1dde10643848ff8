package markdown

import (
	"bytes"
	"slices"
	"strings"
)

// align is where a column's text stands.
type align uint8

const (
	left align = iota
	center
	right
)

// tableBlock is what the blocks of one table share. The columns' widths come
// from its first block, so that a long table does not move while it grows.
type tableBlock struct {
	aligns   []align
	from, to int // the first block
	widths   []int
	at       int // the width they were made for; 0 is none
}

// maxColumns is how many columns a table may have to be drawn as one.
const maxColumns = 64

// delimiterRow reads the row under a table's header.
func delimiterRow(line []byte) ([]align, bool) {
	if bytes.IndexByte(line, '-') < 0 || bytes.IndexByte(line, '|') < 0 {
		return nil, false
	}
	for _, c := range line {
		if c != '-' && c != '|' && c != ':' && c != ' ' && c != '\t' {
			return nil, false
		}
	}
	cells := splitRow(line)
	if len(cells) > maxColumns {
		return nil, false
	}
	aligns := make([]align, 0, len(cells))
	for _, c := range cells {
		body := bytes.Trim(c, ":")
		if len(body) == 0 || len(bytes.Trim(body, "-")) > 0 {
			return nil, false
		}
		starts, ends := c[0] == ':', c[len(c)-1] == ':'
		switch {
		case starts && ends:
			aligns = append(aligns, center)
		case ends:
			aligns = append(aligns, right)
		default:
			aligns = append(aligns, left)
		}
	}
	return aligns, true
}

// splitRow cuts a row into its cells.
func splitRow(line []byte) [][]byte {
	line = bytes.TrimSpace(line)
	line = bytes.TrimPrefix(line, []byte("|"))
	if n := len(line); n > 0 && line[n-1] == '|' && (n < 2 || line[n-2] != '\\') {
		line = line[:n-1]
	}
	var cells [][]byte
	from := 0
	for i := 0; i <= len(line); i++ {
		if i < len(line) && (line[i] != '|' || i > 0 && line[i-1] == '\\') {
			continue
		}
		cell := bytes.TrimSpace(line[from:i])
		if bytes.Contains(cell, []byte(`\|`)) {
			cell = bytes.ReplaceAll(cell, []byte(`\|`), []byte("|"))
		}
		cells = append(cells, cell)
		from = i + 1
	}
	return cells
}

// row is a row's cells, as many as there are columns.
type row [][]span

// tableRows parses the rows of src. The first is the header if head is set; the
// row under it is left out.
func (r *renderer) tableRows(src []byte, columns int, head bool) []row {
	var rows []row
	n := -1
	for len(src) > 0 {
		line, rest, _ := bytes.Cut(src, []byte("\n"))
		src = rest
		if n++; head && n == 1 || len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		st := style(0)
		if head && n == 0 {
			st = tableHead
		}
		cells := splitRow(line)
		out := make(row, columns)
		for i := range min(columns, len(cells)) {
			out[i] = parseInline(cells[i], st, r.refs)
		}
		rows = append(rows, out)
	}
	return rows
}

// natural is the width of the widest line of a cell.
func natural(cell []span) int {
	widest, line := 0, 0
	for _, s := range cell {
		for i, part := range strings.Split(s.text, "\n") {
			if i > 0 {
				line = 0
			}
			line += cells(part)
			widest = max(widest, line)
		}
	}
	return widest
}

const (
	columnGap = " │ "
	crossing  = "─┼─"
	gapWidth  = 3
	// leastColumn is the narrowest column that a long text is still readable
	// in.
	leastColumn = 8
)

// fit chooses the columns' widths, or none if they do not fit side by side.
// Narrow columns get what they need, the wide ones share the rest.
func fit(rows []row, columns, width int) []int {
	need := make([]int, columns)
	for _, cells := range rows {
		for i, c := range cells {
			need[i] = max(need[i], natural(c), 1)
		}
	}
	room := width - gapWidth*(columns-1)
	widths := slices.Clone(need)
	order := make([]int, columns)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return need[a] - need[b] })
	for n, i := range order {
		share := room / (columns - n)
		widths[i] = min(need[i], share)
		if widths[i] < min(need[i], leastColumn) {
			return nil
		}
		room -= widths[i]
	}
	return widths
}

// drawTable lays out a block of a table.
func (r *renderer) drawTable(b *block) []string {
	t := b.table
	pad := r.pad(b)
	width := max(r.width-pad, 4)
	columns := len(t.aligns)
	first := b.from == t.from
	rows := r.tableRows(r.src[b.from:b.to], columns, first)
	if first || t.at != width {
		base := rows
		if !first {
			base = r.tableRows(r.src[t.from:t.to], columns, true)
		}
		t.widths, t.at = fit(base, columns, width), width
	}
	pre := strings.Repeat(" ", pad)
	var lines []string
	if b.gap {
		lines = append(lines, "")
	}
	if t.widths == nil {
		return r.drawRecords(lines, b, rows)
	}
	for i, cells := range rows {
		lines = r.drawRow(lines, pre, cells, t)
		if first && i == 0 {
			lines = append(lines, r.tableLine(pre, t.widths))
		}
	}
	return lines
}

// tableLine is the line under the header.
func (r *renderer) tableLine(pre string, widths []int) string {
	var b strings.Builder
	b.WriteString(pre)
	ink := r.p.ink(ruled)
	b.WriteString(ink)
	for i, w := range widths {
		if i > 0 {
			b.WriteString(crossing)
		}
		b.WriteString(strings.Repeat("─", w))
	}
	if ink != "" {
		b.WriteString(reset)
	}
	return b.String()
}

// drawRow appends the lines of one row.
func (r *renderer) drawRow(lines []string, pre string, cells row, t *tableBlock) []string {
	drawn := make([][]string, len(cells))
	widths := make([][]int, len(cells))
	height := 1
	for i, c := range cells {
		drawn[i], widths[i] = r.p.wrap(c, t.widths[i], prefix{}, prefix{})
		height = max(height, len(drawn[i]))
	}
	bar := columnGap
	if ink := r.p.ink(ruled); ink != "" {
		bar = ink + columnGap + reset
	}
	var b strings.Builder
	for y := range height {
		b.Reset()
		b.WriteString(pre)
		for i := range cells {
			if i > 0 {
				b.WriteString(bar)
			}
			text, w := "", 0
			if y < len(drawn[i]) {
				text, w = drawn[i][y], widths[i][y]
			}
			before, after := spread(t.aligns[i], t.widths[i]-w)
			b.WriteString(strings.Repeat(" ", before))
			b.WriteString(text)
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", after))
			}
		}
		lines = append(lines, b.String())
	}
	return lines
}

// spread divides the blanks of a cell.
func spread(a align, blanks int) (before, after int) {
	blanks = max(blanks, 0)
	switch a {
	case right:
		return blanks, 0
	case center:
		return blanks / 2, blanks - blanks/2
	default:
		return 0, blanks
	}
}

// drawRecords writes a table too wide for the screen row by row, each cell on
// lines of its own with its column's name.
func (r *renderer) drawRecords(lines []string, b *block, rows []row) []string {
	t := b.table
	var names row
	if b.from == t.from && len(rows) > 0 {
		names, rows = rows[0], rows[1:]
	} else {
		names = r.tableRows(firstLine(r.src[t.from:t.to]), len(t.aligns), true)[0]
	}
	pad := r.pad(b)
	rest := blankPrefix(pad + 2)
	if len(rows) == 0 { // only a header so far
		for _, name := range names {
			drawn, _ := r.p.wrap(name, r.width, blankPrefix(pad), rest)
			lines = append(lines, drawn...)
		}
		return lines
	}
	for n, cells := range rows {
		if n > 0 || b.from != t.from {
			lines = append(lines, r.tableLine(strings.Repeat(" ", pad), []int{min(8, r.width-pad)}))
		}
		for i, c := range cells {
			if natural(c) == 0 {
				continue
			}
			spans := append(slices.Clone(names[i]), span{": ", tableHead})
			drawn, _ := r.p.wrap(append(spans, c...), r.width, blankPrefix(pad), rest)
			lines = append(lines, drawn...)
		}
	}
	return lines
}

func firstLine(src []byte) []byte {
	line, _, _ := bytes.Cut(src, []byte("\n"))
	return line
}

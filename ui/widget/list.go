package widget

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app/termsafe"
	"bise/ui/theme"
)

// Row is one line of a List that can be selected.
type Row struct {
	ID     string // not shown; names the row when the rows change
	Text   string
	Detail string // of second rank, at the right edge
	// Group is the heading the row stands under; a heading is shown where it
	// changes. "" is none.
	Group string
	// Off is why the row cannot be chosen, "" if it can. It is shown in the
	// place of Detail.
	Off string
	// Marked puts a sign before the row: it is the one in use, or pinned.
	Marked bool
}

// List is rows to choose from, filtered and scrolled. Its cost per frame depends
// on what is visible, not on how many rows there are.
type List struct {
	theme         theme.Theme
	width, height int
	rows          []Row
	filter        string
	empty         string
	more          bool

	lines    []listLine // what is shown, headings included
	places   []int      // the line of each row that is shown
	selected int        // index into places
	offset   int        // first line on the screen
}

// listLine is a line of a list: a row, or the heading above it.
type listLine struct {
	row     int
	heading bool
}

// NewList makes an empty list.
func NewList(t theme.Theme) *List { return &List{theme: t, width: 40, height: 10} }

// SetTheme changes the styles.
func (l *List) SetTheme(t theme.Theme) { l.theme = t }

// SetSize gives the room there is.
func (l *List) SetSize(width, height int) {
	l.width, l.height = max(width, 4), max(height, 1)
	l.reveal()
}

// SetEmpty is shown when no row is.
func (l *List) SetEmpty(s string) { l.empty = termsafe.Line(s) }

// SetRows replaces the rows. The selected one stays selected if it is among
// them; otherwise the one now in its place is.
func (l *List) SetRows(rows []Row) {
	id, had := l.selectedID()
	l.rows = make([]Row, len(rows))
	for i, r := range rows {
		l.rows[i] = safe(r)
	}
	l.build(id, had)
}

// AppendRows adds a page of rows at the end.
func (l *List) AppendRows(rows []Row) {
	id, had := l.selectedID()
	for _, r := range rows {
		l.rows = append(l.rows, safe(r))
	}
	l.build(id, had)
}

func safe(r Row) Row {
	r.Text, r.Detail = termsafe.Line(r.Text), termsafe.Line(r.Detail)
	r.Group, r.Off = termsafe.Line(r.Group), termsafe.Line(r.Off)
	return r
}

// SetMore says that there are further rows to be had with AppendRows.
func (l *List) SetMore(more bool) { l.more = more }

// WantsMore reports whether the person is near the end of the rows and there are
// more: the next page should be fetched.
func (l *List) WantsMore() bool {
	return l.more && (len(l.places) == 0 || l.selected >= len(l.places)-l.height)
}

// SetFilter shows only rows that hold every word of s, whatever the case.
func (l *List) SetFilter(s string) {
	if s == l.filter {
		return
	}
	id, had := l.selectedID()
	l.filter = s
	l.build(id, had)
}

// Filter is what SetFilter was given last.
func (l *List) Filter() string { return l.filter }

// Len is how many rows are shown.
func (l *List) Len() int { return len(l.places) }

// Selected is the row the keys act on, false if there is none.
func (l *List) Selected() (Row, bool) {
	if l.selected >= len(l.places) {
		return Row{}, false
	}
	return l.rows[l.lines[l.places[l.selected]].row], true
}

// Select selects the row with an ID and reports whether it is shown.
func (l *List) Select(id string) bool {
	for i, at := range l.places {
		if l.rows[l.lines[at].row].ID == id {
			l.selected = i
			l.reveal()
			return true
		}
	}
	return false
}

func (l *List) selectedID() (string, bool) {
	r, ok := l.Selected()
	return r.ID, ok
}

// build works out which lines are shown.
func (l *List) build(id string, had bool) {
	words := strings.Fields(strings.ToLower(l.filter))
	l.lines, l.places = l.lines[:0], l.places[:0]
	group, found := "", -1
	for i, r := range l.rows {
		if !matches(r, words) {
			continue
		}
		if r.Group != group {
			group = r.Group
			if group != "" {
				l.lines = append(l.lines, listLine{row: i, heading: true})
			}
		}
		if had && r.ID == id && found < 0 {
			found = len(l.places)
		}
		l.places = append(l.places, len(l.lines))
		l.lines = append(l.lines, listLine{row: i})
	}
	if found >= 0 {
		l.selected = found
	}
	l.selected = max(0, min(l.selected, len(l.places)-1))
	l.reveal()
}

func matches(r Row, words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := strings.ToLower(r.Text + " " + r.Detail + " " + r.Group)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// Move selects the row n further down, or up if n is negative.
func (l *List) Move(n int) bool {
	was := l.selected
	l.selected = max(0, min(l.selected+n, len(l.places)-1))
	l.reveal()
	return l.selected != was
}

// Update takes a key and reports whether it was one of the list's: arrows, page
// up and down, home and end.
func (l *List) Update(msg tea.KeyPressMsg) bool {
	switch msg.String() {
	case "up", "ctrl+p":
		l.Move(-1)
	case "down", "ctrl+n":
		l.Move(1)
	case "pgup":
		l.Move(-max(1, l.height-1))
	case "pgdown":
		l.Move(max(1, l.height-1))
	case "home":
		l.Move(-len(l.rows))
	case "end":
		l.Move(len(l.rows))
	default:
		return false
	}
	return true
}

// reveal scrolls so that the selected row is visible, with its heading if it is
// the first under it.
func (l *List) reveal() {
	if len(l.places) == 0 {
		l.offset = 0
		return
	}
	at := l.places[l.selected]
	top := at
	if at > 0 && l.lines[at-1].heading && l.height > 1 {
		top--
	}
	if top < l.offset {
		l.offset = top
	}
	if at >= l.offset+l.height {
		l.offset = at - l.height + 1
	}
	l.offset = max(0, min(l.offset, len(l.lines)-l.height))
}

// View draws at most the list's height in lines.
func (l *List) View() string {
	if len(l.places) == 0 {
		lines := strings.Split(ansi.Wrap(l.empty, l.width, ""), "\n")
		for i, line := range lines {
			lines[i] = l.theme.Muted.Render(line)
		}
		return strings.Join(lines[:min(len(lines), l.height)], "\n")
	}
	end := min(len(l.lines), l.offset+l.height)
	out := make([]string, 0, end-l.offset)
	for i := l.offset; i < end; i++ {
		line := l.lines[i]
		r := l.rows[line.row]
		if line.heading {
			out = append(out, l.theme.Muted.Render(ansi.Truncate(r.Group, l.width, "…")))
			continue
		}
		sign := ""
		switch {
		case i == end-1 && (end < len(l.lines) || l.more):
			sign = "↓ "
		case i == l.offset && i > 0:
			sign = "↑ "
		}
		out = append(out, l.draw(r, i == l.places[l.selected], sign))
	}
	return strings.Join(out, "\n")
}

// draw draws one row: sign, text, detail. The detail gives way first. The sign
// says that it is selected, or that more rows follow, or that it is marked.
func (l *List) draw(r Row, selected bool, more string) string {
	sign, style, second := "  ", l.theme.Text, l.theme.Muted
	if r.Marked {
		sign = "• "
	}
	if more != "" {
		sign = more
	}
	if r.Off != "" {
		style, second, r.Detail = l.theme.Disabled, l.theme.Disabled, r.Off
	}
	if selected {
		sign, style = "› ", l.theme.Selected
	}
	room := l.width - 2
	text := ansi.Truncate(r.Text, room, "…")
	left := room - ansi.StringWidth(text)
	out := l.theme.Accent.Render(sign) + style.Render(text)
	if r.Detail == "" || left < 6 {
		return out
	}
	detail := ansi.Truncate(r.Detail, left-2, "…")
	return out + strings.Repeat(" ", left-ansi.StringWidth(detail)) + second.Render(detail)
}

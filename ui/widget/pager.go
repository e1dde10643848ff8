package widget

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/ui/theme"
)

// Pager is lines that scroll, drawn already by the caller for the pager's width.
// Where there are more below, the last line on the screen counts them.
type Pager struct {
	theme         theme.Theme
	width, height int
	lines         []string
	offset        int
}

// NewPager makes an empty pager.
func NewPager(t theme.Theme) *Pager { return &Pager{theme: t, width: 40, height: 10} }

// SetTheme changes the styles.
func (p *Pager) SetTheme(t theme.Theme) { p.theme = t }

// SetSize gives the room there is.
func (p *Pager) SetSize(width, height int) {
	p.width, p.height = max(width, 4), max(height, 1)
	p.Scroll(0)
}

// SetLines replaces the lines and keeps the place as far as it exists.
func (p *Pager) SetLines(lines []string) {
	p.lines = lines
	p.Scroll(0)
}

// Scroll moves n lines down, or up if n is negative.
func (p *Pager) Scroll(n int) {
	p.offset = max(0, min(p.offset+n, len(p.lines)-p.height))
}

// Fits reports whether all lines are visible at once.
func (p *Pager) Fits() bool { return len(p.lines) <= p.height }

// Update takes a key and reports whether it was one of the pager's: arrows, page
// up and down, home and end.
func (p *Pager) Update(msg tea.KeyPressMsg) bool {
	switch msg.String() {
	case "up":
		p.Scroll(-1)
	case "down":
		p.Scroll(1)
	case "pgup":
		p.Scroll(-max(1, p.height-2))
	case "pgdown", "space":
		p.Scroll(max(1, p.height-2))
	case "home":
		p.Scroll(-len(p.lines))
	case "end":
		p.Scroll(len(p.lines))
	default:
		return false
	}
	return true
}

// View draws at most the pager's height in lines.
func (p *Pager) View() string {
	end := min(len(p.lines), p.offset+p.height)
	out := make([]string, 0, p.height)
	for _, l := range p.lines[p.offset:end] {
		out = append(out, fitLine(l, p.width))
	}
	if below := len(p.lines) - end; below > 0 && p.height > 1 {
		out[len(out)-1] = p.theme.Muted.Render("↓ " + strconv.Itoa(below+1) + " PgDn")
	}
	return strings.Join(out, "\n")
}

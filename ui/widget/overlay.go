package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"bise/app/termsafe"
	"bise/ui/theme"
)

// Below this size an Overlay takes the whole screen and leaves out its frame.
const (
	smallWidth  = 60
	smallHeight = 18
)

// widestOverlay is where lines become too long to read; an overlay does not grow
// beyond it.
const widestOverlay = 96

// Overlay is a box in the middle of the screen with a title, a body and a
// footer. On a small screen it is the whole screen.
type Overlay struct {
	theme         theme.Theme
	width, height int // of the screen
	title, footer string
	body          []string
}

// NewOverlay makes an empty box.
func NewOverlay(t theme.Theme) *Overlay { return &Overlay{theme: t, width: 80, height: 24} }

// SetTheme changes the styles.
func (o *Overlay) SetTheme(t theme.Theme) { o.theme = t }

// SetSize gives the size of the screen.
func (o *Overlay) SetSize(width, height int) { o.width, o.height = max(width, 4), max(height, 3) }

// SetTitle and SetFooter set the lines above and below the body; the footer
// usually names keys.
func (o *Overlay) SetTitle(s string) { o.title = termsafe.Line(s) }

// SetFooter is described with SetTitle.
func (o *Overlay) SetFooter(s string) { o.footer = termsafe.Line(s) }

// SetBody sets what is inside, drawn already. What does not fit is cut off:
// lay it out for Inner.
func (o *Overlay) SetBody(s string) { o.body = strings.Split(s, "\n") }

func (o *Overlay) small() bool { return o.width < smallWidth || o.height < smallHeight }

// Inner is the room there is for the body.
func (o *Overlay) Inner() (width, height int) {
	if o.small() {
		return o.width, max(1, o.height-2-o.footerLines())
	}
	return min(o.width-4, widestOverlay) - 4, o.height - 6 - o.footerLines()
}

// footerLines is how many lines the footer and the space above it take.
func (o *Overlay) footerLines() int {
	switch {
	case o.footer == "":
		return 0
	case o.small():
		return 1
	default:
		return 2
	}
}

// Origin is where the body's upper left corner is on the screen, to place a
// cursor in it.
func (o *Overlay) Origin() (x, y int) {
	if o.small() {
		return 0, 2
	}
	w, h := o.Inner()
	top := (o.height - min(h, len(o.body)) - 4 - o.footerLines()) / 2
	return (o.width-w-4)/2 + 2, top + 3
}

// View draws the whole screen, exactly its size: every line as wide as the
// screen, so that nothing of what was there before shows through.
func (o *Overlay) View() string {
	var lines []string
	if o.small() {
		lines = o.plain()
	} else {
		lines = o.framed()
	}
	lines = lines[:min(len(lines), o.height)]
	for len(lines) < o.height {
		lines = append(lines, "")
	}
	for i, l := range lines {
		lines[i] = fitLine(l, o.width)
	}
	return strings.Join(lines, "\n")
}

// visible is the body cut to the room there is.
func (o *Overlay) visible() []string {
	_, h := o.Inner()
	return o.body[:min(len(o.body), h)]
}

func (o *Overlay) plain() []string {
	t := &o.theme
	lines := []string{
		t.Title.Render(ansi.Truncate(o.title, o.width, "…")),
		t.Border.Render(strings.Repeat("─", o.width)),
	}
	lines = append(lines, o.visible()...)
	if o.footer == "" {
		return lines
	}
	for len(lines) < o.height-1 {
		lines = append(lines, "")
	}
	return append(lines, t.Muted.Render(ansi.Truncate(o.footer, o.width, "…")))
}

func (o *Overlay) framed() []string {
	t := &o.theme
	w, _ := o.Inner()
	x, y := o.Origin()
	margin := strings.Repeat(" ", x-2)
	bar := t.Focused.Render("│")
	var lines []string
	for range y - 3 {
		lines = append(lines, "")
	}
	row := func(s string) {
		lines = append(lines, margin+bar+" "+fitLine(s, w)+" "+bar)
	}
	lines = append(lines, margin+t.Focused.Render("╭"+strings.Repeat("─", w+2)+"╮"))
	row(t.Title.Render(ansi.Truncate(o.title, w, "…")))
	row("")
	for _, l := range o.visible() {
		row(l)
	}
	if o.footer != "" {
		row("")
		row(t.Muted.Render(ansi.Truncate(o.footer, w, "…")))
	}
	return append(lines, margin+t.Focused.Render("╰"+strings.Repeat("─", w+2)+"╯"))
}

// fitLine cuts or fills a line to exactly width cells.
func fitLine(s string, width int) string {
	w := ansi.StringWidth(s)
	if w > width {
		s = ansi.Truncate(s, width, "")
		w = ansi.StringWidth(s)
	}
	return s + strings.Repeat(" ", width-w)
}

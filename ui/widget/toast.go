package widget

import (
	"github.com/charmbracelet/x/ansi"

	"bise/app/termsafe"
	"bise/ui/theme"
)

// Tone is what a toast is about. It shows as a sign as well as in style.
type Tone uint8

const (
	// Plain tells something.
	Plain Tone = iota
	// Done tells that something worked.
	Done
	// Caution asks for a look.
	Caution
	// Failed tells that something did not work.
	Failed
)

// Toast is one line shown for a while; the caller decides how long.
type Toast struct {
	text string
	tone Tone
}

// Show sets the line.
func (t *Toast) Show(text string, tone Tone) { t.text, t.tone = termsafe.Line(text), tone }

// Clear takes it away.
func (t *Toast) Clear() { t.text = "" }

// Visible reports whether there is a line.
func (t *Toast) Visible() bool { return t.text != "" }

// View draws the line, at most width cells wide, "" if there is none.
func (t *Toast) View(th theme.Theme, width int) string {
	if t.text == "" {
		return ""
	}
	sign, style := "  ", th.Text
	switch t.tone {
	case Done:
		sign, style = "✓ ", th.Success
	case Caution:
		sign, style = "! ", th.Warning
	case Failed:
		sign, style = "× ", th.Error
	case Plain:
	}
	return style.Render(ansi.Truncate(sign+t.text, max(width, 0), "…"))
}

// Package dialog asks: the questions of the root model, the frame that all
// overlays share, and the forms that more than one of them shows. A dialog does
// no I/O in Update; it reports the answer as an action.
package dialog

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app/policy"
	"bise/app/termsafe"
	"bise/ui/keys"
	"bise/ui/screen"
	"bise/ui/widget"
)

// words gives wording; Sentence needs no more.
type words interface {
	T(key string, args ...any) string
}

// Sentence is a sentence of the rules in words, "" for none.
func Sentence(w words, s policy.Words) string {
	if s.Key == "" {
		return ""
	}
	args := make([]any, 0, 2*len(s.Args))
	for name, value := range s.Args {
		args = append(args, name, termsafe.Line(value))
	}
	return w.T("rules."+s.Key, args...)
}

// Clauses names what a verdict rests on: "(LC-2.a, DPA-2.3)", "" for nothing.
func Clauses(v policy.Verdict) string {
	if len(v.Clauses) == 0 {
		return ""
	}
	return "(" + strings.Join(v.Clauses, ", ") + ")"
}

// Hint is a key in a footer, and what it does in words.
type Hint struct{ Key, Does string }

// Panel is the frame that overlays share: a title, a body, and a footer that
// names keys. It follows the theme of its environment.
type Panel struct {
	Env   *screen.Env
	box   *widget.Overlay
	hints []Hint
	// width and height are those of the screen.
	width, height int
}

// NewPanel makes a frame with a title.
func NewPanel(env *screen.Env, title string) *Panel {
	p := &Panel{Env: env, box: widget.NewOverlay(env.Theme)}
	p.box.SetTitle(title)
	return p
}

// SetTitle changes the title.
func (p *Panel) SetTitle(title string) { p.box.SetTitle(title) }

// SetHints sets the footer, the most needed key first: where the screen is
// narrow, the last ones are left out, but not the way back.
func (p *Panel) SetHints(hints ...Hint) {
	p.hints = hints
	p.foot()
}

// Resize gives the size of the screen and takes over the theme.
func (p *Panel) Resize(width, height int) {
	p.width, p.height = width, height
	p.box.SetTheme(p.Env.Theme)
	p.box.SetSize(width, height)
	p.foot()
}

// Size is the size of the screen given last.
func (p *Panel) Size() (width, height int) { return p.width, p.height }

func (p *Panel) foot() {
	p.box.SetFooter("·") // its line counts for the room there is
	width, _ := p.box.Inner()
	p.box.SetFooter(footer(fitting(p.hints, width)))
}

// Footer writes hints out as a footer does, those that fit into width.
func Footer(hints []Hint, width int) string { return footer(fitting(hints, width)) }

// fitting leaves out the last hints that have no room, and the way back last of
// all.
func fitting(hints []Hint, width int) []Hint {
	hints = slices.Clone(hints)
	for len(hints) > 1 && ansi.StringWidth(footer(hints)) > width {
		last := len(hints) - 1
		if hints[last].Key == "esc" {
			last--
		}
		hints = slices.Delete(hints, last, last+1)
	}
	return hints
}

// footer writes hints out.
func footer(hints []Hint) string {
	said := make([]string, len(hints))
	for i, h := range hints {
		said[i] = keys.Name(h.Key) + " " + h.Does
	}
	return strings.Join(said, " · ")
}

// Inner is the room there is for the body.
func (p *Panel) Inner() (width, height int) { return p.box.Inner() }

// Draw draws the screen with a body of lines.
func (p *Panel) Draw(body []string) string {
	p.box.SetBody(strings.Join(body, "\n"))
	return p.box.View()
}

// DrawFull is Draw with a body that fills the room, so that the frame does not
// jump while the body grows and shrinks.
func (p *Panel) DrawFull(body []string) string {
	_, height := p.Inner()
	for len(body) < height {
		body = append(body, "")
	}
	return p.Draw(body)
}

// Place moves a cursor of a line of the body drawn last to where it is on the
// screen.
func (p *Panel) Place(c *tea.Cursor, line int) *tea.Cursor {
	if c == nil {
		return nil
	}
	x, y := p.box.Origin()
	c.X += x
	c.Y += y + line
	return c
}

// Wrap lays text out for the body, in a style.
func (p *Panel) Wrap(style lipgloss.Style, text string) []string {
	width, _ := p.Inner()
	return WrapTo(width, style, text)
}

// WrapTo lays text out for a width, in a style. "" is no line.
func WrapTo(width int, style lipgloss.Style, text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.Split(ansi.Wrap(termsafe.Text(text), max(width, 4), ""), "\n")
	for i, l := range lines {
		lines[i] = style.Render(l)
	}
	return lines
}

// Fault lays out an error: what happened, and what to do next.
func (p *Panel) Fault(err error) []string {
	if err == nil {
		return nil
	}
	message, remedy := p.Env.Words.Fault(err)
	lines := p.Wrap(p.Env.Theme.Warning, "! "+message)
	return append(lines, p.Wrap(p.Env.Theme.Muted, remedy)...)
}

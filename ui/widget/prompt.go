package widget

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"bise/app/termsafe"
	"bise/ui/theme"
)

// maxPrompt is the longest text a Prompt takes, in characters: longer than any
// key or passphrase.
const maxPrompt = 8192

// Prompt is one line to write in, shown or hidden.
type Prompt struct {
	input textinput.Model
	width int
}

// NewPrompt makes an empty line without focus.
func NewPrompt(t theme.Theme) *Prompt {
	p := &Prompt{input: textinput.New()}
	p.input.Prompt = promptSign
	p.input.CharLimit = maxPrompt
	p.input.SetVirtualCursor(false)
	// The terminal pastes; this would read the clipboard behind the program's
	// back.
	p.input.KeyMap.Paste.SetEnabled(false)
	p.SetTheme(t)
	p.SetSize(40)
	return p
}

// SetTheme changes the styles.
func (p *Prompt) SetTheme(t theme.Theme) {
	state := textinput.StyleState{Text: t.Text, Placeholder: t.Placeholder, Suggestion: t.Muted, Prompt: t.Accent}
	blurred := state
	blurred.Prompt = t.Border
	p.input.SetStyles(textinput.Styles{
		Focused: state,
		Blurred: blurred,
		Cursor:  textinput.CursorStyle{Color: lipgloss.NoColor{}, Shape: tea.CursorBar, Blink: true},
	})
}

// SetSize gives the width; a prompt is one line high.
func (p *Prompt) SetSize(width int) {
	p.width = max(width, 6)
	p.input.SetWidth(p.width - 3) // the sign, and a cell for the cursor
}

// SetHidden shows a dot for each character, for keys and passphrases.
func (p *Prompt) SetHidden(hidden bool) {
	p.input.EchoMode, p.input.EchoCharacter = textinput.EchoNormal, '•'
	if hidden {
		p.input.EchoMode = textinput.EchoPassword
	}
}

// SetPlaceholder is shown while nothing is written.
func (p *Prompt) SetPlaceholder(s string) { p.input.Placeholder = termsafe.Line(s) }

// Value is what was written.
func (p *Prompt) Value() string { return p.input.Value() }

// SetValue replaces it and puts the cursor at its end.
func (p *Prompt) SetValue(s string) {
	p.input.SetValue(termsafe.Line(s))
	p.input.CursorEnd()
}

// Reset empties the line.
func (p *Prompt) Reset() { p.input.Reset() }

// Focus gives it the keys; Blur takes them away.
func (p *Prompt) Focus() { p.input.Focus() }

// Blur is described with Focus.
func (p *Prompt) Blur() { p.input.Blur() }

// Update takes a key or a paste and reports whether the text changed. The line
// break that a copied key often ends in is left out.
func (p *Prompt) Update(msg tea.Msg) bool {
	if m, ok := msg.(tea.PasteMsg); ok {
		msg = tea.PasteMsg{Content: termsafe.Line(strings.Trim(m.Content, "\r\n"))}
	}
	before := p.input.Value()
	p.input, _ = p.input.Update(msg)
	return p.input.Value() != before
}

// View draws the line, at most its width wide.
func (p *Prompt) View() string { return fitLine(p.input.View(), p.width) }

// Cursor is where the terminal's cursor belongs, nil if it is not here.
func (p *Prompt) Cursor() *tea.Cursor { return p.input.Cursor() }

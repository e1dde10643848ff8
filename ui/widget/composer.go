package widget

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app/termsafe"
	"bise/ui/theme"
)

const (
	// maxContent is how many lines the composer holds. Longer text is a paste
	// or a file, and those are folded.
	maxContent = 5000
	// promptSign stands before every line; it is two cells wide.
	promptSign = "› "
)

// Composer is where a prompt is written: several lines, growing from one to the
// height it is given, with the terminal's own cursor.
//
// Enter is left to the caller; shift+enter, alt+enter and ctrl+j break the line.
type Composer struct {
	area          textarea.Model
	theme         theme.Theme
	width, height int
	placeholder   string
	off           string // why it is switched off, "" if it is not
	pastes        pastes
	sent          recall
	cache         string
	cached        bool
}

// NewComposer makes an empty composer without focus.
func NewComposer(t theme.Theme) *Composer {
	c := &Composer{area: textarea.New(), width: 40, height: 1}
	a := &c.area
	a.Prompt = promptSign
	a.ShowLineNumbers = false
	a.MaxWidth = 0
	a.DynamicHeight = true
	a.MinHeight = 1
	a.MaxHeight = 1
	a.MaxContentHeight = maxContent
	a.SetVirtualCursor(false) // a cursor of ours would have to be redrawn to blink
	a.KeyMap.InsertNewline = key.NewBinding(key.WithKeys("shift+enter", "alt+enter", "ctrl+j"))
	// The terminal pastes and copies; these would read and write the clipboard
	// behind the program's back.
	a.KeyMap.Paste.SetEnabled(false)
	a.KeyMap.CopySelection.SetEnabled(false)
	c.SetTheme(t)
	c.SetSize(40, 1)
	return c
}

// SetTheme changes the styles.
func (c *Composer) SetTheme(t theme.Theme) {
	c.theme = t
	state := textarea.StyleState{
		Text:        t.Text,
		CursorLine:  t.Text,
		Placeholder: t.Placeholder,
		Prompt:      t.Accent,
		Selection:   t.Selected,
	}
	blurred := state
	blurred.Prompt = t.Border
	c.area.SetStyles(textarea.Styles{
		Focused: state,
		Blurred: blurred,
		// The terminal's own colour and blinking.
		Cursor: textarea.CursorStyle{Color: lipgloss.NoColor{}, Shape: tea.CursorBar, Blink: true},
	})
	c.cached = false
}

// SetSize gives the width and the greatest height.
func (c *Composer) SetSize(width, maxHeight int) {
	width, maxHeight = max(width, 4), max(maxHeight, 1)
	if width == c.width && maxHeight == c.height {
		return
	}
	c.width, c.height = width, maxHeight
	c.area.MaxHeight = maxHeight
	c.area.SetWidth(width)
	c.fitPlaceholder()
}

// SetPlaceholder is shown while nothing is written.
func (c *Composer) SetPlaceholder(s string) {
	c.placeholder = termsafe.Line(s)
	c.fitPlaceholder()
}

// fitPlaceholder keeps it to one line, so that the composer does not shrink at
// the first key.
func (c *Composer) fitPlaceholder() {
	c.area.Placeholder = ansi.Truncate(c.placeholder, max(1, c.width-ansi.StringWidth(promptSign)), "…")
	c.cached = false
}

// SetPasteLabel says how a folded paste is shown: its number, from 1, and its
// lines. The label must be one line.
func (c *Composer) SetPasteLabel(label func(n, lines int) string) { c.pastes.label = label }

// SetDisabled switches the composer off with a reason, or on with "". What was
// written stays.
func (c *Composer) SetDisabled(reason string) {
	c.off, c.cached = termsafe.Line(reason), false
}

// Height is how many lines the composer takes now.
func (c *Composer) Height() int {
	if c.off != "" {
		return 1
	}
	return c.area.Height()
}

// Focus gives the keys to the composer. The command is nil: the terminal blinks
// the cursor.
func (c *Composer) Focus() tea.Cmd {
	c.cached = false
	return c.area.Focus()
}

// Blur takes the keys away and hides the cursor.
func (c *Composer) Blur() {
	c.cached = false
	c.area.Blur()
}

// Focused reports whether the composer has the keys.
func (c *Composer) Focused() bool { return c.area.Focused() }

// Update takes a key or a paste and reports whether the text changed.
func (c *Composer) Update(msg tea.Msg) bool {
	if c.off != "" {
		return false
	}
	switch m := msg.(type) {
	case tea.PasteMsg:
		c.Paste(m.Content)
		return true
	case tea.KeyPressMsg:
		if m.String() == "backspace" && c.dropLabel() {
			return true
		}
	default:
		return false
	}
	before := c.area.Value()
	c.area, _ = c.area.Update(msg)
	c.cached = false
	return c.area.Value() != before
}

// Paste inserts s at the cursor in one step. A long one is folded to a label
// that Value unfolds, so that megabytes cost no more than a line to edit.
func (c *Composer) Paste(s string) {
	if c.off != "" || s == "" {
		return
	}
	c.cached = false
	if long(s, pasteLines, pasteBytes) {
		c.area.InsertString(c.pastes.fold(s))
		return
	}
	c.area.InsertString(termsafe.Text(s))
}

// Value is what was written, pastes unfolded.
func (c *Composer) Value() string { return c.pastes.unfold(c.area.Value()) }

// Empty reports whether nothing is written.
func (c *Composer) Empty() bool { return c.area.Length() == 0 && c.area.LineCount() <= 1 }

// SetValue replaces what is written and puts the cursor at its end. Text too
// long to edit line by line is folded.
func (c *Composer) SetValue(s string) {
	c.pastes.clear()
	c.cached = false
	if long(s, editLines, editBytes) {
		c.area.SetValue(c.pastes.fold(s))
	} else {
		c.area.SetValue(termsafe.Text(s))
	}
	c.area.MoveToEnd()
}

// Reset empties the composer.
func (c *Composer) Reset() {
	c.pastes.clear()
	c.area.Reset()
	c.area.SetHeight(1)
	c.sent.rest()
	c.cached = false
}

// AtTop and AtBottom report whether the cursor is in the first or last line, so
// that up and down can mean the prompts sent before.
func (c *Composer) AtTop() bool {
	return c.area.Line() == 0 && c.area.LineInfo().RowOffset == 0
}

// AtBottom is described with AtTop.
func (c *Composer) AtBottom() bool {
	info := c.area.LineInfo()
	return c.area.Line() >= c.area.LineCount()-1 && info.RowOffset >= info.Height-1
}

// Remember adds a prompt to those that Earlier walks back to.
func (c *Composer) Remember(s string) { c.sent.add(s) }

// Earlier shows the prompt before the one shown; Later goes back, at last to
// what was being written. Each reports whether anything changed.
func (c *Composer) Earlier() bool {
	s, ok := c.sent.earlier(c.Value)
	if ok {
		c.SetValue(s)
	}
	return ok
}

// Later is described with Earlier.
func (c *Composer) Later() bool {
	s, ok := c.sent.later()
	if ok {
		c.SetValue(s)
	}
	return ok
}

// View draws the composer: exactly its height in lines, its width in cells. It
// is drawn again only after a change.
func (c *Composer) View() string {
	if c.cached {
		return c.cache
	}
	if c.off != "" {
		c.cache = c.theme.Border.Render(promptSign) +
			c.theme.Disabled.Render(ansi.Truncate(c.off, c.width-ansi.StringWidth(promptSign), "…"))
	} else {
		c.cache = c.area.View()
	}
	c.cached = true
	return c.cache
}

// Cursor is where the terminal's cursor belongs, counted from the widget's upper
// left corner, nil if it is not here.
func (c *Composer) Cursor() *tea.Cursor {
	if c.off != "" {
		return nil
	}
	return c.area.Cursor()
}

// dropLabel removes the label of a paste whole when the cursor is behind it.
func (c *Composer) dropLabel() bool {
	lines := strings.Split(c.area.Value(), "\n")
	row, col := c.area.Line(), c.area.Column()
	if row >= len(lines) {
		return false
	}
	line := []rune(lines[row])
	before := string(line[:min(col, len(line))])
	label, ok := c.pastes.endsWith(before)
	if !ok {
		return false
	}
	for range []rune(label) {
		c.area, _ = c.area.Update(tea.KeyPressMsg{Code: tea.KeyBackspace})
	}
	c.cached = false
	return true
}

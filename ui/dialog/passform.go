package dialog

import (
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"bise/app/chat"
	"bise/ui/screen"
	"bise/ui/widget"
)

// shortPassphrase is the length, in characters, below which a passphrase gets a
// warning: a machine guesses such a one in days, however slow the sealing is.
const shortPassphrase = 8

// PassForm asks for a new passphrase, twice.
type PassForm struct {
	env           *screen.Env
	first, second *widget.Prompt
	again         bool
	warning       string
	// warned is the short passphrase that the person was warned of.
	warned string
}

// NewPassForm makes an empty form.
func NewPassForm(env *screen.Env) *PassForm {
	f := &PassForm{env: env, first: widget.NewPrompt(env.Theme), second: widget.NewPrompt(env.Theme)}
	f.first.SetHidden(true)
	f.second.SetHidden(true)
	f.first.Focus()
	return f
}

// Resize gives the width and takes over the theme.
func (f *PassForm) Resize(width int) {
	f.first.SetTheme(f.env.Theme)
	f.second.SetTheme(f.env.Theme)
	f.first.SetSize(width)
	f.second.SetSize(width)
}

// Update takes a key or a paste. done says that both lines agree.
func (f *PassForm) Update(msg tea.Msg) (passphrase chat.Secret, done bool) {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "enter":
			return f.enter()
		case "up", "shift+tab", "down", "tab":
			f.turn(!f.again)
			return "", false
		}
	}
	if f.line().Update(msg) {
		f.warning = ""
	}
	return "", false
}

func (f *PassForm) line() *widget.Prompt {
	if f.again {
		return f.second
	}
	return f.first
}

func (f *PassForm) turn(again bool) {
	f.line().Blur()
	f.again = again
	f.line().Focus()
}

func (f *PassForm) enter() (chat.Secret, bool) {
	w := f.env.Words
	typed := f.first.Value()
	switch {
	case typed == "":
		f.warning = w.T("dialog.pass.empty")
	case !f.again && utf8.RuneCountInString(typed) < shortPassphrase && f.warned != typed:
		f.warned, f.warning = typed, w.T("dialog.pass.short")
	case !f.again:
		f.warning = ""
		f.turn(true)
	case f.second.Value() != typed:
		f.second.Reset()
		f.warning = w.T("dialog.pass.differ")
	default:
		return chat.Secret(typed), true
	}
	return "", false
}

// Lines draws the form for a width; the cursor is in line at.
func (f *PassForm) Lines(width int) (lines []string, at int) {
	t, w := &f.env.Theme, f.env.Words
	lines = append(lines, t.Muted.Render(w.T("dialog.pass.first")), f.first.View())
	lines = append(lines, t.Muted.Render(w.T("dialog.pass.second")), f.second.View())
	at = 1
	if f.again {
		at = 3
	}
	if f.warning != "" {
		lines = append(lines, WrapTo(width, t.Warning, "! "+f.warning)...)
	}
	return lines, at
}

// Why says what a passphrase is for and that nothing replaces it, with a blank
// line below it, in as many words as there is room for.
func (f *PassForm) Why(width, room int) []string {
	for _, key := range []string{"dialog.pass.why", "dialog.pass.why_short"} {
		if lines := WrapTo(width, f.env.Theme.Muted, f.env.Words.T(key)); len(lines) < room {
			return append(lines, "")
		}
	}
	return nil
}

// Cursor is where the terminal's cursor belongs in its line.
func (f *PassForm) Cursor() *tea.Cursor { return f.line().Cursor() }

package dialog

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app/chat"
	"bise/ui/screen"
	"bise/ui/widget"
)

// instructions edits the system instructions of a conversation.
type instructions struct {
	*Panel
	text *widget.Composer
	line int
}

// Instructions edits the system instructions of a conversation. It is answered
// with InstructionsQuestion and the new text; "" takes them away.
func Instructions(env *screen.Env, text chat.Text) screen.Overlay {
	w := env.Words
	i := &instructions{Panel: NewPanel(env, w.T("dialog.instructions.title")), text: widget.NewComposer(env.Theme)}
	i.text.SetPlaceholder(w.T("dialog.instructions.placeholder"))
	i.text.SetPasteLabel(func(n, lines int) string { return w.N("chat.pasted", lines, "Number", n) })
	i.text.SetValue(string(text))
	_ = i.text.Focus() // the terminal's own cursor needs no command
	i.SetHints(Hint{"enter", w.T("dialog.instructions.set")}, Hint{"esc", w.T("dialog.back")}, Hint{"ctrl+j", w.T("dialog.instructions.newline")})
	return i
}

// Unasked says that the person opened it.
func (i *instructions) Unasked() bool { return false }

// Init starts nothing.
func (i *instructions) Init() tea.Cmd { return nil }

// Resize lays it out.
func (i *instructions) Resize(width, height int) {
	i.Panel.Resize(width, height)
	i.text.SetTheme(i.Env.Theme)
	w, h := i.Inner()
	i.text.SetSize(w, max(1, h-3))
}

// Update takes keys and pastes.
func (i *instructions) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "esc":
			return screen.Close{}, nil
		case "enter":
			return screen.Answered{Question: InstructionsQuestion, Choice: Yes, Text: strings.TrimSpace(i.text.Value())}, nil
		}
	}
	i.text.Update(msg)
	return screen.Stay{}, nil
}

// View draws the text.
func (i *instructions) View() string {
	body := i.Wrap(i.Env.Theme.Muted, i.Env.Words.T("dialog.instructions.what"))
	_, height := i.Inner()
	if height < 8 {
		body = body[:min(len(body), 1)]
	}
	body = append(body, "")
	i.line = len(body)
	return i.DrawFull(append(body, strings.Split(i.text.View(), "\n")...))
}

// Cursor is in the text.
func (i *instructions) Cursor() *tea.Cursor { return i.Place(i.text.Cursor(), i.line) }

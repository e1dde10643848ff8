package dialog

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/ui/screen"
	"bise/ui/widget"
)

// find asks for words of the conversation on the screen.
type find struct {
	*Panel
	prompt *widget.Prompt
	last   string // the words of the time before
	line   int
}

// Find asks for the words to find; nothing typed takes those of the last time. It
// is answered with FindQuestion, whose text is the words.
func Find(env *screen.Env, last string) screen.Overlay {
	w := env.Words
	f := &find{Panel: NewPanel(env, w.T("dialog.find.title")), prompt: widget.NewPrompt(env.Theme), last: last}
	f.prompt.SetPlaceholder(last)
	f.prompt.Focus()
	f.SetHints(Hint{"enter", w.T("dialog.find.find")}, Hint{"esc", w.T("dialog.back")})
	return f
}

// Unasked says that the person opened it.
func (f *find) Unasked() bool { return false }

// Init starts nothing.
func (f *find) Init() tea.Cmd { return nil }

// Resize lays it out.
func (f *find) Resize(width, height int) {
	f.Panel.Resize(width, height)
	f.prompt.SetTheme(f.Env.Theme)
	w, _ := f.Inner()
	f.prompt.SetSize(w)
}

// Update takes the words.
func (f *find) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "esc":
			return screen.Close{}, nil
		case "enter":
			if words := cmp.Or(strings.TrimSpace(f.prompt.Value()), f.last); words != "" {
				return screen.Answered{Question: FindQuestion, Choice: Yes, Text: words}, nil
			}
			return screen.Stay{}, nil
		}
	}
	f.prompt.Update(msg)
	return screen.Stay{}, nil
}

// View draws the line.
func (f *find) View() string {
	body := f.Wrap(f.Env.Theme.Text, f.Env.Words.T("dialog.find.question"))
	body = append(body, "", f.prompt.View())
	f.line = len(body) - 1
	return f.Draw(body)
}

// Cursor is in the line.
func (f *find) Cursor() *tea.Cursor { return f.Place(f.prompt.Cursor(), f.line) }

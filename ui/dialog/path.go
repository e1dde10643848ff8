package dialog

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/termsafe"
	"bise/ui/screen"
	"bise/ui/widget"
)

// path asks for a file to attach or to import, or for the folder to save in.
type path struct {
	*Panel
	question string // what it is answered with
	text     string
	prompt   *widget.Prompt
	names    []string
	err      error // why the path before did not do
	line     int
}

// completedMsg is what the tab key found.
type completedMsg struct {
	owner           *path
	from, completed string
	names           []string
}

// Path asks for the file to attach. It is answered with PathQuestion, whose text
// is the path with the home folder in the place of "~".
func Path(env *screen.Env) screen.Overlay { return PathAgain(env, "", nil) }

// PathAgain is Path with the path that was typed before, and why it did not do.
func PathAgain(env *screen.Env, before string, why error) screen.Overlay {
	w := env.Words
	p := newPath(env, PathQuestion, w.T("dialog.path.title"), w.T("dialog.path.question"), w.T("dialog.path.attach"))
	p.prompt.SetValue(before)
	p.err = why
	p.prompt.SetPlaceholder(w.T("dialog.path.placeholder"))
	return p
}

// ImportFile asks for the file to import conversations from. It is answered with
// ImportQuestion, whose text is the path.
func ImportFile(env *screen.Env) screen.Overlay {
	w := env.Words
	p := newPath(env, ImportQuestion, w.T("import.title"), w.T("import.question"), w.T("import.look"))
	p.prompt.SetPlaceholder(w.T("import.placeholder"))
	return p
}

// Folder asks for the folder to save files in. It is answered with
// FolderQuestion, whose text is the path.
func Folder(env *screen.Env, usual string) screen.Overlay {
	w := env.Words
	p := newPath(env, FolderQuestion, w.T("dialog.folder.title"), w.T("dialog.folder.question"), w.T("dialog.folder.save"))
	p.prompt.SetValue(usual)
	return p
}

func newPath(env *screen.Env, question, title, text, does string) *path {
	w := env.Words
	p := &path{Panel: NewPanel(env, title), question: question, text: text, prompt: widget.NewPrompt(env.Theme)}
	p.prompt.Focus()
	p.SetHints(Hint{"enter", does}, Hint{"esc", w.T("dialog.back")}, Hint{"tab", w.T("dialog.path.complete")})
	return p
}

// Unasked says that the person opened it.
func (p *path) Unasked() bool { return false }

// Init starts nothing.
func (p *path) Init() tea.Cmd { return nil }

// Resize lays it out.
func (p *path) Resize(width, height int) {
	p.Panel.Resize(width, height)
	p.prompt.SetTheme(p.Env.Theme)
	w, _ := p.Inner()
	p.prompt.SetSize(w)
}

// Update takes keys and what a completion found.
func (p *path) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case completedMsg:
		if msg.owner == p && msg.from == p.prompt.Value() {
			p.prompt.SetValue(msg.completed)
			p.names = msg.names
		}
	case tea.PasteMsg:
		// A file dropped on a terminal often arrives in quotes.
		p.prompt.Update(tea.PasteMsg{Content: strings.Trim(strings.TrimSpace(msg.Content), `'"`)})
		p.names = nil
	case tea.KeyPressMsg:
		switch msg.String() {
		case "esc":
			return screen.Close{}, nil
		case "enter":
			if typed := strings.TrimSpace(p.prompt.Value()); typed != "" {
				return screen.Answered{Question: p.question, Choice: Yes, Text: app.ExpandPath(typed)}, nil
			}
		case "tab":
			a, from := p.Env.App, p.prompt.Value()
			return screen.Stay{}, func() tea.Msg {
				completed, names := a.CompletePath(from)
				return completedMsg{p, from, completed, names}
			}
		default:
			if p.prompt.Update(msg) {
				p.names, p.err = nil, nil
			}
		}
	}
	return screen.Stay{}, nil
}

// View draws the line, and the names that fit what is typed.
func (p *path) View() string {
	t := &p.Env.Theme
	width, height := p.Inner()
	body := p.Wrap(t.Text, p.text)
	body = append(body, "", p.prompt.View(), "")
	p.line = len(body) - 2
	body = append(body, p.Fault(p.err)...)
	if len(p.names) > 1 {
		for _, l := range columns(width, max(1, height-len(body)), p.names) {
			body = append(body, t.Muted.Render(l))
		}
	}
	return p.DrawFull(body)
}

// columns sets names in as many columns as fit, at most height lines of them.
func columns(width, height int, names []string) []string {
	widest := 0
	safe := make([]string, len(names))
	for i, n := range names {
		safe[i] = ansi.Truncate(termsafe.Line(n), width, "…")
		widest = max(widest, ansi.StringWidth(safe[i]))
	}
	across := max(1, (width+2)/(widest+2))
	var lines []string
	for i := 0; i < len(safe) && len(lines) < height; i += across {
		var b strings.Builder
		for j, n := range safe[i:min(i+across, len(safe))] {
			if j > 0 {
				b.WriteString("  ")
			}
			b.WriteString(n + strings.Repeat(" ", widest-ansi.StringWidth(n)))
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}

// Cursor is in the line being typed.
func (p *path) Cursor() *tea.Cursor { return p.Place(p.prompt.Cursor(), p.line) }

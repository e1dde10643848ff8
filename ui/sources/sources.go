// Package sources is the list of what an answer cites: number, title and
// address. A source is opened in the browser or its address copied, one at a
// time, as the rules allow; nothing else of it leaves.
package sources

import (
	"context"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app/chat"
	"bise/app/policy"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// View is the list.
type View struct {
	*dialog.Panel
	profile string
	sources []chat.Part
	list    *widget.List
	err     error
	line    string
}

// openedMsg says what became of opening a source.
type openedMsg struct {
	owner *View
	host  string
	err   error
}

// New makes the list of an answer's sources; line gives one as the conversation
// shows it.
func New(env *screen.Env, profile string, sources []chat.Part, line func(int, chat.Part) string) *View {
	w := env.Words
	v := &View{
		Panel: dialog.NewPanel(env, w.T("sources.title")), profile: profile, sources: sources,
		list: widget.NewList(env.Theme),
	}
	rows := make([]widget.Row, len(sources))
	for i, s := range sources {
		rows[i] = widget.Row{ID: strconv.Itoa(i), Text: line(i, s)}
	}
	v.list.SetRows(rows)
	v.list.SetEmpty(w.T("sources.none"))
	v.SetHints(
		dialog.Hint{Key: "enter", Does: w.T("sources.open")},
		dialog.Hint{Key: "c", Does: w.T("sources.copy")},
		dialog.Hint{Key: "esc", Does: w.T("dialog.close")},
	)
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init starts nothing.
func (v *View) Init() tea.Cmd { return nil }

// Cursor hides the terminal's cursor.
func (v *View) Cursor() *tea.Cursor { return nil }

// Resize lays it out: the list, and the selected source.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.list.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.list.SetSize(w, max(2, h-min(7, h/2)))
}

func (v *View) selected() (chat.Part, bool) {
	row, ok := v.list.Selected()
	n, err := strconv.Atoi(row.ID)
	if !ok || err != nil || n >= len(v.sources) {
		return chat.Part{}, false
	}
	return v.sources[n], true
}

// View draws the list, and address and excerpt of the selected source.
func (v *View) View() string {
	t := &v.Env.Theme
	body := strings.Split(v.list.View(), "\n")
	width, height := v.Inner()
	below := v.Fault(v.err)
	if v.line != "" {
		below = append(below, v.Wrap(t.Text, v.line)...)
	}
	if s, ok := v.selected(); ok {
		below = append(below, v.Wrap(t.Accent, termsafe.Line(s.URL))...)
		below = append(below, v.Wrap(t.Muted, termsafe.Line(string(s.Text)))...)
	}
	if room := max(0, height-len(body)-1); len(below) > room {
		below = below[:room]
	}
	body = append(body, t.Border.Render(strings.Repeat("─", min(12, width))))
	return v.DrawFull(append(body, below...))
}

// Update takes keys and what became of opening a source.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case openedMsg:
		if msg.owner != v {
			return screen.Stay{}, nil
		}
		v.err, v.line = msg.err, ""
		if msg.err == nil {
			v.line = v.Env.Words.T("sources.opened", "Host", termsafe.Line(msg.host))
		}
	case tea.KeyPressMsg:
		return v.key(msg)
	}
	return screen.Stay{}, nil
}

func (v *View) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	s, ok := v.selected()
	v.err, v.line = nil, ""
	switch msg.String() {
	case "esc", "q":
		return screen.Close{}, nil
	case "enter":
		if ok {
			return screen.Stay{}, v.open(s)
		}
	case "c":
		if ok && v.may("copy:url", s) {
			v.line = v.Env.Words.T("sources.copied")
			return screen.Copy{Text: s.URL}, nil
		}
	default:
		v.list.Update(msg)
	}
	return screen.Stay{}, nil
}

// may reports whether the rules let an act on a source pass, and says why not.
func (v *View) may(act policy.Act, s chat.Part) bool {
	verdict := v.Env.App.Preview(v.profile, act, s.Origin)
	if verdict.Decision.Permits() {
		return true
	}
	v.line = dialog.Sentence(v.Env.Words, verdict.Reason) + " " + dialog.Clauses(verdict)
	return false
}

func (v *View) open(s chat.Part) tea.Cmd {
	a, profile := v.Env.App, v.profile
	return func() tea.Msg {
		host, err := a.OpenSource(context.Background(), profile, s)
		return openedMsg{v, host, err}
	}
}

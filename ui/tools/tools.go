// Package tools is the list of the service's built-in tools for a conversation:
// which are on, who runs each and how to keep that company out, why one cannot be
// used, and how much the model reasons. What the rules want asked before a tool
// is used is asked here.
package tools

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// The rows that are no tool.
const (
	effortRow = "effort"
	flashRow  = "flash_answers"
	filterRow = "filter"
)

// View is the list.
type View struct {
	*dialog.Panel
	session *app.Session
	list    *widget.List
	tools   []app.Tool
	asking  *asking // a question in the place of the list, nil if none
	err     error
	line    string // what a key has just done
	busy    bool
}

// asking is a question about a tool.
type asking struct {
	*dialog.Ask
	kind    app.ToolAsk
	tool    string
	verdict policy.Verdict
	once    bool
}

// askedMsg is what has to be asked before a tool is used.
type askedMsg struct {
	owner   *View
	tool    string
	once    bool
	kind    app.ToolAsk
	verdict policy.Verdict
	err     error
}

// changedMsg says that something was written.
type changedMsg struct {
	owner *View
	line  string
	err   error
}

// New makes the list for a conversation.
func New(env *screen.Env, s *app.Session) *View {
	v := &View{Panel: dialog.NewPanel(env, env.Words.T("tools.title")), session: s, list: widget.NewList(env.Theme)}
	v.read()
	v.hint()
	return v
}

// hint names the keys that do something on the selected row.
func (v *View) hint() {
	w := v.Env.Words
	var hints []dialog.Hint
	add := func(key, does string) { hints = append(hints, dialog.Hint{Key: key, Does: w.T(does)}) }
	row, _ := v.list.Selected()
	t, isTool := v.selected()
	switch {
	case isTool && (t.Usable() || t.On || t.Once):
		add("enter", "tools.toggle")
		add("o", "tools.once")
		add("a", "tools.always")
	case !isTool && row.Off == "":
		add("enter", "tools.change")
	}
	if isTool && t.Switch.Word != "" {
		add("x", "tools.company")
	}
	add("esc", "dialog.close")
	v.SetHints(hints...)
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init starts nothing.
func (v *View) Init() tea.Cmd { return nil }

// Cursor hides the terminal's cursor.
func (v *View) Cursor() *tea.Cursor { return nil }

// Resize lays it out: the list, and what the selected row means.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.list.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.list.SetSize(w, max(2, h-min(5, h/2)))
	if v.asking != nil {
		v.asking.Resize(width, height)
	}
}

// read makes the rows anew.
func (v *View) read() {
	v.tools, v.err = v.Env.App.Tools(v.session)
	w := v.Env.Words
	rows := make([]widget.Row, 0, len(v.tools)+3)
	for _, t := range v.tools {
		r := widget.Row{ID: t.Name, Text: w.T("tools.name." + t.Name), Detail: t.Company, Marked: t.On || t.Once, Group: w.T("tools.group.tools")}
		switch {
		case !t.Usable():
			r.Off, r.Marked = v.reason(t), false
		case t.Once && !t.On:
			r.Detail = w.T("tools.state.once") + " · " + r.Detail
		case t.On:
			r.Detail = w.T("tools.state.on") + " · " + r.Detail
		}
		if t.Usual && t.Usable() {
			r.Detail = w.T("tools.state.usual") + " · " + r.Detail
		}
		rows = append(rows, r)
	}
	v.list.SetRows(append(rows, v.modes()...))
}

// modes are the rows on how an answer is made.
func (v *View) modes() []widget.Row {
	w, a := v.Env.Words, v.Env.App
	c := v.session.Snapshot()
	group := w.T("tools.group.modes")
	effort := widget.Row{ID: effortRow, Text: w.T("tools.effort.name"), Detail: c.Settings.Options.Effort, Group: group}
	switch {
	case effort.Detail == "" && len(v.efforts()) == 0:
		effort.Off = w.T("tools.effort.unknown")
	case effort.Detail == "":
		effort.Detail = w.T("tools.effort.default")
	}
	rows := []widget.Row{effort}
	profile := a.ProfileOf(c.Provider)
	f, err := a.Facts(profile)
	if err != nil || !f.Service().Hosted() {
		return rows
	}
	flash := widget.Row{ID: flashRow, Text: w.T("tools.flash"), Group: group, Off: w.T("tools.no_switch")}
	if use := a.Preview(profile, "use_feature:flash_answers", 0); use.Decision == policy.NotApplicable || use.Decision == policy.Block {
		flash.Off = dialog.Sentence(w, use.Reason)
	}
	rows = append(rows, flash)
	if a.FiltersHere(c.Provider) {
		rows = append(rows, widget.Row{
			ID: filterRow, Text: w.T("tools.filter.name"), Group: group,
			Detail: w.T("tools.filter." + string(filterWord(a.Filter(profile)))), Marked: a.Filter(profile) == chat.FilterOff,
		})
	}
	return rows
}

func filterWord(f chat.Filter) chat.Filter {
	if f == chat.FilterDefault {
		return "default"
	}
	return f
}

// efforts are those that the model is known to take.
func (v *View) efforts() []string { return v.Env.App.Efforts(v.session.Choice()) }

// reason is why a tool cannot be used.
func (v *View) reason(t app.Tool) string {
	if t.Place == app.ToolHere {
		return dialog.Sentence(v.Env.Words, t.Use.Reason)
	}
	key := string(t.Place)
	if key == "" {
		key = "nowhere"
	}
	return v.Env.Words.T("tools.off." + key)
}

// selected is the tool the keys act on, false for another row.
func (v *View) selected() (app.Tool, bool) {
	row, ok := v.list.Selected()
	i := slices.IndexFunc(v.tools, func(t app.Tool) bool { return ok && t.Name == row.ID })
	if i < 0 {
		return app.Tool{}, false
	}
	return v.tools[i], true
}

// View draws the list and the meaning of the selected row.
func (v *View) View() string {
	if v.asking != nil {
		return v.asking.View()
	}
	t := &v.Env.Theme
	body := strings.Split(v.list.View(), "\n")
	w, height := v.Inner()
	below := v.Fault(v.err)
	if v.line != "" {
		below = append(below, v.Wrap(t.Text, v.line)...)
	}
	below = append(below, v.Wrap(t.Muted, v.meaning())...)
	if room := max(1, height-1-len(body)); len(below) > room { // what is left out has a sign
		below = append(below[:room-1:room-1], ansi.Truncate(below[room-1], w-1, "")+"…")
	}
	for len(body)+1+len(below) < height {
		body = append(body, "")
	}
	body = append(body, t.Border.Render(strings.Repeat("─", min(12, height))))
	return v.DrawFull(append(body, below...))
}

// meaning explains the selected row.
func (v *View) meaning() string {
	w := v.Env.Words
	row, _ := v.list.Selected()
	switch row.ID {
	case effortRow:
		if known := v.efforts(); len(known) > 0 {
			return w.T("tools.effort.known", "Known", strings.Join(known, ", "))
		}
		return w.T("tools.effort.means")
	case flashRow:
		return w.T("tools.flash_means")
	case filterRow:
		if on := v.Env.App.FilterRecord(v.Env.App.ProfileOf(v.session.Choice().Provider)); on.On != "" {
			return w.T("tools.filter.recorded", "Date", on.On, "Ruleset", on.Ruleset)
		}
		return w.T("tools.filter.means")
	}
	t, ok := v.selected()
	switch {
	case !ok:
		return ""
	case t.Place != app.ToolHere:
		return v.reason(t)
	case t.Switch.Off:
		return w.T("tools.kept_out", "Company", t.Company) + " " + dialog.Clauses(t.Use)
	case !t.Usable():
		return v.reason(t) + " " + dialog.Sentence(w, t.Use.Remedy) + " " + dialog.Clauses(t.Use)
	case t.Switch.Word != "":
		return w.T("tools.run_by", "Company", t.Company) + " " + w.T("tools.means."+t.Name) // first what leaves for whom
	default:
		return w.T("tools.means." + t.Name)
	}
}

// Update takes keys and results.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	defer v.hint()
	switch msg := msg.(type) {
	case askedMsg:
		if msg.owner == v {
			return screen.Stay{}, v.asked(msg)
		}
	case changedMsg:
		if msg.owner == v {
			v.busy = false
			v.read()
			v.line = msg.line
			if msg.err != nil {
				v.err, v.line = msg.err, ""
			}
		}
	case tea.KeyPressMsg:
		if v.asking != nil {
			return screen.Stay{}, v.answer(msg)
		}
		if v.busy && msg.String() != "esc" {
			return screen.Stay{}, nil
		}
		return v.key(msg)
	}
	return screen.Stay{}, nil
}

func (v *View) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	t, isTool := v.selected()
	v.line = ""
	switch msg.String() {
	case "esc", "q":
		return screen.Close{}, nil
	case "enter", "space":
		if !isTool {
			return screen.Stay{}, v.mode()
		}
		return screen.Stay{}, v.toggle(t, false)
	case "o":
		if isTool {
			return screen.Stay{}, v.toggle(t, true)
		}
	case "a":
		if isTool {
			return screen.Stay{}, v.usual(t)
		}
	case "x":
		if isTool && t.Switch.Word != "" {
			return screen.Stay{}, v.company(t)
		}
	default:
		v.list.Update(msg)
	}
	return screen.Stay{}, nil
}

// toggle switches a tool off, or on after what has to be asked first.
func (v *View) toggle(t app.Tool, once bool) tea.Cmd {
	on := t.On
	if once {
		on = t.Once
	}
	switch {
	case on:
		return v.set(t.Name, false, once)
	case !t.Usable():
		return nil // the row says why
	}
	return v.question(t.Name, once)
}

func (v *View) question(tool string, once bool) tea.Cmd {
	a, s := v.Env.App, v.session
	v.busy = true
	return func() tea.Msg {
		kind, verdict, err := a.ToolQuestion(s, tool)
		return askedMsg{v, tool, once, kind, verdict, err}
	}
}

func (v *View) set(tool string, on, once bool) tea.Cmd {
	return v.change("", func(a *app.App) error {
		if once {
			a.SetToolOnce(v.session, tool, on)
			return nil
		}
		return a.SetTool(context.Background(), v.session, tool, on)
	})
}

// change runs what writes something; line says what was done.
func (v *View) change(line string, do func(*app.App) error) tea.Cmd {
	a := v.Env.App
	v.busy = true
	return func() tea.Msg { return changedMsg{v, line, do(a)} }
}

func (v *View) usual(t app.Tool) tea.Cmd {
	provider := v.session.Choice().Provider
	line := v.Env.Words.T("tools.usual_on", "Tool", v.Env.Words.T("tools.name."+t.Name))
	if t.Usual {
		line = v.Env.Words.T("tools.usual_off", "Tool", v.Env.Words.T("tools.name."+t.Name))
	}
	return v.change(line, func(a *app.App) error { return a.SetUsualTool(provider, t.Name, !t.Usual) })
}

func (v *View) company(t app.Tool) tea.Cmd {
	profile := v.Env.App.ProfileOf(v.session.Choice().Provider)
	return v.change("", func(a *app.App) error {
		_, err := a.SwitchCompany(context.Background(), profile, t.Switch.Word, !t.Switch.Off)
		return err
	})
}

// mode changes how answers are made: the next effort, the next filter.
func (v *View) mode() tea.Cmd {
	row, _ := v.list.Selected()
	switch row.ID {
	case effortRow:
		known := append([]string{""}, v.efforts()...)
		now := v.session.Snapshot().Settings.Options.Effort
		next := known[(slices.Index(known, now)+1)%len(known)]
		return v.change("", func(a *app.App) error { return a.SetEffort(context.Background(), v.session, next) })
	case filterRow:
		return v.nextFilter()
	}
	return nil
}

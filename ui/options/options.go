// Package options shows how the answers of the conversation on the screen are
// tuned: temperature, length, where they end, their form. What is not set is
// left to the service, and shown as that.
package options

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// View is the list of options; one of them may be open to be typed.
type View struct {
	*dialog.Panel
	ctx     context.Context
	session *app.Session
	list    *widget.List
	prompt  *widget.Prompt
	editing app.Option // "" while the list is used
	err     error
	line    int
}

// New makes the list for a conversation.
func New(env *screen.Env, ctx context.Context, s *app.Session) *View {
	v := &View{
		Panel: dialog.NewPanel(env, env.Words.T("options.title")), ctx: ctx, session: s,
		list: widget.NewList(env.Theme), prompt: widget.NewPrompt(env.Theme),
	}
	v.prompt.Focus()
	v.show()
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init starts nothing.
func (v *View) Init() tea.Cmd { return nil }

// show fills the list and sets the keys.
func (v *View) show() {
	w := v.Env.Words
	set := v.session.Snapshot().Settings.Options
	var rows []widget.Row
	for _, o := range v.Env.App.OptionsOf(v.session) {
		value := app.OptionValue(set, o)
		switch {
		case value != "":
		case o == app.WindowOption, o == app.KeepAliveOption:
			value = w.T("options.usual") // the settings have one of their own
		default:
			value = w.T("options.unset")
		}
		rows = append(rows, widget.Row{ID: string(o), Text: w.T("options.name." + string(o)), Detail: value})
	}
	v.list.SetRows(rows)
	if v.editing != "" {
		v.SetHints(dialog.Hint{Key: "enter", Does: w.T("options.set")}, dialog.Hint{Key: "esc", Does: w.T("dialog.back")})
		return
	}
	v.SetHints(dialog.Hint{Key: "enter", Does: w.T("settings.change")}, dialog.Hint{Key: "del", Does: w.T("options.clear")}, dialog.Hint{Key: "esc", Does: w.T("dialog.close")})
}

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.list.SetTheme(v.Env.Theme)
	v.prompt.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.prompt.SetSize(w)
	v.list.SetSize(w, max(2, h-3))
}

// setMsg says what became of a value.
type setMsg struct {
	owner *View
	err   error
}

// set gives an option a value, "" takes it away.
func (v *View) set(option app.Option, value string) tea.Cmd {
	a, ctx, s := v.Env.App, v.ctx, v.session
	return func() tea.Msg { return setMsg{v, a.SetOption(ctx, s, option, value)} }
}

// Update takes keys, pastes and results.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	if set, ok := msg.(setMsg); ok {
		if set.owner == v {
			if v.err = set.err; v.err == nil {
				v.editing = ""
			}
			v.show()
		}
		return screen.Stay{}, nil
	}
	key, ok := msg.(tea.KeyPressMsg)
	switch {
	case v.editing != "" && ok && key.String() == "esc":
		v.editing, v.err = "", nil
		v.show()
	case v.editing != "" && ok && key.String() == "enter":
		return screen.Stay{}, v.set(v.editing, v.prompt.Value())
	case v.editing != "":
		v.prompt.Update(msg)
	case ok:
		return v.choose(key)
	}
	return screen.Stay{}, nil
}

// choose takes the keys of the list.
func (v *View) choose(key tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	row, selected := v.list.Selected()
	switch pressed := key.String(); {
	case pressed == "esc":
		return screen.Close{}, nil
	case pressed == "enter" && selected:
		v.editing = app.Option(row.ID)
		v.prompt.SetPlaceholder(v.Env.Words.T("options.unset"))
		v.prompt.SetValue(app.OptionValue(v.session.Snapshot().Settings.Options, v.editing))
		v.show()
	case (pressed == "delete" || pressed == "backspace") && selected:
		return screen.Stay{}, v.set(app.Option(row.ID), "")
	default:
		v.list.Update(key)
	}
	return screen.Stay{}, nil
}

// View draws the list, or the line that a value is typed in.
func (v *View) View() string {
	w, t := v.Env.Words, &v.Env.Theme
	_, height := v.Inner()
	if v.editing != "" {
		body := append(v.Wrap(t.Text, w.T("options.name."+string(v.editing))), v.Wrap(t.Muted, w.T("options.means."+string(v.editing)))...)
		body = append(body, "")
		v.line = len(body)
		body = append(body, v.prompt.View())
		if v.err != nil {
			body = append(body, v.Fault(v.err)...)
		}
		return v.DrawFull(body[:min(len(body), height)])
	}
	body := strings.Split(v.list.View(), "\n")
	if v.err != nil {
		body = append(body, v.Fault(v.err)...)
	} else if row, ok := v.list.Selected(); ok {
		body = append(append(body, ""), v.Wrap(t.Muted, w.T("options.means."+row.ID))...)
	}
	return v.DrawFull(body[:min(len(body), height)])
}

// Cursor is in the line that a value is typed in.
func (v *View) Cursor() *tea.Cursor {
	if v.editing == "" {
		return nil
	}
	return v.Place(v.prompt.Cursor(), v.line)
}

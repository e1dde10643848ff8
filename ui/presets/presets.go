// Package presets shows the person's presets: one is used with Enter, the way
// the conversation on the screen is asked is saved under a name, and one that is
// not wanted is deleted. Presets are files; bise preset adds those of others.
package presets

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// View is the list of presets.
type View struct {
	*dialog.Panel
	ctx     context.Context
	session *app.Session
	list    *widget.List
	filter  *widget.Prompt
	name    *widget.Prompt
	// naming says that a name is being typed, replacing that it is taken and
	// Enter takes it all the same.
	naming, replacing bool
	presets           []app.Preset
	err               error
}

// New makes the list for a conversation.
func New(env *screen.Env, ctx context.Context, s *app.Session) *View {
	w := env.Words
	v := &View{
		Panel: dialog.NewPanel(env, w.T("presets.title")), ctx: ctx, session: s,
		list: widget.NewList(env.Theme), filter: widget.NewPrompt(env.Theme), name: widget.NewPrompt(env.Theme),
	}
	v.filter.SetPlaceholder(w.T("presets.filter"))
	v.filter.Focus()
	v.name.SetPlaceholder(w.T("presets.name"))
	v.name.Focus()
	v.dress()
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// readMsg is what the folder has.
type readMsg struct {
	owner   *View
	presets []app.Preset
	broken  []app.BrokenPreset
	told    string
	taken   bool // the name is that of another preset
	err     error
}

// Init reads the presets.
func (v *View) Init() tea.Cmd { return v.read(nil) }

// read makes a change, if there is one, and reads everything anew.
func (v *View) read(change func(*readMsg)) tea.Cmd {
	a := v.Env.App
	return func() tea.Msg {
		msg := readMsg{owner: v}
		if change != nil {
			change(&msg)
		}
		if msg.err == nil {
			msg.presets, msg.broken, msg.err = a.Presets()
		}
		return msg
	}
}

func (v *View) wasRead(msg readMsg) screen.Action {
	if msg.owner != v {
		return screen.Stay{}
	}
	if v.replacing = msg.taken; msg.taken {
		v.dress()
		return screen.Stay{}
	}
	v.err, v.naming = msg.err, false
	if v.err == nil && len(msg.broken) > 0 {
		v.err = msg.broken[0].Err
	}
	if msg.err == nil {
		v.presets = msg.presets
	}
	var rows []widget.Row
	for _, p := range v.presets {
		rows = append(rows, widget.Row{ID: p.Name, Text: p.Name, Detail: p.Description})
	}
	v.list.SetRows(rows)
	v.dress()
	if msg.told != "" {
		return screen.Tell{Line: msg.told}
	}
	return screen.Stay{}
}

// dress sets what the list says when it is empty, and the keys.
func (v *View) dress() {
	w := v.Env.Words
	v.list.SetEmpty(w.T("presets.empty"))
	if v.naming {
		save := w.T("presets.save")
		if v.replacing {
			save = w.T("presets.replace")
		}
		v.SetHints(dialog.Hint{Key: "enter", Does: save}, dialog.Hint{Key: "esc", Does: w.T("dialog.back")})
		return
	}
	keep, end := dialog.Hint{Key: "ctrl+s", Does: w.T("presets.keep")}, dialog.Hint{Key: "esc", Does: w.T("dialog.close")}
	if v.list.Len() == 0 {
		v.SetHints(keep, end)
		return
	}
	v.SetHints(dialog.Hint{Key: "enter", Does: w.T("presets.use")}, keep, dialog.Hint{Key: "del", Does: w.T("presets.delete")}, end)
}

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.list.SetTheme(v.Env.Theme)
	v.filter.SetTheme(v.Env.Theme)
	v.name.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.filter.SetSize(w)
	v.name.SetSize(w)
	v.list.SetSize(w, max(1, h-1))
}

// Update takes keys, pastes and what was read.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	if msg, ok := msg.(readMsg); ok {
		return v.wasRead(msg), nil
	}
	if v.naming {
		return v.nameKey(msg)
	}
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		if v.filter.Update(msg) {
			v.list.SetFilter(v.filter.Value())
		}
		return screen.Stay{}, nil
	}
	row, chosen := v.list.Selected()
	switch pressed := key.String(); {
	case pressed == "esc":
		return screen.Close{}, nil
	case pressed == "enter" && chosen:
		return screen.Answered{Question: dialog.PresetQuestion, Choice: dialog.Yes, Text: row.ID}, nil
	case pressed == "ctrl+s":
		v.naming, v.replacing = true, false
		v.dress()
		return screen.Stay{}, nil
	case pressed == "delete" && chosen && v.filter.Value() == "":
		a, told := v.Env.App, v.Env.Words.T("cli.preset.removed", "Name", row.ID)
		return screen.Stay{}, v.read(func(m *readMsg) {
			if m.err = a.RemovePreset(row.ID); m.err == nil {
				m.told = told
			}
		})
	case pressed != "home" && pressed != "end" && v.list.Update(key):
		return screen.Stay{}, nil
	}
	if v.filter.Update(msg) {
		v.list.SetFilter(v.filter.Value())
	}
	return screen.Stay{}, nil
}

// nameKey takes the name under which the conversation's way is saved.
func (v *View) nameKey(msg tea.Msg) (screen.Action, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	switch {
	case ok && key.String() == "esc":
		v.naming = false
		v.dress()
		return screen.Stay{}, nil
	case ok && key.String() == "enter":
		name := strings.TrimSpace(v.name.Value())
		if name == "" {
			return screen.Stay{}, nil
		}
		a, s, replace := v.Env.App, v.session, v.replacing
		told := v.Env.Words.T("cli.preset.kept", "Name", name)
		return screen.Stay{}, v.read(func(m *readMsg) {
			if _, err := a.Preset(name); err == nil && !replace {
				m.taken = true
				return
			}
			if _, m.err = a.SavePreset(s, name, "", true); m.err == nil {
				m.told = told
			}
		})
	}
	v.name.Update(msg)
	v.replacing = false
	v.dress()
	return screen.Stay{}, nil
}

// View draws the list, or the line for a name.
func (v *View) View() string {
	w, t := v.Env.Words, v.Env.Theme
	if v.naming {
		lines := []string{v.name.View(), ""}
		what := w.T("presets.saving")
		if v.replacing {
			what = w.T("preset.exists", "Name", strings.TrimSpace(v.name.Value()))
		}
		return v.DrawFull(append(lines, v.Wrap(t.Muted, what)...))
	}
	lines := append([]string{v.filter.View()}, strings.Split(v.list.View(), "\n")...)
	if v.err != nil {
		message, remedy := w.Fault(v.err)
		_, height := v.Inner()
		said := v.Wrap(t.Warning, strings.TrimSpace(message+" "+remedy))
		lines = append(lines[:max(1, min(len(lines), height-len(said)))], said...)
	}
	return v.DrawFull(lines)
}

// Cursor is in the line that takes what is typed.
func (v *View) Cursor() *tea.Cursor {
	if v.naming {
		return v.Place(v.name.Cursor(), 0)
	}
	return v.Place(v.filter.Cursor(), 0)
}

// Package palette lists what the program can do, to be found by typing. It is
// made from the key table; what a rule has switched off is greyed, with the
// reason beside it.
package palette

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app/chat"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/keys"
	"bise/ui/screen"
	"bise/ui/widget"
)

// Preview is the verdict on an act for the profile in use.
type Preview func(policy.Act, chat.Origin) policy.Verdict

// View is the command palette.
type View struct {
	*dialog.Panel
	filter *widget.Prompt
	list   *widget.List
}

// New makes the palette.
func New(env *screen.Env, preview func(policy.Act, chat.Origin) policy.Verdict) *View {
	w := env.Words
	v := &View{Panel: dialog.NewPanel(env, w.T("palette.title")), filter: widget.NewPrompt(env.Theme), list: widget.NewList(env.Theme)}
	v.filter.SetPlaceholder(w.T("palette.placeholder"))
	v.filter.Focus()
	v.list.SetEmpty(w.T("palette.empty"))
	v.SetHints(dialog.Hint{Key: "enter", Does: w.T("palette.run")}, dialog.Hint{Key: "esc", Does: w.T("dialog.close")})
	var rows []widget.Row
	for _, id := range keys.Commands {
		b := keys.Get(id)
		rows = append(rows, widget.Row{ID: string(id), Text: w.T("key." + string(id)), Detail: keys.Name(b.Short()), Off: off(w, b, preview)})
	}
	v.list.SetRows(rows)
	return v
}

// off is why a key is switched off, "" if it is not. Whether an answer may be
// copied depends on the answer, and is said when it is tried, unless nothing may
// be.
func off(w interface {
	T(key string, args ...any) string
}, b keys.Binding, preview Preview,
) string {
	if b.Act == "" || preview == nil {
		return ""
	}
	verdict := preview(b.Act, chat.Typed)
	if verdict.Decision.Permits() || verdict.Decision == policy.Confirm || b.ID == keys.CopyAnswer && !verdict.Locks() {
		return ""
	}
	return dialog.Sentence(w, verdict.Reason)
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init starts nothing.
func (v *View) Init() tea.Cmd { return nil }

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.filter.SetTheme(v.Env.Theme)
	v.list.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.filter.SetSize(w)
	v.list.SetSize(w, h-1)
}

// Update takes keys and pastes.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch pressed := key.String(); {
		case pressed == "esc":
			return screen.Close{}, nil
		case pressed == "enter":
			if row, ok := v.list.Selected(); ok && row.Off == "" {
				return screen.Run{Key: keys.ID(row.ID)}, nil
			}
			return screen.Stay{}, nil
		case pressed != "home" && pressed != "end" && v.list.Update(key):
			return screen.Stay{}, nil
		}
	}
	if v.filter.Update(msg) {
		v.list.SetFilter(v.filter.Value())
	}
	return screen.Stay{}, nil
}

// View draws the palette.
func (v *View) View() string {
	return v.DrawFull(append([]string{v.filter.View()}, strings.Split(v.list.View(), "\n")...))
}

// Cursor is in the filter.
func (v *View) Cursor() *tea.Cursor { return v.Place(v.filter.Cursor(), 0) }

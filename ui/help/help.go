// Package help shows the keys, made from the key table: what each does, and why
// one is switched off where it is.
package help

import (
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app/chat"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/keys"
	"bise/ui/screen"
	"bise/ui/widget"
)

// View is the help screen.
type View struct {
	*dialog.Panel
	preview func(policy.Act, chat.Origin) policy.Verdict
	pager   *widget.Pager
}

// New makes the help screen.
func New(env *screen.Env, preview func(policy.Act, chat.Origin) policy.Verdict) *View {
	w := env.Words
	v := &View{Panel: dialog.NewPanel(env, w.T("help.title", "Version", env.App.Version())), preview: preview, pager: widget.NewPager(env.Theme)}
	v.SetHints(dialog.Hint{Key: "esc", Does: w.T("dialog.close")}, dialog.Hint{Key: "↑ ↓", Does: w.T("dialog.scroll")})
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init starts nothing.
func (v *View) Init() tea.Cmd { return nil }

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.pager.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.pager.SetSize(w, h)
	v.pager.SetLines(v.lines(w))
}

// Update takes keys.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch pressed := key.String(); {
		case pressed == "esc", pressed == "q", pressed == "enter", keys.Is(pressed, keys.Help):
			return screen.Close{}, nil
		default:
			v.pager.Update(key)
		}
	}
	return screen.Stay{}, nil
}

// keyWidth is the column of the keys; a longer one pushes its line.
const keyWidth = 12

func (v *View) lines(width int) []string {
	t, w := &v.Env.Theme, v.Env.Words
	lines := dialog.WrapTo(width, t.Text, w.T("help.what"))
	for _, group := range keys.Groups() {
		rows := v.group(group, width)
		if len(rows) == 0 {
			continue
		}
		lines = append(lines, "", t.Heading3.Render(w.T("key.group."+string(group))))
		lines = append(lines, rows...)
	}
	lines = append(lines, "", t.Heading3.Render(w.T("help.files")))
	lines = append(lines, dialog.WrapTo(width, t.Text, w.T("help.folder", "Path", v.Env.App.DataDir()))...)
	lines = append(lines, dialog.WrapTo(width, t.Muted, w.T("help.folder_holds", "Config", filepath.Base(v.Env.App.ConfigPath())))...)
	return append(lines, dialog.WrapTo(width, t.Muted, w.T("help.more"))...)
}

func (v *View) group(group keys.Group, width int) []string {
	t, w := &v.Env.Theme, v.Env.Words
	var lines []string
	for _, b := range keys.Table {
		if b.Group != group {
			continue
		}
		name := b.Names()
		if name == "" {
			name = w.T("help.palette_only", "Key", keys.Name(keys.Get(keys.Palette).Short()))
		}
		reason := v.off(b)
		style := t.Text
		if reason != "" {
			style = t.Disabled
		}
		does := dialog.WrapTo(max(8, width-keyWidth-1), style, w.T("key."+string(b.ID)))
		pad := strings.Repeat(" ", keyWidth+1)
		first := t.Key.Render(name) + strings.Repeat(" ", max(1, keyWidth+1-ansi.StringWidth(name)))
		if ansi.StringWidth(name) > keyWidth {
			lines = append(lines, t.Key.Render(ansi.Truncate(name, width, "…")))
			first = pad
		}
		for i, l := range does {
			if i > 0 {
				first = pad
			}
			lines = append(lines, first+l)
		}
		for _, l := range dialog.WrapTo(max(8, width-keyWidth-1), t.Muted, reason) {
			lines = append(lines, pad+l)
		}
	}
	return lines
}

// off is why a key is switched off, "" if it is not.
func (v *View) off(b keys.Binding) string {
	if b.Act == "" || v.preview == nil {
		return ""
	}
	origin := chat.Typed
	if b.Act == policy.Copy {
		origin = chat.Model
	}
	verdict := v.preview(b.Act, origin)
	if verdict.Decision.Permits() || verdict.Decision == policy.Confirm {
		return ""
	}
	return v.Env.Words.T("help.off", "Reason", dialog.Sentence(v.Env.Words, verdict.Reason))
}

// View draws the help.
func (v *View) View() string { return v.Draw(strings.Split(v.pager.View(), "\n")) }

// Cursor hides the terminal's cursor.
func (v *View) Cursor() *tea.Cursor { return nil }

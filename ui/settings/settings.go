// Package settings changes what config.toml holds and who holds the key of the
// history. A change takes effect at once where it can; where it cannot, the
// screen says so.
package settings

import (
	"context"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/text"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// The settings, as rows of the list.
const (
	themeRow    = "theme"
	languageRow = "language"
	profileRow  = "profile"
	holderRow   = "holder"
	recoveryRow = "recovery"
	hostRow     = "host"
	windowRow   = "window"
	startRow    = "start"
	offlineRow  = "offline"
	checkRow    = "check"
)

// View is the settings screen.
type View struct {
	*dialog.Panel
	ctx  context.Context
	list *widget.List
	edit editor        // what changes the selected setting, nil if the list has the keys
	next func() editor // opens when edit is done, nil for the list

	holder   app.Holder
	recovery bool
	busy     string // what is being done, "" if nothing
	note     string // what was done
	err      error
}

// editor is what changes one setting in the place of the list.
type editor interface {
	// Update takes a key or a paste. done leaves the editor; the command does
	// the change.
	Update(msg tea.Msg) (done bool, cmd tea.Cmd)
	Resize(width, height int)
	View() string
	Cursor() *tea.Cursor
}

// holderMsg says what holds the key of the history.
type holderMsg struct {
	owner    *View
	holder   app.Holder
	recovery bool
	err      error
}

// changedMsg says what became of a change.
type changedMsg struct {
	owner *View
	err   error
	note  string
	// use is what answers from now on, the zero Choice for no change.
	use app.Choice
	// secret is a recovery code to show once.
	secret string
	// theme dresses the screen anew.
	theme tea.Cmd
	// kept says that a history is kept from now on.
	kept bool
}

// New makes the settings screen.
func New(env *screen.Env, ctx context.Context) *View {
	w := env.Words
	v := &View{Panel: dialog.NewPanel(env, w.T("settings.title")), ctx: ctx, list: widget.NewList(env.Theme)}
	v.SetHints(dialog.Hint{Key: "enter", Does: w.T("settings.change")}, dialog.Hint{Key: "esc", Does: w.T("dialog.close")})
	v.show()
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init asks what holds the key of the history.
func (v *View) Init() tea.Cmd { return v.askHolder }

func (v *View) askHolder() tea.Msg {
	holder, recovery, err := v.Env.App.Holder(v.ctx)
	return holderMsg{v, holder, recovery, err}
}

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.list.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.list.SetSize(w, h)
	if v.edit != nil {
		v.edit.Resize(width, height)
	}
}

// show makes the rows.
func (v *View) show() {
	w, c := v.Env.Words, v.Env.App.Config()
	or := func(value, key string) string {
		if value == "" {
			return w.T(key)
		}
		return value
	}
	window := w.T("settings.window_auto")
	if c.Ollama.Window > 0 {
		window = strconv.Itoa(c.Ollama.Window)
	}
	runner, history := v.locks()
	rows := []widget.Row{
		{ID: themeRow, Text: w.T("settings.theme"), Detail: themeName(w, c.Theme), Group: w.T("settings.group.look")},
		{ID: languageRow, Text: w.T("settings.language"), Detail: languageName(w, c.Language), Group: w.T("settings.group.look")},
		{ID: profileRow, Text: w.T("settings.profile"), Detail: v.Env.App.Active(), Group: w.T("settings.group.answers")},
		{ID: hostRow, Text: w.T("settings.host"), Detail: or(c.Ollama.Host, "settings.host_auto"), Group: w.T("settings.group.answers"), Off: runner},
		{ID: windowRow, Text: w.T("settings.window"), Detail: window, Group: w.T("settings.group.answers"), Off: runner},
		{ID: holderRow, Text: w.T("settings.holder"), Detail: v.holderName(v.holder), Group: w.T("settings.group.history"), Off: history},
		{ID: recoveryRow, Text: w.T("settings.recovery"), Detail: v.recoveryState(), Group: w.T("settings.group.history"), Off: history},
	}
	at := slices.IndexFunc(rows, func(r widget.Row) bool { return r.ID == holderRow })
	v.list.SetRows(slices.Insert(rows, at, append(v.offlineRows(runner), v.checkRows()...)...))
}

// locks says who fixed the rows of the local runner and of the history, "" where
// nobody has.
func (v *View) locks() (runner, history string) {
	a := v.Env.App
	by := v.Env.Words.T("settings.locked", "Organisation", a.Organisation())
	if a.Barred(app.OllamaProvider) != nil {
		runner = v.Env.Words.T("settings.barred", "Organisation", a.Organisation())
	}
	if a.Admin().NoHistory {
		history = by
	}
	return runner, history
}

func themeName(w *text.Words, name string) string {
	switch name {
	case "":
		return w.T("settings.theme_auto")
	case "dark":
		return w.T("settings.theme_dark")
	case "light":
		return w.T("settings.theme_light")
	case "contrast":
		return w.T("settings.theme_contrast")
	case "none":
		return w.T("settings.theme_none")
	}
	return name
}

func languageName(w *text.Words, tag string) string {
	switch {
	case tag == "":
		return w.T("settings.language_auto")
	case w.Has("settings.language_name." + tag):
		return w.T("settings.language_name." + tag)
	}
	return tag
}

func (v *View) holderName(h app.Holder) string {
	w := v.Env.Words
	switch h {
	case app.Keyring:
		return w.T("settings.holder_keyring")
	case app.Sealed:
		return w.T("settings.holder_sealed")
	case app.Nobody:
		return w.T("settings.holder_nobody")
	default:
		return w.T("settings.holder_none")
	}
}

func (v *View) recoveryState() string {
	if v.recovery {
		return v.Env.Words.T("settings.recovery_there")
	}
	return v.Env.Words.T("settings.recovery_none")
}

// Update takes keys, pastes and results.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case holderMsg:
		if msg.owner == v {
			if v.holder, v.recovery = msg.holder, msg.recovery; msg.err != nil {
				v.err = msg.err
			}
			v.show()
		}
		return screen.Stay{}, nil
	case changedMsg:
		return v.changed(msg)
	case tea.KeyPressMsg:
		if v.busy != "" {
			return screen.Stay{}, nil
		}
		if v.edit != nil {
			return screen.Stay{}, v.editing(msg)
		}
		v.note, v.err = "", nil
		switch msg.String() {
		case "esc":
			return screen.Close{}, nil
		case "enter":
			v.open()
		default:
			v.list.Update(msg)
		}
	case tea.PasteMsg:
		if v.edit != nil {
			return screen.Stay{}, v.editing(msg)
		}
	}
	return screen.Stay{}, nil
}

func (v *View) editing(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok && key.String() == "esc" {
		v.edit = nil
		return nil
	}
	done, cmd := v.edit.Update(msg)
	if done {
		v.edit = nil
		if next := v.next; next != nil {
			v.next = nil
			v.setEdit(next())
			return cmd
		}
		if cmd != nil && v.busy == "" {
			v.busy = v.Env.Words.T("settings.saving")
		}
	}
	return cmd
}

func (v *View) changed(msg changedMsg) (screen.Action, tea.Cmd) {
	if msg.owner != v {
		return screen.Stay{}, nil
	}
	v.busy, v.err, v.note = "", msg.err, msg.note
	v.show()
	switch {
	case msg.err != nil:
		return screen.Stay{}, v.askHolder
	case msg.use != app.Choice{}:
		return screen.Use{Choice: msg.use}, nil
	case msg.secret != "":
		v.setEdit(v.showSecret(msg.secret))
	case msg.kept:
		return screen.Answered{Question: dialog.HistoryQuestion, Choice: dialog.Yes}, nil
	case msg.theme != nil:
		return screen.Stay{}, msg.theme
	}
	return screen.Stay{}, v.askHolder
}

// later opens another editor when the one at work is done.
func (v *View) later(next func() editor) { v.next = next }

func (v *View) setEdit(e editor) {
	v.edit = e
	e.Resize(v.Size())
}

// configure changes config.toml in a command.
func (v *View) configure(note string, change func(*app.Config)) tea.Cmd {
	a := v.Env.App
	return func() tea.Msg { return changedMsg{owner: v, err: a.Configure(change), note: note} }
}

// open opens the editor of the selected setting.
func (v *View) open() {
	row, ok := v.list.Selected()
	if !ok || row.Off != "" {
		return
	}
	switch row.ID {
	case themeRow:
		v.setEdit(v.editTheme())
	case languageRow:
		v.setEdit(v.editLanguage())
	case profileRow:
		v.setEdit(v.editProfile())
	case hostRow:
		v.setEdit(v.editHost())
	case windowRow:
		v.setEdit(v.editWindow())
	case startRow:
		v.setEdit(v.editStart())
	case offlineRow:
		v.setEdit(v.editOffline())
	case checkRow:
		v.setEdit(v.editCheck())
	case holderRow:
		v.setEdit(v.editHolder())
	case recoveryRow:
		v.setEdit(v.editRecovery())
	}
}

// View draws the settings, or what changes one.
func (v *View) View() string {
	if v.edit != nil {
		return v.edit.View()
	}
	t := &v.Env.Theme
	var said []string
	switch {
	case v.busy != "":
		said = v.Wrap(t.Muted, v.busy)
	case v.err != nil:
		said = v.Fault(v.err)
	case v.note != "":
		said = v.Wrap(t.Success, "✓ "+v.note)
	}
	width, height := v.Inner()
	v.list.SetSize(width, max(1, height-len(said)))
	body := strings.Split(v.list.View(), "\n")
	for len(body) < height-len(said) {
		body = append(body, "")
	}
	return v.DrawFull(append(body, said...))
}

// Cursor is in what is being typed.
func (v *View) Cursor() *tea.Cursor {
	if v.edit == nil {
		return nil
	}
	return v.edit.Cursor()
}

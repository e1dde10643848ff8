package settings

import (
	"image/color"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/app/text"
	"bise/ui/dialog"
	"bise/ui/theme"
	"bise/ui/widget"
)

// choosing changes a setting by a choice.
type choosing struct {
	*dialog.Ask
	do func(chosen int) tea.Cmd
}

func (v *View) choose(title, why string, options []widget.Option, at int, do func(int) tea.Cmd) *choosing {
	c := &choosing{Ask: dialog.NewAsk(v.Env, title), do: do}
	c.Say(why)
	c.SetOptions(options...)
	c.Select(max(0, at))
	return c
}

// Update takes keys.
func (c *choosing) Update(msg tea.Msg) (bool, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return false, nil
	}
	if chosen := c.Key(key); chosen >= 0 {
		return true, c.do(chosen)
	}
	return false, nil
}

// writing changes a setting by a line of text.
type writing struct {
	*dialog.Panel
	why    string
	prompt *widget.Prompt
	// save gives the command that saves the text, or says why it cannot be.
	save func(string) (cmd tea.Cmd, wrong string)
	bad  string
	line int
}

func (v *View) write(title, why, value string, save func(string) (tea.Cmd, string)) *writing {
	w := v.Env.Words
	e := &writing{Panel: dialog.NewPanel(v.Env, title), why: why, prompt: widget.NewPrompt(v.Env.Theme), save: save}
	e.prompt.SetValue(value)
	e.prompt.Focus()
	e.SetHints(dialog.Hint{Key: "enter", Does: w.T("settings.save")}, dialog.Hint{Key: "esc", Does: w.T("dialog.back")})
	return e
}

// Resize lays it out.
func (e *writing) Resize(width, height int) {
	e.Panel.Resize(width, height)
	e.prompt.SetTheme(e.Env.Theme)
	w, _ := e.Inner()
	e.prompt.SetSize(w)
}

// Update takes keys and pastes.
func (e *writing) Update(msg tea.Msg) (bool, tea.Cmd) {
	if key, ok := msg.(tea.KeyPressMsg); ok && key.String() == "enter" {
		cmd, wrong := e.save(strings.TrimSpace(e.prompt.Value()))
		e.bad = wrong
		return wrong == "", cmd
	}
	if e.prompt.Update(msg) {
		e.bad = ""
	}
	return false, nil
}

// View draws the line.
func (e *writing) View() string {
	t := &e.Env.Theme
	body := append(e.Wrap(t.Text, e.why), "")
	e.line = len(body)
	body = append(body, e.prompt.View())
	if e.bad != "" {
		body = append(body, e.Wrap(t.Warning, "! "+e.bad)...)
	}
	return e.Draw(body)
}

// Cursor is in the line.
func (e *writing) Cursor() *tea.Cursor { return e.Place(e.prompt.Cursor(), e.line) }

func (v *View) editHost() editor {
	w := v.Env.Words
	return v.write(w.T("settings.host"), w.T("settings.host_why"), v.Env.App.Config().Ollama.Host, func(host string) (tea.Cmd, string) {
		if strings.ContainsAny(host, " @") {
			return nil, w.T("settings.host_bad")
		}
		return v.configure(w.T("settings.next_start"), func(c *app.Config) { c.Ollama.Host = host }), ""
	})
}

// smallestWindow is the shortest context that a conversation makes sense with.
const smallestWindow = 512

func (v *View) editWindow() editor {
	w, value := v.Env.Words, ""
	if n := v.Env.App.Config().Ollama.Window; n > 0 {
		value = strconv.Itoa(n)
	}
	return v.write(w.T("settings.window"), w.T("settings.window_why"), value, func(typed string) (tea.Cmd, string) {
		n := 0
		if typed != "" {
			var err error
			if n, err = strconv.Atoi(typed); err != nil || n < smallestWindow {
				return nil, w.T("settings.window_bad", "Least", smallestWindow)
			}
		}
		return v.configure(w.T("settings.next_start"), func(c *app.Config) { c.Ollama.Window = n }), ""
	})
}

// passing asks for a new passphrase.
type passing struct {
	*dialog.Panel
	form *dialog.PassForm
	do   func(chat.Secret) tea.Cmd
	line int
}

// Resize lays it out.
func (e *passing) Resize(width, height int) {
	e.Panel.Resize(width, height)
	w, _ := e.Inner()
	e.form.Resize(w)
}

// Update takes keys and pastes.
func (e *passing) Update(msg tea.Msg) (bool, tea.Cmd) {
	if passphrase, done := e.form.Update(msg); done {
		return true, e.do(passphrase)
	}
	return false, nil
}

// View draws the form.
func (e *passing) View() string {
	width, height := e.Inner()
	lines, at := e.form.Lines(width)
	body := e.form.Why(width, height-len(lines))
	e.line = len(body) + at
	return e.Draw(append(body, lines...))
}

// Cursor is in the line being typed.
func (e *passing) Cursor() *tea.Cursor { return e.Place(e.form.Cursor(), e.line) }

func (v *View) editHolder() editor {
	w := v.Env.Words
	why, change := w.T("settings.holder_why"), v.rekey
	switch state := v.Env.App.HistoryState(); {
	case state == app.HistoryOpen:
	case state == app.HistoryOff && (v.holder == app.Nobody || v.holder == "") && !v.Env.App.NoStore():
		why, change = w.T("settings.holder_on"), v.keepFromNow
	case state == app.HistoryOff:
		return v.choose(w.T("settings.holder"), w.T("settings.holder_off"), nil, 0, nil)
	default:
		return v.choose(w.T("settings.holder"), w.T("settings.holder_not_open"), nil, 0, nil)
	}
	holders := []app.Holder{app.Keyring, app.Sealed}
	options := []widget.Option{
		{Label: w.T("settings.holder_keyring"), Explain: w.T("settings.holder_keyring_means")},
		{Label: w.T("settings.holder_sealed"), Explain: w.T("settings.holder_sealed_means")},
	}
	at := 0
	if v.holder == app.Sealed {
		at = 1
	}
	return v.choose(w.T("settings.holder"), why, options, at, func(i int) tea.Cmd {
		if holders[i] == app.Sealed {
			v.later(func() editor { return v.newPassphrase(change) })
			return nil
		}
		return change(holders[i], "")
	})
}

func (v *View) newPassphrase(change func(app.Holder, chat.Secret) tea.Cmd) editor {
	w := v.Env.Words
	e := &passing{Panel: dialog.NewPanel(v.Env, w.T("dialog.pass.title")), form: dialog.NewPassForm(v.Env)}
	e.SetHints(dialog.Hint{Key: "enter", Does: w.T("dialog.go_on")}, dialog.Hint{Key: "esc", Does: w.T("dialog.back")})
	e.do = func(passphrase chat.Secret) tea.Cmd { return change(app.Sealed, passphrase) }
	return e
}

func (v *View) rekey(holder app.Holder, passphrase chat.Secret) tea.Cmd {
	w, a := v.Env.Words, v.Env.App
	v.busy = w.T("settings.rekeying")
	return func() tea.Msg {
		return changedMsg{owner: v, err: a.Rekey(v.ctx, holder, passphrase), note: w.T("settings.rekeyed")}
	}
}

// keepFromNow begins a history on a machine that kept none.
func (v *View) keepFromNow(holder app.Holder, passphrase chat.Secret) tea.Cmd {
	w, a := v.Env.Words, v.Env.App
	v.busy = w.T("settings.saving")
	return func() tea.Msg {
		err := a.ChooseHolder(v.ctx, holder, passphrase)
		return changedMsg{owner: v, err: err, note: w.T("settings.holder_made"), kept: err == nil}
	}
}

func (v *View) editRecovery() editor {
	w, a := v.Env.Words, v.Env.App
	options := []widget.Option{{Label: w.T("settings.recovery_back")}, {Label: w.T("settings.recovery_make"), Explain: w.T("settings.recovery_make_means")}}
	if a.HistoryState() != app.HistoryOpen {
		options[1].Off = w.T("settings.holder_not_open")
	}
	return v.choose(w.T("settings.recovery"), w.T("settings.recovery_why"), options, 0, func(i int) tea.Cmd {
		if i == 0 {
			return nil
		}
		return func() tea.Msg {
			code, err := a.RecoveryCode(v.ctx)
			return changedMsg{owner: v, err: err, secret: string(code), note: w.T("settings.recovery_made")}
		}
	})
}

// showSecret shows a recovery code once.
func (v *View) showSecret(code string) editor {
	w := v.Env.Words
	c := v.choose(w.T("settings.recovery"), w.T("settings.recovery_write_down"), []widget.Option{{Label: w.T("settings.recovery_written")}}, 0, func(int) tea.Cmd { return nil })
	c.Say(w.T("settings.recovery_write_down"), code)
	return c
}

func (v *View) editTheme() editor {
	w, now := v.Env.Words, v.Env.App.Config().Theme
	names := append([]string{""}, theme.Names()...)
	options := make([]widget.Option, len(names))
	for i, name := range names {
		options[i] = widget.Option{Label: themeName(w, name)}
	}
	return v.choose(w.T("settings.theme"), w.T("settings.theme_why"), options, slices.Index(names, now), func(i int) tea.Cmd {
		save := v.configure(w.T("settings.theme_set"), func(c *app.Config) { c.Theme = names[i] })
		return func() tea.Msg {
			msg, ok := save().(changedMsg)
			if ok && msg.err == nil {
				msg.theme = dress(names[i])
			}
			return msg
		}
	})
}

// dress has the root put on a theme just saved: it does so whenever it learns of
// the terminal's background, which only the theme "" has to ask for.
func dress(name string) tea.Cmd {
	if name == "" {
		return tea.RequestBackgroundColor
	}
	return func() tea.Msg { return tea.BackgroundColorMsg{Color: color.Black} }
}

func (v *View) editLanguage() editor {
	w, now := v.Env.Words, v.Env.App.Config().Language
	tags := append([]string{""}, text.Languages()...)
	options := make([]widget.Option, len(tags))
	for i, tag := range tags {
		options[i] = widget.Option{Label: languageName(w, tag)}
	}
	return v.choose(w.T("settings.language"), w.T("settings.language_why"), options, slices.Index(tags, now), func(i int) tea.Cmd {
		return v.configure(w.T("settings.next_start"), func(c *app.Config) { c.Language = tags[i] })
	})
}

func (v *View) editProfile() editor {
	w, a := v.Env.Words, v.Env.App
	profiles := a.Profiles()
	options := make([]widget.Option, len(profiles))
	at := 0
	for i, p := range profiles {
		options[i] = widget.Option{Label: p.Name, Explain: strings.TrimSpace(p.Kind + " " + p.Endpoint)}
		if p.Kind != app.LocalProfile && a.Barred(p.Name) != nil { // the guide is always there
			options[i].Off = w.T("settings.barred", "Organisation", a.Organisation())
		}
		if p.Name == a.Active() {
			at = i
		}
	}
	return v.choose(w.T("settings.profile"), w.T("settings.profile_why"), options, at, func(i int) tea.Cmd {
		return func() tea.Msg {
			if err := a.UseProfile(profiles[i].Name); err != nil {
				return changedMsg{owner: v, err: err}
			}
			return changedMsg{owner: v, use: a.DefaultChoice(v.ctx)}
		}
	})
}

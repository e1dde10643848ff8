package settings

import (
	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/widget"
)

// offlineRows are the rows of the local runner's start and of the switch that
// holds bise to this machine.
func (v *View) offlineRows(runner string) []widget.Row {
	w, a := v.Env.Words, v.Env.App
	held, off := w.T("settings.offline_no"), ""
	switch a.HeldBy() {
	case app.HeldByAdmin:
		off = w.T("settings.locked", "Organisation", a.Organisation())
	case app.HeldByFlag:
		off = w.T("settings.offline_flag")
	case app.HeldBySetting:
		held = w.T("settings.offline_yes")
	}
	start := w.T("settings.start_needed")
	if a.Config().Ollama.Start == app.StartNever {
		start = w.T("settings.start_never")
	}
	return []widget.Row{
		{ID: startRow, Text: w.T("settings.start"), Detail: start, Group: w.T("settings.group.answers"), Off: runner},
		{ID: offlineRow, Text: w.T("settings.offline"), Detail: held, Group: w.T("settings.group.answers"), Off: off},
	}
}

func (v *View) editOffline() editor {
	w, a := v.Env.Words, v.Env.App
	options := []widget.Option{
		{Label: w.T("settings.offline_no"), Explain: w.T("settings.offline_no_means")},
		{Label: w.T("settings.offline_yes"), Explain: w.T("settings.offline_yes_means")},
	}
	at := 0
	if a.LocalOnly() {
		at = 1
	}
	return v.choose(w.T("settings.offline"), w.T("settings.offline_why"), options, at, func(i int) tea.Cmd {
		note := w.T("settings.offline_let_go")
		if i == 1 {
			note = w.T("settings.offline_held")
		}
		return func() tea.Msg { return changedMsg{owner: v, err: a.SetLocalOnly(i == 1), note: note} }
	})
}

func (v *View) editStart() editor {
	w := v.Env.Words
	values := []string{"", app.StartNever}
	options := []widget.Option{{Label: w.T("settings.start_needed"), Explain: w.T("settings.start_needed_means")}, {Label: w.T("settings.start_never")}}
	at := 0
	if v.Env.App.Config().Ollama.Start == app.StartNever {
		at = 1
	}
	return v.choose(w.T("settings.start"), w.T("settings.start_why"), options, at, func(i int) tea.Cmd {
		return v.configure(w.T("settings.start_set"), func(c *app.Config) { c.Ollama.Start = values[i] })
	})
}

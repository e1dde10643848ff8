package settings

import (
	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/widget"
)

// checkRows is the row on what becomes of personal data and secrets in a prompt;
// none where the profile in use is gone.
func (v *View) checkRows() []widget.Row {
	w, a := v.Env.Words, v.Env.App
	p, err := a.Profile(a.Active())
	if err != nil {
		return nil
	}
	does := w.T("settings.check_off")
	if p.CheckBeforeSend == app.CheckAsk {
		does = w.T("settings.check_ask")
	}
	return []widget.Row{{ID: checkRow, Text: w.T("settings.check"), Detail: does, Group: w.T("settings.group.answers")}}
}

func (v *View) editCheck() editor {
	w, a := v.Env.Words, v.Env.App
	profile := a.Active()
	words := []string{"", app.CheckAsk}
	options := []widget.Option{{Label: w.T("settings.check_off")}, {Label: w.T("settings.check_ask"), Explain: w.T("settings.check_ask_means")}}
	at := 0
	if p, err := a.Profile(profile); err == nil && p.CheckBeforeSend == app.CheckAsk {
		at = 1
	}
	return v.choose(w.T("settings.check"), w.T("settings.check_why", "Profile", profile), options, at, func(i int) tea.Cmd {
		return func() tea.Msg {
			err := a.SetProfile(profile, []string{"check_before_send=" + words[i]})
			return changedMsg{owner: v, err: err, note: w.T("settings.check_set", "Profile", profile)}
		}
	})
}

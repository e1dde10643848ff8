package models

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/keys"
	"bise/ui/screen"
)

// local does what a row of the local runner is for where it has no model to
// choose: start an installed runner, or open the screen that fetches models.
// ok is false for every other row.
func (v *View) local() (action screen.Action, cmd tea.Cmd, ok bool) {
	r, selected := v.selected()
	if !selected || string(r.provider.ID) != app.OllamaProvider || r.model.ID != "" {
		return nil, nil, false
	}
	if _, answered := v.lists[app.OllamaProvider]; !answered {
		return nil, nil, false
	}
	if app.Startable(r.err) {
		return screen.Stay{}, v.start(), true
	}
	return v.manage(), nil, true
}

// manage opens the screen of the local runner.
func (v *View) manage() screen.Action {
	v.stop()
	return screen.Run{Key: keys.Runner}
}

// start starts the local runner and lists its models.
func (v *View) start() tea.Cmd {
	delete(v.lists, app.OllamaProvider)
	v.show()
	round, a := v.round, v.Env.App
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(v.ctx, patience)
		defer cancel()
		if err := a.StartRunner(ctx); err != nil {
			return listedMsg{v, round, app.OllamaProvider, app.ModelList{Err: err}}
		}
		list, err := a.ModelsOf(ctx, app.OllamaProvider, false)
		if err != nil {
			list.Err = err
		}
		return listedMsg{v, round, app.OllamaProvider, list}
	}
}

package ui

import (
	tea "charm.land/bubbletea/v2"

	"bise/app"
)

// presetMsg is a preset that the conversation is now asked by, and the choice
// that it names; the zero Choice where it names none.
type presetMsg struct {
	session *app.Session
	preset  app.Preset
	choice  app.Choice
	err     error
}

// usePreset asks the conversation's next prompts as a preset says.
func (r *Root) usePreset(name string) tea.Cmd {
	a, s, ctx := r.env.App, r.session, r.ctx
	return func() tea.Msg {
		msg := presetMsg{session: s}
		if msg.preset, msg.err = a.Preset(name); msg.err != nil {
			return msg
		}
		if msg.preset.Model != "" {
			if msg.choice, msg.err = a.FindModel(ctx, msg.preset.Model, s.Choice().Provider); msg.err != nil {
				return msg
			}
		}
		msg.err = a.UsePreset(ctx, s, msg.preset)
		return msg
	}
}

// presetUsed goes over to the model of a preset.
func (r *Root) presetUsed(msg presetMsg) tea.Cmd {
	switch {
	case msg.session != r.session:
		return nil
	case msg.err != nil:
		r.fail(msg.err)
		return nil
	}
	r.tell(r.env.Words.T("presets.used", "Name", msg.preset.Name))
	if msg.choice == (app.Choice{}) || msg.choice == r.choice {
		return nil
	}
	return r.use(msg.choice)
}

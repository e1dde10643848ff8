package agents

import (
	"context"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// begin opens the form, empty for the zero agent.
func (v *View) begin(agent app.Agent) {
	v.form = newForm(v.Env, agent)
	v.form.Resize(v.Size())
}

// fill gives a message to the form.
func (v *View) fill(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch key.String() {
		case "esc":
			if v.busy || !v.form.changed() {
				v.form = nil
				v.dress()
				return nil
			}
			v.askLeave()
			return nil
		case "ctrl+s":
			return v.save()
		}
	}
	v.form.Update(msg)
	return nil
}

// save checks the form and sends it, a new agent after a warning.
func (v *View) save() tea.Cmd {
	if v.busy {
		return nil
	}
	d := v.form.definition()
	if err := app.CheckAgent(d); err != nil {
		v.form.err = err
		return nil
	}
	v.change = app.AgentChange{ID: v.form.agent.ID, Definition: d}
	if v.change.ID != "" {
		return v.put()
	}
	w := v.Env.Words
	v.ask(w.T("agents.create_title"), v.Env.App.AgentWarning(), "", []widget.Option{
		{Label: w.T("agents.create_no")}, {Label: w.T("agents.create_yes", "Name", d.Name)},
	}, nil, v.put)
	return nil
}

// put sends the change.
func (v *View) put() tea.Cmd {
	a, provider, parent, change := v.Env.App, v.provider, v.ctx, v.change
	v.busy = true
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, patience)
		defer cancel()
		agent, verdict, err := a.PutAgent(ctx, provider, change)
		return putMsg{v, agent, verdict, err}
	}
}

// wasPut shows the agent, or asks what has to be confirmed first.
func (v *View) wasPut(msg putMsg) (screen.Action, tea.Cmd) {
	if msg.owner != v || v.form == nil {
		return screen.Stay{}, nil
	}
	v.busy = false
	w := v.Env.Words
	switch verdict := msg.verdict; {
	case msg.err != nil:
		v.form.err = msg.err
		return screen.Stay{}, nil
	case verdict.Decision == policy.Confirm && verdict.Act == policy.StartChat:
		v.consent = dialog.Consent(v.Env, v.Env.App.ProfileOf(v.provider), verdict)
		v.consent.Resize(v.Size())
		return screen.Stay{}, v.consent.Init()
	case verdict.Decision == policy.Confirm:
		v.ask(w.T("agents.confirm_title"), dialog.Sentence(w, verdict.Reason), dialog.Sentence(w, verdict.Remedy), []widget.Option{
			{Label: w.T("agents.create_no")}, {Label: w.T("agents.confirm_yes")},
		}, nil, func() tea.Cmd {
			v.change.Confirmed = append(v.change.Confirmed, verdict.Act)
			return v.put()
		})
		return screen.Stay{}, nil
	case !verdict.Decision.Permits():
		v.form.err = &policy.Refusal{Verdict: verdict}
		v.form.refused = dialog.Sentence(w, verdict.Reason) + " " + dialog.Clauses(verdict)
		return screen.Stay{}, nil
	}
	v.form = nil
	told := w.T("agents.saved", "Name", msg.agent.Name, "Number", strconv.Itoa(int(msg.agent.Version)))
	return screen.Stay{}, v.after(msg.agent.ID, func(context.Context, *app.App) (string, error) { return told, nil })
}

// consented goes on after the confirmation of the terms.
func (v *View) consented(msg tea.Msg) (screen.Action, tea.Cmd) {
	action, cmd := v.consent.Update(msg)
	switch action := action.(type) {
	case screen.Close:
		v.consent = nil
	case screen.Answered:
		v.consent = nil
		if action.Choice == dialog.Yes {
			if err := v.Env.App.Accept(v.Env.App.ProfileOf(v.provider)); err != nil {
				v.form.err = err
				return screen.Stay{}, cmd
			}
			return screen.Stay{}, tea.Batch(cmd, v.put())
		}
	default:
	}
	return screen.Stay{}, cmd
}

// ask puts a question in the place of everything; do are the deeds of its
// answers, nil goes back.
func (v *View) ask(title, text, why string, options []widget.Option, do ...func() tea.Cmd) {
	q := &question{Ask: dialog.NewAsk(v.Env, title), do: do}
	q.Say(text)
	q.Add(why)
	q.SetOptions(options...)
	q.Resize(v.Size())
	v.question = q
}

func (v *View) answer(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	if key.String() == "esc" {
		v.question = nil
		return nil
	}
	chosen := v.question.Key(key)
	if chosen < 0 {
		return nil
	}
	do := v.question.do[chosen]
	v.question = nil
	if do == nil {
		return nil
	}
	return do()
}

func (v *View) askLeave() {
	w := v.Env.Words
	v.ask(w.T("agents.leave_title"), w.T("agents.leave"), "", []widget.Option{
		{Label: w.T("agents.leave_no")}, {Label: w.T("agents.leave_yes")},
	}, nil, func() tea.Cmd {
		v.form = nil
		v.dress()
		return nil
	})
}

func (v *View) askDelete() {
	w, agent, provider := v.Env.Words, *v.shown, v.provider
	v.ask(w.T("agents.delete_title"), w.T("agents.delete_question", "Name", agent.Name), w.T("agents.delete_why"), []widget.Option{
		{Label: w.T("agents.delete_no")}, {Label: w.T("agents.delete_yes")},
	}, nil, func() tea.Cmd {
		return v.after("", func(ctx context.Context, a *app.App) (string, error) {
			return w.T("agents.deleted", "Name", agent.Name), a.DeleteAgent(ctx, provider, agent.ID)
		})
	})
}

// chooseVersion asks which version is to answer.
func (v *View) chooseVersion() {
	if len(v.versions) == 0 {
		return
	}
	w, id, provider := v.Env.Words, v.shown.ID, v.provider
	var options []widget.Option
	var do []func() tea.Cmd
	at := 0
	for i, version := range v.versions {
		options = append(options, widget.Option{Label: v.versionLine(version)})
		if version.Version == v.shown.Version {
			at = i
			do = append(do, nil)
			continue
		}
		do = append(do, func() tea.Cmd {
			return v.after(id, func(ctx context.Context, a *app.App) (string, error) {
				agent, err := a.UseAgentVersion(ctx, provider, id, version.Version)
				return w.T("agents.version_set", "Name", agent.Name, "Number", strconv.Itoa(int(version.Version))), err
			})
		})
	}
	v.ask(w.T("agents.versions_title"), w.T("agents.versions_what"), "", options, do...)
	v.question.Select(at)
}

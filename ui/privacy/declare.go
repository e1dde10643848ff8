package privacy

import (
	"context"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// fact is a question whose answers are facts of the profile.
type fact struct {
	*dialog.Ask
	settings []string
}

// declaredMsg says that a fact was written.
type declaredMsg struct {
	owner   *View
	removed []app.Removed
	err     error
}

// hints names the keys: what can be declared or switched depends on the service.
// The pager says by itself that there is more below, so scrolling comes last.
func (v *View) hints() {
	w := v.Env.Words
	hints := []dialog.Hint{{Key: "esc", Does: w.T("dialog.close")}}
	if v.plans() != nil {
		hints = append(hints, dialog.Hint{Key: "p", Does: w.T("privacy.set_plan")})
	}
	if v.switchable() {
		hints = append(hints, dialog.Hint{Key: "t", Does: w.T("privacy.set_switch")})
	}
	if n := len(v.page.Switches); n > 0 {
		hints = append(hints, dialog.Hint{Key: "1–" + strconv.Itoa(n), Does: w.T("privacy.set_company")})
	}
	v.SetHints(append(hints, dialog.Hint{Key: "↑ ↓", Does: w.T("dialog.scroll")})...)
}

// plans are the plans of the service, nil where there are none to state.
func (v *View) plans() []string {
	switch v.service() {
	case policy.Platform:
		return []string{"free", "paid"}
	case policy.LeChat:
		return []string{"free", "pro", "team", "enterprise"}
	default:
		return nil
	}
}

// switchable reports whether the account has a training switch.
func (v *View) switchable() bool {
	return v.page.Training.Fields["can_change"] == "yes"
}

// Update takes keys and the result of writing a fact.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case declaredMsg:
		if msg.owner == v {
			v.removed, v.err = msg.removed, msg.err
			v.read()
			v.render()
		}
	case tea.KeyPressMsg:
		if v.ask != nil {
			return screen.Stay{}, v.answer(msg)
		}
		switch pressed := msg.String(); {
		case pressed == "esc", pressed == "q", pressed == "enter":
			return screen.Close{}, nil
		case pressed == "p" && v.plans() != nil:
			v.askPlan()
		case pressed == "t" && v.switchable():
			v.askSwitch()
		case v.numbered(pressed) != nil:
			return screen.Stay{}, v.toggle(*v.numbered(pressed))
		default:
			v.pager.Update(msg)
		}
	}
	return screen.Stay{}, nil
}

// numbered is the switch that a key toggles, nil if none.
func (v *View) numbered(pressed string) *policy.Switch {
	n, err := strconv.Atoi(pressed)
	if err != nil || n < 1 || n > len(v.page.Switches) {
		return nil
	}
	return &v.page.Switches[n-1]
}

func (v *View) toggle(s policy.Switch) tea.Cmd {
	a, profile := v.Env.App, v.profile
	return func() tea.Msg {
		removed, err := a.SwitchCompany(context.Background(), profile, s.Word, !s.Off)
		return declaredMsg{v, removed, err}
	}
}

func (v *View) answer(msg tea.KeyPressMsg) tea.Cmd {
	if msg.String() == "esc" {
		v.ask = nil
		return nil
	}
	chosen := v.ask.Key(msg)
	if chosen < 0 {
		return nil
	}
	setting := v.ask.settings[chosen]
	v.ask = nil
	a, profile := v.Env.App, v.profile
	return func() tea.Msg {
		removed, err := a.ChangeProfile(context.Background(), profile, []string{setting})
		return declaredMsg{v, removed, err}
	}
}

func (v *View) question(text, why string, settings []string, options []widget.Option) {
	v.ask = &fact{Ask: dialog.NewAsk(v.Env, v.Env.Words.T("privacy.title", "Name", v.Env.App.Describe(v.provider).Name)), settings: settings}
	v.ask.Say(text)
	v.ask.Add(why)
	v.ask.SetOptions(options...)
	v.ask.Resize(v.Size())
}

// declared is what the person has said about the profile, "" for nothing.
func (v *View) declared(name string) string {
	p, err := v.Env.App.Profile(v.profile)
	if err != nil {
		return ""
	}
	return p.Facts[name]
}

func (v *View) askPlan() {
	w := v.Env.Words
	settings := []string{"plan="}
	options := []widget.Option{{Label: w.T("dialog.plan.unknown"), Explain: w.T("dialog.plan.unknown_means")}}
	for _, plan := range v.plans() {
		settings = append(settings, "plan="+plan)
		options = append(options, widget.Option{Label: w.T("place.plan." + plan)})
	}
	v.question(w.T("dialog.plan.question"), w.T("dialog.plan.why"), settings, options)
	v.ask.Select(max(0, slices.Index(settings, "plan="+v.declared("plan"))))
}

func (v *View) askSwitch() {
	w := v.Env.Words
	v.question(w.T("privacy.switch_question"), w.T("privacy.switch_why"),
		[]string{"training_switch=", "training_switch=off", "training_switch=on"},
		[]widget.Option{{Label: w.T("privacy.switch_unset")}, {Label: w.T("privacy.switch_off")}, {Label: w.T("privacy.switch_on")}})
	v.ask.Select(max(0, slices.Index(v.ask.settings, "training_switch="+v.declared("training_switch"))))
}

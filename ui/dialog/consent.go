package dialog

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app/chat"
	"bise/app/policy"
	"bise/ui/screen"
	"bise/ui/widget"
)

// consent asks what there is to ask before the first prompt to a service: the
// plan, the age band, the terms. Facts are written to the profile as they are
// told, and the rules are asked again after each.
type consent struct {
	*Ask
	profile string
	verdict policy.Verdict
	asked   map[string]bool
	// facts are what the options of the step say, "" for none; nil at the last
	// step, whose answers are No and Yes.
	facts  []string
	saving bool
}

// consentSavedMsg says that a fact was written.
type consentSavedMsg struct {
	owner *consent
	err   error
}

// Consent asks to confirm a verdict of start_chat for a profile. It is answered
// with ConsentQuestion.
func Consent(env *screen.Env, profile string, v policy.Verdict) screen.Overlay {
	name := env.App.Describe(profile).Name
	if name == "" {
		name = profile
	}
	c := &consent{
		Ask:     NewAsk(env, env.Words.T("dialog.consent.title", "Name", name)),
		profile: profile,
		verdict: v,
		asked:   make(map[string]bool),
	}
	c.step()
	return c
}

// Unasked says that it opened by itself.
func (c *consent) Unasked() bool { return true }

// Update takes keys and the result of writing a fact.
func (c *consent) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case consentSavedMsg:
		if msg.owner != c {
			return screen.Stay{}, nil
		}
		c.saving = false
		if msg.err != nil {
			message, remedy := c.Env.Words.Fault(msg.err)
			c.Warn(message + " " + remedy)
			return screen.Stay{}, nil
		}
		c.verdict = c.Env.App.Preview(c.profile, policy.StartChat, chat.Typed)
		if c.step() {
			return c.answer(Yes), nil
		}
	case tea.KeyPressMsg:
		if msg.String() == "esc" {
			return c.answer(No), nil
		}
		if c.saving {
			return screen.Stay{}, nil
		}
		if chosen := c.Key(msg); chosen >= 0 {
			return c.choose(chosen)
		}
	}
	return screen.Stay{}, nil
}

func (c *consent) answer(choice int) screen.Action {
	return screen.Answered{Question: ConsentQuestion, Choice: choice}
}

func (c *consent) choose(chosen int) (screen.Action, tea.Cmd) {
	if c.facts == nil {
		return c.answer(chosen), nil
	}
	fact := c.facts[chosen]
	if fact == "" {
		if c.step() {
			return c.answer(Yes), nil
		}
		return screen.Stay{}, nil
	}
	c.saving = true
	app, profile := c.Env.App, c.profile
	return screen.Stay{}, func() tea.Msg {
		return consentSavedMsg{c, app.SetProfile(profile, []string{fact})}
	}
}

// step shows the next question. It reports whether there is none left: what was
// told settles it.
func (c *consent) step() (settled bool) {
	asks, _ := c.verdict.Fields["asks"].([]string)
	for _, fact := range []string{"plan", "age_band"} {
		if slices.Contains(asks, fact) && !c.asked[fact] {
			c.asked[fact] = true
			if fact == "plan" {
				c.askPlan()
			} else {
				c.askAge()
			}
			return false
		}
	}
	if c.verdict.Decision.Permits() {
		return true
	}
	c.askTerms()
	return false
}

func (c *consent) askPlan() {
	w := c.Env.Words
	plans := []string{"free", "paid"}
	if f, err := c.Env.App.Facts(c.profile); err == nil && f.Service() == policy.LeChat {
		plans = []string{"free", "pro", "team", "enterprise"}
	}
	c.facts = []string{""}
	options := []widget.Option{{Label: w.T("dialog.plan.unknown"), Explain: w.T("dialog.plan.unknown_means")}}
	for _, plan := range plans {
		c.facts = append(c.facts, "plan="+plan)
		options = append(options, widget.Option{Label: w.T("place.plan." + plan)})
	}
	c.Say(w.T("dialog.plan.question"))
	c.Add(w.T("dialog.plan.why"))
	c.SetOptions(options...)
}

func (c *consent) askAge() {
	w := c.Env.Words
	c.facts = []string{"age_band=adult", "age_band=minor_with_permission", "age_band=minor_without_permission", "age_band=under_13"}
	c.Say(w.T("dialog.age.question"))
	c.Add(w.T("dialog.age.why"))
	c.SetOptions(
		widget.Option{Label: w.T("dialog.age.adult")},
		widget.Option{Label: w.T("dialog.age.minor_with_permission")},
		widget.Option{Label: w.T("dialog.age.minor_without_permission")},
		widget.Option{Label: w.T("dialog.age.under_13")},
	)
}

// askTerms shows what the rules want confirmed, or why they refuse.
func (c *consent) askTerms() {
	w := c.Env.Words
	c.facts = nil
	c.Say(strings.TrimSpace(Sentence(w, c.verdict.Reason)), Sentence(w, c.verdict.Remedy))
	for _, n := range c.verdict.Notes() {
		c.Add(Sentence(w, n))
	}
	c.Add(strings.TrimSpace(w.T("dialog.consent.basis", "Ruleset", c.verdict.Ruleset) + " " + Clauses(c.verdict)))
	options := []widget.Option{{Label: w.T("dialog.consent.no"), Explain: w.T("dialog.consent.no_means")}}
	if c.verdict.Decision == policy.Confirm {
		options = append(options, widget.Option{Label: w.T("dialog.consent.yes"), Explain: w.T("dialog.consent.yes_means")})
	}
	c.SetOptions(options...)
}

package dialog

import (
	tea "charm.land/bubbletea/v2"

	"bise/app/policy"
	"bise/ui/screen"
	"bise/ui/widget"
)

// confirm asks to confirm something for the conversation on the screen.
type confirm struct {
	*Ask
	verdict policy.Verdict
}

// Confirm asks to confirm a verdict. It is answered with ConfirmQuestion and the
// verdict.
func Confirm(env *screen.Env, v policy.Verdict) screen.Overlay {
	w := env.Words
	c := &confirm{Ask: NewAsk(env, w.T("dialog.confirm.title")), verdict: v}
	c.Say(Sentence(w, v.Reason), Sentence(w, v.Remedy))
	c.Add(Clauses(v))
	c.SetOptions(
		widget.Option{Label: w.T("dialog.consent.no"), Explain: w.T("dialog.consent.no_means")},
		widget.Option{Label: w.T("dialog.confirm.yes")},
	)
	return c
}

// Unasked says that it opened by itself.
func (c *confirm) Unasked() bool { return true }

// Update takes keys.
func (c *confirm) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return screen.Stay{}, nil
	}
	chosen := No
	if key.String() != "esc" {
		if chosen = c.Key(key); chosen < 0 {
			return screen.Stay{}, nil
		}
	}
	return screen.Answered{Question: ConfirmQuestion, Choice: chosen, Verdict: &c.verdict}, nil
}

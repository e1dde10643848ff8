package dialog

import (
	tea "charm.land/bubbletea/v2"

	"bise/ui/screen"
	"bise/ui/widget"
)

// overflow asks what to do with a conversation that is too long for the model.
type overflow struct{ *Ask }

// Overflow asks whether to leave out the oldest messages. It is answered with
// OverflowQuestion.
func Overflow(env *screen.Env, err error) screen.Overlay {
	w := env.Words
	o := &overflow{NewAsk(env, w.T("dialog.overflow.title"))}
	message, _ := w.Fault(err)
	o.Say(message)
	o.Add(w.T("dialog.overflow.kept"))
	o.SetOptions(
		widget.Option{Label: w.T("dialog.overflow.back"), Explain: w.T("dialog.overflow.back_means")},
		widget.Option{Label: w.T("dialog.overflow.drop"), Explain: w.T("dialog.overflow.drop_means")},
	)
	return o
}

// Unasked says that it opened by itself.
func (o *overflow) Unasked() bool { return true }

// Update takes keys.
func (o *overflow) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return screen.Stay{}, nil
	}
	if key.String() == "esc" {
		return screen.Answered{Question: OverflowQuestion, Choice: No}, nil
	}
	if chosen := o.Key(key); chosen >= 0 {
		return screen.Answered{Question: OverflowQuestion, Choice: chosen}, nil
	}
	return screen.Stay{}, nil
}

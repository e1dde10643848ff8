package dialog

import (
	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/screen"
	"bise/ui/widget"
)

// overflow asks what to do with a conversation that is too long for the model.
type overflow struct {
	*Ask
	ways []app.Fit // of the answers after the first
}

// Overflow asks how to go on where a conversation is too long: without the
// oldest messages, with a summary of them, or with a larger window of so many
// tokens, 0 being none. It is answered with OverflowQuestion and the app.Fit as
// text.
func Overflow(env *screen.Env, err error, larger int) screen.Overlay {
	w := env.Words
	o := &overflow{Ask: NewAsk(env, w.T("dialog.overflow.title")), ways: []app.Fit{app.DropOldest, app.Summarise}}
	message, _ := w.Fault(err)
	o.Say(message)
	o.Add(w.T("dialog.overflow.kept"))
	options := []widget.Option{
		{Label: w.T("dialog.overflow.back"), Explain: w.T("dialog.overflow.back_means")},
		{Label: w.T("dialog.overflow.drop"), Explain: w.T("dialog.overflow.drop_means")},
		{Label: w.T("dialog.overflow.summarise"), Explain: w.T("dialog.overflow.summarise_means")},
	}
	if larger > 0 {
		o.ways = append(o.ways, app.Enlarge)
		options = append(options, widget.Option{
			Label: w.T("dialog.overflow.enlarge", "Tokens", larger), Explain: w.T("dialog.overflow.enlarge_means"),
		})
	}
	o.SetOptions(options...)
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
	switch chosen := o.Key(key); {
	case chosen == 0:
		return screen.Answered{Question: OverflowQuestion, Choice: No}, nil
	case chosen > 0:
		return screen.Answered{Question: OverflowQuestion, Choice: Yes, Text: string(o.ways[chosen-1])}, nil
	}
	return screen.Stay{}, nil
}

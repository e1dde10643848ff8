package dialog

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"bise/ui/screen"
	"bise/ui/widget"
)

// historyFailed says why the history cannot be opened.
type historyFailed struct {
	*Ask
	ctx context.Context
}

// keptNothingMsg says that this run keeps no history.
type keptNothingMsg struct{ owner *historyFailed }

// HistoryFailed says why the history cannot be opened, and asks whether to go on
// without it. It is answered with HistoryQuestion.
func HistoryFailed(env *screen.Env, ctx context.Context, err error) screen.Overlay {
	w := env.Words
	h := &historyFailed{Ask: NewAsk(env, w.T("dialog.failed.title")), ctx: ctx}
	message, remedy := w.Fault(err)
	h.Say(message, remedy)
	h.Add(w.T("dialog.failed.untouched"))
	h.SetHints(Hint{"enter", w.T("dialog.choose")}, Hint{"esc", w.T("dialog.unlock.without")})
	h.SetOptions(
		widget.Option{Label: w.T("dialog.failed.go_on"), Explain: w.T("dialog.failed.go_on_means")},
		widget.Option{Label: w.T("dialog.failed.again")},
		widget.Option{Label: w.T("dialog.failed.quit")},
	)
	return h
}

// Unasked says that it opened by itself.
func (h *historyFailed) Unasked() bool { return true }

// Update takes keys.
func (h *historyFailed) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	done := screen.Answered{Question: HistoryQuestion, Choice: Yes}
	switch msg := msg.(type) {
	case keptNothingMsg:
		if msg.owner == h {
			return done, nil
		}
	case tea.KeyPressMsg:
		chosen := 0
		if msg.String() != "esc" {
			chosen = h.Key(msg)
		}
		switch chosen {
		case 0:
			a := h.Env.App
			return screen.Stay{}, func() tea.Msg {
				a.KeepNothing()
				return keptNothingMsg{h}
			}
		case 1:
			return done, nil // the root tries to open it once more
		case 2:
			return screen.Quit{}, nil
		}
	}
	return screen.Stay{}, nil
}

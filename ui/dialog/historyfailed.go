package dialog

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"bise/app/fault"
	"bise/ui/screen"
	"bise/ui/widget"
)

// historyFailed says why the history cannot be opened.
type historyFailed struct {
	*Ask
	ctx context.Context
	// code is there while a recovery code is typed.
	code *recovery
	do   []func() (screen.Action, tea.Cmd) // what the answers do
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
	var options []widget.Option
	add := func(o widget.Option, do func() (screen.Action, tea.Cmd)) {
		options, h.do = append(options, o), append(h.do, do)
	}
	add(widget.Option{Label: w.T("dialog.failed.go_on"), Explain: w.T("dialog.failed.go_on_means")}, h.goOn)
	add(widget.Option{Label: w.T("dialog.failed.again")}, h.over)
	if fault.Is(err, fault.KeyMissing) || fault.Is(err, fault.WrongKey) {
		add(widget.Option{Label: w.T("dialog.failed.code")}, h.enterCode)
	}
	add(widget.Option{Label: w.T("dialog.failed.quit")}, func() (screen.Action, tea.Cmd) { return screen.Quit{}, nil })
	h.SetOptions(options...)
	return h
}

// over has the root open the history once more.
func (h *historyFailed) over() (screen.Action, tea.Cmd) {
	return screen.Answered{Question: HistoryQuestion, Choice: Yes}, nil
}

func (h *historyFailed) goOn() (screen.Action, tea.Cmd) {
	a := h.Env.App
	return screen.Stay{}, func() tea.Msg {
		a.KeepNothing()
		return keptNothingMsg{h}
	}
}

func (h *historyFailed) enterCode() (screen.Action, tea.Cmd) {
	h.code = newRecovery(h.Env, h.ctx)
	h.code.Resize(h.Size())
	return screen.Stay{}, nil
}

// Unasked says that it opened by itself.
func (h *historyFailed) Unasked() bool { return true }

// Resize lays it out.
func (h *historyFailed) Resize(width, height int) {
	h.Ask.Resize(width, height)
	if h.code != nil {
		h.code.Resize(width, height)
	}
}

// Update takes keys, pastes and results.
func (h *historyFailed) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	if h.code != nil {
		done, back, cmd := h.code.update(msg)
		if done {
			return h.over()
		}
		if back {
			h.code = nil
		}
		return screen.Stay{}, cmd
	}
	switch msg := msg.(type) {
	case keptNothingMsg:
		if msg.owner == h {
			return h.over()
		}
	case tea.KeyPressMsg:
		if msg.String() == "esc" {
			return h.goOn()
		}
		if chosen := h.Key(msg); chosen >= 0 {
			return h.do[chosen]()
		}
	}
	return screen.Stay{}, nil
}

// View draws the question, or the line for the code.
func (h *historyFailed) View() string {
	if h.code != nil {
		return h.code.View()
	}
	return h.Ask.View()
}

// Cursor is in the code being typed.
func (h *historyFailed) Cursor() *tea.Cursor {
	if h.code != nil {
		return h.code.Cursor()
	}
	return nil
}

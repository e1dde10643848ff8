package dialog

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/ui/screen"
	"bise/ui/widget"
)

// historyKey asks, once on a machine without a keyring, what is to hold the key
// of the history.
type historyKey struct {
	ask   *Ask
	panel *Panel
	ctx   context.Context
	// form is there while the passphrase is typed.
	form *PassForm
	busy bool
	err  error
	line int
}

// holderChosenMsg says what became of a choice.
type holderChosenMsg struct {
	owner *historyKey
	err   error
}

// HistoryKey asks the one question about the history. It is answered with
// HistoryQuestion.
func HistoryKey(env *screen.Env, ctx context.Context) screen.Overlay {
	w := env.Words
	h := &historyKey{ask: NewAsk(env, w.T("dialog.history.title")), panel: NewPanel(env, w.T("dialog.pass.title")), ctx: ctx}
	h.ask.Say(w.T("dialog.history.question"))
	h.ask.SetHints(Hint{"enter", w.T("dialog.choose")}, Hint{"esc", w.T("dialog.history.not_now")})
	h.ask.SetOptions(
		widget.Option{Label: w.T("dialog.history.passphrase"), Explain: w.T("dialog.history.passphrase_means")},
		widget.Option{Label: w.T("dialog.history.never"), Explain: w.T("dialog.history.never_means")},
		widget.Option{Label: w.T("dialog.history.not_this_run"), Explain: w.T("dialog.history.not_this_run_means")},
	)
	h.panel.SetHints(Hint{"enter", w.T("dialog.go_on")}, Hint{"esc", w.T("dialog.back")})
	return h
}

// Unasked says that it opened by itself.
func (h *historyKey) Unasked() bool { return true }

// Init starts nothing.
func (h *historyKey) Init() tea.Cmd { return nil }

// Resize lays both pages out.
func (h *historyKey) Resize(width, height int) {
	h.ask.Resize(width, height)
	h.panel.Resize(width, height)
	if h.form != nil {
		w, _ := h.panel.Inner()
		h.form.Resize(w)
	}
}

// Update takes keys and the result of a choice.
func (h *historyKey) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case holderChosenMsg:
		if msg.owner != h {
			return screen.Stay{}, nil
		}
		if h.busy, h.err = false, msg.err; msg.err == nil {
			return screen.Answered{Question: HistoryQuestion, Choice: Yes}, nil
		}
	case tea.PasteMsg:
		if h.form != nil && !h.busy {
			h.form.Update(msg)
		}
	case tea.KeyPressMsg:
		if !h.busy {
			return h.key(msg)
		}
	}
	return screen.Stay{}, nil
}

func (h *historyKey) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	h.err = nil
	if h.form != nil {
		if msg.String() == "esc" {
			h.form = nil
			return screen.Stay{}, nil
		}
		if passphrase, done := h.form.Update(msg); done {
			return screen.Stay{}, h.choose(app.Sealed, passphrase)
		}
		return screen.Stay{}, nil
	}
	if msg.String() == "esc" {
		return h.notThisRun()
	}
	switch h.ask.Key(msg) {
	case 0:
		h.form = NewPassForm(h.ask.Env)
		w, _ := h.panel.Inner()
		h.form.Resize(w)
	case 1:
		return screen.Stay{}, h.choose(app.Nobody, "")
	case 2:
		return h.notThisRun()
	}
	return screen.Stay{}, nil
}

func (h *historyKey) choose(holder app.Holder, passphrase chat.Secret) tea.Cmd {
	h.busy = true
	a := h.ask.Env.App
	return func() tea.Msg { return holderChosenMsg{h, a.ChooseHolder(h.ctx, holder, passphrase)} }
}

func (h *historyKey) notThisRun() (screen.Action, tea.Cmd) {
	h.busy = true
	a := h.ask.Env.App
	return screen.Stay{}, func() tea.Msg {
		a.KeepNothing()
		return holderChosenMsg{owner: h}
	}
}

// View draws the question, or the lines for the passphrase.
func (h *historyKey) View() string {
	if h.form == nil && h.err == nil {
		return h.ask.View()
	}
	t, w := &h.panel.Env.Theme, h.panel.Env.Words
	body := h.panel.Fault(h.err)
	if h.form == nil {
		return h.panel.Draw(body)
	}
	width, height := h.panel.Inner()
	lines, at := h.form.Lines(width)
	if h.busy {
		lines = append(lines, t.Muted.Render(w.T("dialog.pass.sealing")))
	}
	body = append(body, h.form.Why(width, height-len(lines)-len(body))...)
	h.line = len(body) + at
	return h.panel.Draw(append(body, lines...))
}

// Cursor is in the line being typed.
func (h *historyKey) Cursor() *tea.Cursor {
	if h.form == nil || h.busy {
		return nil
	}
	return h.panel.Place(h.form.Cursor(), h.line)
}

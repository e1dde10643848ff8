package dialog

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/ui/screen"
	"bise/ui/widget"
)

// recovery brings the key of the history back with the code that the person
// wrote down. A key that was in the keyring goes back there; otherwise a new
// passphrase seals it.
type recovery struct {
	*Panel
	ctx  context.Context
	code *widget.Prompt
	form *PassForm // while the new passphrase is typed, else nil
	busy bool
	err  error
	line int
}

// recoveredMsg says what became of a code.
type recoveredMsg struct {
	owner *recovery
	err   error
	// seal says that a passphrase is needed first.
	seal bool
}

func newRecovery(env *screen.Env, ctx context.Context) *recovery {
	w := env.Words
	r := &recovery{Panel: NewPanel(env, w.T("dialog.recovery.title")), ctx: ctx, code: widget.NewPrompt(env.Theme)}
	r.code.Focus() // shown, so that what is copied from paper can be compared
	r.SetHints(Hint{"enter", w.T("dialog.go_on")}, Hint{"esc", w.T("dialog.back")})
	return r
}

// Resize lays it out.
func (r *recovery) Resize(width, height int) {
	r.Panel.Resize(width, height)
	r.code.SetTheme(r.Env.Theme)
	w, _ := r.Inner()
	r.code.SetSize(w)
	if r.form != nil {
		r.form.Resize(w)
	}
}

// update takes keys, pastes and results. done says that the history is open
// again, back that the person has given up.
func (r *recovery) update(msg tea.Msg) (done, back bool, cmd tea.Cmd) {
	switch msg := msg.(type) {
	case recoveredMsg:
		if msg.owner != r {
			return false, false, nil
		}
		r.busy, r.err = false, msg.err
		switch {
		case msg.seal:
			r.form = NewPassForm(r.Env)
			w, _ := r.Inner()
			r.form.Resize(w)
		case msg.err == nil:
			return true, false, nil
		default:
			r.form = nil
		}
	case tea.KeyPressMsg:
		if !r.busy {
			return r.key(msg)
		}
	case tea.PasteMsg:
		if !r.busy && r.form == nil {
			r.code.Update(msg)
		}
	}
	return false, false, nil
}

func (r *recovery) key(msg tea.KeyPressMsg) (done, back bool, cmd tea.Cmd) {
	pressed := msg.String()
	switch {
	case r.form != nil && pressed == "esc":
		r.form = nil
	case r.form != nil:
		if passphrase, agreed := r.form.Update(msg); agreed {
			return false, false, r.try(app.Sealed, passphrase)
		}
	case pressed == "esc":
		return false, true, nil
	case pressed == "enter":
		if r.code.Value() != "" {
			return false, false, r.start()
		}
	default:
		r.code.Update(msg)
		r.err = nil
	}
	return false, false, nil
}

// start tries the code where the key was in the keyring, or asks for the
// passphrase that is to seal it.
func (r *recovery) start() tea.Cmd {
	a, code := r.Env.App, chat.Secret(r.code.Value())
	r.busy, r.err = true, nil
	return func() tea.Msg {
		holder, _, err := a.Holder(r.ctx)
		if err != nil || holder != app.Keyring {
			return recoveredMsg{owner: r, err: err, seal: err == nil}
		}
		return recoveredMsg{owner: r, err: a.Recover(r.ctx, code, app.Keyring, "")}
	}
}

func (r *recovery) try(holder app.Holder, passphrase chat.Secret) tea.Cmd {
	a, code := r.Env.App, chat.Secret(r.code.Value())
	r.busy, r.err = true, nil
	return func() tea.Msg { return recoveredMsg{owner: r, err: a.Recover(r.ctx, code, holder, passphrase)} }
}

// View draws the line for the code, or those for the passphrase.
func (r *recovery) View() string {
	t, w := &r.Env.Theme, r.Env.Words
	width, height := r.Inner()
	var body []string
	if r.form != nil {
		lines, at := r.form.Lines(width)
		body = append(r.Wrap(t.Text, w.T("dialog.recovery.seal")), "")
		if len(body)+len(lines) > height {
			body = nil
		}
		r.line = len(body) + at
		body = append(body, lines...)
	} else {
		body = append(r.Wrap(t.Text, w.T("dialog.recovery.question")), "")
		r.line = len(body)
		body = append(body, r.code.View())
	}
	switch {
	case r.busy:
		body = append(body, r.Wrap(t.Muted, w.T("dialog.unlock.trying"))...)
	case r.err != nil:
		body = append(body, r.Fault(r.err)...)
	}
	return r.Draw(body)
}

// Cursor is in the line being typed.
func (r *recovery) Cursor() *tea.Cursor {
	switch {
	case r.busy:
		return nil
	case r.form != nil:
		return r.Place(r.form.Cursor(), r.line)
	}
	return r.Place(r.code.Cursor(), r.line)
}

package dialog

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"bise/app/chat"
	"bise/app/fault"
	"bise/ui/screen"
	"bise/ui/widget"
)

// passphrase unlocks a history whose key is sealed.
type passphrase struct {
	*Panel
	ctx    context.Context
	prompt *widget.Prompt
	busy   bool
	err    error
	line   int
	// code is there while the recovery code is typed instead.
	code *recovery
}

// unlockedMsg says what became of a passphrase.
type unlockedMsg struct {
	owner *passphrase
	err   error
}

// Passphrase asks for the passphrase of the history. It is answered with
// HistoryQuestion.
func Passphrase(env *screen.Env, ctx context.Context, err error) screen.Overlay {
	w := env.Words
	p := &passphrase{Panel: NewPanel(env, w.T("dialog.unlock.title")), ctx: ctx, prompt: widget.NewPrompt(env.Theme)}
	p.prompt.SetHidden(true)
	p.prompt.Focus()
	if !fault.Is(err, fault.NeedsAnswer) { // the first time nothing has gone wrong
		p.err = err
	}
	p.SetHints(Hint{"enter", w.T("dialog.unlock.open")}, Hint{"esc", w.T("dialog.unlock.without")}, Hint{"tab", w.T("dialog.unlock.code")})
	return p
}

// Unasked says that it opened by itself.
func (p *passphrase) Unasked() bool { return true }

// Init starts nothing.
func (p *passphrase) Init() tea.Cmd { return nil }

// Resize lays it out.
func (p *passphrase) Resize(width, height int) {
	p.Panel.Resize(width, height)
	p.prompt.SetTheme(p.Env.Theme)
	w, _ := p.Inner()
	p.prompt.SetSize(w)
	if p.code != nil {
		p.code.Resize(width, height)
	}
}

// Update takes keys and the result of a try.
func (p *passphrase) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	if p.code != nil {
		done, back, cmd := p.code.update(msg)
		if done {
			return screen.Answered{Question: HistoryQuestion, Choice: Yes}, nil
		}
		if back {
			p.code = nil
		}
		return screen.Stay{}, cmd
	}
	switch msg := msg.(type) {
	case unlockedMsg:
		if msg.owner != p {
			return screen.Stay{}, nil
		}
		p.busy, p.err = false, msg.err
		if fault.Is(msg.err, fault.WrongKey) {
			p.prompt.Reset()
			return screen.Stay{}, nil
		}
		if msg.err == nil {
			return screen.Answered{Question: HistoryQuestion, Choice: Yes}, nil
		}
	case tea.PasteMsg:
		if !p.busy {
			p.prompt.Update(msg)
		}
	case tea.KeyPressMsg:
		if !p.busy {
			return p.key(msg)
		}
	}
	return screen.Stay{}, nil
}

func (p *passphrase) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	a := p.Env.App
	switch msg.String() {
	case "esc":
		p.busy = true
		return screen.Stay{}, func() tea.Msg {
			a.KeepNothing()
			return unlockedMsg{owner: p}
		}
	case "tab":
		p.code = newRecovery(p.Env, p.ctx)
		p.code.Resize(p.Size())
		return screen.Stay{}, nil
	case "enter":
		typed := chat.Secret(p.prompt.Value())
		if typed == "" {
			return screen.Stay{}, nil
		}
		p.busy, p.err = true, nil
		return screen.Stay{}, func() tea.Msg { return unlockedMsg{p, a.Unlock(p.ctx, typed)} }
	}
	p.prompt.Update(msg)
	return screen.Stay{}, nil
}

// View draws the question.
func (p *passphrase) View() string {
	if p.code != nil {
		return p.code.View()
	}
	t, w := &p.Env.Theme, p.Env.Words
	body := p.Wrap(t.Text, w.T("dialog.unlock.question"))
	body = append(body, "", p.prompt.View())
	p.line = len(body) - 1
	switch {
	case p.busy:
		body = append(body, "", t.Muted.Render(w.T("dialog.unlock.trying")))
	case p.err != nil:
		body = append(append(body, ""), p.Fault(p.err)...)
	}
	return p.Draw(body)
}

// Cursor is in the line being typed.
func (p *passphrase) Cursor() *tea.Cursor {
	if p.code != nil {
		return p.code.Cursor()
	}
	if p.busy {
		return nil
	}
	return p.Place(p.prompt.Cursor(), p.line)
}

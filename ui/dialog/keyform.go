package dialog

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"bise/app/chat"
	"bise/app/fault"
	"bise/ui/screen"
	"bise/ui/widget"
)

// keyPage is where Mistral gives keys.
const keyPage = "console.mistral.ai/api-keys"

// KeyForm asks for an API key, hidden, and tries it with the service at once. A
// key the service refuses is not kept.
type KeyForm struct {
	env     *screen.Env
	ctx     context.Context
	profile string
	kind    string
	prompt  *widget.Prompt
	busy    bool
	cancel  context.CancelFunc
	try     int // counts tries, so that a cancelled one is not heard
	err     error
	empty   bool // Enter was pressed on nothing
}

// keyTriedMsg says what the service says of a key.
type keyTriedMsg struct {
	form *KeyForm
	try  int
	err  error
}

// NewKeyForm makes a form for the key of a profile.
func NewKeyForm(env *screen.Env, ctx context.Context, profile string) *KeyForm {
	f := &KeyForm{env: env, ctx: ctx, profile: profile, prompt: widget.NewPrompt(env.Theme)}
	if p, err := env.App.Profile(profile); err == nil {
		f.kind = p.Kind
	}
	f.prompt.SetHidden(true)
	f.prompt.SetPlaceholder(env.Words.T("signin.placeholder"))
	f.prompt.Focus()
	return f
}

// Resize gives the width and takes over the theme.
func (f *KeyForm) Resize(width int) {
	f.prompt.SetTheme(f.env.Theme)
	f.prompt.SetSize(width)
}

// Busy reports whether a key is being tried.
func (f *KeyForm) Busy() bool { return f.busy }

// Cancel stops a try and reports whether there was one.
func (f *KeyForm) Cancel() bool {
	if !f.busy {
		return false
	}
	f.busy = false
	f.try++
	f.cancel()
	return true
}

// Update takes keys, pastes and the answer of the service. done says that the
// key is good and kept.
func (f *KeyForm) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	switch msg := msg.(type) {
	case keyTriedMsg:
		if msg.form != f || msg.try != f.try {
			return false, nil
		}
		f.cancel()
		f.busy, f.err = false, msg.err
		switch fault.KindOf(msg.err) {
		case fault.Unreachable, fault.TimedOut, fault.RateLimited, fault.Capacity, fault.ServerFailed:
			// The key may be good: enter tries it again.
		default:
			f.prompt.Reset()
		}
		return msg.err == nil, nil
	case tea.PasteMsg:
		if !f.busy {
			f.prompt.Update(msg)
		}
	case tea.KeyPressMsg:
		switch {
		case f.busy:
		case msg.String() == "enter":
			key := chat.Secret(f.prompt.Value())
			if f.empty = key == ""; !f.empty {
				return false, f.start(func(ctx context.Context) error { return f.env.App.SignIn(ctx, f.profile, key) })
			}
		default:
			f.prompt.Update(msg)
		}
	}
	return false, nil
}

// UseVibe reads the key of Mistral Vibe from the keyring and tries it. Call it
// only when the person has chosen that.
func (f *KeyForm) UseVibe() tea.Cmd {
	return f.start(func(ctx context.Context) error { return f.env.App.SignInWithVibe(ctx, f.profile) })
}

func (f *KeyForm) start(try func(context.Context) error) tea.Cmd {
	ctx, cancel := context.WithCancel(f.ctx)
	f.busy, f.err, f.cancel = true, nil, cancel
	f.try++
	n := f.try
	return func() tea.Msg { return keyTriedMsg{f, n, try(ctx)} }
}

// Lines draws the form for a width; the cursor is in line at.
func (f *KeyForm) Lines(width int) (lines []string, at int) {
	t, w := &f.env.Theme, f.env.Words
	where := w.T("signin.where_else")
	if f.kind == "mistral" {
		where = w.T("signin.where", "Page", keyPage)
	}
	lines = append(lines, WrapTo(width, t.Text, w.T("signin.question"))...)
	lines = append(lines, WrapTo(width, t.Muted, where)...)
	lines = append(lines, "", f.prompt.View())
	at = len(lines) - 1
	switch {
	case f.busy:
		lines = append(lines, WrapTo(width, t.Muted, w.T("signin.checking"))...)
	case f.empty && f.prompt.Value() == "":
		lines = append(lines, WrapTo(width, t.Warning, "! "+w.T("signin.empty"))...)
	case f.err != nil:
		message, remedy := w.Fault(f.err)
		lines = append(lines, WrapTo(width, t.Warning, "! "+message)...)
		lines = append(lines, WrapTo(width, t.Muted, remedy)...)
		if fault.Is(f.err, fault.NoKeyring) {
			lines = append(lines, WrapTo(width, t.Muted, w.T("signin.no_keyring"))...)
		}
	default:
		lines = append(lines, WrapTo(width, t.Muted, w.T("signin.kept"))...)
	}
	return lines, at
}

// Cursor is where the terminal's cursor belongs in its line, nil while a key is
// being tried.
func (f *KeyForm) Cursor() *tea.Cursor {
	if f.busy {
		return nil
	}
	return f.prompt.Cursor()
}

// Package signin asks for the API key of a profile, tries it with the service,
// and keeps it in the keyring or the sealed file. It shows no key, and reads the
// entry of Mistral Vibe only when the person has chosen that.
package signin

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// View is the screen to sign in with.
type View struct {
	env     *screen.Env
	ctx     context.Context
	profile string
	// given says that the profile is the one in use: its model stays chosen.
	given bool

	panel    *dialog.Panel
	ask      *dialog.Ask // a question in the place of the form, nil if none
	options  []action    // of ask
	form     *dialog.KeyForm
	identity app.Identity
	err      error // of taking a key away
	line     int
}

// action is what an answer of a question does.
type action func() (screen.Action, tea.Cmd)

// identityMsg is what is known of the key there is.
type identityMsg struct {
	owner    *View
	identity app.Identity
}

// signedOutMsg says what became of taking a key away.
type signedOutMsg struct {
	owner       *View
	environment bool
	err         error
}

// New makes the screen for a profile. A profile that needs no key stands for
// the one of Mistral.
func New(env *screen.Env, ctx context.Context, profile string) *View {
	w := env.Words
	v := &View{env: env, ctx: ctx, profile: app.MistralProfile, panel: dialog.NewPanel(env, "")}
	if p, err := env.App.Profile(profile); err == nil && p.Kind != "local" {
		v.profile, v.given = profile, true
	}
	v.panel.SetTitle(w.T("signin.title", "Name", v.name()))
	v.form = dialog.NewKeyForm(env, ctx, v.profile)
	v.hints()
	return v
}

// For is New for a profile that need not be the one in use: unless using says
// that it is, signing in makes it so.
func For(env *screen.Env, ctx context.Context, profile string, using bool) *View {
	v := New(env, ctx, profile)
	v.given = v.given && using
	return v
}

// name is the service as people know it.
func (v *View) name() string {
	if name := v.env.App.Describe(v.profile).Name; name != "" {
		return name
	}
	return v.profile
}

// hints names the keys; some depend on the profile and the key there is.
func (v *View) hints() {
	w := v.env.Words
	hints := []dialog.Hint{{Key: "enter", Does: w.T("signin.check")}, {Key: "esc", Does: w.T("dialog.back")}}
	if v.vibe() {
		hints = append(hints, dialog.Hint{Key: "tab", Does: w.T("signin.vibe")})
	}
	if v.stored() {
		hints = append(hints, dialog.Hint{Key: "ctrl+r", Does: w.T("signin.remove")})
	}
	v.panel.SetHints(hints...)
}

// vibe reports whether the key of Mistral Vibe could serve: it is one of
// Mistral's.
func (v *View) vibe() bool {
	p, err := v.env.App.Profile(v.profile)
	return err == nil && p.Kind == "mistral"
}

// stored reports whether there is a key that bise can take away.
func (v *View) stored() bool {
	switch v.identity.Key {
	case app.KeyKeyring, app.KeySealed, app.KeyVibe:
		return true
	default:
		return false
	}
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init looks for the key there is.
func (v *View) Init() tea.Cmd {
	return func() tea.Msg {
		identity, err := v.env.App.WhoAmI(v.ctx, v.profile)
		if err != nil {
			return nil
		}
		return identityMsg{v, identity}
	}
}

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.panel.Resize(width, height)
	w, _ := v.panel.Inner()
	v.form.Resize(w)
	if v.ask != nil {
		v.ask.Resize(width, height)
	}
}

// Update takes keys, pastes and results.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case identityMsg:
		if msg.owner == v {
			v.identity = msg.identity
			v.hints()
		}
		return screen.Stay{}, nil
	case signedOutMsg:
		return v.signedOut(msg), nil
	case tea.KeyPressMsg:
		if v.ask != nil {
			return v.answer(msg)
		}
		v.err = nil
		switch pressed := msg.String(); {
		case pressed == "esc":
			if v.form.Cancel() {
				return screen.Stay{}, nil
			}
			return screen.Close{}, nil
		case v.form.Busy():
			return screen.Stay{}, nil
		case pressed == "tab" && v.vibe():
			v.askVibe()
			return screen.Stay{}, nil
		case pressed == "ctrl+r" && v.stored():
			v.askRemove()
			return screen.Stay{}, nil
		}
	}
	done, cmd := v.form.Update(msg)
	if done {
		return v.signedIn(), cmd
	}
	return screen.Stay{}, cmd
}

// signedIn answers with the service from now on, or tells that its new key is
// good if it was the one in use already.
func (v *View) signedIn() screen.Action {
	if v.given {
		return screen.Tell{Line: v.env.Words.T("signin.done", "Name", v.name()), Close: true}
	}
	return screen.Use{Choice: app.Choice{Provider: v.profile}}
}

func (v *View) signedOut(msg signedOutMsg) screen.Action {
	if msg.owner != v {
		return screen.Stay{}
	}
	w := v.env.Words
	switch {
	case msg.err != nil:
		v.err = msg.err
		return screen.Stay{}
	case msg.environment:
		return screen.Tell{Line: w.T("signin.removed_but"), Close: true}
	}
	return screen.Tell{Line: w.T("signin.removed"), Close: true}
}

// question puts a question in the place of the form. Its first answer goes back.
func (v *View) question(text, why, back, yes string, do action) {
	w := v.env.Words
	width, height := v.panel.Size()
	v.ask = dialog.NewAsk(v.env, w.T("signin.title", "Name", v.name()))
	v.ask.Say(text)
	v.ask.Add(why)
	v.ask.SetOptions(widget.Option{Label: back}, widget.Option{Label: yes})
	v.ask.Resize(width, height)
	v.options = []action{func() (screen.Action, tea.Cmd) { return screen.Stay{}, nil }, do}
}

func (v *View) answer(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	if msg.String() == "esc" {
		v.ask = nil
		return screen.Stay{}, nil
	}
	chosen := v.ask.Key(msg)
	if chosen < 0 {
		return screen.Stay{}, nil
	}
	do := v.options[chosen]
	v.ask = nil
	return do()
}

func (v *View) askVibe() {
	w := v.env.Words
	v.question(w.T("signin.vibe_question"), w.T("signin.vibe_why"), w.T("signin.vibe_no"), w.T("signin.vibe_yes"),
		func() (screen.Action, tea.Cmd) { return screen.Stay{}, v.form.UseVibe() })
}

func (v *View) askRemove() {
	w := v.env.Words
	v.question(w.T("signin.remove_question"), w.T("signin.remove_why"), w.T("signin.remove_no"), w.T("signin.remove_yes"),
		func() (screen.Action, tea.Cmd) {
			return screen.Stay{}, func() tea.Msg {
				environment, err := v.env.App.SignOut(v.ctx, v.profile)
				return signedOutMsg{v, environment, err}
			}
		})
}

// there says which key there is, "" if none.
func (v *View) there() string {
	w := v.env.Words
	switch v.identity.Key {
	case app.KeyEnvironment:
		return w.T("signin.there.environment")
	case app.KeyKeyring:
		return w.T("signin.there.keyring")
	case app.KeySealed:
		return w.T("signin.there.sealed_file")
	case app.KeyVibe:
		return w.T("signin.there.mistral_vibe")
	default:
		return ""
	}
}

// View draws the form or a question.
func (v *View) View() string {
	if v.ask != nil {
		return v.ask.View()
	}
	width, _ := v.panel.Inner()
	body := v.panel.Wrap(v.env.Theme.Accent, v.there())
	if v.err != nil {
		body = v.panel.Fault(v.err)
	}
	if len(body) > 0 {
		body = append(body, "")
	}
	lines, at := v.form.Lines(width)
	v.line = len(body) + at
	return v.panel.Draw(append(body, lines...))
}

// Cursor is in the line being typed.
func (v *View) Cursor() *tea.Cursor {
	if v.ask != nil {
		return nil
	}
	return v.panel.Place(v.form.Cursor(), v.line)
}

// Package firstrun is the first minute: where answers come from, a key or a
// runner if that needs one, done. It can be left at any time; the built-in
// guide answers without any of it.
package firstrun

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/fault"
	"bise/ui/dialog"
	"bise/ui/keys"
	"bise/ui/screen"
	"bise/ui/widget"
)

// patience is how long the local runner is waited for: one on this machine
// answers in milliseconds or is not there.
const patience = 2 * time.Second

// step is where the person is.
type step uint8

const (
	source step = iota // where answers come from
	runner             // how to get the local runner
	key                // the key of a service
	done
)

// The answers of the first step.
const (
	guideSource = iota
	ollamaSource
	mistralSource
)

// View is the first steps.
type View struct {
	env  *screen.Env
	ctx  context.Context
	step step

	ask   *dialog.Ask // of source, runner and done
	panel *dialog.Panel
	form  *dialog.KeyForm // of key
	line  int

	looking  bool // the runner is being asked
	models   []app.Model
	missing  error // why the runner has no models
	identity app.Identity
	choice   app.Choice
	closing  bool
	// typed is what was written on the last page: it begins the first message.
	typed string
}

// foundMsg is what there is on this machine.
type foundMsg struct {
	owner    *View
	models   []app.Model
	missing  error
	identity app.Identity
}

// endedMsg says that the first steps are over.
type endedMsg struct{ owner *View }

// New makes the first steps. They end with dialog.ProvidersQuestion.
func New(env *screen.Env, ctx context.Context) *View {
	v := &View{env: env, ctx: ctx, looking: true, choice: app.Choice{Provider: app.GuideProvider}}
	v.showSource()
	return v
}

// Unasked says that it opened by itself.
func (v *View) Unasked() bool { return true }

// Init looks for a runner and a key.
func (v *View) Init() tea.Cmd { return v.look }

// start starts the installed runner, then looks at it.
func (v *View) start() tea.Msg {
	if err := v.env.App.StartRunner(v.ctx); err != nil {
		return foundMsg{owner: v, missing: err}
	}
	return v.look()
}

func (v *View) look() tea.Msg {
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	msg := foundMsg{owner: v}
	list, err := v.env.App.ModelsOf(ctx, app.OllamaProvider, true)
	for _, m := range list.Models {
		if m.Chat && !m.Remote {
			msg.models = append(msg.models, m)
		}
	}
	msg.missing = err
	if identity, err := v.env.App.WhoAmI(v.ctx, app.MistralProfile); err == nil {
		msg.identity = identity
	}
	return msg
}

// ready reports whether there is a key for Mistral.
func (v *View) ready() bool { return v.identity.Key != "" && v.identity.Key != app.NoKey }

// Resize lays the page out.
func (v *View) Resize(width, height int) {
	v.ask.Resize(width, height)
	if v.panel != nil {
		v.panel.Resize(width, height)
		w, _ := v.panel.Inner()
		v.form.Resize(w)
	}
}

// page begins a page.
func (v *View) page(s step, n int, title string, hints ...dialog.Hint) *dialog.Ask {
	w := v.env.Words
	width, height := 80, 24
	if v.ask != nil {
		width, height = v.ask.Size()
	}
	v.step = s
	v.ask = dialog.NewAsk(v.env, w.T("firstrun.title", "Step", n, "Of", 3, "Title", title))
	v.ask.SetHints(hints...)
	v.ask.Resize(width, height)
	return v.ask
}

func (v *View) showSource() {
	w := v.env.Words
	a := v.page(source, 1, w.T("firstrun.source.title"),
		dialog.Hint{Key: "enter", Does: w.T("dialog.choose")}, dialog.Hint{Key: "esc", Does: w.T("firstrun.skip")})
	a.Say(w.T("firstrun.source.question"))
	ollama := widget.Option{Label: w.T("firstrun.source.ollama"), Explain: w.T("firstrun.source.ollama_looking")}
	switch {
	case v.looking:
	case len(v.models) > 0:
		ollama.Explain = w.N("firstrun.source.ollama_found", len(v.models))
	case v.missing == nil:
		ollama.Explain = w.T("firstrun.source.ollama_empty")
	case app.Startable(v.missing):
		ollama.Explain = w.T("firstrun.source.ollama_installed")
	default:
		ollama.Explain = w.T("firstrun.source.ollama_absent")
	}
	mistral := widget.Option{Label: w.T("firstrun.source.mistral"), Explain: w.T("firstrun.source.mistral_key")}
	if v.ready() {
		mistral.Explain = w.T("firstrun.source.mistral_ready")
	}
	off := w.T("settings.barred", "Organisation", v.env.App.Organisation())
	if v.env.App.Barred(app.OllamaProvider) != nil {
		ollama.Off = off
	}
	if v.env.App.Barred(app.MistralProfile) != nil {
		mistral.Off = off
	}
	a.SetOptions(
		widget.Option{Label: w.T("firstrun.source.guide"), Explain: w.T("firstrun.source.guide_now")},
		ollama, mistral,
	)
}

func (v *View) showRunner() {
	w := v.env.Words
	a := v.page(runner, 2, w.T("firstrun.runner.title"),
		dialog.Hint{Key: "enter", Does: w.T("dialog.choose")}, dialog.Hint{Key: "esc", Does: w.T("dialog.back")})
	switch {
	case v.looking:
		a.Say(w.T("firstrun.source.ollama_looking"))
	case v.missing == nil:
		a.Say(w.T("firstrun.runner.no_model"), w.T("firstrun.runner.pull"))
	case fault.Is(v.missing, fault.RunnerAbsent):
		a.Say(w.T("firstrun.runner.absent"), w.T("firstrun.runner.install"), w.T("firstrun.runner.pull"))
	default:
		message, remedy := w.Fault(v.missing)
		a.Say(message, remedy)
	}
	a.Add(w.T("firstrun.runner.local"))
	a.SetOptions(
		widget.Option{Label: w.T("firstrun.runner.again")},
		widget.Option{Label: w.T("firstrun.runner.later"), Explain: w.T("firstrun.runner.later_means")},
	)
}

func (v *View) showKey() {
	w := v.env.Words
	v.step = key
	v.panel = dialog.NewPanel(v.env, w.T("firstrun.title", "Step", 2, "Of", 3, "Title", w.T("firstrun.key.title")))
	v.panel.SetHints(dialog.Hint{Key: "enter", Does: w.T("signin.check")}, dialog.Hint{Key: "esc", Does: w.T("dialog.back")})
	v.form = dialog.NewKeyForm(v.env, v.ctx, app.MistralProfile)
	v.Resize(v.ask.Size())
}

func (v *View) showDone(c app.Choice) {
	w := v.env.Words
	v.choice = c
	a := v.page(done, 3, w.T("firstrun.done.title"),
		dialog.Hint{Key: "enter", Does: w.T("firstrun.done.start")}, dialog.Hint{Key: "esc", Does: w.T("dialog.back")})
	place := v.env.App.Place(c.Provider, false)
	name := v.env.App.Called(c.Provider)
	if c.Model != "" {
		name += " · " + c.Model
	}
	a.Say(w.T("firstrun.done.answers", "Name", name, "Where", place.Where, "Consequence", place.Consequence))
	a.Add(w.T("firstrun.done.keys",
		"Help", keys.Name(keys.Get(keys.Help).Short()), "Models", keys.Name(keys.Get(keys.Models).Short()),
		"Privacy", keys.Name(keys.Get(keys.Privacy).Short()), "Palette", keys.Name(keys.Get(keys.Palette).Short())))
	a.SetOptions(widget.Option{Label: w.T("firstrun.done.begin")})
}

// Update takes keys, pastes and results.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case foundMsg:
		if msg.owner == v {
			v.found(msg)
		}
		return screen.Stay{}, nil
	case endedMsg:
		if msg.owner == v {
			return screen.Answered{Question: dialog.ProvidersQuestion, Choice: dialog.Yes, Text: v.typed}, nil
		}
		return screen.Stay{}, nil
	case tea.KeyPressMsg:
		if v.closing {
			v.typed += msg.Text
			return screen.Stay{}, nil
		}
		if msg.String() == "esc" {
			return screen.Stay{}, v.back()
		}
		if v.step != key {
			if chosen := v.ask.Key(msg); chosen >= 0 {
				return screen.Stay{}, v.choose(chosen)
			}
			if v.step == done && msg.Text != "" { // the first message has begun
				v.typed = msg.Text
				return screen.Stay{}, v.end(true)
			}
			return screen.Stay{}, nil
		}
	}
	if v.form == nil {
		return screen.Stay{}, nil
	}
	good, cmd := v.form.Update(msg)
	if good {
		v.showDone(app.Choice{Provider: app.MistralProfile})
	}
	return screen.Stay{}, cmd
}

func (v *View) found(msg foundMsg) {
	v.looking, v.models, v.missing, v.identity = false, msg.models, msg.missing, msg.identity
	switch v.step {
	case source:
		at := v.ask.Selected()
		v.showSource()
		if at == guideSource && len(v.models) > 0 {
			at = ollamaSource // nothing leaves there either, and it can talk
		}
		v.ask.Select(at)
	case runner:
		if len(v.models) > 0 {
			v.showDone(app.Choice{Provider: app.OllamaProvider, Model: v.models[0].ID})
			return
		}
		v.showRunner()
	default: // what was found comes too late to matter
	}
}

// back goes a step back; on the first it leaves.
func (v *View) back() tea.Cmd {
	switch {
	case v.step == key && v.form.Cancel():
		return nil
	case v.step == source:
		return v.end(false)
	}
	v.showSource()
	return nil
}

func (v *View) choose(chosen int) tea.Cmd {
	switch v.step {
	case source:
		return v.chooseSource(chosen)
	case runner:
		if chosen == 0 {
			v.looking = true
			v.showRunner()
			return v.look
		}
		v.showDone(app.Choice{Provider: app.GuideProvider})
	case done:
		return v.end(true)
	case key: // its form takes the keys
	}
	return nil
}

func (v *View) chooseSource(chosen int) tea.Cmd {
	switch chosen {
	case guideSource:
		v.showDone(app.Choice{Provider: app.GuideProvider})
	case ollamaSource:
		if len(v.models) > 0 {
			v.showDone(app.Choice{Provider: app.OllamaProvider, Model: v.models[0].ID})
			return nil
		}
		if app.Startable(v.missing) {
			v.looking = true
			v.showRunner()
			return v.start
		}
		v.showRunner()
	case mistralSource:
		if v.ready() {
			v.showDone(app.Choice{Provider: app.MistralProfile})
			return nil
		}
		v.showKey()
	}
	return nil
}

// end writes that the first steps are over, and the choice if one was made. The
// guide is written down only where something else would answer in its place: a
// runner that comes later is then used by itself.
func (v *View) end(chosen bool) tea.Cmd {
	v.closing = true
	a, c := v.env.App, v.choice
	if !chosen || c.Provider == app.GuideProvider && len(v.models) == 0 {
		c = app.Choice{}
	}
	return func() tea.Msg {
		// Where it cannot be written it holds for this run, and whatever is
		// written next says why.
		_ = a.EndFirstSteps(c)
		return endedMsg{v}
	}
}

// View draws the step.
func (v *View) View() string {
	if v.step != key {
		return v.ask.View()
	}
	width, _ := v.panel.Inner()
	lines, at := v.form.Lines(width)
	v.line = at
	return v.panel.Draw(lines)
}

// Cursor is in the key being typed.
func (v *View) Cursor() *tea.Cursor {
	if v.step != key {
		return nil
	}
	return v.panel.Place(v.form.Cursor(), v.line)
}

// Package runner is the screen of the local runner: what it holds in memory,
// which models it has, what is being fetched, and Mistral's open models to fetch
// from. It does no I/O in Update: it reads the state in commands, several times
// a second only while something is being fetched.
package runner

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

const (
	// patience is how long the runner is waited for.
	patience = 20 * time.Second
	// beat is how often the progress of a pull is read.
	beat = 250 * time.Millisecond
)

// kind says what stands behind a row.
type kind uint8

const (
	startRow kind = iota + 1
	installedRow
	pullRow
	offerRow
)

// row is what stands behind a line of the list.
type row struct {
	kind    kind
	model   app.Model
	running *app.Running
	pull    app.PullJob
	offer   app.CatalogueModel
}

// View is the screen.
type View struct {
	*dialog.Panel
	ctx  context.Context
	stop context.CancelFunc
	list *widget.List
	rows map[string]row

	state     state
	read      bool // the state was read at least once
	pulls     []app.PullJob
	catalogue app.Catalogue

	asking *dialog.Ask       // a question, nil if nothing is asked
	then   func(int) tea.Cmd // takes the answer
	naming *widget.Prompt    // the name to fetch, nil if none is typed
	line   int               // of naming
	want   string            // the row to select when it is there, "" for none
	busy   string            // what is being done, "" if nothing
	note   string
	err    error
	beats  int // numbers the row of readings that counts
}

// state is what the runner said last.
type state struct {
	info    app.RunnerInfo
	memory  app.Memory
	running []app.Running
	models  []app.Model
	err     error
}

// stateMsg is a reading of the runner.
type stateMsg struct {
	owner *View
	state state
	pulls []app.PullJob
}

// pullsMsg is a reading of the queue.
type pullsMsg struct {
	owner *View
	beats int
	pulls []app.PullJob
}

// didMsg says what became of what was asked for.
type didMsg struct {
	owner *View
	note  string
	err   error
}

// New makes the screen.
func New(env *screen.Env, ctx context.Context) *View {
	w := env.Words
	v := &View{Panel: dialog.NewPanel(env, w.T("runner.title")), list: widget.NewList(env.Theme)}
	v.ctx, v.stop = context.WithCancel(ctx)
	v.list.SetEmpty(w.T("runner.looking"))
	v.catalogue, v.err = env.App.Catalogue()
	v.show()
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init reads the state.
func (v *View) Init() tea.Cmd { return v.look }

// look reads everything. It starts no runner.
func (v *View) look() tea.Msg {
	a := v.Env.App
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	s := state{info: a.Runner(ctx), memory: a.Memory()}
	if s.info.State == app.RunnerAnswers || s.info.State == app.RunnerStarted {
		list, err := a.ModelsOf(ctx, app.OllamaProvider, false)
		s.models, s.err = list.Models, err
		if s.running, err = a.RunningModels(ctx); s.err == nil {
			s.err = err
		}
	}
	return stateMsg{v, s, a.Pulls()}
}

// follow reads the queue again after a while.
func (v *View) follow() tea.Cmd {
	v.beats++
	beats, a := v.beats, v.Env.App
	return tea.Tick(beat, func(time.Time) tea.Msg { return pullsMsg{v, beats, a.Pulls()} })
}

func active(pulls []app.PullJob) int {
	n := 0
	for _, p := range pulls {
		if p.State == app.PullRuns || p.State == app.PullWaits {
			n++
		}
	}
	return n
}

// Resize lays it out: the list, and what the selected row is.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.list.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.list.SetSize(w, max(2, h-v.detailRoom()))
	if v.naming != nil {
		v.naming.SetTheme(v.Env.Theme)
		v.naming.SetSize(w)
	}
	if v.asking != nil {
		v.asking.Resize(width, height)
	}
}

// detailRoom is how many lines the selected row gets, a rule above included.
func (v *View) detailRoom() int {
	if _, h := v.Inner(); h < 12 {
		return 3
	}
	return 5
}

// Update takes keys, pastes and readings.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case stateMsg:
		if msg.owner == v {
			v.state, v.pulls, v.read = msg.state, msg.pulls, true
			v.show()
			if active(v.pulls) > 0 {
				return screen.Stay{}, v.follow()
			}
		}
	case pullsMsg:
		return screen.Stay{}, v.progress(msg)
	case didMsg:
		if msg.owner == v {
			v.busy, v.note, v.err = "", msg.note, msg.err
			return screen.Stay{}, v.look
		}
	case tea.KeyPressMsg:
		return v.key(msg)
	case tea.PasteMsg:
		if v.naming != nil {
			v.naming.Update(msg)
		}
	case lookedMsg:
		if msg.owner == v {
			return screen.Stay{}, v.looked(msg)
		}
	}
	return screen.Stay{}, nil
}

// progress takes a reading of the queue; when a pull has ended, the models are
// read again.
func (v *View) progress(msg pullsMsg) tea.Cmd {
	if msg.owner != v || msg.beats != v.beats {
		return nil
	}
	before := active(v.pulls)
	v.pulls = msg.pulls
	v.show()
	switch now := active(v.pulls); {
	case now < before:
		return v.look
	case now > 0:
		return v.follow()
	default:
		return nil
	}
}

func (v *View) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	switch {
	case v.busy != "":
		return screen.Stay{}, nil
	case v.asking != nil:
		return screen.Stay{}, v.answer(msg)
	case v.naming != nil:
		return screen.Stay{}, v.name(msg)
	}
	v.note, v.err = "", nil
	r, selected := v.selected()
	switch pressed := msg.String(); {
	case pressed == "esc":
		v.stop()
		return screen.Close{}, nil
	case pressed == "n":
		v.naming = widget.NewPrompt(v.Env.Theme)
		placeholder := v.Env.Words.T("runner.name_placeholder")
		if v.Env.App.LocalOnly() { // nothing is fetched
			placeholder = v.Env.Words.T("runner.file_placeholder")
		}
		v.naming.SetPlaceholder(placeholder)
		v.naming.Focus()
		v.Resize(v.Size())
		v.hint()
	case pressed == "ctrl+r":
		return screen.Stay{}, v.look
	case selected && pressed == "enter":
		return v.enter(r)
	case selected && pressed == "d":
		return screen.Stay{}, v.remove(r)
	case selected && pressed == "u" && r.running != nil:
		return screen.Stay{}, v.do("runner.unloading", "runner.unloaded", r.model.ID, v.Env.App.Unload)
	default:
		v.list.Update(msg)
		v.hint()
	}
	return screen.Stay{}, nil
}

// enter does what a row is for: answer with a model, fetch one, pause, go on,
// start the runner.
func (v *View) enter(r row) (screen.Action, tea.Cmd) {
	a := v.Env.App
	switch r.kind {
	case startRow:
		if v.state.info.State != app.RunnerInstalled {
			return screen.Stay{}, v.look
		}
		v.busy = v.Env.Words.T("runner.starting")
		note := v.Env.Words.T("runner.started")
		return screen.Stay{}, func() tea.Msg { return didMsg{owner: v, err: a.StartRunner(v.ctx), note: note} }
	case installedRow:
		if !r.model.Chat {
			return screen.Stay{}, nil
		}
		v.stop()
		return screen.Use{Choice: app.Choice{Provider: app.OllamaProvider, Model: r.model.ID}}, nil
	case pullRow:
		if r.pull.State == app.PullRuns || r.pull.State == app.PullWaits {
			return screen.Stay{}, v.queue(func() { a.PausePull(r.pull.Model) })
		}
		return screen.Stay{}, v.queue(func() { a.QueuePull(r.pull.Model) })
	case offerRow:
		if a.LocalOnly() {
			return screen.Stay{}, nil
		}
		return screen.Stay{}, v.fetch(r.offer.Name)
	}
	return screen.Stay{}, nil
}

// fetch queues a pull and selects it.
func (v *View) fetch(model string) tea.Cmd {
	a := v.Env.App
	v.want = pullID(model)
	return v.queue(func() { a.QueuePull(model) })
}

// queue changes the queue and reads it at once.
func (v *View) queue(change func()) tea.Cmd {
	v.beats++
	a, state := v.Env.App, v.state
	return func() tea.Msg {
		change()
		return stateMsg{v, state, a.Pulls()}
	}
}

// do asks something of the runner for a model.
func (v *View) do(doing, did, model string, ask func(context.Context, string) error) tea.Cmd {
	w := v.Env.Words
	v.busy = w.T(doing, "Model", model)
	note := w.T(did, "Model", model)
	return func() tea.Msg { return didMsg{owner: v, err: ask(v.ctx, model), note: note} }
}

// remove asks whether to delete a model; a pull only leaves the queue.
func (v *View) remove(r row) tea.Cmd {
	a, w := v.Env.App, v.Env.Words
	switch r.kind {
	case pullRow:
		return v.queue(func() { a.DropPull(r.pull.Model) })
	case installedRow:
		v.asking = dialog.NewAsk(v.Env, w.T("runner.delete_title"))
		v.asking.Say(w.T("runner.delete_question", "Model", r.model.ID, "Size", app.Size(r.model.Size)))
		v.asking.SetOptions(widget.Option{Label: w.T("runner.keep")}, widget.Option{Label: w.T("runner.delete")})
		v.then = func(chosen int) tea.Cmd {
			if chosen != 1 {
				return nil
			}
			return v.do("runner.deleting", "runner.deleted", r.model.ID, a.RemoveLocal)
		}
		v.Resize(v.Size())
	case startRow, offerRow: // nothing to delete
	}
	return nil
}

func (v *View) answer(msg tea.KeyPressMsg) tea.Cmd {
	if msg.String() == "esc" {
		v.asking = nil
		return nil
	}
	chosen := v.asking.Key(msg)
	if chosen < 0 {
		return nil
	}
	v.asking = nil
	return v.then(chosen)
}

func (v *View) name(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "esc":
		v.naming = nil
	case "enter":
		model := v.naming.Value()
		v.naming = nil
		v.hint()
		switch {
		case isFile(model):
			return v.bring(app.ExpandPath(model))
		case model != "" && !v.Env.App.LocalOnly():
			return v.fetch(model)
		}
	default:
		v.naming.Update(msg)
	}
	v.hint()
	return nil
}

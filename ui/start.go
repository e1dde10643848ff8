package ui

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/atotto/clipboard"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/importview"
	"bise/ui/screen"
)

// Run shows the screen until the person ends it. It gives back the terminal in
// every case; answers under way are kept by app.Close.
func Run(ctx context.Context, a *app.App, noColor bool, open chat.ConversationID) error {
	root, err := New(ctx, a, noColor)
	if err != nil {
		return err
	}
	root.wanted = open
	options := []tea.ProgramOption{tea.WithContext(ctx), tea.WithOutput(os.Stdout)}
	program := tea.NewProgram(root, options...)
	root.pace.program = program
	_, err = program.Run()
	_, _ = os.Stdout.WriteString(root.gallery.forget())
	if errors.Is(err, tea.ErrInterrupted) || errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil
	}
	return err
}

// historyMsg says what became of opening the history.
type historyMsg struct {
	state app.HistoryState
	draft chat.Text
	// rules are what a person should know of the rules, removed what they no
	// longer let be kept.
	rules   []string
	removed []app.Removed
	err     error
}

func (r *Root) openHistory() tea.Cmd {
	a := r.env.App
	return func() tea.Msg {
		err := a.OpenHistory(r.ctx)
		msg := historyMsg{state: a.HistoryState(), err: err, rules: a.RulesNotice(), removed: a.TakeRemoved()}
		if err == nil {
			msg.draft = a.Draft(r.ctx)
		}
		return msg
	}
}

// historyOpened asks the one question about the history's key where there is no
// keyring, or for the passphrase, or lets a waiting prompt go.
func (r *Root) historyOpened(msg historyMsg) tea.Cmd {
	r.history, r.rules = msg.state, msg.rules
	r.layout()
	switch msg.state {
	case app.HistoryAsking:
		return r.push(dialog.HistoryKey(r.env, r.ctx))
	case app.HistoryLocked:
		return r.push(dialog.Passphrase(r.env, r.ctx, msg.err))
	case app.HistoryFailed:
		r.fail(msg.err)
		r.takeBack()
		return r.push(dialog.HistoryFailed(r.env, r.ctx, msg.err))
	default:
	}
	if msg.draft != "" && r.composer.Value() == "" && r.chat.Empty() {
		r.composer.SetValue(string(msg.draft))
		r.layout()
	}
	if n := len(msg.removed); n > 0 {
		line := r.env.Words.N("chat.removed", n, "Title", msg.removed[0].Title)
		r.banner = banner{line: line, lasting: true}
		r.layout()
	}
	var open tea.Cmd
	if r.wanted != "" && msg.state == app.HistoryOpen {
		open = r.openSession(r.wanted, "")
		r.wanted = ""
	}
	if r.sending != nil && r.chosen {
		return tea.Batch(open, r.ask(r.sending))
	}
	return tea.Batch(open, r.welcome())
}

// choiceMsg is the provider and model of the next prompts.
type choiceMsg struct {
	choice app.Choice
	left   []policy.Left
	err    error
	asked  bool // the person chose
	place  app.Place
	window int
}

func (r *Root) findChoice() tea.Cmd {
	a := r.env.App
	return func() tea.Msg {
		c := a.DefaultChoice(r.ctx)
		return choiceMsg{choice: c, place: a.PlaceOf(r.ctx, c)}
	}
}

func (r *Root) choiceFound(msg choiceMsg) tea.Cmd {
	if msg.err != nil {
		r.fail(msg.err)
		return nil
	}
	// A conversation that was opened or begun meanwhile goes on as it is.
	begun := len(r.session.Snapshot().Messages) > 0
	if msg.asked || !r.chosen && !begun || r.choice.Provider == "" {
		r.setChoice(msg)
	}
	if len(msg.left) > 0 {
		r.tell(r.leftLine(msg.left))
	}
	if !msg.asked {
		if !r.chosen && !begun {
			r.session = r.env.App.NewSession(msg.choice)
			r.countTools()
		}
		r.chosen = true
	}
	if r.sending != nil && r.history != app.HistoryOpening && r.history != app.HistoryAsking && r.history != app.HistoryLocked {
		return r.ask(r.sending)
	}
	return r.welcome()
}

func (r *Root) setChoice(msg choiceMsg) {
	r.choice = msg.choice
	r.place = msg.place
	r.window, r.used = msg.window, 0
	r.countTools()
	r.layout()
}

// welcome fills the empty conversation, and opens the first steps for a person
// who has not seen them, once nothing else is being asked.
func (r *Root) welcome() tea.Cmd {
	w := r.env.Words
	name := r.env.App.Called(r.choice.Provider)
	lines := strings.Split(w.T("chat.welcome", "Name", name, "Where", r.place.Where, "Consequence", r.place.Consequence), "\n")
	if _, err := r.env.App.Displaced(); fault.Is(err, fault.LockedByAdmin) {
		why, _ := w.Fault(err)
		lines = append(lines, why)
	}
	switch r.history {
	case app.HistoryOpen:
		lines = append(lines, w.T("chat.welcome_kept"))
	case app.HistoryOff:
		lines = append(lines, w.T("chat.welcome_unkept"))
	default:
	}
	lines = append(lines, r.rules...)
	for i, l := range lines {
		if i > 0 {
			lines[i] = r.env.Theme.Muted.Render(l)
		}
	}
	r.chat.Welcome(lines)
	waiting := r.history == app.HistoryOpening || r.history == app.HistoryAsking || r.history == app.HistoryLocked
	if r.chosen && !waiting && len(r.overlays) == 0 && r.env.App.FirstSteps() {
		return r.first()
	}
	return nil
}

// placeMsg says anew where answers come from and what follows.
type placeMsg struct {
	choice app.Choice
	place  app.Place
	window int
}

func (r *Root) refreshPlace() tea.Cmd {
	a, c := r.env.App, r.choice
	return func() tea.Msg { return placeMsg{c, a.PlaceOf(r.ctx, c), a.Window(r.ctx, c)} }
}

func (r *Root) placed(msg placeMsg) tea.Cmd {
	if msg.choice == r.choice {
		r.place = msg.place
		if r.window == 0 {
			r.window = msg.window
		}
		r.layout()
	}
	return r.welcome()
}

// settled goes on after an overlay that changed the history or the providers.
func (r *Root) settled(a screen.Answered) tea.Cmd {
	switch a.Question {
	case dialog.HistoryQuestion:
		return r.openHistory()
	case dialog.ProvidersQuestion:
		r.chosen = false
		if a.Text != "" {
			r.composer.SetValue(r.composer.Value() + a.Text)
			r.layout()
		}
		return r.findChoice()
	case dialog.PathQuestion:
		return r.attachTyped(a.Text)
	case dialog.InstructionsQuestion:
		app, s := r.env.App, r.session
		return func() tea.Msg {
			return doneMsg{err: app.SetSystem(r.ctx, s, chat.Text(a.Text)), line: r.env.Words.T("chat.instructions_set")}
		}
	case dialog.PresetQuestion:
		return r.usePreset(a.Text)
	case dialog.FolderQuestion:
		return r.saveFiles(a.Text)
	case dialog.ImportQuestion:
		return r.push(importview.New(r.env, r.ctx, a.Text))
	case dialog.FindQuestion:
		r.sought = a.Text
		return r.find(a.Text)
	case dialog.CodeQuestion:
		return r.done(doneMsg{line: r.env.Words.T("chat.copied_code"), clip: a.Text})
	}
	return nil
}

// sessionMsg is a conversation read from the history.
type sessionMsg struct {
	session *app.Session
	at      chat.MessageID
	err     error
	place   app.Place
}

func (r *Root) openSession(id chat.ConversationID, at chat.MessageID) tea.Cmd {
	a := r.env.App
	return func() tea.Msg {
		s, err := a.OpenSession(r.ctx, id)
		if err != nil {
			return sessionMsg{err: err}
		}
		c := s.Snapshot()
		if !slices.ContainsFunc(c.Branch(), func(m chat.Message) bool { return at == "" || m.ID == at }) {
			_ = a.Walk(r.ctx, s, at) // what is gone by now cannot be shown
		}
		return sessionMsg{session: s, at: at, place: a.PlaceOf(r.ctx, s.Choice())}
	}
}

func (r *Root) sessionOpened(msg sessionMsg) tea.Cmd {
	if msg.err != nil {
		r.fail(msg.err)
		return nil
	}
	if msg.session.ID() == r.session.ID() {
		// It is on the screen, together with what is not in the history: an
		// answer that grows, text that may not be kept.
		return r.walkTo(r.session, msg.at)
	}
	r.leave()
	cmd := r.show(msg.session, msg.at)
	c := msg.session.Choice()
	if r.env.App.Describe(c.Provider).ID != "" {
		window, used := r.window, r.used
		r.setChoice(choiceMsg{choice: c, place: msg.place, window: window})
		r.used = used
	}
	return cmd
}

// draftMsg comes a moment after the last change of the composer.
type draftMsg struct{ change int }

// draftPause is how long the composer rests before its text is kept: a crash
// loses no more than this.
const draftPause = time.Second

func (r *Root) composed() tea.Cmd {
	r.draft++
	change := r.draft
	return tea.Tick(draftPause, func(time.Time) tea.Msg { return draftMsg{change} })
}

func (r *Root) saveDraft(msg draftMsg) tea.Cmd {
	if msg.change != r.draft || r.edits != nil {
		return nil
	}
	return r.keepDraft(r.composer.Value())
}

func (r *Root) keepDraft(text string) tea.Cmd {
	a := r.env.App
	r.draft++
	return func() tea.Msg {
		// A draft that cannot be kept must not disturb the person who types it.
		_ = a.SaveDraft(r.ctx, chat.Text(text))
		return nil
	}
}

// editMsg says that the prompt is ready for the person's editor.
type editMsg struct {
	edit    *app.Edit
	verdict policy.Verdict
	err     error
}

// editedMsg is what the person's editor left.
type editedMsg struct {
	text chat.Text
	err  error
}

func (r *Root) openEditor() tea.Cmd {
	a, profile, draft := r.env.App, r.profile(), chat.Text(r.composer.Value())
	return func() tea.Msg {
		e, v, err := a.NewEdit(profile, draft)
		return editMsg{e, v, err}
	}
}

func (r *Root) editing(msg editMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		r.fail(msg.err)
		return nil
	case !msg.verdict.Decision.Permits():
		r.refuse(msg.verdict)
		return nil
	}
	return tea.ExecProcess(msg.edit.Command, func(err error) tea.Msg {
		text, readErr := msg.edit.Text()
		closeErr := msg.edit.Close()
		switch {
		case err != nil:
			err = fault.E("ui.edit", fault.Invalid, err, "path", "$EDITOR")
		case readErr != nil:
			err = readErr
		default:
			err = closeErr
		}
		return editedMsg{text, err}
	})
}

func (r *Root) edited(msg editedMsg) tea.Cmd {
	if msg.err != nil {
		r.fail(msg.err)
		return nil
	}
	r.composer.SetValue(string(msg.text))
	r.layout()
	return r.composed()
}

// nativeCopy also writes to the system's clipboard where there is one: not
// every terminal takes OSC 52.
func nativeCopy(text string) tea.Cmd {
	return func() tea.Msg {
		if clipboard.Unsupported || os.Getenv("SSH_CONNECTION") != "" {
			return nil
		}
		_ = clipboard.WriteAll(text) // OSC 52 has been sent in any case
		return nil
	}
}

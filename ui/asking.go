package ui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/ui/chatview"
	"bise/ui/dialog"
	"bise/ui/keys"
	"bise/ui/screen"
)

// askedMsg says what became of a prompt.
type askedMsg struct {
	sending *sending
	answer  *app.Answer
	verdict policy.Verdict
	err     error
	// larger is the next larger window where the context was too long.
	larger int
}

// progressMsg is what has arrived of an answer.
type progressMsg struct {
	turn     *turn
	progress app.Progress
	larger   int
}

// secondMsg comes once a second while a countdown is shown.
type secondMsg struct{}

// frameTime is the least time between two redraws for an answer alone: fifteen
// a second is plenty to read by, and each frame costs as much as hundreds of
// tokens. Keys are echoed at once.
const frameTime = 66 * time.Millisecond

// submit sends what is in the composer.
func (r *Root) submit() tea.Cmd {
	typed := r.composer.Value()
	if strings.TrimSpace(typed) == "" && len(r.attach) == 0 || !r.idle() {
		return nil
	}
	if c := r.attaching.now; c != nil {
		r.tell(r.env.Words.T("chat.still_converting", "Name", c.part.Name))
		return nil
	}
	return r.send(r.takePrompt())
}

func (r *Root) send(s *sending) tea.Cmd {
	r.sending, r.banner = s, banner{}
	r.layout()
	if !r.chosen {
		return nil // choiceFound sends it
	}
	switch r.history {
	case app.HistoryOpening, app.HistoryAsking, app.HistoryLocked:
		return nil // historyOpened sends it: a prompt is on disk before it is sent
	default:
	}
	return r.ask(s)
}

// ask sends a prompt that is not on its way yet.
func (r *Root) ask(s *sending) tea.Cmd { return r.askAfter(s, func() error { return nil }) }

// askAfter is ask after something that must have succeeded.
func (r *Root) askAfter(s *sending, first func() error) tea.Cmd {
	if s.cancel != nil {
		return nil
	}
	a, session := r.env.App, r.session
	ctx, cancel := context.WithCancel(r.ctx)
	s.cancel = cancel
	return func() tea.Msg {
		if err := first(); err != nil {
			return askedMsg{sending: s, err: err}
		}
		answer, v, err := a.Ask(ctx, session, s.prompt)
		return askedMsg{s, answer, v, err, larger(ctx, a, session, err)}
	}
}

// unsend stops a prompt that has no answer yet: a service that does not even
// say which models it has may take half a minute to fail.
func (r *Root) unsend() {
	if r.sending.cancel == nil {
		r.takeBack()
		return
	}
	r.sending.stopped = true
	r.sending.cancel()
}

// asked shows the prompt and the beginning of the answer, or asks what has to
// be confirmed first.
func (r *Root) asked(msg askedMsg) tea.Cmd {
	if msg.sending != r.sending {
		if msg.answer != nil {
			msg.answer.Cancel() // asked for in a conversation that was left
		}
		if msg.sending.cancel != nil {
			msg.sending.cancel()
		}
		return nil
	}
	end := msg.sending.cancel
	msg.sending.cancel = nil
	if msg.answer == nil {
		end()
	}
	switch {
	case msg.err != nil && msg.sending.stopped:
		r.takeBack()
		return nil
	case msg.err != nil:
		return r.unsent(msg)
	case msg.answer == nil && msg.verdict.Decision == policy.Confirm && msg.verdict.Act != policy.StartChat:
		return r.push(dialog.Confirm(r.env, msg.verdict))
	case msg.answer == nil && msg.verdict.Decision == policy.Confirm:
		return r.push(dialog.Consent(r.env, r.profile(), msg.verdict))
	case msg.answer == nil:
		r.takeBack()
		r.refuse(msg.verdict)
		return nil
	}
	r.sending = nil
	r.countTools()
	r.turn = &turn{answer: msg.answer, end: end}
	r.chat.Show(r.session.Snapshot())
	r.chat.Begin(msg.answer.Begun())
	r.chat.Wait(chatview.Waiting{On: true})
	r.leaveReading()
	// A source is for the reader; no model is told of it in any case.
	left := slices.DeleteFunc(slices.Clone(msg.answer.Left()), func(l policy.Left) bool { return l.What == string(chat.ReferencePart) })
	if len(left) > 0 {
		r.tell(r.leftLine(left))
	}
	r.layout()
	return tea.Batch(r.next(), r.keepDraft(""))
}

// unsent deals with a prompt that could not be sent; nothing typed is lost.
func (r *Root) unsent(msg askedMsg) tea.Cmd {
	if fault.Is(msg.err, fault.Overflow) {
		return r.push(dialog.Overflow(r.env, msg.err, msg.larger))
	}
	if unchecked, ok := app.UncheckedIn(msg.err); ok {
		return r.push(dialog.Leaving(r.env, unchecked.Found, r.place.Where, true))
	}
	r.takeBack()
	r.fail(msg.err)
	if fault.Is(msg.err, fault.NotSignedIn) {
		return r.run(keys.SignIn)
	}
	return nil
}

// leave ends what is under way for the conversation on the screen: what arrived
// is kept, and a prompt that nobody has stored yet stays in the composer.
func (r *Root) leave() {
	if r.turn != nil {
		r.turn.answer.Cancel()
		r.turn.end()
		r.turn = nil
	}
	if r.sending != nil && r.sending.cancel == nil {
		r.takeBack()
	}
	r.sending, r.edits = nil, nil
}

// takeBack puts a prompt that was not sent back into the composer.
func (r *Root) takeBack() {
	s := r.sending
	if s == nil {
		return
	}
	r.sending = nil
	if s.typed != "" && r.composer.Value() == "" {
		r.composer.SetValue(s.typed)
		r.edits = s.prompt.After
	}
	r.attach = append(s.attach, r.attach...)
	r.layout()
}

// next waits for what arrives, but not before the last frame has been on the
// screen for its time.
func (r *Root) next() tea.Cmd {
	t := r.turn
	pause := frameTime - time.Since(t.drawn)
	ctx, a, session := r.ctx, r.env.App, r.session
	return func() tea.Msg {
		if pause > 0 {
			timer := time.NewTimer(pause)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-t.answer.Done():
			}
		}
		p := t.answer.Next()
		return progressMsg{t, p, larger(ctx, a, session, p.Err)}
	}
}

// progress shows what has arrived and waits for more.
func (r *Root) progress(msg progressMsg) tea.Cmd {
	if msg.turn != r.turn {
		return nil // from a turn the person left
	}
	p := msg.progress
	r.chat.Grow(r.turn.answer.ID(), p.Deltas)
	for _, d := range p.Deltas {
		switch d.Kind {
		case app.TextDelta, app.ThinkingDelta:
			r.turn.drawn = time.Now() // what says nothing yet delays no word
		case app.NoticeDelta:
			r.tell(r.notice(d.Notice))
		case app.UsageDelta:
			r.count(d.Usage)
		default:
		}
	}
	if !p.Over {
		return tea.Batch(r.next(), r.everySecond())
	}
	if f := r.turn.answer.Fitted(); f.Messages > 0 {
		r.tell(r.env.Words.N("fit."+string(f.Way), f.Messages, "Window", f.Window))
	}
	r.turn.end()
	r.turn = nil
	r.chat.End(p.Message)
	r.chat.Show(r.session.Snapshot())
	switch {
	case fault.Is(p.Err, fault.Overflow): // the question says it
	case p.Err != nil:
		r.fail(p.Err)
	case p.KeepErr != nil:
		r.fail(p.KeepErr)
	}
	r.layout()
	if fault.Is(p.Err, fault.Overflow) {
		return r.retryFitting(p, msg.larger)
	}
	if r.window == 0 && r.used > 0 {
		return r.refreshPlace() // the meter needs to know what is full
	}
	return nil
}

// larger is the next larger window, asked for where err says that a context is
// too long: it may take a look at the model.
func larger(ctx context.Context, a *app.App, s *app.Session, err error) int {
	if !fault.Is(err, fault.Overflow) {
		return 0
	}
	return a.LargerWindow(ctx, s)
}

// retryFitting offers to ask again with a context that fits, after the service
// has said that this one is too long.
func (r *Root) retryFitting(p app.Progress, larger int) tea.Cmd {
	c := r.session.Snapshot()
	prompt, ok := c.Message(p.Message.Parent)
	if !ok {
		return nil
	}
	ask := app.Repeated(prompt)
	r.sending = &sending{prompt: ask, typed: string(ask.Text), attach: ask.Attachments}
	return r.push(dialog.Overflow(r.env, p.Err, larger))
}

// everySecond counts down while there is something to count: one second at a
// time, however often it is asked for.
func (r *Root) everySecond() tea.Cmd {
	if r.ticking || !r.chat.Ticking() {
		return nil
	}
	r.ticking = true
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return secondMsg{} })
}

func (r *Root) second() tea.Cmd {
	r.ticking = false
	if !r.chat.Ticking() {
		return nil
	}
	r.chat.Tick()
	return r.everySecond()
}

func (r *Root) count(u chat.Usage) {
	if !u.Known {
		return
	}
	r.used = u.Total()
	if u.Window > 0 {
		r.window = u.Window
	}
}

// answered goes on after a question of the root's own.
func (r *Root) answered(a screen.Answered) tea.Cmd {
	if cmd, taken := r.conversionAnswered(a); taken {
		return cmd
	}
	switch a.Question {
	case dialog.LeavingQuestion:
		return r.leavingAnswered(a)
	case dialog.ConsentQuestion:
		if a.Choice != dialog.Yes || r.sending == nil {
			r.takeBack()
			return nil
		}
		profile, app := r.profile(), r.env.App
		return r.askAfter(r.sending, func() error { return app.Accept(profile) })
	case dialog.ConfirmQuestion:
		if a.Choice != dialog.Yes || r.sending == nil || a.Verdict == nil {
			r.takeBack()
			return nil
		}
		app, s, v := r.env.App, r.session, *a.Verdict
		return r.askAfter(r.sending, func() error { return app.Agree(r.ctx, s, v, "") })
	case dialog.OverflowQuestion:
		if a.Choice != dialog.Yes || r.sending == nil {
			r.takeBack()
			return nil
		}
		r.sending.prompt.Fit = app.Fit(a.Text)
		return r.ask(r.sending)
	}
	return r.settled(a)
}

// interrupt is ctrl+c: it stops an answer or the asking for one, then empties
// the composer, then ends the program. An answer that does not stop when told to
// keeps nobody here.
func (r *Root) interrupt() tea.Cmd {
	switch {
	case r.turn != nil && r.turn.stopped:
		return tea.Quit
	case r.turn != nil:
		r.turn.stopped = true
		r.turn.answer.Cancel()
		return nil
	case len(r.overlays) > 0:
		return tea.Quit
	case r.sending != nil:
		r.unsend()
		return nil
	case r.composer.Value() != "":
		r.composer.Reset()
		r.edits = nil
		r.layout()
		return r.keepDraft("")
	default:
		return tea.Quit
	}
}

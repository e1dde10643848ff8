package ui

import (
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
}

// progressMsg is what has arrived of an answer.
type progressMsg struct {
	turn     *turn
	progress app.Progress
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
	p := app.Prompt{Text: chat.Text(typed), Attachments: r.attach}
	if r.edits != nil {
		p.After = r.edits
	}
	r.composer.Remember(typed)
	r.composer.Reset()
	return r.send(&sending{prompt: p, typed: typed, attach: r.attach})
}

func (r *Root) send(s *sending) tea.Cmd {
	r.sending, r.attach, r.edits = s, nil, nil
	r.layout()
	if !r.chosen {
		return nil // choiceFound sends it
	}
	switch r.history {
	case app.HistoryOpening, app.HistoryAsking, app.HistoryLocked:
		return nil // historyOpened sends it: a prompt is on disk before it is sent
	}
	return r.ask(s)
}

func (r *Root) ask(s *sending) tea.Cmd {
	a, session := r.env.App, r.session
	return func() tea.Msg {
		answer, v, err := a.Ask(r.ctx, session, s.prompt)
		return askedMsg{s, answer, v, err}
	}
}

// asked shows the prompt and the beginning of the answer, or asks what has to
// be confirmed first.
func (r *Root) asked(msg askedMsg) tea.Cmd {
	if msg.sending != r.sending {
		if msg.answer != nil {
			msg.answer.Cancel() // asked for in a conversation that was left
		}
		return nil
	}
	switch {
	case msg.err != nil:
		return r.unsent(msg)
	case msg.answer == nil && msg.verdict.Decision == policy.Confirm:
		return r.push(dialog.Consent(r.env, r.profile(), msg.verdict))
	case msg.answer == nil:
		r.takeBack()
		r.refuse(msg.verdict)
		return nil
	}
	r.sending = nil
	r.turn = &turn{answer: msg.answer}
	c := r.session.Snapshot()
	r.chat.Show(c)
	m := chat.Message{ID: msg.answer.ID(), Parent: msg.answer.Parent(), Role: chat.Assistant, Provider: r.choice.Provider, Asked: r.choice.Model, At: r.env.App.Now()}
	if cut, ok := c.Message(m.ID); ok {
		m = cut
	}
	r.chat.Begin(m)
	r.chat.Wait(chatview.Waiting{On: true})
	r.leaveReading()
	if left := msg.answer.Left(); len(left) > 0 {
		r.tell(r.leftLine(left))
	}
	r.layout()
	return tea.Batch(r.next(), r.keepDraft(""))
}

// unsent deals with a prompt that could not be sent; nothing typed is lost.
func (r *Root) unsent(msg askedMsg) tea.Cmd {
	if fault.Is(msg.err, fault.Overflow) && !msg.sending.prompt.DropOldest {
		return r.push(dialog.Overflow(r.env, msg.err))
	}
	r.takeBack()
	r.fail(msg.err)
	if fault.Is(msg.err, fault.NotSignedIn) {
		return r.run(keys.SignIn)
	}
	return nil
}

// takeBack puts a prompt that was not sent back into the composer.
func (r *Root) takeBack() {
	if r.sending == nil {
		return
	}
	if r.sending.typed != "" && r.composer.Value() == "" {
		r.composer.SetValue(r.sending.typed)
		r.edits = r.sending.prompt.After
	}
	r.attach, r.sending = r.sending.attach, nil
	r.layout()
}

// next waits for what arrives, but not before the last frame has been on the
// screen for its time.
func (r *Root) next() tea.Cmd {
	t := r.turn
	pause := frameTime - time.Since(t.drawn)
	return func() tea.Msg {
		if pause > 0 {
			timer := time.NewTimer(pause)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-t.answer.Done():
			}
		}
		return progressMsg{t, t.answer.Next()}
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
		case app.LimitDelta:
			r.limits = d.Limits
		case app.UsageDelta:
			r.count(d.Usage)
		}
	}
	if !p.Over {
		cmds := []tea.Cmd{r.next()}
		if r.chat.Ticking() {
			cmds = append(cmds, everySecond())
		}
		return tea.Batch(cmds...)
	}
	r.turn = nil
	r.chat.End(p.Message)
	r.chat.Show(r.session.Snapshot())
	switch {
	case p.Err != nil:
		r.fail(p.Err)
	case p.KeepErr != nil:
		r.fail(p.KeepErr)
	}
	r.layout()
	if fault.Is(p.Err, fault.Overflow) {
		r.sending = &sending{prompt: app.Prompt{Retry: p.Message.ID}}
		return r.retryTrimmed(p)
	}
	if r.window == 0 && r.used > 0 {
		return r.refreshPlace() // the meter needs to know what is full
	}
	return nil
}

// retryTrimmed offers to ask again without the oldest messages, after the
// service has said that the context is too long.
func (r *Root) retryTrimmed(p app.Progress) tea.Cmd {
	c := r.session.Snapshot()
	prompt, ok := c.Message(p.Message.Parent)
	if !ok {
		r.sending = nil
		return nil
	}
	parent := prompt.Parent
	again := app.Prompt{Text: prompt.Text(), After: &parent}
	for _, part := range prompt.Parts {
		if part.Kind != chat.TextPart {
			again.Attachments = append(again.Attachments, part)
		}
	}
	r.sending = &sending{prompt: again}
	return r.push(dialog.Overflow(r.env, p.Err))
}

func everySecond() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return secondMsg{} })
}

func (r *Root) second() tea.Cmd {
	if !r.chat.Ticking() {
		return nil
	}
	r.chat.Tick()
	return everySecond()
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
	switch a.Question {
	case dialog.ConsentQuestion:
		if a.Choice != dialog.Yes || r.sending == nil {
			r.takeBack()
			return nil
		}
		s, profile, app := r.sending, r.profile(), r.env.App
		return func() tea.Msg {
			if err := app.Accept(profile); err != nil {
				return askedMsg{sending: s, err: err}
			}
			answer, v, err := app.Ask(r.ctx, r.session, s.prompt)
			return askedMsg{s, answer, v, err}
		}
	case dialog.OverflowQuestion:
		if a.Choice != dialog.Yes || r.sending == nil {
			r.takeBack()
			return nil
		}
		r.sending.prompt.DropOldest = true
		return r.ask(r.sending)
	}
	return r.settled(a)
}

// interrupt is ctrl+c: it stops an answer, then empties the composer, then
// ends the program.
func (r *Root) interrupt() tea.Cmd {
	switch {
	case r.turn != nil:
		r.turn.answer.Cancel()
		return nil
	case len(r.overlays) > 0:
		return tea.Quit
	case r.composer.Value() != "":
		r.composer.Reset()
		r.edits = nil
		r.layout()
		return r.keepDraft("")
	default:
		return tea.Quit
	}
}

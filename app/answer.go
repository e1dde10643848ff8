package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// Answer is a growing answer. One goroutine owns the stream; Next hands over
// all that has arrived since the last call, so that a slow reader is called
// less often and nothing is lost or overtaken.
type Answer struct {
	app     *App
	session *Session
	ask     asking
	cancel  context.CancelFunc
	done    chan struct{}
	ready   chan struct{} // holds one token: something is pending or it is over

	mu      sync.Mutex
	pending []Delta
	message chat.Message
	grow    growth
	err     error
	keepErr error
	over    bool
	stopped bool
	fitted  Fitted
}

// Progress is what Next hands over.
type Progress struct {
	Deltas []Delta
	// Over says that the answer has ended; Message is then its final form and
	// Err why it ended early.
	Over    bool
	Message chat.Message
	Err     error
	// KeepErr is why the answer could not be written to the history.
	KeepErr error
}

// start runs the stream of a cleared request.
func (a *App) start(ctx context.Context, s *Session, ask asking) *Answer {
	ctx, cancel := context.WithCancel(ctx)
	answer := &Answer{
		app: a, session: s, ask: ask, cancel: cancel,
		done:    make(chan struct{}),
		ready:   make(chan struct{}, 1),
		message: ask.answer,
	}
	answer.grow.adopt(ask.answer.Parts)
	a.mu.Lock()
	a.live[answer] = struct{}{}
	a.mu.Unlock()
	go answer.run(ctx)
	return answer
}

// ID names the message that is growing.
func (an *Answer) ID() chat.MessageID { return an.ask.answer.ID }

// Begun is the answer as it was before anything came: empty, or what there was of
// an answer that is gone on with. The conversation may have more of it by now.
func (an *Answer) Begun() chat.Message { return an.ask.answer }

// Left lists what the rules took out of the request.
func (an *Answer) Left() []policy.Left { return an.ask.out.Left() }

// Cancel stops the answer; what arrived is kept. It returns at once and may be
// called more than once.
func (an *Answer) Cancel() {
	an.mu.Lock()
	an.stopped = true
	an.mu.Unlock()
	an.cancel()
}

// Done is closed when the answer has ended and was kept.
func (an *Answer) Done() <-chan struct{} { return an.done }

// Next waits until something has arrived and hands over all of it. After
// Progress.Over it must not be called again.
func (an *Answer) Next() Progress {
	<-an.ready
	an.mu.Lock()
	defer an.mu.Unlock()
	p := Progress{Deltas: an.pending, Over: an.over}
	an.pending = nil
	if an.over {
		p.Message, p.Err, p.KeepErr = an.message, an.err, an.keepErr
	}
	return p
}

func (an *Answer) signal() {
	select {
	case an.ready <- struct{}{}:
	default:
	}
}

func (an *Answer) run(ctx context.Context) {
	defer close(an.done)
	defer an.cancel()
	keeper := newKeeper(an)
	began := an.app.Now()
	var reason string
	finished := false
	out, err := an.shorten(ctx)
	if err != nil {
		keeper.stop()
		an.finish(began, "", false, err)
		return
	}
	if n, first := an.app.firstUse(ctx, an.ask.choice); first {
		an.take(Delta{Kind: client.NoticeDelta, Notice: n})
	}
	for d, streamErr := range restored(an.ask.provider.Stream(ctx, out), an.ask.cloak) {
		if streamErr != nil {
			err = streamErr
			break
		}
		an.take(d)
		switch d.Kind {
		case client.DoneDelta:
			finished, reason = true, d.Reason
		case client.TextDelta:
			keeper.grown(string(d.Text))
		default:
		}
	}
	keeper.stop()
	if !finished && err == nil {
		err = fault.E("app.Answer", fault.Cut, ctx.Err())
	}
	an.finish(began, reason, finished, err)
}

// take adds a delta to the message and to what Next will hand over.
func (an *Answer) take(d Delta) {
	if d.Kind == client.LimitDelta {
		an.app.noteLimits(an.ask.choice.Provider, an.ask.answer.Asked, d.Limits)
	}
	same := d.Kind == client.ModelDelta && an.app.sameModel(an.ask.choice.Provider, an.ask.answer.Asked, d.Model)
	an.mu.Lock()
	an.grow.add(d)
	switch d.Kind {
	case client.UsageDelta:
		an.message.Usage = d.Usage
	case client.ToolDelta:
		// Handing a question over is no tool that has run.
		if d.Tool.Name != "" && d.Tool.Name != client.HandoffTool && !slices.Contains(an.message.Tools, d.Tool.Name) {
			an.message.Tools = append(slices.Clip(an.message.Tools), d.Tool.Name)
		}
		an.grow.ran(d.Tool)
	case client.ModelDelta:
		an.message.Model = d.Model
		if same { // the dated name of what was asked is no other model
			if _, agent := chat.AgentOf(an.message.Asked); !agent {
				an.message.Asked = d.Model
			}
			an.mu.Unlock()
			return
		}
	default:
	}
	an.pending = coalesce(an.pending, d)
	an.mu.Unlock()
	an.signal()
}

// coalesce joins a text delta to the one before it, so that a slow reader gets
// one long piece instead of thousands of short ones.
func coalesce(pending []Delta, d Delta) []Delta {
	if n := len(pending); n > 0 && (d.Kind == client.TextDelta || d.Kind == client.ThinkingDelta) &&
		pending[n-1].Kind == d.Kind && pending[n-1].Origin == d.Origin && len(pending[n-1].Text) < 1024 {
		pending[n-1].Text += d.Text
		return pending
	}
	return append(pending, d)
}

// current is the message as it has grown so far.
func (an *Answer) current() chat.Message {
	an.mu.Lock()
	defer an.mu.Unlock()
	m := an.message
	m.Parts = an.grow.parts()
	return m
}

// finish settles how the answer ended, keeps it and tells the reader.
func (an *Answer) finish(began time.Time, reason string, finished bool, err error) {
	m := an.current()
	an.inherit(&m)
	an.mu.Lock()
	stopped := an.stopped
	an.mu.Unlock()
	m.Took += max(0, an.app.Now().Sub(began)) // a clock may be set back
	switch {
	case finished && reason != "length" && reason != "model_length" && reason != "error":
		m.State, m.Ended = chat.Complete, reason
	case finished:
		m.State, m.Ended = chat.Cut, reason
	case stopped || errors.Is(err, context.Canceled):
		m.State, m.Ended = chat.Stopped, string(fault.Interrupted)
		err = nil
	default:
		m.State, m.Ended = chat.Cut, string(fault.KindOf(err))
	}
	if finished && m.Empty() {
		err = fault.E("app.Answer", fault.EmptyAnswer, nil, "model", m.Asked)
	}
	var keepErr error
	if m.Empty() {
		an.session.drop(m.ID) // an empty answer is neither kept nor sent back
		if fault.Is(err, fault.Guardrail) {
			keepErr = an.refused()
		}
	} else {
		an.session.put(m)
		if !an.ask.ephemera {
			// The answer is kept even when its context was cancelled.
			keepErr = an.app.keep(context.Background(), an.session, an.ask.facts, m)
		}
	}
	an.app.keepLimits(an.ask.choice.Provider)
	an.app.keepEfforts(an.ask.provider, m.Asked, err)
	an.noteAnswer(m, err)
	an.app.mu.Lock()
	delete(an.app.live, an)
	an.app.mu.Unlock()
	an.mu.Lock()
	an.message, an.err, an.keepErr, an.over = m, err, keepErr, true
	an.mu.Unlock()
	an.signal()
}

// refused marks the prompt as one that the service's moderation has refused.
func (an *Answer) refused() error {
	c := an.session.Snapshot()
	prompt, ok := c.Message(an.ask.answer.Parent)
	if !ok || prompt.Role != chat.User {
		return nil
	}
	prompt.Ended = string(fault.Guardrail)
	an.session.put(prompt)
	if an.ask.ephemera {
		return nil
	}
	return an.app.keep(context.Background(), an.session, an.ask.facts, prompt)
}

// inherit gives an answer the origins of an earlier one that it repeats word for
// word: what may not be kept the first time may not be kept the second time.
func (an *Answer) inherit(m *chat.Message) {
	c := an.session.Snapshot()
	origin := an.app.Rules().Repeats(*m, c.Messages)
	if origin == 0 {
		return
	}
	for i := range m.Parts {
		m.Parts[i].Origin |= origin
	}
}

package openai

import (
	"context"
	"errors"

	"bise/app/fault"
	"bise/client"
)

// Tries is one answer over all its tries, for any protocol: deltas are handed
// over through Emit, a failure before the first of them that passes by itself is
// tried again after a wait, which a WaitDelta tells, and a refused key is
// renewed once.
type Tries struct {
	ctx   context.Context
	retry Retry
	renew func() bool
	yield func(client.Delta, error) bool
	begun bool // something of the answer was handed over: no more tries
	left  bool // the caller stopped ranging
}

// NewTries makes the tries of an answer. renew reports whether a refused key
// was replaced; nil never does.
func NewTries(ctx context.Context, retry Retry, renew func() bool, yield func(client.Delta, error) bool) *Tries {
	return &Tries{ctx: ctx, retry: retry.withDefaults(), renew: renew, yield: yield}
}

var errLeft = errors.New("the caller stopped ranging")

// Run makes the request until it succeeds or no try is left, and yields the
// last failure.
func (t *Tries) Run(once func() error) {
	if err := t.run(once); err != nil && !t.left {
		t.yield(client.Delta{}, err)
	}
}

func (t *Tries) run(once func() error) error {
	renewed := false
	for try := 1; ; try++ {
		err := once()
		if err == nil || t.begun || t.left || t.ctx.Err() != nil {
			return err
		}
		if !renewed && t.renewed(err) {
			renewed = true
			try--
			continue
		}
		wait, again := t.retry.wait(try, err)
		if !again {
			return err
		}
		e, _ := fault.As(err)
		err = t.Emit(client.Delta{Kind: client.WaitDelta, Wait: client.Wait{
			Kind: e.Kind, Limit: e.Detail["limit"], Until: t.retry.Now().Add(wait), Try: try + 1, Of: t.retry.Tries,
		}})
		if err != nil {
			return err
		}
		if err := t.retry.Sleep(t.ctx, wait); err != nil {
			return err
		}
	}
}

// renewed reports whether err is a refused key that was replaced.
func (t *Tries) renewed(err error) bool {
	switch fault.KindOf(err) {
	case fault.KeyExpired, fault.KeyRefused:
		return t.renew != nil && t.renew()
	default:
		return false
	}
}

// Emit hands deltas over, unless the caller has cancelled or stopped ranging.
func (t *Tries) Emit(ds ...client.Delta) error {
	for _, d := range ds {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		switch d.Kind {
		case client.TextDelta, client.ThinkingDelta, client.PartDelta, client.ToolDelta:
			t.begun = true // a tool that has run is paid for, too
		default:
		}
		if !t.yield(d, nil) {
			t.left = true
			return errLeft
		}
	}
	return nil
}

// Left reports whether the caller stopped ranging.
func (t *Tries) Left() bool { return t.left }

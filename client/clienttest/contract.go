package clienttest

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// refusals shows the provider permits it must not heed.
func (r run) refusals(p client.Provider) {
	res := Collect(r.ctx, p, policy.Outbound{}, nil)
	if !errors.Is(res.Err, policy.ErrUncleared) || len(res.Deltas) > 0 {
		r.t.Errorf("a permit that no rule made gave %d deltas and %v", len(res.Deltas), res.Err)
	}
	other := p.Describe().Destination()
	other.Provider += "-other"
	res = Collect(r.ctx, p, Outbound(r.t, Turn(r.f.Model, r.f.Prompt), other), nil)
	if !fault.Is(res.Err, fault.Refused) || len(res.Deltas) > 0 {
		r.t.Errorf("a permit for another destination gave %d deltas and %v", len(res.Deltas), res.Err)
	}
}

// inProcess plays the scenarios that exist without a server.
func (r run) inProcess() {
	p := r.f.New(r.t, r.s, "")
	switch r.s {
	case Plain:
		if d := p.Describe(); d.ID == "" || d.Name == "" || d.Place != client.InProcess {
			r.t.Errorf("the descriptor lacks id or name, or is not in process: %+v", d)
		}
		res := r.collect(p, nil)
		r.complete(res)
		if res.Text(client.TextDelta) == "" {
			r.t.Error("the answer is empty")
		}
	case Cancel:
		ctx, cancel := context.WithCancel(r.ctx)
		defer cancel()
		n := 0
		res := Collect(ctx, p, r.outbound(p), func(client.Delta) bool {
			n++
			cancel()
			return true
		})
		if !errors.Is(res.Err, context.Canceled) || n > 1 {
			r.t.Errorf("a cancelled stream gave %d deltas and %v", n, res.Err)
		}
	case Leave:
		res := r.collect(p, func(client.Delta) bool { return false })
		if res.Err != nil || len(res.Deltas) != 1 {
			r.t.Errorf("leaving gave %d deltas and %v", len(res.Deltas), res.Err)
		}
	case Permit:
		r.refusals(p)
	default:
		r.t.Fatalf("scenario %s needs a server: skip it with a reason", r.s)
	}
}

// noGoroutineLeft waits until no more goroutines run than before. Goroutines
// of closed connections take a moment to end, so it looks again and again.
func noGoroutineLeft(t *testing.T, before int) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 5000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		<-tick.C
	}
	stacks := make([]byte, 1<<16)
	stacks = stacks[:runtime.Stack(stacks, true)]
	t.Errorf("%d goroutines run, %d did before:\n%s", runtime.NumGoroutine(), before, stacks)
}

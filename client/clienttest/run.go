package clienttest

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

const (
	limit  = 30 * time.Second // ends a scenario that hangs; nothing waits for time to pass
	spoken = "Naïve café → 日本語 🚀"
	huge   = 5 << 20
)

// Run runs every scenario that the fixture does not skip.
func Run(t *testing.T, f Fixture) {
	for _, s := range Scenarios() {
		t.Run(string(s), func(t *testing.T) {
			if why, skip := f.Skip[s]; skip {
				if why == "" {
					t.Fatal("a scenario is skipped without a reason")
				}
				t.Skip(why)
			}
			before := runtime.NumGoroutine()
			t.Run("run", func(t *testing.T) { // its cleanups run before the count
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				run{t: t, ctx: ctx, f: f, s: s}.scenario()
			})
			noGoroutineLeft(t, before)
		})
	}
}

// run is one scenario being played.
type run struct {
	t   *testing.T
	ctx context.Context
	f   Fixture
	s   Scenario
}

// scenario picks what to play; in process, only contracts are checked.
func (r run) scenario() {
	if r.f.Wire == nil {
		r.inProcess()
		return
	}
	switch r.s {
	case Plain:
		r.plain()
	case Slow:
		r.slow()
	case Cancel:
		r.cancel()
	case Leave:
		r.leave()
	case Cut:
		r.broken(fault.Cut, func(p *player) { p.drop() })
	case EndsEarly:
		r.broken(fault.Cut, func(*player) {})
	case Stalled:
		r.broken(fault.TimedOut, func(p *player) { p.wait() })
	case Empty:
		r.empty()
	case Failures:
		r.failures()
	case Usage:
		r.usage()
	case Thinking:
		r.thinking()
	case Noise, HugeLine, SplitUTF8:
		r.odd()
	case Together:
		r.together()
	case Permit:
		r.permit()
	}
}

// start makes the server and the provider.
func (r run) start(play func(*player)) (*server, client.Provider) {
	s := newServer(r.t, r.f.Wire, play)
	return s, r.f.New(r.t, r.s, s.URL)
}

func (r run) outbound(p client.Provider) policy.Outbound {
	turn := Turn(r.f.Model, r.f.Prompt)
	turn.Tools = r.f.Tools
	return Outbound(r.t, turn, p.Describe().Destination())
}

func (r run) collect(p client.Provider, see func(client.Delta) bool) Result {
	return Collect(r.ctx, p, r.outbound(p), see)
}

// complete checks what holds for every complete answer.
func (r run) complete(res Result) {
	r.t.Helper()
	if res.Err != nil {
		r.t.Fatalf("the answer failed: %v", res.Err)
	}
	n := len(res.Of(client.DoneDelta))
	if n != 1 || res.Deltas[len(res.Deltas)-1].Kind != client.DoneDelta {
		r.t.Fatalf("a complete answer has one DoneDelta at its end, this one has %d of %d deltas", n, len(res.Deltas))
	}
	r.labelled(res)
}

// labelled checks that no piece of an answer passes as a person's words.
func (r run) labelled(res Result) {
	r.t.Helper()
	for _, d := range res.Deltas {
		if d.Kind == 0 {
			r.t.Fatal("a delta has no kind")
		}
		if d.Kind == client.ToolDelta && (d.Tool.Name == "" || d.Tool.State == "") {
			r.t.Fatal("a tool's run has no name or no state")
		}
		if d.Origin.Any(chat.Typed | chat.Attached) {
			r.t.Fatalf("an answer's delta says it comes from a person: %v", d.Origin)
		}
	}
}

func (r run) said(res Result, want string) {
	r.t.Helper()
	if got := res.Text(client.TextDelta); got != want {
		r.t.Fatalf("the answer is %d bytes %.60q, want %d bytes %.60q", len(got), got, len(want), want)
	}
}

func (r run) plain() {
	_, p := r.start(func(p *player) {
		p.open()
		p.text("Hello")
		p.text(", ")
		p.text("world")
		p.done(7, 3)
	})
	if d := p.Describe(); d.ID == "" || d.Name == "" || d.Host == "" {
		r.t.Errorf("the descriptor lacks id, name or host: %+v", d)
	}
	for range 2 { // a provider can be asked again
		res := r.collect(p, nil)
		r.complete(res)
		r.said(res, "Hello, world")
	}
}

func (r run) slow() {
	s, p := r.start(func(p *player) {
		p.open()
		p.text("one ")
		p.wait()
		p.text("two")
		p.done(7, 2)
	})
	opened := false
	res := r.collect(p, func(d client.Delta) bool {
		if d.Kind == client.TextDelta && !opened {
			opened = true
			close(s.gate) // a provider that waits for the whole answer hangs
		}
		return true
	})
	r.complete(res)
	r.said(res, "one two")
}

func (r run) cancel() {
	s, p := r.start(func(p *player) {
		p.open()
		p.text("one ")
		p.wait()
	})
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	cancelled, late := false, 0
	res := Collect(ctx, p, r.outbound(p), func(d client.Delta) bool {
		if cancelled {
			late++
		}
		if d.Kind == client.TextDelta {
			cancel()
			cancelled = true
		}
		return true
	})
	if !errors.Is(res.Err, context.Canceled) {
		r.t.Errorf("a cancelled stream ends with %v", res.Err)
	}
	if late > 0 || res.Done() {
		r.t.Errorf("%d deltas came after the cancelling, done %v", late, res.Done())
	}
	r.left(s)

	again := Collect(ctx, p, r.outbound(p), nil)
	if !errors.Is(again.Err, context.Canceled) || len(again.Deltas) > 0 {
		r.t.Errorf("a stream on a cancelled context gave %d deltas and %v", len(again.Deltas), again.Err)
	}
}

func (r run) leave() {
	s, p := r.start(func(p *player) {
		p.open()
		p.text("one ")
		p.wait()
	})
	res := r.collect(p, func(d client.Delta) bool { return d.Kind != client.TextDelta })
	if res.Err != nil {
		r.t.Errorf("leaving gave %v", res.Err)
	}
	r.left(s)
}

// left waits until the server has noticed that the client is gone.
func (r run) left(s *server) {
	r.t.Helper()
	select {
	case <-s.gone:
	case <-r.ctx.Done():
		r.t.Fatal("the server never noticed that nobody listens")
	}
}

// broken is an answer that breaks off after a piece of it.
func (r run) broken(want fault.Kind, end func(*player)) {
	_, p := r.start(func(p *player) {
		p.open()
		p.text(spoken)
		end(p)
	})
	res := r.collect(p, nil)
	if !fault.Is(res.Err, want) {
		r.t.Errorf("the stream ended with %v, want kind %s", res.Err, want)
	}
	if res.Done() {
		r.t.Error("an answer that broke off passes as complete")
	}
	r.said(res, spoken)
	if res.Err != nil && strings.Contains(res.Err.Error(), spoken) {
		r.t.Error("the error quotes the conversation")
	}
}

func (r run) empty() {
	_, p := r.start(func(p *player) {
		p.open()
		p.done(7, 0)
	})
	res := r.collect(p, nil)
	if !fault.Is(res.Err, fault.EmptyAnswer) || res.Done() {
		r.t.Errorf("an empty answer ended with %v, done %v", res.Err, res.Done())
	}
}

func (r run) failures() {
	if len(r.f.Failures) == 0 {
		r.t.Fatal("the fixture names no failures")
	}
	for _, f := range r.f.Failures {
		r.t.Run(f.Name, func(t *testing.T) {
			r := r
			r.t = t
			s, p := r.start(func(p *player) { p.fail(f) })
			res := r.collect(p, nil)
			if !fault.Is(res.Err, f.Want) {
				t.Errorf("got %v, want kind %s", res.Err, f.Want)
			}
			if res.Done() || len(res.Of(client.TextDelta)) > 0 {
				t.Error("a failure passes as an answer")
			}
			if n := int(s.requests.Load()); f.Requests > 0 && n != f.Requests {
				t.Errorf("%d requests were made, want %d", n, f.Requests)
			}
		})
	}
}

func (r run) usage() {
	_, p := r.start(func(p *player) {
		p.open()
		p.text("counted")
		p.done(1234, 56)
	})
	res := r.collect(p, nil)
	r.complete(res)
	counts := res.Of(client.UsageDelta)
	if len(counts) == 0 {
		r.t.Fatal("nothing was counted")
	}
	u := counts[len(counts)-1].Usage
	if !u.Known || u.Prompt != 1234 || u.Completion != 56 {
		r.t.Errorf("usage is %+v", u)
	}
}

func (r run) thinking() {
	_, p := r.start(func(p *player) {
		p.open()
		p.thinking("First ")
		p.thinking("thought.")
		p.text("One. ")
		p.thinking("Second thought.")
		p.text("Two.")
		p.done(7, 9)
	})
	res := r.collect(p, nil)
	r.complete(res)
	var order []string
	last := client.DeltaKind(0)
	for _, d := range res.Deltas {
		if d.Kind != client.TextDelta && d.Kind != client.ThinkingDelta {
			continue
		}
		if d.Kind != last {
			order = append(order, "")
			last = d.Kind
		}
		order[len(order)-1] += string(d.Text)
	}
	if got := strings.Join(order, "|"); got != "First thought.|One. |Second thought.|Two." {
		r.t.Errorf("the answer is %q", got)
	}
}

// odd is a complete answer written in an odd way.
func (r run) odd() {
	want := spoken
	if r.s == HugeLine {
		want = strings.Repeat("0123456789abcdef", huge/16)
	}
	_, p := r.start(func(p *player) {
		p.open()
		switch r.s {
		case Noise:
			p.write(p.wire.Noise)
			p.text(want)
			p.write(p.wire.Noise)
		case SplitUTF8:
			p.split(p.wire.Text(want))
		default:
			p.text(want)
		}
		p.done(7, 3)
	})
	res := r.collect(p, nil)
	r.complete(res)
	r.said(res, want)
	for _, d := range res.Deltas {
		if !utf8.ValidString(string(d.Text)) {
			r.t.Fatal("a delta ends in the middle of a character")
		}
	}
}

func (r run) together() {
	_, p := r.start(func(p *player) {
		p.open()
		for _, word := range strings.SplitAfter("a b c d e f", " ") {
			p.text(word)
		}
		p.done(7, 6)
	})
	out := r.outbound(p)
	results := make([]Result, 4)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() { results[i] = Collect(r.ctx, p, out, nil) })
	}
	wg.Wait()
	for _, res := range results {
		r.complete(res)
		r.said(res, "a b c d e f")
	}
}

func (r run) permit() {
	s, p := r.start(func(p *player) {
		p.open()
		p.text("never")
		p.done(1, 1)
	})
	r.refusals(p)
	if n := s.requests.Load(); n != 0 {
		r.t.Errorf("%d requests were made without a permit for it", n)
	}
}

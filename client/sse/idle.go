package sse

import (
	"context"
	"errors"
	"io"
	"time"

	"bise/app/fault"
)

// Idle ends a request whose server has fallen silent. Only silence counts: time
// in which nobody reads, because the screen is slow or stopped, does not.
type Idle struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	limit  time.Duration
	timer  *time.Timer
}

// NewIdle gives a context for a request and its Idle. When a read takes longer
// than limit the context ends with a cause of kind fault.TimedOut; 0 is no
// limit. The waiting time for the response header counts as the first read.
// Call Stop when the request is over.
func NewIdle(ctx context.Context, limit time.Duration) (context.Context, *Idle) {
	ctx, cancel := context.WithCancelCause(ctx)
	i := &Idle{ctx: ctx, cancel: cancel, limit: limit}
	if limit > 0 {
		i.timer = time.AfterFunc(limit, func() {
			cancel(fault.E("sse.Idle", fault.TimedOut, nil, "after", fault.Brief(limit)))
		})
	}
	return ctx, i
}

// Reader watches the reads of r.
func (i *Idle) Reader(r io.Reader) io.Reader { return &idleReader{idle: i, r: r} }

// Await starts the clock for what the server says next: after a long body was
// sent, whose reading stopped it.
func (i *Idle) Await() { i.resume() }

// Stop releases the context and the timer.
func (i *Idle) Stop() {
	i.pause()
	i.cancel(context.Canceled)
}

func (i *Idle) pause() {
	if i.timer != nil {
		i.timer.Stop()
	}
}

func (i *Idle) resume() {
	if i.timer != nil {
		i.timer.Reset(i.limit)
	}
}

type idleReader struct {
	idle *Idle
	r    io.Reader
}

// Read reads from the server; an error after the time limit is the limit's own.
func (r *idleReader) Read(p []byte) (int, error) {
	r.idle.resume()
	n, err := r.r.Read(p)
	r.idle.pause()
	if err != nil && !errors.Is(err, io.EOF) && r.idle.ctx.Err() != nil {
		return n, context.Cause(r.idle.ctx)
	}
	return n, err
}

package ollama

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"sync"

	"github.com/ollama/ollama/api"

	"bise/app/fault"
	"bise/client"
	"bise/client/sse"
)

// The stages of an import, as client.Pulling.Status.
const (
	statusReading  = "reading"
	statusCopying  = "copying"
	statusCreating = "creating"
)

// reporting counts what is read and ends with the context, or by stop. A server
// that has the file already answers before it has read it: the rest may still
// be on its way, in another goroutine, when that request is over.
type reporting struct {
	mu       sync.Mutex
	stopped  bool
	ctx      context.Context
	r        io.Reader
	now      client.Pulling
	progress func(client.Pulling) error
	idle     *sse.Idle // of a request whose body this is; may be nil
}

// stop ends it: nothing is told any more when it returns.
func (r *reporting) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
}

// Read reads from the file.
func (r *reporting) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	if told := r.tell(n); told != nil {
		return n, told
	}
	if err != nil && r.idle != nil {
		r.idle.Await() // for the answer
	}
	return n, err
}

// tell tells of n bytes more. The file is not read under the lock: a disk that
// hangs must not hold up who stops it.
func (r *reporting) tell(n int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return io.ErrClosedPipe
	}
	r.now.Done += int64(n)
	return r.progress(r.now)
}

// Import implements client.Runner: the file's digest is computed, the server
// is given the file unless it has it already, and a model is made of it. The
// server checks the digest, so a file that changes meanwhile makes no model.
func (p *Provider) Import(ctx context.Context, in client.Import, progress func(client.Pulling) error) error {
	const op = "ollama.Import"
	if err := CheckName(in.Model); err != nil {
		return err
	}
	f, total := in.File, in.Size
	sum := sha256.New()
	reading := &reporting{ctx: ctx, r: f, now: client.Pulling{Status: statusReading, Total: total}, progress: progress}
	if _, err := io.Copy(sum, reading); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return unread(op, err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return unread(op, err)
	}
	digest := "sha256:" + hex.EncodeToString(sum.Sum(nil))
	err := p.long(ctx, op, in.Model, func(ctx context.Context, idle *sse.Idle, c *api.Client) error {
		copying := &reporting{ctx: ctx, r: idle.Reader(f), now: client.Pulling{Status: statusCopying, Total: total}, progress: progress, idle: idle}
		defer copying.stop()
		return c.CreateBlob(ctx, digest, copying)
	})
	if err != nil {
		return err
	}
	return p.create(ctx, in, digest, total, progress)
}

// unread is a file that could not be read to its end.
func unread(op string, err error) error {
	if _, ok := fault.As(err); ok {
		return err
	}
	return fault.E(op, fault.ModelFile, err, "why", "unread")
}

// long makes a request that may take hours, as long as the server says
// something now and then.
func (p *Provider) long(ctx context.Context, op, model string, do func(context.Context, *sse.Idle, *api.Client) error) error {
	if p.wrong != nil {
		return p.wrong
	}
	watched, idle := sse.NewIdle(ctx, pullSilence)
	defer idle.Stop()
	w := &watch{idle: idle}
	err := do(watched, idle, p.api(w))
	switch {
	case err == nil && w.status < http.StatusBadRequest:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return p.failed(watched, op, model, w, err)
}

// create makes a model of a file that the server has. Only the word "success"
// at the end says that it did.
func (p *Provider) create(ctx context.Context, in client.Import, digest string, total int64, progress func(client.Pulling) error) error {
	const op = "ollama.Import"
	last := ""
	err := p.long(ctx, op, in.Model, func(ctx context.Context, _ *sse.Idle, c *api.Client) error {
		return c.Create(ctx, &api.CreateRequest{
			Model: in.Model, Files: map[string]string{"model.gguf": digest}, Template: in.Template,
		}, func(r api.ProgressResponse) error {
			last = r.Status
			return progress(client.Pulling{Status: statusCreating, Done: total, Total: total})
		})
	})
	if e, ok := fault.As(err); ok && e.Detail["message"] != "" && (e.Kind == fault.ServerFailed || e.Kind == fault.BadRequest) {
		e.Kind, e.Detail["why"] = fault.ModelFile, "runner" // what it says is about the file
	}
	if err != nil {
		return err
	}
	if last != "success" {
		return fault.E(op, fault.RunnerStopped, nil, "host", p.host.String(), "name", name, "model", in.Model)
	}
	p.forget(in.Model)
	return nil
}

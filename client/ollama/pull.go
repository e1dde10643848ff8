package ollama

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ollama/ollama/api"

	"bise/app/fault"
	"bise/client"
	"bise/client/sse"
)

const (
	pullOp = "ollama.Pull"
	// pullSilence is how long a server may say nothing during a pull: it writes
	// a line several times a second, except while it checks a whole layer on a
	// slow disk.
	pullSilence = 10 * time.Minute
	// mostLayers bounds what is remembered of a pull; models have about ten.
	mostLayers = 1000
)

// errLayers ends a pull whose server announces layers without end.
var errLayers = errors.New("ollama: too many layers")

// layers adds up the progress of a pull. The server tells of one layer at a
// time, and may take back bytes after it has tried a part again.
type layers struct {
	order []string
	total map[string]int64
	done  map[string]int64
}

// note takes a line of progress and gives the sum.
func (l *layers) note(r api.ProgressResponse) (client.Pulling, error) {
	p := client.Pulling{Status: sentence(r.Status)}
	if r.Digest != "" && r.Total > 0 {
		if l.total == nil {
			l.total, l.done = make(map[string]int64), make(map[string]int64)
		}
		if _, known := l.total[r.Digest]; !known {
			if len(l.order) == mostLayers {
				return p, errLayers
			}
			l.order = append(l.order, r.Digest)
		}
		l.total[r.Digest] = r.Total
		l.done[r.Digest] = min(max(r.Completed, 0), r.Total)
		p.Missing = r.Total - l.done[r.Digest]
	}
	if r.Digest == "" { // it checks or writes what it has; its last count may be short
		for _, digest := range l.order {
			l.done[digest] = l.total[digest]
		}
	}
	for _, digest := range l.order {
		p.Done += l.done[digest]
		p.Total += l.total[digest]
	}
	if p.Total < 0 || p.Done < 0 { // sizes that no disk has
		return p, errLayers
	}
	p.Layers = len(l.order)
	return p, nil
}

// Pull implements client.Runner. Kinds of its errors: fault.ModelGone for a
// name that the registry does not have, fault.Unreachable for a registry that
// cannot be reached, fault.DiskFull, fault.RunnerStopped when the server died,
// fault.Cut when its own connection broke, fault.Offline under LocalOnly.
func (p *Provider) Pull(ctx context.Context, model string, progress func(client.Pulling) error) error {
	if p.wrong != nil {
		return p.wrong
	}
	if p.opts.LocalOnly {
		return fault.E(pullOp, fault.Offline, nil, "host", registryOf(model), "model", model)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	watched, idle := sse.NewIdle(ctx, pullSilence)
	defer idle.Stop()
	w := &watch{idle: idle}
	var sum layers
	var stopped error
	last := ""
	err := p.api(w).Pull(watched, &api.PullRequest{Model: model}, func(r api.ProgressResponse) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		last = r.Status
		now, err := sum.note(r)
		if err == nil {
			err = progress(now)
		}
		stopped = err
		return err
	})
	switch {
	case errors.Is(stopped, errLayers):
		return fault.E(pullOp, fault.BadAnswer, nil, "host", p.host.String(), "name", name)
	case stopped != nil:
		return stopped
	case err == nil && last == "success":
		p.forget(model)
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	default:
		return p.pullFailed(watched, model, w, err)
	}
}

// diskFull are the systems' own words for a disk without room.
var diskFull = []string{"no space left on device", "not enough space on the disk", "disk quota exceeded"}

// pullSaying are the texts of failed pulls; the first that fits decides.
var pullSaying = []struct {
	kind  fault.Kind
	words []string
}{
	{fault.DiskFull, diskFull},
	{fault.ModelGone, []string{"file does not exist", "manifest unknown", "not found"}},
	{fault.Invalid, []string{"invalid model name", "invalid model path", "unqualified name"}},
	{fault.Unsupported, []string{"newer version of ollama", "requires a newer"}},
	{fault.ReadOnly, []string{"permission denied", "read-only file system", "access is denied"}},
	{fault.Forbidden, []string{"unauthorized", "access denied", "403"}},
	{fault.Unreachable, []string{
		"no such host", "connection refused", "network is unreachable", "no route to host", "server misbehaving",
		"i/o timeout", "tls handshake timeout", "context deadline exceeded",
	}},
	{fault.Cut, []string{"max retries exceeded", "digest mismatch", "unexpected eof", "connection reset"}},
}

// pullFailed says why a pull ended. What broke between bise and the server is
// told apart from what broke between the server and its registry.
func (p *Provider) pullFailed(ctx context.Context, model string, w *watch, err error) error {
	about := []string{"host", p.host.String(), "name", name, "model", model, "what", "pull"}
	t, ok := toldBy(w, err)
	if ctx.Err() != nil || w.status == 0 || w.html || !ok && w.broken == nil {
		return p.failed(ctx, pullOp, model, w, err)
	}
	if w.broken != nil || err == nil { // the stream ended before "success"
		return fault.E(pullOp, fault.RunnerStopped, w.broken, about...)
	}
	text := strings.ToLower(t.message)
	if text == "eof" { // a part whose note is damaged
		text = "unexpected eof"
	}
	for _, s := range pullSaying {
		for _, word := range s.words {
			if !strings.Contains(text, word) {
				continue
			}
			if s.kind == fault.ModelGone || s.kind == fault.Unreachable || s.kind == fault.Forbidden {
				about[1] = registryOf(model) // the other side is the registry
			}
			return fault.E(pullOp, s.kind, nil, append(about, "message", t.message)...)
		}
	}
	return t.fault(pullOp, about)
}

// registryOf is the host that a model's name means: names without one are of
// Ollama's own registry.
func registryOf(model string) string {
	first, _, ok := strings.Cut(model, "/")
	if ok && strings.ContainsAny(first, ".:") {
		return sentence(first)
	}
	return "registry.ollama.ai"
}

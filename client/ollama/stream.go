package ollama

import (
	"bufio"
	"context"
	"errors"
	"iter"
	"net/http"
	"strings"

	"github.com/ollama/ollama/api"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/sse"
)

const op = "ollama.Stream"

// errLeft and errDone stop Ollama's package: nobody wants more, there is no
// more.
var (
	errLeft = errors.New("ollama: the reader left")
	errDone = errors.New("ollama: the answer is complete")
)

// Stream asks the model of the turn.
//
// Kinds of its errors besides those of client.Provider: fault.RunnerAbsent when
// nothing listens, fault.RunnerStopped when the server or its runner died in
// mid-answer, fault.OutOfMemory, fault.ModelGone, fault.Overflow with the
// details n_prompt_tokens and n_ctx where the server gave them,
// fault.Repeating, fault.Unsupported for what the model cannot take.
func (p *Provider) Stream(ctx context.Context, out policy.Outbound) iter.Seq2[client.Delta, error] {
	return func(yield func(client.Delta, error) bool) {
		a, err := p.prepare(ctx, out)
		if err != nil {
			yield(client.Delta{}, err)
			return
		}
		a.yield = yield
		a.run(ctx)
	}
}

// answer is one answer in the making.
type answer struct {
	p       *Provider
	turn    chat.Turn
	details details
	request *api.ChatRequest
	yield   func(client.Delta, error) bool

	named, done bool
	some        bool             // text or a tool call came
	last        api.ChatResponse // the one that said "done"
	// said and repeats count pieces that are all the same: servers before
	// 0.30 end such an answer without a word.
	said    string
	repeats int
}

// silentRepeats is after how many identical pieces old servers stop (31 seen).
const silentRepeats = 30

// prepare opens the permit and makes the request.
func (p *Provider) prepare(ctx context.Context, out policy.Outbound) (*answer, error) {
	turn, err := client.Open(p.Describe(), out)
	if err != nil {
		return nil, err
	}
	if p.wrong != nil {
		return nil, p.wrong
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d, err := p.detailsOf(ctx, turn.Model, "")
	if err != nil {
		return nil, err
	}
	if d.remote != "" && p.opts.LocalOnly {
		return nil, fault.E(op, fault.Offline, nil, "host", sentence(d.remote), "model", turn.Model)
	}
	r, err := p.request(turn, d)
	if err != nil {
		return nil, err
	}
	return &answer{p: p, turn: turn, details: d, request: r}, nil
}

func (a *answer) run(ctx context.Context) {
	if !a.before(ctx) {
		return
	}
	watched, idle := sse.NewIdle(ctx, a.p.opts.Silence)
	defer idle.Stop()
	w := &watch{idle: idle}
	err := a.p.api(w).Chat(watched, a.request, func(r api.ChatResponse) error { return a.piece(ctx, r) })
	switch {
	case errors.Is(err, errLeft):
	case a.done:
		a.end(ctx)
	default:
		a.yield(client.Delta{}, a.broke(ctx, watched, w, err))
	}
}

// before tells what is to be known before the first token. It reports whether
// to go on.
func (a *answer) before(ctx context.Context) bool {
	if version := a.p.seenVersion(ctx); old(version) && a.p.first("version") {
		if !a.notice("notice.ollama_old", map[string]string{"Version": sentence(version)}) {
			return false
		}
	}
	if a.details.remote != "" && a.p.first("remote "+a.turn.Model) {
		if !a.notice("notice.ollama_remote", map[string]string{"Model": a.turn.Model, "Host": sentence(a.details.remote)}) {
			return false
		}
	}
	if _, loaded := a.p.loaded(ctx, a.turn.Model); !loaded && a.details.remote == "" {
		return a.yield(client.Delta{Kind: client.StatusDelta, Reason: "loading"}, nil)
	}
	return true
}

// notice tells the wording of a whole key.
func (a *answer) notice(key string, args map[string]string) bool {
	return a.yield(client.Delta{Kind: client.NoticeDelta, Notice: client.Notice{Key: key, Args: args}}, nil)
}

// first reports whether a notice is due: each is given once in a run.
func (p *Provider) first(notice string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.noticed[notice] {
		return false
	}
	p.noticed[notice] = true
	return true
}

// seenVersion is the server's version, asked for once; "" if it does not say.
func (p *Provider) seenVersion(ctx context.Context) string {
	p.mu.Lock()
	version := p.version
	p.mu.Unlock()
	if version == "" {
		version, _ = p.Version(ctx)
	}
	return version
}

// loaded finds the model among those in memory.
func (p *Provider) loaded(ctx context.Context, model string) (client.Running, bool) {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	running, err := p.Running(ctx)
	if err != nil {
		return client.Running{}, false
	}
	for _, r := range running {
		if tagged(r.Model) == tagged(model) {
			return r, true
		}
	}
	return client.Running{}, false
}

// piece passes on one line of the stream.
func (a *answer) piece(ctx context.Context, r api.ChatResponse) error {
	if err := ctx.Err(); err != nil {
		return err // lines that were read before the stop are not shown after it
	}
	for _, d := range a.deltas(r) {
		if !a.yield(d, nil) {
			return errLeft
		}
	}
	if r.Done {
		a.done, a.last = true, r
		return errDone
	}
	return nil
}

// tagged is a model's name with the tag that Ollama adds where there is none.
func tagged(model string) string {
	if strings.Contains(model[strings.LastIndex(model, "/")+1:], ":") {
		return model
	}
	return model + ":latest"
}

func (a *answer) deltas(r api.ChatResponse) []client.Delta {
	var list []client.Delta
	if !a.named && r.Model != "" {
		a.named = true
		name := r.Model
		if tagged(name) == tagged(a.turn.Model) {
			name = a.turn.Model // Ollama takes a name without a tag for the latest
		}
		list = append(list, client.Delta{Kind: client.ModelDelta, Model: sentence(name)})
	}
	if r.Message.Thinking != "" {
		list = append(list, client.Delta{Kind: client.ThinkingDelta, Text: chat.Text(r.Message.Thinking), Origin: chat.Model})
	}
	if text := r.Message.Content; text != "" {
		a.some = true
		if text != a.said {
			a.said, a.repeats = text, 0
		}
		a.repeats++
		list = append(list, client.Delta{Kind: client.TextDelta, Text: chat.Text(text), Origin: chat.Model})
	}
	for _, c := range r.Message.ToolCalls {
		a.some = true
		list = append(list, client.Delta{Kind: client.PartDelta, Part: chat.Part{
			Kind: chat.ToolCallPart, Origin: chat.Model, Name: sentence(c.Function.Name), CallID: sentence(c.ID),
			Text: chat.Text(c.Function.Arguments.String()),
		}})
	}
	return list
}

// end closes a complete answer. Going on from a prefix may add nothing: the
// answer was complete.
func (a *answer) end(ctx context.Context) {
	reason := sentence(a.last.DoneReason)
	if !a.some && a.turn.Prefix == "" {
		a.yield(client.Delta{}, a.fault(fault.EmptyAnswer, "reason", reason))
		return
	}
	if a.yield(client.Delta{Kind: client.UsageDelta, Usage: a.usage(ctx)}, nil) {
		a.yield(client.Delta{Kind: client.DoneDelta, Reason: reason}, nil)
	}
}

// usage counts the tokens of the answer. The window is the one the server
// really loaded the model with, which may be less than was asked for.
func (a *answer) usage(ctx context.Context) chat.Usage {
	u := chat.Usage{
		Prompt:     max(a.last.PromptEvalCount, 0),
		Completion: max(a.last.EvalCount, 0),
		Window:     a.p.window(a.turn.Options, a.details),
		Known:      true,
	}
	if c := a.last.PromptEvalCachedCount; c != nil {
		u.Cached = max(*c, 0)
	}
	if r, ok := a.p.loaded(ctx, a.turn.Model); ok && r.Window > 0 {
		u.Window = r.Window
	}
	return u
}

func (a *answer) fault(kind fault.Kind, details ...string) error {
	return fault.E(op, kind, nil, append(details, "host", a.p.host.String(), "name", name, "model", a.turn.Model)...)
}

// broke says why an answer ended without its end. ctx is the caller's, watched
// the request's.
func (a *answer) broke(ctx, watched context.Context, w *watch, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case watched.Err() != nil || w.status == 0 || w.status >= http.StatusBadRequest || w.html:
	case w.broken != nil, err == nil:
		return a.cut(ctx)
	case errors.Is(err, bufio.ErrTooLong):
		return a.fault(fault.BadAnswer)
	default:
		if _, ok := unwrap(err.Error()); !ok && w.ended {
			return a.cut(ctx) // half a line
		}
	}
	err = a.p.failed(watched, op, a.turn.Model, w, err)
	if fault.Is(err, fault.ModelGone) || fault.Is(err, fault.Unsupported) {
		a.p.forget(a.turn.Model) // what was known of it does not hold
	}
	return err
}

// cut tells a server that is gone from a connection that broke.
func (a *answer) cut(ctx context.Context) error {
	if a.repeats >= silentRepeats {
		return a.fault(fault.Repeating)
	}
	err := a.p.Check(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case fault.Is(err, fault.RunnerAbsent):
		return a.fault(fault.RunnerStopped)
	default:
		return a.fault(fault.Cut)
	}
}

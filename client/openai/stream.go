package openai

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"net/http"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/sse"
)

// Exchange is one streamed answer: what is asked where, and how the events of
// the answer are read.
type Exchange struct {
	// Path comes after the base URL: "/chat/completions".
	Path string
	// Model is what was asked, for notices and errors.
	Model string
	// Body is JSON made from a permit.
	Body []byte
	// Decoder makes the decoder of one try.
	Decoder func() Decoder
}

// Decoder turns the events of one answer into deltas, which are valid until the
// next call.
type Decoder interface {
	// Event decodes one event. The error io.EOF says that the answer ends here.
	Event(name string, data []byte) ([]client.Delta, error)
	// Finish gives what was held back and, if the answer is complete, its end;
	// an answer that is not is an error. Marked says that the stream itself was
	// closed by its end mark, [DONE].
	Finish(marked bool) ([]client.Delta, error)
}

// Stream answers the turn of a permit. Failures before the first token that
// pass by themselves are tried again after a wait, which is told by a
// WaitDelta.
func (p *Provider) Stream(ctx context.Context, out policy.Outbound) iter.Seq2[client.Delta, error] {
	return func(yield func(client.Delta, error) bool) {
		x, err := p.prepare(out)
		if err != nil {
			yield(client.Delta{}, err)
			return
		}
		p.Run(ctx, x)(yield)
	}
}

// Run makes an exchange. It is Stream for an endpoint of its own.
func (p *Provider) Run(ctx context.Context, x Exchange) iter.Seq2[client.Delta, error] {
	return func(yield func(client.Delta, error) bool) {
		s := &stream{p: p, ctx: ctx, Exchange: x, yield: yield}
		if err := s.run(); err != nil && !s.left {
			yield(client.Delta{}, err)
		}
	}
}

// Open gives the turn of a permit that was made for p.
func (p *Provider) Open(out policy.Outbound) (chat.Turn, error) {
	turn, err := client.Open(p.desc, out)
	if err == nil {
		err = p.bad
	}
	return turn, err
}

// prepare opens a permit and makes the exchange of it.
func (p *Provider) prepare(out policy.Outbound) (Exchange, error) {
	turn, err := p.Open(out)
	if err != nil {
		return Exchange{}, err
	}
	body, err := p.encode(turn)
	if err == nil {
		body, err = p.opts.Dialect.Body.apply(body)
	}
	return Exchange{
		Path: p.chatPath(turn.Model), Model: turn.Model, Body: body,
		Decoder: func() Decoder { return newDecoder(turn) },
	}, err
}

// stream is one answer, over all its tries.
type stream struct {
	Exchange
	p     *Provider
	ctx   context.Context
	yield func(client.Delta, error) bool
	known map[string]string // what the decoder knew of an answer that was cut
	begun bool              // something of the answer was handed over: no more tries
	left  bool              // the caller stopped ranging
}

var errLeft = errors.New("the caller stopped ranging")

func (s *stream) run() error {
	renewed := false
	for try := 1; ; try++ {
		err := s.once()
		if err == nil || s.begun || s.left || s.ctx.Err() != nil {
			return err
		}
		if !renewed && s.p.renewed(err) {
			renewed = true
			try--
			continue
		}
		wait, again := s.p.opts.Retry.wait(try, err)
		if !again {
			return err
		}
		retry := s.p.opts.Retry
		e, _ := fault.As(err)
		err = s.emit(client.Delta{Kind: client.WaitDelta, Wait: client.Wait{
			Kind: e.Kind, Limit: e.Detail["limit"], Until: retry.Now().Add(wait), Try: try + 1, Of: retry.Tries,
		}})
		if err != nil {
			return err
		}
		if err := retry.Sleep(s.ctx, wait); err != nil {
			return err
		}
	}
}

// emit hands a delta over, unless the caller has cancelled.
func (s *stream) emit(d client.Delta) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	switch d.Kind {
	case client.TextDelta, client.ThinkingDelta, client.PartDelta, client.ToolDelta:
		s.begun = true // a tool that has run is paid for, too
	default:
	}
	if !s.yield(d, nil) {
		s.left = true
		return errLeft
	}
	return nil
}

func (s *stream) emitAll(ds []client.Delta) error {
	for _, d := range ds {
		if err := s.emit(d); err != nil {
			return err
		}
	}
	return nil
}

// once makes the request and hands over its answer.
func (s *stream) once() error {
	const op = "openai.Stream"
	ctx, idle := sse.NewIdle(s.ctx, s.p.opts.Idle)
	defer idle.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.p.endpoint(s.Path), bytes.NewReader(s.Body))
	if err != nil {
		return fault.E(op, fault.Invalid, err)
	}
	s.p.header(req.Header)
	if err := s.p.authorize(ctx, req.Header); err != nil {
		return err
	}
	resp, err := s.p.opts.HTTP.Do(req)
	if err != nil {
		return s.detail(s.p.transport(ctx, op, err))
	}
	defer func() { _ = resp.Body.Close() }()
	if err := s.emitAll(s.p.headerDeltas(resp, s.Model)); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return s.p.refused(op, s.Model, resp)
	}
	if isPage(resp.Header) {
		return s.detail(fault.E(op, fault.BadAnswer, nil, "host", s.p.desc.Host))
	}
	body := idle.Reader(resp.Body)
	d := s.Decoder()
	if isJSON(resp.Header) {
		err = s.whole(d, body)
	} else {
		err = s.events(d, body)
	}
	if err != nil && fault.KindOf(err) == fault.Unknown && !s.left {
		err = s.p.transport(ctx, op, err)
	}
	return s.detail(err)
}

// events reads a stream. An error of the connection behind the answer's end
// does not matter.
func (s *stream) events(d Decoder, body io.Reader) error {
	r := sse.NewReader(body, s.p.opts.MaxLine)
	for {
		ev, err := r.Next()
		marked := err == nil && bytes.Equal(bytes.TrimSpace(ev.Data), []byte("[DONE]"))
		if err == nil && !marked {
			err = s.event(d, ev.Name, ev.Data)
			switch {
			case err == nil:
				continue
			case !errors.Is(err, io.EOF):
				return err
			}
		}
		deltas, end := d.Finish(marked)
		if err := s.emitAll(deltas); err != nil {
			return err
		}
		if fault.Is(end, fault.Cut) && err != nil && !errors.Is(err, io.EOF) {
			if cut, ok := fault.As(end); ok {
				s.known = cut.Detail
			}
			return err // why it was cut
		}
		return end
	}
}

// whole reads an answer that was not streamed although that was asked for.
func (s *stream) whole(d Decoder, body io.Reader) error {
	limit := s.p.opts.MaxLine
	if limit <= 0 {
		limit = sse.DefaultMax
	}
	raw, err := io.ReadAll(io.LimitReader(body, int64(limit)+1))
	switch {
	case err != nil:
		return err
	case len(raw) > limit:
		return fault.E("openai.Stream", fault.BadAnswer, sse.ErrTooLong)
	}
	if err := s.event(d, "", raw); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	deltas, end := d.Finish(false)
	if err := s.emitAll(deltas); err != nil {
		return err
	}
	return end
}

// event decodes one event and hands over what it brings.
func (s *stream) event(d Decoder, name string, data []byte) error {
	deltas, bad := d.Event(name, data)
	if err := s.emitAll(deltas); err != nil {
		return err
	}
	return bad
}

// detail completes a fault with who was asked.
func (s *stream) detail(err error) error {
	e, ok := fault.As(err)
	if !ok {
		return err
	}
	if e.Detail == nil {
		e.Detail = make(map[string]string)
	}
	maps.Copy(e.Detail, s.known)
	e.Detail["host"], e.Detail["name"], e.Detail["model"] = s.p.desc.Host, s.p.desc.Name, s.Model
	return s.p.blame(err)
}

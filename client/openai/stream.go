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
		s := &stream{p: p, ctx: ctx, Exchange: x, Tries: NewTries(ctx, p.opts.Retry, p.opts.Renew, yield)}
		s.Run(s.once)
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
	*Tries
	p     *Provider
	ctx   context.Context
	known map[string]string // what the decoder knew of an answer that was cut
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
	if err := s.Emit(s.p.headerDeltas(resp, s.Model)...); err != nil {
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
	if err != nil && fault.KindOf(err) == fault.Unknown && !s.Left() {
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
		if err := s.Emit(deltas...); err != nil {
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
	if err := s.Emit(deltas...); err != nil {
		return err
	}
	return end
}

// event decodes one event and hands over what it brings.
func (s *stream) event(d Decoder, name string, data []byte) error {
	deltas, bad := d.Event(name, data)
	if err := s.Emit(deltas...); err != nil {
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

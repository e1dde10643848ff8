package openai

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/sse"
)

// Stream answers the turn of a permit. Failures before the first token that
// pass by themselves are tried again after a wait, which is told by a
// WaitDelta.
func (p *Provider) Stream(ctx context.Context, out policy.Outbound) iter.Seq2[client.Delta, error] {
	return func(yield func(client.Delta, error) bool) {
		turn, body, err := p.prepare(out)
		if err != nil {
			yield(client.Delta{}, err)
			return
		}
		s := &stream{p: p, ctx: ctx, turn: turn, body: body, yield: yield}
		if err := s.run(); err != nil && !s.left {
			yield(client.Delta{}, err)
		}
	}
}

// prepare opens a permit and makes the body.
func (p *Provider) prepare(out policy.Outbound) (chat.Turn, []byte, error) {
	turn, err := client.Open(p.desc, out)
	if err != nil {
		return chat.Turn{}, nil, err
	}
	if p.bad != nil {
		return chat.Turn{}, nil, p.bad
	}
	body, err := p.encode(turn)
	return turn, body, err
}

// stream is one answer, over all its tries.
type stream struct {
	p     *Provider
	ctx   context.Context
	turn  chat.Turn
	body  []byte
	yield func(client.Delta, error) bool
	begun bool // something of the answer was handed over: no more tries
	left  bool // the caller stopped ranging
}

var errLeft = errors.New("the caller stopped ranging")

func (s *stream) run() error {
	for try := 1; ; try++ {
		err := s.once()
		if err == nil || s.begun || s.left || s.ctx.Err() != nil {
			return err
		}
		wait, again := s.p.opts.Retry.wait(try, err)
		if !again {
			return err
		}
		retry := s.p.opts.Retry
		kind := fault.KindOf(err)
		err = s.emit(client.Delta{Kind: client.WaitDelta, Wait: client.Wait{
			Kind: kind, Until: retry.Now().Add(wait), Try: try + 1, Of: retry.Tries,
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
	case client.TextDelta, client.ThinkingDelta, client.PartDelta:
		s.begun = true
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
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.p.endpoint(chatPath), bytes.NewReader(s.body))
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
	if err := s.emitAll(s.p.headerDeltas(resp, s.turn.Model)); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return s.p.refused(op, s.turn.Model, resp)
	}
	if isPage(resp.Header) {
		return s.detail(fault.E(op, fault.BadAnswer, nil, "host", s.p.desc.Host))
	}
	body := idle.Reader(resp.Body)
	d := newDecoder(s.turn)
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
func (s *stream) events(d *decoder, body io.Reader) error {
	r := sse.NewReader(body, s.p.opts.MaxLine)
	for {
		ev, err := r.Next()
		if err == nil && !bytes.Equal(bytes.TrimSpace(ev.Data), []byte("[DONE]")) {
			if err := s.chunk(d, ev.Data); err != nil {
				return err
			}
			continue
		}
		if err == nil {
			d.ended = true
		}
		deltas, end := d.finish()
		if err := s.emitAll(deltas); err != nil {
			return err
		}
		if fault.Is(end, fault.Cut) && err != nil && !errors.Is(err, io.EOF) {
			return err // why it was cut
		}
		return end
	}
}

// whole reads an answer that was not streamed although that was asked for.
func (s *stream) whole(d *decoder, body io.Reader) error {
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
	if err := s.chunk(d, raw); err != nil {
		return err
	}
	deltas, end := d.finish()
	if err := s.emitAll(deltas); err != nil {
		return err
	}
	return end
}

// chunk decodes one event and hands over what it brings.
func (s *stream) chunk(d *decoder, data []byte) error {
	deltas, bad := d.chunk(data)
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
	e.Detail["host"], e.Detail["name"], e.Detail["model"] = s.p.desc.Host, s.p.desc.Name, s.turn.Model
	return err
}

package bedrock

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
	"bise/client/openai"
	"bise/client/sse"
)

// Stream answers the turn of a permit. Failures before the first token that
// pass by themselves are tried again after a wait, which is told by a
// WaitDelta; credentials that have expired are renewed once.
func (p *Provider) Stream(ctx context.Context, out policy.Outbound) iter.Seq2[client.Delta, error] {
	return func(yield func(client.Delta, error) bool) {
		in, turn, err := p.prepare(out)
		if err != nil {
			yield(client.Delta{}, err)
			return
		}
		s := &stream{p: p, ctx: ctx, in: in, model: turn.Model, Tries: openai.NewTries(ctx, p.opts.Retry, p.opts.Renew, yield)}
		s.Run(s.once)
	}
}

// stream is one answer, over all its tries.
type stream struct {
	*openai.Tries
	p     *Provider
	ctx   context.Context
	in    *bedrockruntime.ConverseStreamInput
	model string
}

// once makes the request and hands over its answer.
func (s *stream) once() error {
	const op = "bedrock.Stream"
	ctx, idle := sse.NewIdle(s.ctx, s.p.opts.Idle)
	defer idle.Stop()
	service, err := s.p.service(ctx, func(o *bedrockruntime.Options) { o.HTTPClient = watched{whole{s.p.opts.HTTP}, idle} })
	if err != nil {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		return err
	}
	out, err := service.ConverseStream(ctx, s.in)
	if err != nil {
		return s.p.fault(ctx, op, s.model, err)
	}
	events := out.GetStream()
	defer func() { _ = events.Close() }()
	d := &decoder{emit: s.Emit}
	for {
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case event, more := <-events.Events():
			if more {
				if err := d.event(event); err != nil {
					return s.named(err)
				}
				continue
			}
			if err := events.Err(); err != nil && d.reason == "" {
				if rest := d.flush(); rest != nil {
					return rest
				}
				return s.p.fault(ctx, op, s.model, err)
			}
			return s.named(d.finish(ctx))
		}
	}
}

// named completes a fault with who was asked.
func (s *stream) named(err error) error {
	e, ok := fault.As(err)
	if !ok {
		return err
	}
	if e.Detail == nil {
		e.Detail = make(map[string]string)
	}
	e.Detail["host"], e.Detail["name"], e.Detail["model"] = s.p.desc.Host, s.p.desc.Name, s.model
	e.Detail["profile"] = string(s.p.desc.ID)
	return err
}

// decoder turns events into deltas.
type decoder struct {
	emit   func(...client.Delta) error
	inline inline
	calls  map[int32]*pending
	order  []int32
	reason types.StopReason // "" until messageStop
	useful bool
}

// pending is a tool call whose arguments are still arriving.
type pending struct{ id, name, arguments string }

const maxCalls = 256

func (d *decoder) event(event types.ConverseStreamOutput) error {
	switch e := event.(type) {
	case *types.ConverseStreamOutputMemberContentBlockStart:
		start, ok := e.Value.Start.(*types.ContentBlockStartMemberToolUse)
		if ok && len(d.calls) < maxCalls {
			if d.calls == nil {
				d.calls = make(map[int32]*pending)
			}
			at := aws.ToInt32(e.Value.ContentBlockIndex)
			d.calls[at] = &pending{id: aws.ToString(start.Value.ToolUseId), name: aws.ToString(start.Value.Name)}
			d.order = append(d.order, at)
		}
	case *types.ConverseStreamOutputMemberContentBlockDelta:
		return d.delta(e.Value)
	case *types.ConverseStreamOutputMemberMessageStop:
		d.reason = e.Value.StopReason
	case *types.ConverseStreamOutputMemberMetadata:
		if u := e.Value.Usage; u != nil {
			return d.emit(client.Delta{Kind: client.UsageDelta, Usage: chat.Usage{
				Prompt: int(aws.ToInt32(u.InputTokens)), Completion: int(aws.ToInt32(u.OutputTokens)),
				Cached: int(aws.ToInt32(u.CacheReadInputTokens)), Known: true,
			}})
		}
	}
	return nil
}

func (d *decoder) delta(e types.ContentBlockDeltaEvent) error {
	switch v := e.Delta.(type) {
	case *types.ContentBlockDeltaMemberText:
		return d.say(d.inline.add(v.Value))
	case *types.ContentBlockDeltaMemberReasoningContent:
		switch r := v.Value.(type) {
		case *types.ReasoningContentBlockDeltaMemberText:
			return d.say([]piece{{thinking: true, text: r.Value}})
		case *types.ReasoningContentBlockDeltaMemberSignature:
			return d.emit(client.Delta{Kind: client.PartDelta, Part: chat.Part{
				Kind: chat.ThinkingPart, Origin: chat.Model, Signature: r.Value,
			}})
		}
	case *types.ContentBlockDeltaMemberToolUse:
		if call := d.calls[aws.ToInt32(e.ContentBlockIndex)]; call != nil {
			call.arguments += aws.ToString(v.Value.Input)
		}
	}
	return nil
}

// say hands pieces of the answer over.
func (d *decoder) say(pieces []piece) error {
	for _, p := range pieces {
		if p.text == "" {
			continue
		}
		delta := client.Delta{Kind: client.ThinkingDelta, Text: chat.Text(p.text)}
		if !p.thinking {
			delta.Kind, d.useful = client.TextDelta, true
		}
		if err := d.emit(delta); err != nil {
			return err
		}
	}
	return nil
}

// flush hands over what was held back.
func (d *decoder) flush() error { return d.say(d.inline.rest()) }

// finish gives the end of a complete answer. One without messageStop was cut,
// whatever the library says.
func (d *decoder) finish(ctx context.Context) error {
	const op = "bedrock.Stream"
	if err := d.flush(); err != nil {
		return err
	}
	if d.reason == "" {
		if e, ok := fault.As(context.Cause(ctx)); ok {
			return fault.E(op, e.Kind, nil, "after", e.Detail["after"])
		}
		return fault.E(op, fault.Cut, nil)
	}
	for _, at := range d.order {
		call := d.calls[at]
		d.useful = true
		err := d.emit(client.Delta{Kind: client.PartDelta, Part: chat.Part{
			Kind: chat.ToolCallPart, Origin: chat.Model, Name: call.name, CallID: call.id, Text: chat.Text(call.arguments),
		}})
		if err != nil {
			return err
		}
	}
	switch d.reason {
	case types.StopReasonGuardrailIntervened, types.StopReasonContentFiltered:
		return fault.E(op, fault.Guardrail, nil, "reason", string(d.reason))
	case types.StopReasonMalformedModelOutput, types.StopReasonMalformedToolUse:
		return fault.E(op, fault.ServerFailed, nil, "reason", string(d.reason))
	default:
	}
	if !d.useful {
		return fault.E(op, fault.EmptyAnswer, nil, "reason", string(d.reason))
	}
	return d.emit(client.Delta{Kind: client.DoneDelta, Reason: ending(d.reason)})
}

// ending is the reason in the words of the other services.
func ending(r types.StopReason) string {
	switch r {
	case types.StopReasonMaxTokens, types.StopReasonModelContextWindowExceeded:
		return "length"
	case types.StopReasonToolUse:
		return "tool_calls"
	default:
		return "stop"
	}
}

package cli

import (
	"bytes"
	"io"
	"strings"
	"time"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/termsafe"
)

// listener is told what arrives of an answer.
type listener interface {
	delta(d app.Delta) error
	// end is called once; err is why the answer ended early.
	end(m chat.Message, err error) error
}

// follow prints an answer as it comes. An answer that broke off is printed as
// far as it came, and the error follows.
func (p *program) follow(a *app.App, s *app.Session, answer *app.Answer) error {
	var l listener = &plainAnswer{program: p, app: a}
	if p.globals.json {
		l = &eventAnswer{program: p, session: s, left: answer.Left()}
	}
	for {
		progress := answer.Next()
		for _, d := range progress.Deltas {
			if err := l.delta(d); err != nil {
				answer.Cancel()
				<-answer.Done()
				return err
			}
		}
		if !progress.Over {
			continue
		}
		err := outcome(progress)
		if tellErr := p.tellFitted(answer.Fitted()); tellErr != nil {
			return tellErr
		}
		if endErr := l.end(progress.Message, err); endErr != nil {
			return endErr
		}
		if progress.KeepErr != nil && err == nil {
			return progress.KeepErr
		}
		return err
	}
}

// tellFitted says what was left out of a conversation that was too long, or
// summarised.
func (p *program) tellFitted(f app.Fitted) error {
	if f.Messages == 0 {
		return nil
	}
	line := p.words.N("fit."+string(f.Way), f.Messages, "Window", f.Window)
	if p.globals.json {
		return p.output.json(event{"type", "fit", "way", string(f.Way), "messages", f.Messages, "window", f.Window, "message", line})
	}
	p.output.note(line)
	return nil
}

// outcome is why an answer is not whole, nil if it is.
func outcome(progress app.Progress) error {
	switch {
	case progress.Err != nil:
		return progress.Err
	case progress.Message.State == chat.Stopped:
		return fault.E("cli.follow", fault.Interrupted, nil)
	default:
		return nil
	}
}

// plainAnswer prints the text to standard output and all else to standard
// error.
type plainAnswer struct {
	program  *program
	app      *app.App
	filter   termsafe.Filter
	last     string // the last text printed
	thinking bool
	sources  int             // references told so far
	spoken   bool            // for a screen reader: nothing is drawn
	told     map[string]bool // of the service's tools
}

func (l *plainAnswer) delta(d app.Delta) error {
	p := l.program
	switch d.Kind {
	case app.TextDelta:
		return l.text(string(d.Text))
	case app.ThinkingDelta:
		if !l.thinking {
			l.thinking = true
			p.output.note(p.words.T("cli.ask.thinking"))
		}
	case app.PartDelta:
		l.part(d.Part)
	case app.ToolDelta:
		l.tool(d.Tool)
	case app.WaitDelta:
		p.tellWait(d, l.app.Now())
	case app.NoticeDelta:
		p.output.note(p.notice(d.Notice))
	case app.StatusDelta:
		told := p.words.T("cli.ask.loading")
		if d.Reason == app.StatusSummarising {
			told = p.words.T("cli.ask.summarising")
		}
		p.output.note(told)
	default: // counts, limits and names are for scripts
	}
	return nil
}

func (l *plainAnswer) text(s string) error {
	if l.program.console.outTerminal {
		s = l.filter.Push(s)
	}
	if s == "" {
		return nil
	}
	l.last = s
	_, err := io.WriteString(l.program.env.Stdout, s)
	return err
}

// end ends the last line of the answer.
func (l *plainAnswer) end(m chat.Message, err error) error {
	p := l.program
	if rest := l.filter.Flush(); rest != "" {
		if err := l.text(rest); err != nil {
			return err
		}
	}
	if l.last != "" && !strings.HasSuffix(l.last, "\n") {
		if _, err := io.WriteString(p.env.Stdout, "\n"); err != nil {
			return err
		}
	}
	if err == nil && m.State == chat.Cut {
		p.output.note(p.words.T("cli.ask.length"))
	}
	if !l.spoken && m.Model != "" && m.Asked != "" && m.Model != m.Asked {
		p.output.note(p.words.T("cli.ask.redirected", "Asked", m.Asked, "Model", m.Model))
	}
	return nil
}

// part names a part that is not text.
func (l *plainAnswer) part(part chat.Part) {
	p := l.program
	switch part.Kind {
	case chat.ReferencePart:
		l.sources++
		p.output.note(strings.TrimSpace(p.words.T("cli.ask.source", "Number", l.sources, "Title", part.Name, "URL", part.URL)))
	case chat.ToolCallPart:
		p.output.note(p.words.T("cli.ask.tool", "Name", part.Name))
	case chat.ImagePart:
		p.output.note(p.words.T("cli.ask.image", "Type", part.MediaType, "Bytes", len(part.Data)))
		l.picture(part)
	case chat.FilePart:
		p.output.note(p.words.T("cli.ask.file", "Name", part.Name))
	default:
	}
}

// tellWait says why nothing comes and when it goes on.
func (p *program) tellWait(d app.Delta, now time.Time) {
	why, _ := p.words.Fault(fault.E("cli.wait", d.Wait.Kind, nil, "limit", d.Wait.Limit))
	seconds := max(1, int(d.Wait.Until.Sub(now).Round(time.Second)/time.Second))
	p.output.note(p.words.N("cli.ask.waiting", seconds, "Why", why, "Try", d.Wait.Try, "Of", d.Wait.Of))
}

// eventAnswer prints one JSON object a line for each thing that arrives.
type eventAnswer struct {
	program *program
	session *app.Session
	left    []policy.Left
	told    bool
}

// event is a JSON object that begins with its type: names and values in turn.
type event []any

// MarshalJSON writes the names in the order they were given.
func (e event) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i := 0; i+1 < len(e); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := encode(e[i])
		if err != nil {
			return nil, err
		}
		value, err := encode(e[i+1])
		if err != nil {
			return nil, err
		}
		b.Write(bytes.TrimSpace(name))
		b.WriteByte(':')
		b.Write(bytes.TrimSpace(value))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (l *eventAnswer) emit(e event) error {
	if !l.told {
		l.told = true
		for _, left := range l.left {
			a := left.Verdict.Answer(l.program.say)
			e := event{"type", "left", "what", left.What, "message_id", left.Message, "decision", a.Decision, "clauses", a.Clauses, "reason", a.Reason}
			if err := l.program.output.json(e); err != nil {
				return err
			}
		}
	}
	return l.program.output.json(e)
}

func (l *eventAnswer) delta(d app.Delta) error {
	switch d.Kind {
	case app.TextDelta:
		e := event{"type", "delta", "text", string(d.Text)}
		if d.Origin != 0 && d.Origin != chat.Model {
			e = append(e, "origin", d.Origin.Names())
		}
		return l.emit(e)
	case app.ThinkingDelta:
		return l.emit(event{"type", "thinking", "text", string(d.Text)})
	case app.PartDelta:
		return l.part(d.Part)
	case app.ToolDelta:
		return l.emit(toolEvent(d.Tool))
	case app.UsageDelta:
		return l.emit(usageEvent(d.Usage))
	case app.ModelDelta:
		return l.emit(event{"type", "model", "model", d.Model})
	case app.WaitDelta:
		e := event{"type", "wait", "kind", string(d.Wait.Kind), "until", stamp(d.Wait.Until), "try", d.Wait.Try, "of", d.Wait.Of}
		if d.Wait.Limit != "" {
			e = append(e, "limit", d.Wait.Limit)
		}
		return l.emit(e)
	case app.LimitDelta:
		limits := make(map[string]event, len(d.Limits))
		for _, limit := range d.Limits {
			limits[limit.Name] = event{"limit", limit.Limit, "remaining", limit.Remaining}
		}
		return l.emit(event{"type", "limits", "limits", limits})
	case app.NoticeDelta:
		return l.emit(event{"type", "notice", "notice", d.Notice.Key, "message", l.program.notice(d.Notice)})
	case app.StatusDelta:
		return l.emit(event{"type", "status", "status", d.Reason})
	default: // what is done is told by end
		return nil
	}
}

func (l *eventAnswer) part(part chat.Part) error {
	switch part.Kind {
	case chat.ToolCallPart:
		return l.emit(event{"type", "tool", "name", part.Name, "call_id", part.CallID, "arguments", string(part.Text)})
	case chat.ToolResultPart:
		return l.emit(event{"type", "tool_result", "name", part.Name, "call_id", part.CallID, "text", string(part.Text)})
	case chat.ReferencePart:
		return l.emit(event{"type", "source", "title", part.Name, "url", part.URL, "text", string(part.Text)})
	case chat.ImagePart:
		return l.emit(event{"type", "image", "media_type", part.MediaType, "data", part.Data})
	case chat.FilePart:
		return l.emit(event{"type", "file", "name", part.Name, "media_type", part.MediaType})
	default:
		return nil
	}
}

func usageEvent(u chat.Usage) event {
	e := event{"type", "usage", "prompt_tokens", u.Prompt, "completion_tokens", u.Completion, "total_tokens", u.Total()}
	if u.Cached > 0 {
		e = append(e, "cached_tokens", u.Cached)
	}
	if u.Reasoning > 0 {
		e = append(e, "reasoning_tokens", u.Reasoning)
	}
	if u.Connectors > 0 {
		e = append(e, "connector_tokens", u.Connectors)
	}
	if u.Window > 0 {
		e = append(e, "context_tokens", u.Window)
	}
	return e
}

func (l *eventAnswer) end(m chat.Message, err error) error {
	where := event{"conversation_id", l.session.ID(), "message_id", m.ID}
	if err != nil && !fault.Is(err, fault.Interrupted) {
		told := l.program.describe(err)
		return l.emit(append(event{
			"type", "error", "kind", told.Kind, "message", told.Message, "remedy", told.Remedy, "clauses", told.Clauses,
		}, where...))
	}
	model := m.Model
	if model == "" {
		model = m.Asked
	}
	return l.emit(append(append(event{"type", "done"}, where...),
		"provider", m.Provider, "model", model, "state", m.State, "finish_reason", m.Ended))
}

package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

func (p *program) chatCommand() *cobra.Command {
	var f chatFlags
	c := p.build(command{
		use: "chat", short: "cli.chat.short", long: "cli.chat.long",
		run: func(c *cobra.Command, _ []string) error { return p.chat(c.Context(), f) },
	})
	p.chatFlagsOf(c, &f)
	return c
}

// talk is a conversation in lines: no cursor is moved and nothing is drawn
// twice, so that a screen reader reads every line once.
type talk struct {
	*program
	app     *app.App
	session *app.Session
	lines   chan string   // what the person typed, line by line
	typing  error         // why lines was closed
	waiting []string      // lines typed while an answer grew
	failed  error         // the last prompt that was not answered
	quit    chan struct{} // closed at the end, for the reader
}

// chat runs the line mode to its end: /quit, the end of the input, or an
// interrupt while nothing is being answered.
func (p *program) chat(ctx context.Context, f chatFlags) error {
	a, err := p.open(true)
	if err != nil {
		return err
	}
	p.noteBroken(a)
	if err := p.openHistory(ctx, a); err != nil {
		return err
	}
	s, err := p.session(ctx, a, f, false)
	if err != nil {
		return err
	}
	t := &talk{program: p, app: a, session: s, lines: make(chan string), quit: make(chan struct{})}
	defer close(t.quit)
	go t.read()
	t.welcome(ctx)
	for {
		prompt, ok, err := t.prompt(ctx)
		if err != nil {
			return err
		}
		if !ok {
			return t.result()
		}
		if strings.HasPrefix(prompt, "/") && !strings.Contains(prompt, "\n") {
			over, err := t.command(ctx, prompt)
			if over {
				return cmp.Or(err, t.result())
			}
			t.tell(err)
			continue
		}
		err = t.turn(ctx, app.Prompt{Text: chat.Text(prompt)})
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			t.failed = err
		}
		t.tell(err)
	}
}

// result is how a chat from a pipe ended, for the script behind it; a person
// has seen what failed.
func (t *talk) result() error {
	if t.failed == nil || t.console.inTerminal {
		return nil
	}
	return &quiet{exitCode(t.failed)}
}

// tell reports an error that does not end the conversation.
func (t *talk) tell(err error) {
	if err != nil && !fault.Is(err, fault.Interrupted) {
		t.report(err)
	}
}

// read hands over line by line what is typed or piped.
func (t *talk) read() {
	defer close(t.lines)
	r := bufio.NewReader(t.env.Stdin)
	for {
		line, err := r.ReadString('\n')
		if line != "" {
			select {
			case t.lines <- strings.TrimRight(line, "\r\n"):
			case <-t.quit:
				return
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.typing = err
			}
			return
		}
	}
}

func (t *talk) welcome(ctx context.Context) {
	place := t.app.PlaceOf(ctx, t.session.Choice())
	t.output.note(t.words.T("cli.chat.welcome", "Where", place.Where, "Consequence", place.Consequence))
	t.output.note(t.words.T("cli.chat.hint"))
}

// prompt reads a prompt: one line, or several that end in a backslash.
func (t *talk) prompt(ctx context.Context) (prompt string, ok bool, err error) {
	var lines []string
	for {
		t.invite(len(lines) > 0)
		line, ok, err := t.line(ctx)
		if err != nil {
			return "", false, err
		}
		more := strings.HasSuffix(line, `\`)
		lines = append(lines, strings.TrimSuffix(line, `\`))
		if more && ok {
			continue
		}
		prompt = strings.TrimSpace(strings.Join(lines, "\n"))
		if prompt != "" {
			return prompt, true, nil
		}
		if !ok {
			return "", false, t.typing
		}
		lines = nil
	}
}

// invite says whose turn it is, where somebody reads it.
func (t *talk) invite(more bool) {
	if !t.console.inTerminal {
		return
	}
	invitation := t.words.T("cli.chat.you") + ": "
	if more {
		invitation = "... "
	}
	_, _ = io.WriteString(t.env.Stdout, invitation)
}

func (t *talk) line(ctx context.Context) (line string, ok bool, err error) {
	if len(t.waiting) > 0 {
		line, t.waiting = t.waiting[0], t.waiting[1:]
		return line, true, nil
	}
	select {
	case <-ctx.Done():
		_, _ = io.WriteString(t.env.Stdout, "\n")
		return "", false, fault.E("cli.chat", fault.Interrupted, ctx.Err())
	case line, ok = <-t.lines:
		return line, ok, nil
	}
}

// turn asks and prints the answer, after whatever has to be confirmed.
func (t *talk) turn(ctx context.Context, prompt app.Prompt) error {
	if err := t.app.Held(t.session.Choice().Provider); err != nil {
		return err
	}
	for range maxQuestions {
		answer, v, err := t.app.Ask(ctx, t.session, prompt)
		if err != nil {
			return err
		}
		if answer != nil {
			t.tellLeft(answer.Left())
			return t.listen(answer)
		}
		if v.Decision != policy.Confirm {
			return &policy.Refusal{Verdict: v}
		}
		if err := t.agree(ctx, v); err != nil {
			return err
		}
		if err := t.app.Agree(ctx, t.session, v, prompt.Purpose); err != nil {
			return err
		}
	}
	return fault.E("cli.chat", fault.NeedsAnswer, nil, "what", "confirmation", "flag", "--yes")
}

// agree asks what a rule wants confirmed, on the line that is being read.
func (t *talk) agree(ctx context.Context, v policy.Verdict) error {
	if t.globals.yes {
		return nil
	}
	if !t.console.interactive() {
		return &unconfirmed{v}
	}
	t.explain(ctx, t.app, t.session, v)
	_, _ = io.WriteString(t.env.Stderr, t.words.T("cli.confirm.question")+" "+t.words.T("cli.confirm.choice")+" ")
	line, _, err := t.line(ctx)
	if err != nil {
		return err
	}
	if !isYes(line, t.words.T("cli.confirm.yes")) {
		return &unconfirmed{v}
	}
	return nil
}

// listen prints an answer sentence by sentence. An interrupt or /stop ends it;
// what else is typed meanwhile is taken up afterwards.
func (t *talk) listen(answer *app.Answer) error {
	stop := answer.Cancel
	t.onInterrupt.Store(&stop)
	defer t.onInterrupt.Store(nil)
	steps := stepsOf(answer)
	var lines chan string
	if t.console.inTerminal {
		lines = t.lines // a pipe is read when its turn has come
	}
	voice := &spokenAnswer{
		plainAnswer: plainAnswer{program: t.program, app: t.app, spoken: true},
		provider:    t.session.Choice().Provider, asked: answer.Asked(),
	}
	var last app.Progress
	var failed error
	for steps != nil {
		select {
		case line, ok := <-lines:
			if !ok {
				lines = nil
				continue
			}
			t.hear(line, answer)
		case step, ok := <-steps:
			if !ok {
				steps = nil
				continue
			}
			last = step
			for _, d := range step.Deltas {
				if failed == nil {
					failed = voice.delta(d)
				}
			}
			if failed != nil {
				answer.Cancel()
			}
		}
	}
	if failed != nil {
		return failed
	}
	err := outcome(last)
	if endErr := voice.end(last.Message, err); endErr != nil {
		return endErr
	}
	if err == nil {
		err = last.KeepErr
	}
	return err
}

// stepsOf hands over what arrives of an answer, to its end.
func stepsOf(answer *app.Answer) <-chan app.Progress {
	steps := make(chan app.Progress)
	go func() {
		defer close(steps)
		for {
			step := answer.Next()
			steps <- step
			if step.Over {
				return
			}
		}
	}()
	return steps
}

// hear takes a line that was typed while an answer grows.
func (t *talk) hear(line string, answer *app.Answer) {
	if strings.TrimSpace(line) == "/stop" {
		answer.Cancel()
		return
	}
	t.waiting = append(t.waiting, line)
}

// spokenAnswer prints whole sentences and lines, so that a screen reader is
// not interrupted in the middle of a word.
type spokenAnswer struct {
	plainAnswer
	provider, asked string
	model           string // the one that answers, where it is another
	begun           bool
	held            strings.Builder
}

func (l *spokenAnswer) delta(d app.Delta) error {
	switch d.Kind {
	case app.ModelDelta:
		l.model = d.Model
		return nil
	case app.TextDelta:
		if err := l.begin(); err != nil {
			return err
		}
		l.held.WriteString(string(d.Text))
		held := l.held.String()
		if end := lastSentence(held); end > 0 {
			l.held.Reset()
			l.held.WriteString(held[end:])
			return l.text(held[:end])
		}
		return nil
	default:
		return l.plainAnswer.delta(d)
	}
}

// begin names who speaks.
func (l *spokenAnswer) begin() error {
	if l.begun {
		return nil
	}
	l.begun = true
	return l.text(l.program.speaker(l.provider, l.model, l.asked) + ": ")
}

func (l *spokenAnswer) end(m chat.Message, err error) error {
	if l.held.Len() > 0 {
		if err := l.text(l.held.String()); err != nil {
			return err
		}
	}
	if err := l.plainAnswer.end(m, err); err != nil {
		return err
	}
	if fault.Is(err, fault.Interrupted) {
		l.program.output.note(l.program.words.T("cli.chat.stopped"))
	}
	return nil
}

// lastSentence is where the last whole sentence or line of s ends, 0 if there
// is none.
func lastSentence(s string) int {
	end := strings.LastIndexByte(s, '\n') + 1
	for i := len(s) - 1; i > end; i-- {
		if s[i] == ' ' && strings.ContainsRune(".!?:;", rune(s[i-1])) {
			return i + 1
		}
	}
	return end
}

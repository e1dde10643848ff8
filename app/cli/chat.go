package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
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
	leaving leavingFlags
	lines   chan string   // what the person typed, line by line
	typing  error         // why lines was closed
	waiting []string      // lines typed ahead of their turn
	failed  error         // the last prompt that was not answered
	quit    chan struct{} // closed at the end, for the reader

	unsent *app.Prompt    // the last prompt, where it was not sent
	attach []chat.Part    // files of the next prompt
	left   map[string]int // what tellLeft has told
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
	f.talks = true
	s, err := p.session(ctx, a, f, false)
	if err != nil {
		return err
	}
	// Once lines are read, a passphrase could not be typed unseen.
	if err := a.FindKey(ctx, s.Choice().Provider); err != nil {
		return err
	}
	p.readsLines = true
	t := &talk{program: p, app: a, session: s, leaving: f.leavingFlags, lines: make(chan string), quit: make(chan struct{})}
	defer close(t.quit)
	go t.read()
	t.welcome(ctx)
	for {
		prompt, ok, err := t.prompt(ctx)
		if fault.Is(err, fault.Interrupted) {
			return &quiet{exitInterrupted} // nothing was being answered: there is nothing to say
		}
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
		err = t.turn(ctx, t.typed(prompt))
		if ctx.Err() != nil {
			return err
		}
		t.tell(err)
	}
}

// typed is what a person typed, with the files that go along.
func (t *talk) typed(text string) app.Prompt {
	prompt := app.Prompt{Text: chat.Text(text), Attachments: t.attach}
	t.attach = nil
	t.leaving.into(&prompt)
	return prompt
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
	if err == nil {
		return
	}
	stopped := fault.Is(err, fault.Interrupted) // which has been told
	if !stopped {
		t.report(err)
	}
	if errors.Is(err, t.failed) && (stopped || exitCode(err) == exitOtherSide) {
		t.wayOn()
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
	if place := t.app.PlaceOf(ctx, t.session.Choice()); place.Where != "" { // a service that is switched off has none
		t.output.note(t.words.T("cli.chat.welcome", "Where", place.Where, "Consequence", place.Consequence))
	}
	t.output.note(t.words.T("cli.chat.hint"))
}

// prompt reads a prompt: one line, or several that end in a backslash.
func (t *talk) prompt(ctx context.Context) (prompt string, ok bool, err error) {
	var lines []string
	for {
		line, ok, err := t.take(ctx, len(lines) > 0)
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

// take takes the next line of a prompt. Where somebody reads it, it says whose
// turn it is, and repeats a line that was typed ahead.
func (t *talk) take(ctx context.Context, more bool) (line string, ok bool, err error) {
	if !t.console.inTerminal {
		return t.line(ctx)
	}
	t.setAside()
	invitation := t.words.T("cli.chat.you") + ": "
	if more {
		invitation = "... "
	}
	if len(t.waiting) == 0 {
		_, _ = io.WriteString(t.env.Stdout, invitation)
		return t.line(ctx)
	}
	line, t.waiting = t.waiting[0], t.waiting[1:]
	return line, true, t.output.line(invitation + line)
}

// typedAhead is how long the reader may take to hand over a line that was typed
// before.
const typedAhead = 20 * time.Millisecond

// setAside puts lines that were typed ahead of a question where they wait for
// their turn.
func (t *talk) setAside() {
	for {
		select {
		case line, ok := <-t.lines:
			if !ok {
				return
			}
			t.waiting = append(t.waiting, line)
		case <-time.After(typedAhead):
			return
		}
	}
}

// yes asks on the line that is being read. A line that was typed before the
// question is no answer to it.
func (t *talk) yes(ctx context.Context, question string) (bool, error) {
	t.setAside()
	_, _ = io.WriteString(t.env.Stderr, t.choice(question)+" ")
	line, ok, err := t.line(ctx)
	if err == nil && !ok { // who ends the input has not answered
		_, _ = io.WriteString(t.env.Stderr, "\n")
		err = &quiet{exitRefused}
	}
	return isYes(line, t.words.T("cli.confirm.yes")), err
}

// line waits for a line.
func (t *talk) line(ctx context.Context) (line string, ok bool, err error) {
	select {
	case <-ctx.Done():
		_, _ = io.WriteString(t.env.Stdout, "\n")
		return "", false, fault.E("cli.chat", fault.Interrupted, ctx.Err())
	case line, ok = <-t.lines:
		return line, ok, nil
	}
}

// turn asks and prints the answer, after whatever has to be asked first.
func (t *talk) turn(ctx context.Context, prompt app.Prompt) error {
	answer, err := t.start(ctx, t.app, t.session, prompt, t.yes)
	if err != nil {
		t.unsent, t.failed = &prompt, err
		t.attach = prompt.Attachments // they go along with what is asked instead
		for _, part := range t.attach {
			t.output.note(t.words.T("cli.chat.attached", "Name", part.Name))
		}
		return err
	}
	t.unsent = nil
	t.left = t.tellLeft(answer.Left(), t.left)
	if err := t.listen(answer); err != nil {
		t.failed = err
		return err
	}
	t.wayOn() // from an answer that ended at its limit
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

package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"bise/app/chat"
	"bise/app/fault"
)

// console is the person at the terminal, where there is one. Questions go to
// standard error, so that they are seen when the output goes elsewhere.
type console struct {
	in          io.Reader
	err         io.Writer
	inTerminal  bool
	outTerminal bool
	errTerminal bool
}

func newConsole(env Env) console {
	return console{
		in: env.Stdin, err: env.Stderr,
		inTerminal:  isTerminal(env.Stdin),
		outTerminal: isTerminal(env.Stdout),
		errTerminal: isTerminal(env.Stderr),
	}
}

// interactive reports whether somebody can be asked.
func (c console) interactive() bool { return c.inTerminal && c.errTerminal }

// hidden asks for a secret that does not show on the terminal. An interrupt
// gives the terminal back as it was.
func (c console) hidden(ctx context.Context, question string) (chat.Secret, error) {
	const op = "cli.askHidden"
	f, ok := c.in.(*os.File)
	if !ok || !c.interactive() {
		return "", fault.E(op, fault.NeedsAnswer, nil, "what", "secret")
	}
	// The terminal stops showing what is typed before the question is there:
	// somebody may type as soon as it is.
	before, err := term.MakeRaw(int(f.Fd()))
	if err != nil {
		return "", fault.E(op, fault.NeedsAnswer, err, "what", "secret")
	}
	defer func() { _ = term.Restore(int(f.Fd()), before) }()
	type reply struct {
		secret string
		err    error
	}
	replies := make(chan reply, 1)
	go func() {
		t := term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{oneByte{f}, c.err}, "")
		secret, err := t.ReadPassword(question + " ")
		replies <- reply{secret, err}
	}()
	select {
	case <-ctx.Done():
		return "", fault.E(op, fault.Interrupted, ctx.Err())
	case r := <-replies:
		if r.err != nil { // ^C or ^D
			return "", fault.E(op, fault.Interrupted, r.err)
		}
		return chat.Secret(r.secret), nil
	}
}

// oneByte reads byte by byte, so that nothing typed ahead of the next question
// is taken.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 1)]) }

// asker asks a question that yes or no answers.
type asker func(ctx context.Context, question string) (bool, error)

// yes asks on the terminal.
func (p *program) yes(ctx context.Context, question string) (bool, error) {
	return p.console.yes(ctx, p.choice(question), p.words.T("cli.confirm.yes"))
}

// choice is a question with the words that answer it.
func (p *program) choice(question string) string {
	return question + " " + p.words.T("cli.confirm.choice")
}

// yes asks a question that yes or no answers; anything but yes is no.
func (c console) yes(ctx context.Context, question, yesWords string) (bool, error) {
	_, _ = io.WriteString(c.err, question+" ")
	line, err := readLine(ctx, c.in)
	if err != nil && line == "" {
		_, _ = io.WriteString(c.err, "\n")
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		return false, err
	}
	return isYes(line, yesWords), nil
}

func isYes(line, yesWords string) bool {
	line = strings.ToLower(strings.TrimSpace(line))
	for word := range strings.FieldsSeq(yesWords) {
		if line == word {
			return true
		}
	}
	return false
}

// readLine reads one line, byte by byte so that nothing behind it is taken.
func readLine(ctx context.Context, r io.Reader) (string, error) {
	type reply struct {
		line string
		err  error
	}
	replies := make(chan reply, 1)
	go func() {
		var line strings.Builder
		var one [1]byte
		for line.Len() < maxLine {
			n, err := r.Read(one[:])
			if n == 1 && one[0] == '\n' {
				replies <- reply{line.String(), nil}
				return
			}
			line.Write(one[:n])
			if err != nil {
				replies <- reply{line.String(), err}
				return
			}
		}
		replies <- reply{"", bufio.ErrTooLong}
	}()
	select {
	case <-ctx.Done():
		return "", fault.E("cli.readLine", fault.Interrupted, ctx.Err())
	case r := <-replies:
		return strings.TrimSuffix(r.line, "\r"), r.err
	}
}

// maxLine is the longest answer to a question, in bytes; the longest key fits.
const maxLine = 4096

// askPassphrase asks for the passphrase of the sealed file, and explains it the
// first time, when it is made. Nothing typed then means that nothing is kept.
func (p *program) askPassphrase(ctx context.Context) (chat.Secret, error) {
	if p.readsLines {
		return "", fault.E("cli.askPassphrase", fault.NeedsAnswer, nil, "what", "passphrase", "why", "lines")
	}
	holder, _, err := p.app.Holder(ctx)
	if err != nil {
		return "", err
	}
	if holder != "" && holder != "off" {
		return p.console.hidden(ctx, p.words.T("cli.passphrase.ask"))
	}
	p.output.note(p.words.T("cli.passphrase.why"))
	return p.newPassphrase(ctx)
}

// newPassphrase asks for a passphrase twice.
func (p *program) newPassphrase(ctx context.Context) (chat.Secret, error) {
	for {
		first, err := p.console.hidden(ctx, p.words.T("cli.passphrase.new"))
		if err != nil {
			return "", err
		}
		if first == "" {
			return "", fault.E("cli.newPassphrase", fault.NoKeyring, nil)
		}
		again, err := p.console.hidden(ctx, p.words.T("cli.passphrase.again"))
		if err != nil {
			return "", err
		}
		if first == again {
			return first, nil
		}
		p.output.note(p.words.T("cli.passphrase.differ"))
	}
}

// confirm asks before something that cannot be taken back. --yes answers it;
// without a terminal and without --yes it is refused.
func (p *program) confirm(ctx context.Context, question string) error {
	if p.globals.yes {
		return nil
	}
	if !p.console.interactive() {
		return fault.E("cli.confirm", fault.NeedsAnswer, nil, "what", "confirmation", "question", question, "flag", "--yes")
	}
	ok, err := p.yes(ctx, question)
	if err != nil {
		return err
	}
	if !ok {
		p.output.note(p.words.T("cli.confirm.declined"))
		return &quiet{exitRefused}
	}
	return nil
}

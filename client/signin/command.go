package signin

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"bise/app/fault"
	"bise/app/shellwords"
)

const (
	// commandLimit is how long a sign-in program may take. The clouds' own take
	// two to five seconds.
	commandLimit = 30 * time.Second
	// maxToken is far above any token, in bytes.
	maxToken = 1 << 20
)

// escaped are the characters that a backslash takes the meaning from; before
// others it stays, so that paths of Windows can be written.
func escaped(r rune) bool { return strings.ContainsRune(` "'\$`, r) }

// Command gets tokens from a program of the company. It is started without a
// shell, unless the line names one, in a session of its own, so that it cannot
// ask on the terminal; when it hangs it is killed with all that it started. Its
// output is read as a token and never shown.
func Command(o Options, line string) *Tokens { return command(o, line, commandLimit) }

func command(o Options, line string, limit time.Duration) *Tokens {
	const op = "signin.Command"
	return newTokens(o, limit, func(ctx context.Context) (Token, error) {
		failed := func(reason, program string, more ...string) error {
			return fault.E(op, fault.TokenCommand, nil, append([]string{
				"profile", o.Profile, "setting", "token_command", "reason", reason, "program", program,
			}, more...)...)
		}
		words, err := shellwords.Split(line, escaped)
		if err != nil || len(words) == 0 {
			return Token{}, failed("words", "")
		}
		program := words[0]
		out, err := run(ctx, words)
		var exit *exec.ExitError
		switch {
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			return Token{}, failed("hung", program, "after", limit.String())
		case ctx.Err() != nil:
			return Token{}, ctx.Err()
		case errors.As(err, &exit):
			return Token{}, failed("status", program, "status", strconv.Itoa(exit.ExitCode()))
		case err != nil:
			return Token{}, failed("missing", program)
		}
		token, ok := ReadToken(out, o.now())
		if !ok {
			return Token{}, failed("output", program)
		}
		return token, nil
	})
}

// run gives the standard output of a program.
func run(ctx context.Context, words []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	out := &bounded{}
	cmd.Stdout = out
	alone(cmd)
	cmd.Cancel = func() error { return killAll(cmd) }
	// A child that keeps the pipe open does not keep us.
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil
	}
	return out.data, err
}

// bounded keeps what fits and drops the rest.
type bounded struct{ data []byte }

var _ io.Writer = (*bounded)(nil)

// Write takes all and keeps what fits.
func (b *bounded) Write(p []byte) (int, error) {
	room := maxToken - len(b.data)
	b.data = append(b.data, p[:min(room, len(p))]...)
	return len(p), nil
}

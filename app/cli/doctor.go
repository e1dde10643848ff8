package cli

import (
	"context"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

type doctorFlags struct {
	verify   bool
	rekey    bool
	code     bool
	recover  bool
	heldBy   string
	newWords bool
}

func (p *program) doctorCommand() *cobra.Command {
	var f doctorFlags
	c := p.build(command{
		use: "doctor", short: "cli.doctor.short", long: "cli.doctor.long",
		run: func(c *cobra.Command, _ []string) error { return p.doctor(c.Context(), f) },
	})
	c.Flags().BoolVar(&f.verify, "verify", false, p.words.T("cli.flag.verify"))
	c.Flags().BoolVar(&f.rekey, "rekey", false, p.words.T("cli.flag.rekey"))
	c.Flags().BoolVar(&f.code, "recovery-code", false, p.words.T("cli.flag.recovery_code"))
	c.Flags().BoolVar(&f.recover, "recover", false, p.words.T("cli.flag.recover"))
	c.Flags().StringVar(&f.heldBy, "holder", "", p.words.T("cli.flag.holder"))
	c.Flags().BoolVar(&f.newWords, "new-passphrase", false, p.words.T("cli.flag.new_passphrase"))
	exclusive(c, "verify", "rekey", "recovery-code", "recover")
	return c
}

func (p *program) doctor(ctx context.Context, f doctorFlags) error {
	a, err := p.open(true)
	switch {
	case err != nil && !f.rekey && !f.code && !f.recover:
		return p.tellChecks([]app.Check{{Name: app.CheckConfig, State: app.CheckFail, Err: err}, p.checkTerminal()})
	case err != nil:
		return err
	case f.rekey:
		return p.rekey(ctx, a, f)
	case f.code:
		return p.recoveryCode(ctx, a)
	case f.recover:
		return p.recoverKey(ctx, a, f)
	}
	return p.tellChecks(append(a.Doctor(ctx, f.verify), p.checkTerminal()))
}

// checkJSON is one line of doctor --json.
type checkJSON struct {
	Check   string `json:"check"`
	Status  string `json:"status"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
}

// tellChecks prints every check. One that failed means that bise cannot do its
// work here.
func (p *program) tellChecks(checks []app.Check) error {
	var rows [][]string
	failed := false
	for _, c := range checks {
		out := checkJSON{Check: c.Name, Status: string(c.State)}
		if c.Err != nil {
			e := p.describe(c.Err)
			out.Message, out.Remedy = e.Message, e.Remedy
		} else {
			out.Message = p.notice(c.Says)
		}
		failed = failed || c.State == app.CheckFail
		if p.globals.json {
			if err := p.output.json(out); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{out.Status, out.Check, strings.TrimSpace(out.Message + " " + out.Remedy)})
	}
	if err := p.output.table(rows); err != nil {
		return err
	}
	if failed {
		return &quiet{exitFailed}
	}
	return nil
}

// checkTerminal says what the screen will find.
func (p *program) checkTerminal() app.Check {
	says := func(state app.CheckState, key string, args map[string]string) app.Check {
		return app.Check{Name: "terminal", State: state, Says: app.Notice{Key: key, Args: args}}
	}
	name := p.env.Getenv("TERM")
	f, ok := p.env.Stdout.(*os.File)
	if !ok || !p.console.outTerminal || !p.console.inTerminal {
		return says(app.CheckOK, "cli.doctor.no_terminal", nil)
	}
	width, height, err := term.GetSize(int(f.Fd()))
	args := map[string]string{"Term": name, "Size": strconv.Itoa(width) + "×" + strconv.Itoa(height)}
	switch {
	case name == "dumb" || name == "":
		return says(app.CheckWarn, "cli.doctor.dumb_terminal", args)
	case err == nil && (width < 40 || height < 12):
		return says(app.CheckWarn, "cli.doctor.small_terminal", args)
	default:
		return says(app.CheckOK, "cli.doctor.terminal", args)
	}
}

// holder reads --holder; nothing is the holder in use, or the one to begin
// with.
func holder(word string, inUse app.Holder) (app.Holder, error) {
	switch word {
	case "":
		return inUse, nil
	case "keyring":
		return app.Keyring, nil
	case "passphrase", string(app.Sealed):
		return app.Sealed, nil
	default:
		return "", fault.E("cli.doctor", fault.Usage, nil, "what", "holder", "word", word)
	}
}

func (p *program) rekey(ctx context.Context, a *app.App, f doctorFlags) error {
	if _, err := holder(f.heldBy, ""); err != nil {
		return err
	}
	if err := p.confirm(ctx, p.words.T("cli.doctor.rekey.confirm")); err != nil {
		return err
	}
	if err := a.OpenHistory(ctx); err != nil {
		return err
	}
	inUse, _, err := a.Holder(ctx)
	if err != nil {
		return err
	}
	to, err := holder(f.heldBy, inUse)
	if err != nil {
		return err
	}
	var passphrase chat.Secret
	if to == app.Sealed && (inUse != app.Sealed || f.newWords) {
		if passphrase, err = p.freshPassphrase(ctx); err != nil {
			return err
		}
	}
	if err := a.Rekey(ctx, to, passphrase); err != nil {
		return err
	}
	return p.output.line(p.words.T("cli.doctor.rekey.done"))
}

// freshPassphrase is a new passphrase: from the terminal, else from the
// environment.
func (p *program) freshPassphrase(ctx context.Context) (chat.Secret, error) {
	if p.console.interactive() {
		return p.newPassphrase(ctx)
	}
	if s := p.env.Getenv(passphraseVariable); s != "" {
		return chat.Secret(s), nil
	}
	return "", fault.E("cli.doctor", fault.NeedsAnswer, nil, "what", "passphrase")
}

// recoveryCode prints a code that opens the history when its key is lost. It
// is printed once and kept nowhere.
func (p *program) recoveryCode(ctx context.Context, a *app.App) error {
	_, exists, err := a.Holder(ctx)
	if err != nil {
		return err
	}
	if exists {
		if err := p.confirm(ctx, p.words.T("cli.doctor.code.confirm")); err != nil {
			return err
		}
	}
	code, err := a.RecoveryCode(ctx)
	if err != nil {
		return err
	}
	p.output.note(p.words.T("cli.doctor.code.why"))
	_, err = io.WriteString(p.env.Stdout, string(code)+"\n")
	return err
}

// recoverKey brings the key back with a code from a hidden prompt or from
// standard input.
func (p *program) recoverKey(ctx context.Context, a *app.App, f doctorFlags) error {
	inUse, _, err := a.Holder(ctx)
	if err != nil {
		return err
	}
	if inUse == "" || inUse == app.Nobody {
		inUse = app.Keyring
	}
	to, err := holder(f.heldBy, inUse)
	if err != nil {
		return err
	}
	var code chat.Secret
	if p.console.interactive() {
		code, err = p.console.hidden(ctx, p.words.T("cli.doctor.recover.ask"))
	} else {
		var line string
		line, err = readLine(ctx, p.env.Stdin)
		code = chat.Secret(strings.TrimSpace(line))
		if line != "" {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	var passphrase chat.Secret
	if to == app.Sealed {
		if passphrase, err = p.freshPassphrase(ctx); err != nil {
			return err
		}
	}
	if err := a.Recover(ctx, code, to, passphrase); err != nil {
		return err
	}
	return p.output.line(p.words.T("cli.doctor.recover.done"))
}

package cli

import (
	"context"

	"github.com/spf13/cobra"

	"bise/app"
)

// leavingFlags say what becomes of personal data and secrets in a prompt.
type leavingFlags struct{ check, placeholders bool }

func (p *program) leavingFlagsOf(c *cobra.Command, f *leavingFlags) {
	c.Flags().BoolVar(&f.check, "check", false, p.words.T("cli.flag.check"))
	c.Flags().BoolVar(&f.placeholders, "placeholders", false, p.words.T("cli.flag.placeholders"))
}

func (f leavingFlags) into(prompt *app.Prompt) {
	prompt.Check, prompt.Placeholders = f.check, f.placeholders
}

// askLeaving shows what was found in a prompt and asks by yes what becomes of it. It
// gives err back where nobody can be asked, or where the person would rather
// change the prompt.
func (p *program) askLeaving(ctx context.Context, err error, prompt *app.Prompt, yes asker) error {
	unchecked, ok := app.UncheckedIn(err)
	switch {
	case !ok:
		return err
	case p.globals.yes:
		prompt.Checked = true
		return nil
	}
	if !p.globals.json {
		p.output.note(p.words.N("cli.leaving.found", len(unchecked.Found)))
		for _, one := range unchecked.Found {
			p.output.note("  " + p.findingLine(one))
		}
	}
	if !p.console.interactive() {
		return err
	}
	hide, asked := yes(ctx, p.words.T("cli.leaving.placeholders"))
	if asked != nil {
		return asked
	}
	if prompt.Placeholders = hide; hide {
		return nil
	}
	asIs, asked := yes(ctx, p.words.T("cli.leaving.as_it_is"))
	if asked != nil {
		return asked
	}
	if prompt.Checked = asIs; asIs {
		return nil
	}
	p.output.note(p.words.T("cli.leaving.not_sent"))
	return &quiet{exitRefused}
}

// findingLine is a finding in its place.
func (p *program) findingLine(f app.Finding) string {
	return p.words.T("cli.share.finding", "Kind", p.words.T("findings.kind."+string(f.Kind)),
		"Before", string(f.Before), "Text", string(f.Shown()), "After", string(f.After))
}

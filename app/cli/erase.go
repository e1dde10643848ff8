package cli

import (
	"github.com/spf13/cobra"

	"bise/app"
)

// eraseCommand destroys everything that bise holds, or says how to destroy less.
func (p *program) eraseCommand() *cobra.Command {
	return p.build(command{
		use: "erase", short: "cli.erase.short", long: "cli.erase.long",
		run: p.withApp(func(c *cobra.Command, a *app.App, _ []string) error { return p.erase(c, a) }),
	})
}

func (p *program) erase(c *cobra.Command, a *app.App) error {
	if err := a.OpenPast(c.Context()); err != nil {
		return err
	}
	held, err := a.Holdings(c.Context())
	if err != nil {
		return err
	}
	if err := p.confirm(c.Context(), p.words.T("cli.erase.confirm", "Conversations", held.Conversations, "Messages", held.Messages,
		"Notices", held.Notices, "Documents", held.Documents, "Standing", held.Standing)); err != nil {
		return err
	}
	locked, err := a.EraseEverything(c.Context())
	if err != nil {
		return err
	}
	if locked {
		p.output.note(p.words.T("cli.erase.locked", "Organisation", a.Admin().Organisation))
	}
	if p.globals.json {
		return p.output.json(map[string]int{
			"conversations": held.Conversations, "messages": held.Messages, "notices": held.Notices, "documents": held.Documents, "shares": held.Shares,
		})
	}
	p.output.note(p.words.T("cli.erase.done"))
	p.output.note(p.words.T("cli.erase.elsewhere"))
	return nil
}

package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
)

func (p *program) guideCommand() *cobra.Command {
	return p.build(command{
		use: "guide QUESTION", short: "cli.guide.short", long: "cli.guide.long",
		example: "bise guide \"Does Mistral train on my chats on the Pro plan?\"\nbise guide how do I stop an answer",
		args:    between(1, -1),
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
			s := a.NewSession(app.Choice{Provider: app.GuideProvider})
			// A look-up in the manual is no conversation: it is not kept.
			answer, v, err := a.Ask(c.Context(), s, app.Prompt{Text: chat.Text(strings.Join(args, " ")), Ephemeral: true})
			if err != nil {
				return err
			}
			if answer == nil {
				return &policy.Refusal{Verdict: v}
			}
			return p.follow(a, s, answer)
		}),
	})
}

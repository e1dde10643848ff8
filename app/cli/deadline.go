package cli

import (
	"github.com/spf13/cobra"

	"bise/app/fault"
	"bise/app/policy"
)

// deadlineCommand answers until when a right lasts, in the words and with the
// exit codes of policy eval.
func (p *program) deadlineCommand() *cobra.Command {
	var f evalFlags
	c := p.build(command{
		use: "deadline KIND", short: "cli.deadline.short", long: "cli.deadline.long", args: between(1, 1),
		example: "bise deadline cancellation --fact service=le_chat --fact consumer_eu=yes --fact subscribed=2025-03-01\nbise deadline price_increase --facts facts.json --now 2025-06-01T12:00:00Z --json",
		run: func(c *cobra.Command, args []string) error {
			act := "deadline:" + args[0]
			if _, err := policy.ParseAct(act); err != nil {
				return fault.E("cli.deadline", fault.Usage, err, "what", "kind of deadline", "word", args[0])
			}
			f.act = act
			return p.policyEval(c, f)
		},
	})
	p.factFlags(c, &f)
	return c
}

package cli

import (
	"time"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
)

// serveFlags are the flags of share serve.
type serveFlags struct {
	lan  bool
	port int
	long time.Duration
}

func (p *program) shareServeCommand() *cobra.Command {
	var f serveFlags
	c := p.build(command{
		use: "serve ID", short: "cli.share.serve.short", long: "cli.share.serve.long", args: between(1, 1),
		run: p.withHistory(func(c *cobra.Command, a *app.App, args []string) error { return p.shareServe(c, a, args[0], f) }),
	})
	c.Flags().BoolVar(&f.lan, "lan", false, p.words.T("cli.share.flag.lan"))
	c.Flags().IntVar(&f.port, "port", 0, p.words.T("cli.share.flag.port"))
	c.Flags().DurationVar(&f.long, "for", 0, p.words.T("cli.share.flag.for"))
	return c
}

func (p *program) shareServe(c *cobra.Command, a *app.App, id string, f serveFlags) error {
	if f.port < 0 || f.port > 65535 {
		return fault.E("cli.shareServe", fault.Usage, nil, "what", "flag value", "word", "--port")
	}
	if f.long < 0 {
		return fault.E("cli.shareServe", fault.Usage, nil, "what", "flag value", "word", "--for")
	}
	s, err := a.SharedAs(c.Context(), id)
	if err != nil {
		return err
	}
	if f.lan {
		if err := p.confirm(c.Context(), p.words.T("cli.share.serve.question")); err != nil {
			return err
		}
	}
	var printing error
	err = a.LendShare(c.Context(), s, app.Lending{
		Network: f.lan, Port: f.port, For: f.long,
		Ready: func(url string) {
			if p.globals.json {
				printing = p.output.json(struct {
					ID   string `json:"id"`
					Link string `json:"link"`
				}{s.ID, url})
			} else {
				printing = p.output.line(url)
			}
			p.output.note(p.words.T("cli.share.serve.until"))
		},
		Read: func(from string) { p.output.note(p.words.T("cli.share.serve.fetched", "Address", from)) },
	})
	if err != nil {
		return err
	}
	return printing
}

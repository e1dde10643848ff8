package cli

import (
	"cmp"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
)

func (p *program) supportCommand() *cobra.Command {
	return p.build(
		command{use: "support", short: "cli.support.short", long: "cli.support.long"},
		p.build(command{use: "contact", short: "cli.support.contact.short", run: p.withApp(p.supportContact)}),
		p.supportBundleCommand(),
	)
}

// supportJSON is what support contact prints with --json.
type supportJSON struct {
	Profile    string            `json:"profile"`
	To         string            `json:"to,omitempty"`
	Reason     string            `json:"reason"`
	Clauses    []string          `json:"clauses"`
	Decision   string            `json:"decision"`
	Exceptions map[string]string `json:"exceptions,omitempty"`
}

func (p *program) supportContact(_ *cobra.Command, a *app.App, _ []string) error {
	s, err := a.Support(a.Active(), false)
	if err != nil {
		return err
	}
	answer := s.Verdict.Answer(p.say)
	out := supportJSON{Profile: s.Profile, To: s.To, Reason: answer.Reason, Clauses: answer.Clauses, Decision: answer.Decision}
	for _, e := range s.Exceptions {
		if out.Exceptions == nil {
			out.Exceptions = make(map[string]string)
		}
		out.Exceptions[e.Need] = e.To
	}
	if p.globals.json {
		return p.output.json(out)
	}
	if out.To != "" {
		if err := p.output.line(p.words.T("cli.support.to", "To", out.To)); err != nil {
			return err
		}
	}
	if err := p.output.line(out.Reason); err != nil {
		return err
	}
	for _, e := range s.Exceptions {
		if err := p.output.line(p.words.T("support.except."+e.Need, "To", e.To)); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) supportBundleCommand() *cobra.Command {
	var conversation, out string
	c := p.build(command{
		use: "bundle", short: "cli.support.bundle.short", long: "cli.support.bundle.long",
		example: "bise support bundle --out bundle.json\nbise support bundle --conversation last --out bundle.json",
		run: p.withApp(func(c *cobra.Command, a *app.App, _ []string) error {
			return p.supportBundle(c, a, conversation, out)
		}),
	})
	c.Flags().StringVar(&conversation, "conversation", "", p.words.T("cli.flag.bundle_conversation"))
	c.Flags().StringVar(&out, "out", "", p.words.T("cli.flag.out"))
	return c
}

func (p *program) supportBundle(c *cobra.Command, a *app.App, word, path string) error {
	profile := a.Active()
	var id chat.ConversationID
	if word != "" {
		if err := a.OpenPast(c.Context()); err != nil {
			return err
		}
		var err error
		if id, err = p.resolve(c, a, word); err != nil {
			return err
		}
		if err := p.tickConversation(c, a, profile); err != nil {
			return err
		}
	}
	b, err := a.SupportBundle(c.Context(), profile, id)
	if err != nil {
		return err
	}
	s, err := a.Support(profile, id != "")
	if err != nil {
		return err
	}
	if path == "" {
		return p.output.document(b)
	}
	if err := a.WriteBundle(b, path, p.globals.yes); err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(map[string]string{"path": path, "to": s.To, "conversation": yesNo(id != "")})
	}
	return p.output.line(p.words.T("cli.support.written", "Path", path, "To", cmp.Or(s.To, "")))
}

// tickConversation asks before a conversation goes along: a partner may pass it
// on to Mistral.
func (p *program) tickConversation(c *cobra.Command, a *app.App, profile string) error {
	v, err := a.MayBundle(profile)
	if err != nil {
		return err
	}
	if v.Decision == policy.Block {
		return &policy.Refusal{Verdict: v}
	}
	return p.confirm(c.Context(), v.Answer(p.say).Reason+" "+p.words.T("cli.support.tick"))
}

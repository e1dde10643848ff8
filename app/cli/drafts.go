package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/document"
)

// draftJSON is a kept draft; text only where one is shown.
type draftJSON struct {
	ID       string        `json:"id"`
	Kind     document.Kind `json:"kind"`
	Profile  string        `json:"profile"`
	Status   string        `json:"status"` // draft or sent_by_user
	SentOn   string        `json:"sent_on,omitempty"`
	To       string        `json:"to"`
	CC       []string      `json:"cc"`
	Subject  string        `json:"subject"`
	Complete string        `json:"complete"`
	Created  string        `json:"created"`
	Text     string        `json:"text,omitempty"`
}

func newDraftJSON(d app.SavedDraft) draftJSON {
	out := draftJSON{
		ID: d.ID, Kind: d.Kind, Profile: d.Profile, Status: "draft", SentOn: d.Sent, To: d.To, CC: list(d.CC),
		Subject: d.Subject, Complete: yesNo(d.Complete), Created: stamp(d.Created),
	}
	if d.Sent != "" {
		out.Status = "sent_by_user"
	}
	return out
}

// documentList lists the drafts of the profile that is named, or all.
func (p *program) documentList(c *cobra.Command, a *app.App, _ []string) error {
	drafts, err := a.Drafts(c.Context(), p.globals.profile)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, d := range drafts {
		if p.globals.json {
			if err := p.output.json(newDraftJSON(d)); err != nil {
				return err
			}
			continue
		}
		status := p.words.T("cli.document.draft")
		if d.Sent != "" {
			status = p.words.T("cli.document.sent_on", "Date", d.Sent)
		}
		rows = append(rows, []string{d.ID, d.Created.Local().Format(time.DateOnly), string(d.Kind), status, d.Profile, p.recipient(d.To), d.Subject})
	}
	return p.output.table(rows)
}

func (p *program) documentShow(c *cobra.Command, a *app.App, args []string) error {
	d, err := a.SavedDraft(c.Context(), args[0])
	if err != nil {
		return err
	}
	if p.globals.json {
		out := newDraftJSON(d)
		out.Text = string(d.Text)
		return p.output.json(out)
	}
	return p.output.line(p.letterhead(d.To, d.CC, d.Subject) + "\n" + strings.TrimRight(string(d.Text), "\n"))
}

func (p *program) documentSentCommand() *cobra.Command {
	var on string
	c := p.build(command{
		use: "sent ID", short: "cli.document.sent.short", long: "cli.document.sent.long", args: between(1, 1),
		run: p.withHistory(func(c *cobra.Command, a *app.App, args []string) error {
			if err := a.MarkSent(c.Context(), args[0], on); err != nil || !p.globals.json {
				return err
			}
			d, err := a.SavedDraft(c.Context(), args[0])
			if err != nil {
				return err
			}
			return p.output.json(newDraftJSON(d))
		}),
	})
	c.Flags().StringVar(&on, "on", "", p.words.T("cli.flag.sent_on"))
	return c
}

// documentMail opens the mail program for a draft, because the person asks.
func (p *program) documentMail(c *cobra.Command, a *app.App, args []string) error {
	d, err := a.SavedDraft(c.Context(), args[0])
	if err != nil {
		return err
	}
	if err := a.Mail(c.Context(), d); err != nil {
		return err
	}
	p.output.note(p.words.T("cli.document.mail.opened"))
	return nil
}

func (p *program) documentDelete(c *cobra.Command, a *app.App, args []string) error {
	d, err := a.SavedDraft(c.Context(), args[0])
	if err != nil {
		return err
	}
	if err := p.confirm(c.Context(), p.words.T("cli.document.delete.confirm", "Subject", d.Subject)); err != nil {
		return err
	}
	return a.RemoveDraft(c.Context(), d.ID)
}

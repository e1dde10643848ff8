package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/document"
	"bise/app/fault"
	"bise/app/policy"
)

type reportFlags struct {
	category, why, out, language string
	text, remove                 bool
}

func (p *program) reportCommand() *cobra.Command {
	var f reportFlags
	c := p.build(command{
		use: "report MESSAGE", short: "cli.report.short", long: "cli.report.long", args: between(1, 1),
		example: "bise report last --category b --why \"It praises an assault\"\nbise report 01k8... --category U7 --include-text --out report.txt",
		run:     p.withHistory(func(c *cobra.Command, a *app.App, args []string) error { return p.contentReport(c, a, args[0], f) }),
	})
	c.Flags().StringVar(&f.category, "category", "", p.words.T("cli.flag.category"))
	c.Flags().StringVar(&f.why, "why", "", p.words.T("cli.flag.why"))
	c.Flags().BoolVar(&f.text, "include-text", false, p.words.T("cli.flag.include_text"))
	c.Flags().BoolVar(&f.remove, "delete", false, p.words.T("cli.flag.delete_reported"))
	c.Flags().StringVar(&f.out, "out", "", p.words.T("cli.flag.out"))
	c.Flags().StringVar(&f.language, "lang", "", p.words.T("cli.flag.lang"))
	return c
}

// reportJSON is what report --json prints: the draft as document prints it, and
// what became of the message here.
type reportJSON struct {
	documentJSON
	Conversation chat.ConversationID `json:"conversation"`
	Message      chat.MessageID      `json:"message"`
	Quoted       string              `json:"text_included"`
	Marked       string              `json:"marked"`
	Deleted      string              `json:"deleted"`
}

// contentReport drafts a report of a message. That the reporter lets Mistral
// read and use what is reported is confirmed before anything is done; then the
// draft is kept, and the message marked.
func (p *program) contentReport(c *cobra.Command, a *app.App, word string, f reportFlags) error {
	in, err := p.reportInput(f)
	if err != nil {
		return err
	}
	id, err := p.message(c, a, word)
	if err != nil {
		return err
	}
	r, err := a.Report(c.Context(), id, in)
	if err != nil {
		return err
	}
	out := reportJSON{Conversation: r.Conversation, Message: r.Message, Quoted: yesNo(r.Quoted), Marked: "no", Deleted: "no"}
	if r.Draft.Verdict.Decision == policy.NotApplicable { // nobody to report to
		if err := p.removeReported(c, a, f, &out); err != nil {
			return err
		}
		return p.printReport(out, r)
	}
	question := "cli.report.confirm"
	if !slices.Contains(r.Draft.Missing, "acknowledged") { // Mistral gets nothing of it
		question = "cli.report.confirm_partner"
	}
	if err := p.confirm(c.Context(), p.words.T(question)); err != nil {
		return err
	}
	in.Values["acknowledged"] = "yes"
	if r, err = a.Report(c.Context(), id, in); err != nil {
		return err
	}
	if f.out != "" {
		if err := p.writeDraft(c, f.out, r.Draft); err != nil {
			return err
		}
		out.Path = f.out
	}
	if err := a.KeepReport(c.Context(), &r); err != nil {
		return err
	}
	if err := a.MarkReported(c.Context(), id); err != nil {
		return err
	}
	out.Marked, out.ID = "yes", r.ID
	if err := p.removeReported(c, a, f, &out); err != nil {
		return err
	}
	return p.printReport(out, r)
}

// removeReported destroys the conversation of the message where --delete asks
// for it (TOS-3.l).
func (p *program) removeReported(c *cobra.Command, a *app.App, f reportFlags, out *reportJSON) error {
	if !f.remove {
		return nil
	}
	if err := p.confirm(c.Context(), p.words.T("cli.report.confirm_delete")); err != nil {
		return err
	}
	if err := a.Delete(c.Context(), out.Conversation); err != nil {
		return err
	}
	if err := a.Purge(c.Context(), out.Conversation); err != nil {
		return err
	}
	out.Deleted = "yes"
	return nil
}

// reportInput reads the flags; the category is the one that nobody can guess.
func (p *program) reportInput(f reportFlags) (document.Input, error) {
	if f.category == "" {
		return document.Input{}, fault.E("cli.reportInput", fault.Usage, nil, "what", "flag value", "word", "--category")
	}
	fields := []string{"category=" + f.category}
	if f.why != "" {
		fields = append(fields, "why="+f.why)
	}
	if f.text {
		fields = append(fields, "include_text=yes")
	}
	return p.documentInput(string(document.Report), documentFlags{fields: fields, language: f.language})
}

// message finds the message that a word means: its id, or "last" for the last
// answer of the newest conversation.
func (p *program) message(c *cobra.Command, a *app.App, word string) (chat.MessageID, error) {
	if word != "last" {
		return chat.MessageID(word), nil
	}
	id, err := p.last(c.Context(), a)
	if err != nil {
		return "", err
	}
	return a.LastAnswer(c.Context(), id)
}

func (p *program) printReport(out reportJSON, r app.ContentReport) error {
	path, id := out.Path, out.ID
	out.documentJSON = p.draftJSON(r.Draft)
	out.Path, out.ID = path, id
	if p.globals.json {
		return p.output.json(out)
	}
	if r.Draft.Verdict.Decision == policy.NotApplicable {
		if out.Deleted == "yes" {
			p.output.note(p.words.T("cli.report.deleted_here"))
		}
		return p.output.line(p.say(r.Draft.Verdict.Reason))
	}
	if err := p.printDraft(out.documentJSON); err != nil {
		return err
	}
	switch {
	case out.Deleted == "yes":
		p.output.note(p.words.T("cli.report.deleted"))
	case out.Marked == "yes":
		p.output.note(p.words.T("cli.report.marked"))
	}
	if out.ID == "" {
		p.output.note(p.words.T("cli.report.unkept"))
	}
	return nil
}

package cli

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/document"
	"bise/app/fault"
	"bise/app/text"
)

type documentFlags struct {
	evalFlags
	fields   []string
	out      string
	language string
	save     bool
}

func (p *program) documentCommand() *cobra.Command {
	var f documentFlags
	c := p.build(
		command{
			use: "document KIND", short: "cli.document.short", long: "cli.document.long", args: between(1, 1),
			example: "bise document G1 --fact service=le_chat --fact consumer_eu=yes --field services=\"Le Chat Pro\" --field ordered_on=2025-03-01\nbise document G4 --save --field right=access --lang fr\nbise document list",
			run:     func(c *cobra.Command, args []string) error { return p.document(c, args[0], f) },
		},
		p.build(command{use: "list", short: "cli.document.list.short", long: "cli.document.list.long", run: p.withHistory(p.documentList)}),
		p.build(command{use: "show ID", short: "cli.document.show.short", args: between(1, 1), run: p.withHistory(p.documentShow)}),
		p.documentSentCommand(),
		p.build(command{use: "mail ID", short: "cli.document.mail.short", long: "cli.document.mail.long", args: between(1, 1), run: p.withHistory(p.documentMail)}),
		p.build(command{use: "delete ID", short: "cli.document.delete.short", args: between(1, 1), run: p.withHistory(p.documentDelete)}),
	)
	p.factFlags(c, &f.evalFlags)
	c.Flags().StringArrayVar(&f.fields, "field", nil, p.words.T("cli.flag.field"))
	c.Flags().StringVar(&f.out, "out", "", p.words.T("cli.flag.out"))
	c.Flags().StringVar(&f.language, "lang", "", p.words.T("cli.flag.lang"))
	c.Flags().BoolVar(&f.save, "save", false, p.words.T("cli.flag.save_draft"))
	return c
}

// documentJSON is a draft as scripts read it.
type documentJSON struct {
	Kind     document.Kind `json:"kind"`
	To       string        `json:"to"`
	CC       []string      `json:"cc"`
	Subject  string        `json:"subject"`
	Complete string        `json:"complete"`
	Missing  []string      `json:"missing"`
	Text     string        `json:"text"`
	Notes    []string      `json:"notes"`
	// Alternatives are other ways to the same recipient.
	Alternatives []string `json:"alternatives"`
	Decision     string   `json:"decision"`
	Clauses      []string `json:"clauses"`
	Ruleset      string   `json:"ruleset"`
	Path         string   `json:"path,omitempty"` // where --out wrote it
	ID           string   `json:"id,omitempty"`   // what --save keeps it under
}

// document drafts one document. It is sent nowhere.
func (p *program) document(c *cobra.Command, word string, f documentFlags) error {
	in, err := p.documentInput(word, f)
	if err != nil {
		return err
	}
	var d document.Draft
	out := documentJSON{Path: f.out}
	if f.save || p.globals.profile != "" && f.file == "" {
		if d, out.ID, err = p.documentForProfile(c, in, f); err != nil {
			return err
		}
	} else {
		if in.Rules, in.Facts, err = p.given(c, f.evalFlags); err != nil {
			return err
		}
		if d, err = app.Write(in); err != nil {
			return err
		}
	}
	if f.out != "" {
		if err := p.writeDraft(c, f.out, d); err != nil {
			return err
		}
	}
	path, id := out.Path, out.ID
	out = p.draftJSON(d)
	out.Path, out.ID = path, id
	if p.globals.json {
		return p.output.json(out)
	}
	return p.printDraft(out)
}

// draftJSON is a draft in the words of the contract.
func (p *program) draftJSON(d document.Draft) documentJSON {
	answer := d.Verdict.Answer(p.say)
	out := documentJSON{
		Kind: d.Kind, To: d.To, CC: list(d.CC), Subject: d.Subject, Text: string(d.Text),
		Complete: yesNo(d.Complete), Missing: list(d.Missing), Notes: []string{}, Alternatives: list(d.Alternatives),
		Decision: answer.Decision, Clauses: list(answer.Clauses), Ruleset: answer.Ruleset,
	}
	for _, n := range d.Notes {
		out.Notes = append(out.Notes, p.say(n))
	}
	return out
}

// documentInput reads the kind, the fields and the language.
func (p *program) documentInput(word string, f documentFlags) (document.Input, error) {
	const op = "cli.documentInput"
	in := document.Input{Kind: document.Kind(strings.ToUpper(word)), Values: make(document.Values), Language: f.language}
	if !slices.Contains(document.Kinds(), in.Kind) {
		return in, fault.E(op, fault.Usage, nil, "what", "kind of document", "word", word)
	}
	switch {
	case f.language == "" && !p.globals.json && strings.HasPrefix(text.FromEnvironment(), "fr"):
		in.Language = "fr"
	case f.language == "":
		in.Language = "en"
	case !slices.Contains(document.Languages(), f.language):
		return in, fault.E(op, fault.Usage, nil, "what", "language of documents", "word", f.language)
	}
	for _, pair := range f.fields {
		if err := in.Values.Set(in.Kind, pair); err != nil {
			return in, err
		}
	}
	return in, nil
}

// documentForProfile drafts with the facts of the profile in use and what the
// flags add to them, and keeps the draft where it was asked to.
func (p *program) documentForProfile(c *cobra.Command, in document.Input, f documentFlags) (document.Draft, string, error) {
	a, err := p.open(true)
	if err != nil {
		return document.Draft{}, "", err
	}
	profile := a.Active()
	in.Rules = a.Rules()
	if f.rules != "" {
		if in.Rules, err = p.ruleFile(f.rules); err != nil {
			return document.Draft{}, "", err
		}
	}
	if f.file != "" {
		in.Facts, err = p.facts(c, f.evalFlags, a.Now())
	} else if in.Facts, err = a.Facts(profile); err == nil {
		in.Facts, err = in.Facts.WithArgs(f.facts...)
	}
	if err != nil {
		return document.Draft{}, "", err
	}
	d, err := a.WriteFor(c.Context(), profile, in)
	if err != nil || !f.save {
		return d, "", err
	}
	if err := a.OpenHistory(c.Context()); err != nil {
		return d, "", err
	}
	saved, err := a.KeepDraft(c.Context(), profile, d)
	return d, saved.ID, err
}

// writeDraft writes a draft to a file that only the person can read. A file that
// is there is replaced only with a confirmation.
func (p *program) writeDraft(c *cobra.Command, path string, d document.Draft) error {
	const op = "cli.writeDraft"
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if _, err := os.Lstat(path); err == nil {
		if err := p.confirm(c.Context(), p.words.T("cli.document.overwrite", "Path", path)); err != nil {
			return err
		}
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(path, flags, 0o600) //nolint:gosec // the person names the file
	if err != nil {
		return fault.E(op, fault.ReadOnly, err, "path", path)
	}
	_, err = file.WriteString(p.letterhead(d.To, d.CC, d.Subject) + "\n" + string(d.Text))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fault.E(op, fault.DiskFull, err, "path", path)
	}
	return nil
}

// recipient is whom a draft goes to in words: an address stays as it is.
func (p *program) recipient(to string) string {
	if key := "inbox.recipient." + to; p.words.Has(key) {
		return p.words.T(key)
	}
	return to
}

// letterhead is whom a draft goes to, in the lines of a mail.
func (p *program) letterhead(to string, cc []string, subject string) string {
	var b strings.Builder
	if to != "" {
		b.WriteString("To: " + p.recipient(to) + "\n")
	}
	if len(cc) > 0 {
		b.WriteString("Cc: " + strings.Join(cc, ", ") + "\n")
	}
	b.WriteString("Subject: " + subject + "\n")
	return b.String()
}

// printDraft prints a draft for a person: the draft to standard output, what
// concerns only them to standard error.
func (p *program) printDraft(d documentJSON) error {
	if d.Path == "" {
		if err := p.output.line(p.letterhead(d.To, d.CC, d.Subject) + "\n" + strings.TrimRight(d.Text, "\n")); err != nil {
			return err
		}
	} else {
		p.output.note(p.words.T("cli.document.written", "Path", d.Path))
	}
	if d.ID != "" {
		p.output.note(p.words.T("cli.document.saved", "ID", d.ID))
	}
	if len(d.Missing) > 0 {
		p.output.note(p.words.T("cli.document.missing", "Fields", strings.Join(d.Missing, ", ")))
	}
	if len(d.Alternatives) > 0 {
		ways := make([]string, len(d.Alternatives))
		for i, way := range d.Alternatives {
			ways[i] = p.recipient(way)
		}
		p.output.note(p.words.T("cli.document.alternatives", "List", strings.Join(ways, ", ")))
	}
	for _, n := range d.Notes {
		p.output.note(n)
	}
	p.output.note(p.words.T("cli.document.not_sent"))
	return nil
}

// list is a list that JSON shows as one where it is empty.
func list(words []string) []string {
	if words == nil {
		return []string{}
	}
	return words
}

package cli

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/termsafe"
)

type exportFlags struct {
	format, purpose, out, folder, tag string
	all, dryRun                       bool
}

func (p *program) exportCommand() *cobra.Command {
	var f exportFlags
	c := p.build(command{
		use: "export ID ...", short: "cli.export.short", long: "cli.export.long", args: between(0, -1),
		example: "bise export last --format markdown --out walk.md\nbise export --folder work --format html --out work.html\nbise export --all --out everything.zip",
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
			if err := f.check(args); err != nil {
				return err
			}
			if err := a.OpenPast(c.Context()); err != nil {
				return err
			}
			return p.export(c, a, args, f)
		}),
	})
	c.Flags().StringVar(&f.format, "format", "", p.words.T("cli.flag.export_format"))
	c.Flags().StringVar(&f.purpose, "purpose", "", p.words.T("cli.flag.export_purpose"))
	c.Flags().StringVar(&f.out, "out", "", p.words.T("cli.flag.out"))
	c.Flags().StringVar(&f.folder, "folder", "", p.words.T("cli.flag.folder"))
	c.Flags().StringVar(&f.tag, "tag", "", p.words.T("cli.flag.tag"))
	c.Flags().BoolVar(&f.all, "all", false, p.words.T("cli.flag.export_all"))
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, p.words.T("cli.flag.export_dry_run"))
	return c
}

// exportJSON is what export --json prints of a file, or with --dry-run of what
// would be in it.
type exportJSON struct {
	Path          string           `json:"path,omitempty"`
	Format        string           `json:"format"`
	Conversations int              `json:"conversations"`
	Messages      int              `json:"messages"`
	Blocked       int              `json:"blocked"`
	LeftOut       []app.LeftReason `json:"left_out"`
	Bytes         int64            `json:"bytes,omitempty"`
	SHA256        string           `json:"sha256,omitempty"`
	Record        string           `json:"provenance,omitempty"`
	// Content is the text itself, where it goes to standard output.
	Content *string `json:"content,omitempty"`
}

// everything reports whether the package of all that bise holds is wanted.
func (f exportFlags) everything(args []string) bool {
	return f.all && f.format == "" && f.folder == "" && f.tag == "" && len(args) == 0
}

// check finds what is wrong with the flags, before the history is opened.
func (f exportFlags) check(args []string) error {
	const op = "cli.checkExport"
	many := f.all || f.folder != "" || f.tag != ""
	switch {
	case f.everything(args):
		if f.out == "" && !f.dryRun {
			return fault.E(op, fault.Usage, nil, "what", "flag value", "word", "--out")
		}
		return nil
	case f.format == "":
		return fault.E(op, fault.Usage, nil, "what", "flag value", "word", "--format")
	case !slices.Contains(app.Formats(), policy.Format(f.format)):
		return fault.E(op, fault.Usage, nil, "what", "format", "word", f.format)
	case f.purpose != "" && policy.Format(f.format) != policy.Dataset:
		return fault.E(op, fault.Usage, nil, "what", "flag mix", "word", "--purpose --format "+f.format)
	case f.purpose != "" && !slices.Contains(app.Purposes(), f.purpose):
		return fault.E(op, fault.Usage, nil, "what", "purpose of a dataset", "word", f.purpose)
	case many && len(args) > 0:
		return fault.E(op, fault.Usage, nil, "what", "too many arguments", "word", strings.Join(args, " "))
	case !many && len(args) == 0:
		return fault.E(op, fault.Usage, nil, "what", "too few arguments", "word", "bise export ID ... | --folder NAME | --all")
	}
	return nil
}

func (p *program) export(c *cobra.Command, a *app.App, args []string, f exportFlags) error {
	if f.everything(args) {
		return p.exportEverything(c, a, f)
	}
	request, err := p.exportRequest(c, a, args, f)
	if err != nil {
		return err
	}
	plan, err := a.PlanExport(c.Context(), request)
	if err != nil {
		return err
	}
	p.noteExport(plan)
	switch {
	case f.dryRun:
		return p.printExport(plan, app.Exported{}, nil)
	case f.out == "" && p.globals.json && plan.Format != policy.JSON: // which is an object itself
		return p.exportContent(c, a, plan)
	case f.out == "":
		return a.Export(c.Context(), plan, p.output.stream(), nil, nil)
	}
	done, err := p.replacing(c, f.out, func(replace bool) (app.Exported, error) {
		return a.ExportFile(c.Context(), plan, f.out, replace, p.progress(plan.Conversations))
	})
	if err != nil {
		return err
	}
	return p.printExport(plan, done, nil)
}

// exportContent prints what an export holds as a value of one object.
func (p *program) exportContent(c *cobra.Command, a *app.App, plan *app.ExportPlan) error {
	var b strings.Builder
	if err := a.Export(c.Context(), plan, &b, nil, nil); err != nil {
		return err
	}
	content := b.String()
	return p.printExport(plan, app.Exported{Bytes: int64(len(content))}, &content)
}

// exportRequest says what the flags ask for.
func (p *program) exportRequest(c *cobra.Command, a *app.App, args []string, f exportFlags) (app.ExportRequest, error) {
	q := app.ExportRequest{Format: policy.Format(f.format)}
	if f.purpose != "" {
		q.Format += policy.Format(":" + f.purpose)
	}
	if len(args) == 0 {
		q.Query = &app.Query{Folder: f.folder, Tag: f.tag}
		return q, nil
	}
	for _, word := range args {
		id, err := p.resolve(c, a, word)
		if err != nil {
			return q, err
		}
		if !slices.Contains(q.IDs, id) {
			q.IDs = append(q.IDs, id)
		}
	}
	return q, nil
}

// exportEverything writes the package of all that bise holds.
func (p *program) exportEverything(c *cobra.Command, a *app.App, f exportFlags) error {
	plan, err := a.PlanExport(c.Context(), app.ExportRequest{Query: &app.Query{}, Format: policy.JSON})
	if err != nil {
		return err
	}
	p.noteExport(plan)
	if f.dryRun {
		return p.printExport(plan, app.Exported{}, nil)
	}
	done, err := p.replacing(c, f.out, func(replace bool) (app.Exported, error) {
		return a.ExportEverything(c.Context(), plan, f.out, replace, p.progress(plan.Conversations))
	})
	if err != nil {
		return err
	}
	return p.printExport(plan, done, nil)
}

// replacing writes a file; where there is one it asks before it is replaced.
func (p *program) replacing(c *cobra.Command, path string, write func(replace bool) (app.Exported, error)) (app.Exported, error) {
	done, err := write(false)
	if !fault.Is(err, fault.FileExists) {
		return done, err
	}
	if err := p.confirm(c.Context(), p.words.T("cli.document.overwrite", "Path", path)); err != nil {
		return done, err
	}
	return write(true)
}

// noteExport tells what is not in an export, and what the rules say of the rest.
func (p *program) noteExport(plan *app.ExportPlan) {
	if p.globals.json {
		return
	}
	for _, r := range plan.Left {
		p.output.note(strings.TrimSpace(app.LeftOut(p.words, r) + " " + r.Reason))
	}
	if plan.Blocked > 0 {
		p.output.note(p.words.N("cli.export.blocked", plan.Blocked))
	}
	if plan.Warning.Key != "" {
		p.output.note(p.say(plan.Warning))
	}
}

func (p *program) printExport(plan *app.ExportPlan, done app.Exported, content *string) error {
	if p.globals.json {
		out := exportJSON{
			Path: done.Path, Format: string(plan.Format), Conversations: plan.Conversations, Messages: plan.Messages,
			Blocked: plan.Blocked, LeftOut: reasons(plan.Left), Bytes: done.Bytes, SHA256: done.SHA256, Record: done.Record, Content: content,
		}
		if strings.HasSuffix(done.Path, ".zip") {
			out.Format = "package"
		}
		return p.output.json(out)
	}
	if done.Path == "" {
		return p.output.line(p.words.N("cli.export.would", plan.Conversations, "Messages", plan.Messages))
	}
	p.output.note(p.words.N("cli.export.done", plan.Conversations, "Path", done.Path))
	return nil
}

// progress draws how far a long work is, where somebody watches.
func (p *program) progress(total int) func(done int) {
	const long = 200 // fewer are done before a line could be read
	if !p.console.errTerminal || total < long {
		return nil
	}
	return func(done int) {
		if done%50 != 0 && done != total {
			return
		}
		end := "\r"
		if done == total {
			end = "\n"
		}
		_, _ = io.WriteString(p.env.Stderr, p.words.T("cli.export.progress", "Done", done, "Total", total)+end)
	}
}

// stream is standard output for a text as it is: a terminal gets it line by
// line in a safe form, a file or a pipe gets its bytes.
func (o output) stream() io.Writer {
	if !o.program.console.outTerminal {
		return o.program.env.Stdout
	}
	return &safeLines{w: o.program.env.Stdout}
}

// safeLines makes lines safe for a terminal.
type safeLines struct {
	w    io.Writer
	rest []byte
}

func (s *safeLines) Write(data []byte) (int, error) {
	s.rest = append(s.rest, data...)
	for {
		i := bytes.IndexByte(s.rest, '\n')
		if i < 0 {
			return len(data), nil
		}
		if _, err := io.WriteString(s.w, termsafe.Text(string(s.rest[:i]))+"\n"); err != nil {
			return 0, err
		}
		s.rest = s.rest[i+1:]
	}
}

// reasons is never null in JSON.
func reasons(list []app.LeftReason) []app.LeftReason {
	if list == nil {
		return []app.LeftReason{}
	}
	return list
}

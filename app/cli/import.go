package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
	"bise/app/termsafe"
)

// importFlags are those of import.
type importFlags struct {
	from   string
	dryRun bool
}

func (p *program) importCommand() *cobra.Command {
	var f importFlags
	c := p.build(command{
		use: "import FILE", short: "cli.import.short", long: "cli.import.long", args: between(1, 1),
		example: "bise import chatgpt-export.zip --dry-run\nbise import ~/.vibe/logs/session --from vibe",
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
			if !slices.Contains(app.ImportSources(), app.ImportSource(f.from)) {
				return fault.E("cli.import", fault.Usage, nil, "what", "source of an import", "word", f.from)
			}
			if err := a.OpenHistory(c.Context()); err != nil {
				return err
			}
			return p.importFile(c, a, args[0], f)
		}),
	})
	c.Flags().StringVar(&f.from, "from", "auto", p.words.T("cli.flag.import_from"))
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, p.words.T("cli.flag.import_dry_run"))
	return c
}

// importJSON is what import --json prints.
type importJSON struct {
	DryRun        string                   `json:"dry_run"`
	Sources       map[app.ImportSource]int `json:"sources"`
	Conversations int                      `json:"conversations"`
	New           int                      `json:"new"`
	Grown         int                      `json:"grown"`
	Same          int                      `json:"same"`
	Messages      int                      `json:"messages"`
	Added         int                      `json:"added"`
	LeftOut       []app.LeftReason         `json:"left_out"`
	Lost          int                      `json:"lost"`
	Problems      []problemJSON            `json:"problems"`
}

type problemJSON struct {
	Where   string `json:"where"`
	Message string `json:"message"`
}

func (p *program) importFile(c *cobra.Command, a *app.App, path string, f importFlags) error {
	r, err := a.Import(c.Context(), app.ImportRequest{Path: path, From: app.ImportSource(f.from), DryRun: f.dryRun, Progress: p.counting()})
	if err != nil && r.Conversations == 0 {
		return err
	}
	if printErr := p.printImport(r, f.dryRun); printErr != nil {
		return printErr
	}
	if err == nil && r.Conversations == 0 && len(r.Problems) > 0 {
		return r.Problems[0].Err
	}
	return err
}

// counting draws how many conversations are read, where somebody watches.
func (p *program) counting() func(done int) {
	if !p.console.errTerminal {
		return nil
	}
	return func(done int) {
		if done%100 == 0 {
			_, _ = io.WriteString(p.env.Stderr, p.words.T("cli.import.progress", "Done", done)+"\r")
		}
	}
}

func (p *program) printImport(r app.ImportReport, dryRun bool) error {
	if p.globals.json {
		out := importJSON{
			DryRun: yesNo(dryRun), Sources: r.Sources, Conversations: r.Conversations, New: r.New, Grown: r.Grown, Same: r.Same,
			Messages: r.Messages, Added: r.Added, LeftOut: reasons(r.Left), Lost: r.Lost, Problems: []problemJSON{},
		}
		for _, problem := range r.Problems {
			message, _ := p.words.Fault(problem.Err)
			out.Problems = append(out.Problems, problemJSON{problem.Where, message})
		}
		return p.output.json(out)
	}
	for _, problem := range r.Problems {
		message, _ := p.words.Fault(problem.Err)
		p.output.note(p.words.T("cli.import.problem", "Where", termsafe.Line(problem.Where), "Message", message))
	}
	if more := r.Lost - len(r.Problems); more > 0 {
		p.output.note(p.words.N("cli.import.more_problems", more))
	}
	for _, reason := range r.Left {
		p.output.note(strings.TrimSpace(app.LeftOut(p.words, reason) + " " + reason.Reason))
	}
	if dryRun {
		return p.output.line(p.words.N("cli.import.would", r.Conversations, "New", r.New, "Grown", r.Grown, "Same", r.Same, "Added", r.Added))
	}
	return p.output.line(p.words.N("cli.import.done", r.Conversations, "New", r.New, "Grown", r.Grown, "Same", r.Same, "Added", r.Added))
}

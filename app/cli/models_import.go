package cli

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/policy"
)

// importedJSON is the one object of models import --json, after lines of
// progress. A path is not in it.
type importedJSON struct {
	File         string `json:"file"`
	Model        string `json:"model,omitempty"`
	State        string `json:"state"` // checked, done
	Name         string `json:"name,omitempty"`
	Architecture string `json:"architecture"`
	Quantisation string `json:"quantisation,omitempty"`
	Licence      string `json:"licence,omitempty"`
	Context      int    `json:"context"`
	Tensors      int    `json:"tensors"`
	Parameters   int64  `json:"parameters"`
	Size         int64  `json:"bytes"`
	Template     string `json:"template"` // yes, no: there is one in the file
}

func (p *program) modelsImportCommand() *cobra.Command {
	var template string
	var check bool
	c := p.build(command{
		use: "import FILE [NAME]", short: "cli.models.import.short", long: "cli.models.import.long",
		example: "bise models import ministral-3b-q4.gguf\nbise models import old.gguf mine --template chatml",
		args:    between(1, 2),
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
			name := app.ModelName(args[0])
			if len(args) == 2 {
				name = args[1]
			}
			if check {
				return p.checkWeights(a, args[0])
			}
			return p.importWeights(c, a, args[0], name, template)
		}),
	})
	c.Flags().StringVar(&template, "template", "", p.words.T("cli.flag.template_of"))
	c.Flags().BoolVar(&check, "check", false, p.words.T("cli.flag.check_file"))
	return c
}

func newImportedJSON(file, state string, f app.WeightsFile) importedJSON {
	return importedJSON{
		File: filepath.Base(file), State: state, Name: f.Name, Architecture: f.Architecture, Quantisation: f.Quantisation,
		Licence: f.Licence, Context: f.Context, Tensors: f.Tensors, Parameters: f.Parameters, Size: f.Size,
		Template: yesNo(f.Template != ""),
	}
}

func (p *program) checkWeights(a *app.App, file string) error {
	f, err := a.LookAtWeights(file)
	if err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(newImportedJSON(file, "checked", f))
	}
	w := p.words
	lines := []string{w.T("cli.models.import.checked",
		"File", filepath.Base(file), "Architecture", f.Architecture, "Quantisation", f.Quantisation, "Parameters", app.Count(f.Parameters),
		"Tensors", f.Tensors, "Context", f.Context, "Size", app.Size(f.Size))}
	if f.Licence != "" {
		lines = append(lines, w.T("cli.models.import.licence", "Licence", f.Licence))
	}
	if f.Template == "" {
		lines = append(lines, w.T("cli.models.import.no_template"))
	} else {
		lines = append(lines, w.T("cli.models.import.template"))
	}
	for _, line := range lines {
		if err := p.output.line(line); err != nil {
			return err
		}
	}
	return nil
}

// guardWeights refuses weights that may not be used, and warns of a file that
// others may read where it is confidential.
func (p *program) guardWeights(a *app.App, file string) error {
	v, err := a.GuardWeights(file)
	if err != nil {
		return err
	}
	if v.Decision == policy.Warn {
		p.output.note(p.say(v.Reason) + " " + p.say(v.Remedy))
	}
	if !v.Decision.Permits() {
		return &policy.Refusal{Verdict: v}
	}
	return nil
}

func (p *program) importWeights(c *cobra.Command, a *app.App, file, name, template string) error {
	if err := p.guardWeights(a, file); err != nil {
		return err
	}
	t := newPullTeller(p, "importing")
	f, err := a.ImportWeights(c.Context(), file, name, template, t.tell)
	t.end()
	if err != nil {
		return err
	}
	if p.globals.json {
		done := newImportedJSON(file, "done", f)
		done.Model = name
		return p.output.json(done)
	}
	return p.output.line(p.words.T("cli.models.import.done", "Model", name))
}

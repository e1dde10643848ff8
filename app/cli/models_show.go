package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
)

// part is one text of a local model, to be printed alone.
type part string

// The parts. The zero value is none: what is known is shown as names and
// values.
const (
	licencePart  part = "licence"
	templatePart part = "template"
)

func (p *program) showModelCommand() *cobra.Command {
	var licence, template bool
	show := p.build(command{
		use: "show MODEL", short: "cli.models.show.short", long: "cli.models.show.long",
		example: "bise models show mistral-medium-latest\nbise models show ollama/ministral-3:8b",
		args:    between(1, 1),
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
			var only part
			switch {
			case licence:
				only = licencePart
			case template:
				only = templatePart
			}
			err := p.modelsShow(c, a, args, only)
			if model, isLocal := a.LocalName(args[0]); isLocal && (fault.Is(err, fault.ModelGone) || fault.Is(err, fault.NotFound)) {
				// The runner may only have to be started.
				if localErr := p.showLocal(c.Context(), a, model, only); !fault.Is(localErr, fault.NotFound) && !fault.Is(localErr, fault.RunnerAbsent) {
					return localErr
				}
			}
			return err
		}),
	})
	show.Flags().BoolVar(&licence, "licence", false, p.words.T("cli.flag.licence"))
	show.Flags().BoolVar(&template, "template", false, p.words.T("cli.flag.show_template"))
	exclusive(show, "licence", "template")
	return show
}

// localModelJSON is what models show --json prints of a local model.
type localModelJSON struct {
	modelJSON
	Family       string   `json:"family,omitempty"`
	Parameters   string   `json:"parameters,omitempty"`
	Quantisation string   `json:"quantisation,omitempty"`
	Format       string   `json:"format,omitempty"`
	Abilities    []string `json:"abilities,omitempty"`
	Weights      string   `json:"weights,omitempty"`
	LicenceText  string   `json:"licence_text,omitempty"`
	Template     string   `json:"template,omitempty"`
	System       string   `json:"system,omitempty"`
	Settings     string   `json:"settings,omitempty"`
}

// showLocal shows a model of the local runner.
func (p *program) showLocal(ctx context.Context, a *app.App, model string, only part) error {
	w, err := a.LocalModel(ctx, model)
	if fault.Is(err, fault.ModelGone) {
		return fault.E("cli.models", fault.NotFound, nil, "what", "model", "name", model)
	}
	if err != nil {
		return err
	}
	switch {
	case p.globals.json:
	case only == licencePart:
		return p.output.line(w.LicenceText)
	case only == templatePart:
		return p.output.line(w.Template)
	}
	out := localModelJSON{
		modelJSON: p.newModelJSON(a, app.OllamaProvider, w.Model), Family: w.Family, Parameters: w.Parameters,
		Quantisation: w.Quantisation, Format: w.Format, Abilities: w.Abilities, Weights: a.LicenceKind(w),
		LicenceText: w.LicenceText, Template: w.Template, System: w.System, Settings: w.Settings,
	}
	if p.globals.json {
		return p.output.json(out)
	}
	size := ""
	if w.Size > 0 {
		size = app.Size(w.Size)
	}
	return p.output.pairs(
		"provider", out.Provider, "id", out.ID, "family", out.Family, "parameters", out.Parameters,
		"quantisation", out.Quantisation, "format", out.Format, "size", size, "context_tokens", tokens(out.Context),
		"abilities", strings.Join(out.Abilities, " "), "loaded", out.Loaded, "licence", out.Licence, "weights", out.Weights,
		"where", out.Where, "consequence", out.Consequence,
		"settings", strings.Join(strings.Fields(out.Settings), " "), "system", out.System,
	)
}

package cli

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
)

// localModels are the commands of the local runner.
func (p *program) localModels() []*cobra.Command {
	var all bool
	unload := p.build(command{
		use: "unload [MODEL…]", short: "cli.models.unload.short", long: "cli.models.unload.long", args: between(0, -1),
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error { return p.modelsUnload(c, a, args, all) }),
	})
	unload.Flags().BoolVar(&all, "all", false, p.words.T("cli.flag.unload_all"))
	return []*cobra.Command{
		p.build(command{
			use: "pull MODEL…", short: "cli.models.pull.short", long: "cli.models.pull.long",
			example: "bise models pull ministral-3:8b\nbise models pull mistral mistral-nemo",
			args:    between(1, -1), run: p.withApp(p.modelsPull),
		}),
		p.build(command{
			use: "remove MODEL…", short: "cli.models.remove.short", long: "cli.models.remove.long",
			args: between(1, -1), run: p.withApp(p.removeModels),
		}),
		p.build(command{
			use: "running", short: "cli.models.running.short", long: "cli.models.running.long",
			run: p.withApp(p.modelsRunning),
		}),
		p.modelsImportCommand(),
		unload,
		p.build(command{
			use: "copy FROM TO", short: "cli.models.copy.short", long: "cli.models.copy.long",
			args: between(2, 2), run: p.withApp(p.modelsCopy),
		}),
		p.build(command{
			use: "search [WORD…]", short: "cli.models.search.short", long: "cli.models.search.long",
			args: between(0, -1), run: p.withApp(p.modelsSearch),
		}),
	}
}

// local is the name of a model of the local runner; another provider's is wrong
// usage here.
func local(a *app.App, word string) (string, error) {
	model, ok := a.LocalName(word)
	if !ok {
		return "", fault.E("cli.models", fault.Usage, nil, "what", "local model", "word", word)
	}
	return model, nil
}

// modelsRemove deletes local models, after a confirmation that names them all.
func (p *program) modelsRemove(c *cobra.Command, a *app.App, args []string) error {
	models := make([]string, len(args))
	for i, word := range args {
		model, err := local(a, word)
		if err != nil {
			return err
		}
		w, err := a.LocalModel(c.Context(), model)
		if err != nil {
			return err
		}
		models[i] = w.ID
	}
	if err := p.confirm(c.Context(), p.words.T("cli.models.remove.confirm", "Models", strings.Join(models, ", "))); err != nil {
		return err
	}
	for _, model := range models {
		if err := a.RemoveLocal(c.Context(), model); err != nil {
			return err
		}
		if err := p.did(event{"removed", model}, p.words.T("cli.models.remove.done", "Model", model)); err != nil {
			return err
		}
	}
	return nil
}

// did tells what was done: an object for a script, a line for a person.
func (p *program) did(e event, line string) error {
	if p.globals.json {
		return p.output.json(e)
	}
	return p.output.line(line)
}

func (p *program) modelsCopy(c *cobra.Command, a *app.App, args []string) error {
	from, err := local(a, args[0])
	if err != nil {
		return err
	}
	to, err := local(a, args[1])
	if err != nil {
		return err
	}
	if err := a.CopyLocal(c.Context(), from, to); err != nil {
		return err
	}
	return p.did(event{"copied", from, "to", to}, p.words.T("cli.models.copy.done", "From", from, "To", to))
}

func (p *program) modelsUnload(c *cobra.Command, a *app.App, args []string, all bool) error {
	if all == (len(args) > 0) {
		return fault.E("cli.models", fault.Usage, nil, "what", "flag mix", "word", "MODEL --all")
	}
	if all {
		running, err := a.RunningModels(c.Context())
		if err != nil {
			return err
		}
		for _, r := range running {
			args = append(args, app.OllamaProvider+"/"+r.Model)
		}
		if len(args) == 0 {
			p.output.note(p.words.T("cli.models.running.none"))
		}
	}
	for _, word := range args {
		model, err := local(a, word)
		if err != nil {
			return err
		}
		if err := a.Unload(c.Context(), model); err != nil {
			return err
		}
		if err := p.did(event{"unloaded", model}, p.words.T("cli.models.unload.done", "Model", model)); err != nil {
			return err
		}
	}
	return nil
}

// runningJSON is one line of models running --json.
type runningJSON struct {
	Model   string `json:"model"`
	Size    int64  `json:"size_bytes"`
	VRAM    int64  `json:"vram_bytes"`
	GPU     int    `json:"gpu_percent"`
	Context int    `json:"context_tokens,omitempty"`
	Until   string `json:"until,omitempty"`
	Left    int    `json:"seconds_left,omitempty"`
}

func (p *program) modelsRunning(c *cobra.Command, a *app.App, _ []string) error {
	running, err := a.RunningModels(c.Context())
	info := a.Runner(c.Context())
	if info.State == app.RunnerInstalled { // nothing runs, so nothing is in memory
		p.output.note(p.words.T("cli.models.running.installed", "Program", info.Program))
		return nil
	}
	if err != nil {
		return err
	}
	if !p.globals.json {
		p.tellRunner(a, info)
	}
	var rows [][]string
	for _, r := range running {
		left := time.Until(r.Until).Round(time.Second)
		if p.globals.json {
			out := runningJSON{Model: r.Model, Size: r.Size, VRAM: r.VRAM, GPU: r.GPU(), Context: r.Window, Until: stamp(r.Until)}
			if !r.Until.IsZero() {
				out.Left = max(0, int(left.Seconds()))
			}
			if err := p.output.json(out); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{r.Model, app.Size(r.Size), p.where(r), tokens(r.Window), p.timeLeft(r, left)})
	}
	if len(running) == 0 && !p.globals.json {
		p.output.note(p.words.T("cli.models.running.none"))
	}
	return p.output.table(rows)
}

// tellRunner says which server answers, and how much memory there is.
func (p *program) tellRunner(a *app.App, info app.RunnerInfo) {
	line := p.words.T("cli.models.running.server", "Version", info.Version, "Host", info.Host)
	if info.Elsewhere {
		line = p.words.T("cli.models.running.elsewhere", "Version", info.Version, "Host", info.Host)
	}
	p.output.note(line)
	if m := a.Memory(); m.Total > 0 && !info.Elsewhere {
		line := p.words.T("cli.models.running.memory_total", "Total", app.Size(m.Total))
		if m.Available > 0 {
			line = p.words.T("cli.models.running.memory", "Free", app.Size(m.Available), "Total", app.Size(m.Total))
		}
		p.output.note(line)
	}
}

// where says what computes: the processor, the graphics card, or both.
func (p *program) where(r app.Running) string {
	switch share := r.GPU(); share {
	case 0:
		return p.words.T("cli.models.running.cpu")
	case 100:
		return p.words.T("cli.models.running.gpu")
	default:
		return p.words.T("cli.models.running.both", "Share", strconv.Itoa(share))
	}
}

// farAhead is a time left that means "for ever": Ollama writes a date centuries
// ahead.
const farAhead = 365 * 24 * time.Hour

func (p *program) timeLeft(r app.Running, left time.Duration) string {
	switch {
	case r.Until.IsZero(), left > farAhead:
		return p.words.T("cli.models.running.for_ever")
	case left <= 0:
		return p.words.T("cli.models.running.ending")
	default:
		return p.words.T("cli.models.running.left", "Time", left.String())
	}
}

// catalogueJSON is one line of models search --json.
type catalogueJSON struct {
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Parameters string   `json:"parameters,omitempty"`
	Size       float64  `json:"size_gb,omitempty"`
	Memory     float64  `json:"memory_gb,omitempty"`
	Context    int      `json:"context_tokens,omitempty"`
	Abilities  []string `json:"abilities,omitempty"`
	Licence    string   `json:"licence"`
	Weights    string   `json:"weights"`
	Here       string   `json:"here"`
	Source     string   `json:"source"`
	Read       string   `json:"read"`
}

func (p *program) modelsSearch(c *cobra.Command, a *app.App, args []string) error {
	found, err := a.Catalogue(args...)
	if err != nil {
		return err
	}
	here := a.LocalNames(c.Context())
	var rows [][]string
	for _, m := range found.Models {
		has := slices.Contains(here, app.WithTag(m.Name))
		if p.globals.json {
			out := catalogueJSON{
				Name: m.Name, Title: m.Title, Parameters: m.Parameters, Size: m.SizeGB, Memory: m.MemoryGB, Context: m.Context,
				Abilities: m.Abilities, Licence: m.Licence, Weights: m.Weights, Here: yesNo(has), Source: m.Source, Read: found.Read,
			}
			if err := p.output.json(out); err != nil {
				return err
			}
			continue
		}
		state := ""
		if has {
			state = p.words.T("cli.models.search.here")
		}
		rows = append(rows, []string{m.Name, m.Title, p.needs(m), tokens(m.Context), m.Licence, state})
	}
	if p.globals.json {
		return nil
	}
	if len(rows) == 0 {
		p.output.note(p.words.T("cli.models.search.none"))
		return nil
	}
	p.output.note(p.words.T("cli.models.search.note", "Date", found.Read))
	return p.output.table(rows)
}

// needs says how much memory a model of the catalogue takes, "-" where no
// source said.
func (p *program) needs(m app.CatalogueModel) string {
	if m.Needs() == 0 {
		return "-"
	}
	return p.words.T("cli.models.search.needs", "Memory", strconv.FormatFloat(m.Needs(), 'f', -1, 64)+" GB")
}

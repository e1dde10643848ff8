package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
)

func (p *program) presetCommand() *cobra.Command {
	return p.build(
		command{use: "preset", short: "cli.preset.short", long: "cli.preset.long"},
		p.build(command{use: "list", short: "cli.preset.list.short", run: p.withApp(p.presetList)}),
		p.build(command{use: "show NAME", short: "cli.preset.show.short", args: between(1, 1), run: p.withApp(p.presetShow)}),
		p.build(command{use: "add FILE [NAME]", short: "cli.preset.add.short", args: between(1, 2), run: p.withApp(p.presetAdd)}),
		p.presetSaveCommand(),
		p.build(command{use: "remove NAME", short: "cli.preset.remove.short", args: between(1, 1), run: p.withApp(p.presetRemove)}),
	)
}

// presetJSON is one line of preset list --json.
type presetJSON struct {
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Model       string   `json:"model,omitempty"`
	Tools       []string `json:"tools,omitempty"`
	Path        string   `json:"path,omitempty"`
}

func newPresetJSON(preset app.Preset) presetJSON {
	return presetJSON{Name: preset.Name, Description: preset.Description, Model: preset.Model, Tools: preset.Tools}
}

func (p *program) presetList(_ *cobra.Command, a *app.App, _ []string) error {
	presets, broken, err := a.Presets()
	if err != nil {
		return err
	}
	for _, b := range broken {
		message, _ := p.words.Fault(b.Err)
		p.output.note(message)
	}
	var rows [][]string
	for _, preset := range presets {
		if p.globals.json {
			if err := p.output.json(newPresetJSON(preset)); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{preset.Name, preset.Model, preset.Description})
	}
	return p.output.table(rows)
}

// presetShow prints the file itself, which is what is shared.
func (p *program) presetShow(_ *cobra.Command, a *app.App, args []string) error {
	preset, err := a.Preset(args[0])
	if err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(newPresetJSON(preset))
	}
	data, err := preset.File()
	if err != nil {
		return err
	}
	return p.output.line(strings.TrimRight(string(data), "\n"))
}

func (p *program) presetAdd(_ *cobra.Command, a *app.App, args []string) error {
	data, err := os.ReadFile(args[0])
	if err != nil {
		return fault.E("cli.preset", fault.NotFound, err, "what", "file", "name", args[0])
	}
	name := strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0]))
	if len(args) == 2 {
		name = args[1]
	}
	preset, err := a.AddPreset(name, data, p.globals.yes)
	return p.presetKept(preset, err)
}

func (p *program) presetSaveCommand() *cobra.Command {
	var conversation, description string
	c := p.build(command{
		use: "save NAME", short: "cli.preset.save.short", args: between(1, 1),
		run: p.withHistory(func(c *cobra.Command, a *app.App, args []string) error {
			id, err := p.resolve(c, a, conversation)
			if err != nil {
				return err
			}
			s, err := a.OpenSession(c.Context(), id)
			if err != nil {
				return err
			}
			preset, err := a.SavePreset(s, args[0], description, p.globals.yes)
			return p.presetKept(preset, err)
		}),
	})
	c.Flags().StringVar(&conversation, "conversation", "last", p.words.T("cli.flag.conversation"))
	c.Flags().StringVar(&description, "description", "", p.words.T("cli.flag.purpose_of_preset"))
	return c
}

func (p *program) presetKept(preset app.Preset, err error) error {
	if err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(newPresetJSON(preset))
	}
	return p.output.line(p.words.T("cli.preset.kept", "Name", preset.Name))
}

func (p *program) presetRemove(_ *cobra.Command, a *app.App, args []string) error {
	if err := a.RemovePreset(args[0]); err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(map[string]string{"name": args[0], "state": "removed"})
	}
	return p.output.line(p.words.T("cli.preset.removed", "Name", args[0]))
}

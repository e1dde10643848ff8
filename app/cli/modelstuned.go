package cli

import (
	"context"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
)

// archiveCommand is archive, or unarchive.
func (p *program) archiveCommand(archive bool) *cobra.Command {
	spec := command{use: "archive MODEL", short: "cli.models.archive.short", long: "cli.models.archive.long", args: between(1, 1)}
	done := "cli.models.archive.done"
	if !archive {
		spec = command{use: "unarchive MODEL", short: "cli.models.unarchive.short", long: "cli.models.unarchive.long", args: between(1, 1)}
		done = "cli.models.unarchive.done"
	}
	spec.run = p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
		choice, err := a.FindModel(c.Context(), args[0], a.AgentProvider(a.Active()))
		if err != nil {
			return err
		}
		m, err := a.ArchiveModel(c.Context(), choice, archive)
		if err != nil {
			return err
		}
		if p.globals.json {
			return p.output.json(p.newModelJSON(a, choice.Provider, m))
		}
		return p.output.line(p.words.T(done, "Model", m.ID))
	})
	return p.build(spec)
}

// removeModels deletes models: those of an account at a service one by one,
// after a question each, then the local ones together.
func (p *program) removeModels(c *cobra.Command, a *app.App, args []string) error {
	var rest []string
	for _, word := range args {
		choice, ok := a.TunedName(word)
		if !ok {
			rest = append(rest, word)
			continue
		}
		if err := p.removeTuned(c.Context(), a, choice); err != nil {
			return err
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return p.modelsRemove(c, a, rest)
}

// removeTuned deletes a fine-tuned model at its service, after a question.
func (p *program) removeTuned(ctx context.Context, a *app.App, choice app.Choice) error {
	m, err := a.TunedModel(ctx, choice)
	if err != nil {
		return err
	}
	if err := p.confirm(ctx, p.words.T("cli.models.tuned.confirm", "Model", m.ID)); err != nil {
		return err
	}
	if err := a.DeleteTuned(ctx, choice); err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(event{"provider", choice.Provider, "id", m.ID, "deleted", "yes"})
	}
	return p.output.line(p.words.T("cli.models.tuned.deleted", "Model", m.ID))
}

// fineTuneCommand asks the service whether it trains models, and tells its
// answer. bise trains none.
func (p *program) fineTuneCommand() *cobra.Command {
	return p.build(command{
		use: "finetune", short: "cli.models.finetune.short", long: "cli.models.finetune.long",
		run: p.withApp(func(c *cobra.Command, a *app.App, _ []string) error {
			provider := a.AgentProvider(a.Active())
			if err := a.FineTuning(c.Context(), provider); err != nil {
				return err
			}
			return fault.E("cli.finetune", fault.Unsupported, nil, "name", "bise", "what", "fine-tuning")
		}),
	})
}

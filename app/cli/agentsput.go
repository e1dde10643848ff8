package cli

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// agentFlags are what a person can say of an agent; what is not said keeps its
// value.
type agentFlags struct {
	file, name, model, description, note string
	instructions, instructionsFile       string
	tools, libraries                     []string
}

// agentsPutCommand is create, or edit.
func (p *program) agentsPutCommand(edit bool) *cobra.Command {
	var f agentFlags
	spec := command{
		use: "create [NAME]", short: "cli.agents.create.short", long: "cli.agents.create.long", args: between(0, 1),
		example: "bise agents create Reviewer --model mistral-medium-latest --instructions-file review.md --tool web_search\nbise agents create --file reviewer.toml",
	}
	if edit {
		spec = command{
			use: "edit AGENT", short: "cli.agents.edit.short", long: "cli.agents.edit.long", args: between(1, 1),
			example: "bise agents edit Reviewer --instructions-file review.md --note \"be brief\"",
		}
	}
	spec.run = p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
		provider := a.AgentProvider(a.Active())
		if edit {
			return p.agentEdit(c, a, provider, args[0], f)
		}
		if len(args) == 1 {
			f.name = args[0]
		}
		return p.agentCreate(c, a, provider, f)
	})
	c := p.build(spec)
	flags := c.Flags()
	flags.StringVar(&f.file, "file", "", p.words.T("cli.flag.agent_file"))
	if edit {
		flags.StringVar(&f.name, "name", "", p.words.T("cli.flag.agent_name"))
	}
	flags.StringVarP(&f.model, "model", "m", "", p.words.T("cli.flag.agent_model"))
	flags.StringVar(&f.description, "description", "", p.words.T("cli.flag.agent_description"))
	flags.StringVar(&f.instructions, "instructions", "", p.words.T("cli.flag.agent_instructions"))
	flags.StringVar(&f.instructionsFile, "instructions-file", "", p.words.T("cli.flag.agent_instructions_file"))
	flags.StringArrayVar(&f.tools, "tool", nil, p.words.T("cli.flag.agent_tool"))
	flags.StringArrayVar(&f.libraries, "library", nil, p.words.T("cli.flag.agent_library"))
	flags.StringVar(&f.note, "note", "", p.words.T("cli.flag.agent_note"))
	exclusive(c, "instructions", "instructions-file")
	return c
}

// define puts what the file and the flags say over a definition.
func (p *program) define(ctx context.Context, flags *pflag.FlagSet, f agentFlags, d app.AgentDefinition) (app.AgentDefinition, error) {
	if f.file != "" {
		read, err := app.ReadAgentFile(f.file)
		if err != nil {
			return d, err
		}
		d = read
	}
	for _, field := range []struct {
		flag  string
		value string
		to    *string
	}{
		{"model", f.model, &d.Model},
		{"description", f.description, &d.Description},
	} {
		if flags.Changed(field.flag) {
			*field.to = field.value
		}
	}
	if f.name != "" {
		d.Name = f.name
	}
	if flags.Changed("note") || f.file == "" {
		d.Note = f.note
	}
	if flags.Changed("tool") {
		d.Tools = noEmpty(f.tools)
	}
	if flags.Changed("library") {
		d.Libraries = noEmpty(f.libraries)
	}
	switch {
	case flags.Changed("instructions"):
		d.Instructions = chat.Text(f.instructions)
	case f.instructionsFile == "-":
		text, err := readAll(ctx, p.env.Stdin)
		if err != nil {
			return d, err
		}
		d.Instructions = chat.Text(text)
	case f.instructionsFile != "":
		text, err := os.ReadFile(f.instructionsFile)
		if err != nil {
			return d, fault.E("cli.agents", fault.NotFound, err, "what", "file", "name", f.instructionsFile)
		}
		d.Instructions = chat.Text(text)
	}
	return d, nil
}

// noEmpty takes out what was given empty, which empties a list.
func noEmpty(list []string) []string {
	var out []string
	for _, s := range list {
		for word := range strings.SplitSeq(s, ",") {
			if word = strings.TrimSpace(word); word != "" {
				out = append(out, word)
			}
		}
	}
	return out
}

// agentCreate says before it does anything who will see the agent, and what its
// name must not do.
func (p *program) agentCreate(c *cobra.Command, a *app.App, provider string, f agentFlags) error {
	d, err := p.define(c.Context(), c.Flags(), f, app.AgentDefinition{})
	if err != nil {
		return err
	}
	if err := app.CheckAgent(d); err != nil {
		return err
	}
	if err := p.confirm(c.Context(), a.AgentWarning()+" "+p.words.T("cli.agents.create.confirm", "Name", d.Name)); err != nil {
		return err
	}
	agent, err := p.putAgent(c.Context(), a, provider, app.AgentChange{Definition: d})
	if err != nil {
		return err
	}
	return p.tellAgent(provider, agent, p.words.T("cli.agents.create.done", "Name", agent.Name, "ID", string(agent.ID)))
}

func (p *program) agentEdit(c *cobra.Command, a *app.App, provider, word string, f agentFlags) error {
	agent, err := a.FindAgent(c.Context(), provider, word)
	if err != nil {
		return err
	}
	d, err := p.define(c.Context(), c.Flags(), f, agent.AgentDefinition)
	if err != nil {
		return err
	}
	agent, err = p.putAgent(c.Context(), a, provider, app.AgentChange{ID: agent.ID, Definition: d})
	if err != nil {
		return err
	}
	return p.tellAgent(provider, agent, p.words.T("cli.agents.edit.done", "Name", agent.Name, "Number", int(agent.Version)))
}

// putAgent sends a definition, with the confirmations that the rules want
// first.
func (p *program) putAgent(ctx context.Context, a *app.App, provider string, change app.AgentChange) (app.Agent, error) {
	var v policy.Verdict
	for range maxQuestions {
		var agent app.Agent
		var err error
		agent, v, err = a.PutAgent(ctx, provider, change)
		if err != nil || v.Decision.Permits() {
			return agent, err
		}
		if v.Decision != policy.Confirm {
			break
		}
		if err := p.consent(ctx, a, a.NewSession(app.Choice{Provider: provider}), v, p.yes); err != nil {
			return agent, err
		}
		if v.Act != policy.StartChat {
			change.Confirmed = append(change.Confirmed, v.Act)
			continue
		}
		if err := a.Accept(a.ProfileOf(provider)); err != nil {
			return agent, err
		}
	}
	return app.Agent{}, &policy.Refusal{Verdict: v}
}

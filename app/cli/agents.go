package cli

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

func (p *program) agentsCommand() *cobra.Command {
	sub := func(c command, run func(c *cobra.Command, a *app.App, provider string, args []string) error) *cobra.Command {
		c.run = p.withApp(func(cmd *cobra.Command, a *app.App, args []string) error {
			return run(cmd, a, a.AgentProvider(a.Active()), args)
		})
		return p.build(c)
	}
	return p.build(
		command{use: "agents", short: "cli.agents.short", long: "cli.agents.long"},
		sub(command{use: "list", short: "cli.agents.list.short", long: "cli.agents.list.long"}, p.agentsList),
		p.agentsShowCommand(),
		p.agentsPutCommand(false),
		p.agentsPutCommand(true),
		sub(command{use: "versions AGENT", short: "cli.agents.versions.short", long: "cli.agents.versions.long", args: between(1, 1)}, p.agentsVersions),
		sub(command{
			use: "use AGENT VERSION", short: "cli.agents.use.short", long: "cli.agents.use.long",
			example: "bise agents use Reviewer 2", args: between(2, 2),
		}, p.agentsUse),
		sub(command{use: "delete AGENT", short: "cli.agents.delete.short", long: "cli.agents.delete.long", args: between(1, 1)}, p.agentsDelete),
		sub(command{
			use: "export FOLDER", short: "cli.agents.export.short", long: "cli.agents.export.long",
			example: "bise agents export ~/agents", args: between(1, 1),
		}, p.agentsExport),
	)
}

// agentJSON is an agent as --json prints it. Instructions are left out of
// lists.
type agentJSON struct {
	ID           app.AgentID        `json:"id"`
	Provider     string             `json:"provider"`
	Model        string             `json:"model"`
	Choice       string             `json:"model_name"` // what --model takes
	Name         string             `json:"name"`
	Description  string             `json:"description,omitempty"`
	Instructions string             `json:"instructions,omitempty"`
	Tools        []string           `json:"tools"`
	Libraries    []string           `json:"libraries,omitempty"`
	Version      app.AgentVersion   `json:"version"`
	Versions     []app.AgentVersion `json:"versions,omitempty"`
	Note         string             `json:"note,omitempty"`
	Created      string             `json:"created,omitempty"`
	Updated      string             `json:"updated,omitempty"`
	InChat       string             `json:"published"`
}

func newAgentJSON(provider string, agent app.Agent) agentJSON {
	out := agentJSON{
		ID: agent.ID, Provider: provider, Model: agent.Model, Choice: chat.AgentModel(string(agent.ID)),
		Name: agent.Name, Description: agent.Description, Tools: agent.Tools, Libraries: agent.Libraries,
		Version: agent.Version, Versions: agent.Versions, Note: agent.Note,
		Created: stamp(agent.Created), Updated: stamp(agent.Updated), InChat: yesNo(agent.InChat),
	}
	if out.Tools == nil {
		out.Tools = []string{}
	}
	return out
}

func (p *program) agentsList(c *cobra.Command, a *app.App, provider string, _ []string) error {
	agents, err := a.Agents(c.Context(), provider)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, agent := range agents {
		if p.globals.json {
			if err := p.output.json(newAgentJSON(provider, agent)); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{
			string(agent.ID), agent.Name, agent.Model, p.agentVersion(agent.Version), orDash(strings.Join(agent.Tools, " ")),
		})
	}
	if len(agents) == 0 && !p.globals.json {
		p.output.note(p.words.T("cli.agents.none"))
	}
	return p.output.table(rows)
}

func (p *program) agentVersion(v app.AgentVersion) string {
	return p.words.T("cli.agents.version", "Number", int(v))
}

// orDash keeps a column where there is nothing to say.
func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (p *program) agentsShowCommand() *cobra.Command {
	version := ""
	c := p.build(command{
		use: "show AGENT", short: "cli.agents.show.short", long: "cli.agents.show.long", args: between(1, 1),
		run: p.withApp(func(c *cobra.Command, a *app.App, args []string) error {
			provider := a.AgentProvider(a.Active())
			agent, err := a.FindAgent(c.Context(), provider, args[0])
			if err != nil {
				return err
			}
			if version != "" {
				n, err := parseVersion(version)
				if err != nil {
					return err
				}
				if agent, err = a.Agent(c.Context(), provider, agent.ID, n); err != nil {
					return err
				}
			}
			return p.printAgent(provider, agent)
		}),
	})
	c.Flags().StringVar(&version, "agent-version", "", p.words.T("cli.flag.agent_version"))
	return c
}

func parseVersion(word string) (app.AgentVersion, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 0 {
		return 0, fault.E("cli.agents", fault.Usage, nil, "what", "version", "word", word)
	}
	return app.AgentVersion(n), nil
}

func (p *program) printAgent(provider string, agent app.Agent) error {
	out := newAgentJSON(provider, agent)
	out.Instructions = string(agent.Instructions)
	if p.globals.json {
		return p.output.json(out)
	}
	var versions []string
	for _, v := range agent.Versions {
		versions = append(versions, strconv.Itoa(int(v)))
	}
	err := p.output.pairs(
		"id", string(out.ID), "name", out.Name, "description", out.Description, "model", out.Model,
		"tools", strings.Join(out.Tools, " "), "libraries", strings.Join(out.Libraries, " "),
		"version", strconv.Itoa(int(out.Version)), "versions", strings.Join(versions, " "), "note", out.Note,
		"created", out.Created, "updated", out.Updated, "published", out.InChat,
	)
	if err != nil || out.Instructions == "" {
		return err
	}
	return p.output.line("\n" + strings.TrimRight(out.Instructions, "\n"))
}

func (p *program) agentsVersions(c *cobra.Command, a *app.App, provider string, args []string) error {
	agent, err := a.FindAgent(c.Context(), provider, args[0])
	if err != nil {
		return err
	}
	versions, err := a.AgentVersions(c.Context(), provider, agent.ID)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, v := range versions {
		if p.globals.json {
			out := newAgentJSON(provider, v)
			out.Instructions, out.Versions = string(v.Instructions), nil
			if err := p.output.json(out); err != nil {
				return err
			}
			continue
		}
		sign := " "
		if v.Version == agent.Version {
			sign = "*"
		}
		rows = append(rows, []string{sign, strconv.Itoa(int(v.Version)), stamp(v.Updated), v.Model, orDash(v.Note)})
	}
	return p.output.table(rows)
}

func (p *program) agentsUse(c *cobra.Command, a *app.App, provider string, args []string) error {
	version, err := parseVersion(args[1])
	if err != nil {
		return err
	}
	agent, err := a.FindAgent(c.Context(), provider, args[0])
	if err != nil {
		return err
	}
	if agent, err = a.UseAgentVersion(c.Context(), provider, agent.ID, version); err != nil {
		return err
	}
	return p.tellAgent(provider, agent, p.words.T("cli.agents.use.done", "Name", agent.Name, "Number", int(agent.Version)))
}

// tellAgent prints a changed agent, or a line about it for a person.
func (p *program) tellAgent(provider string, agent app.Agent, line string) error {
	if p.globals.json {
		return p.output.json(newAgentJSON(provider, agent))
	}
	return p.output.line(line)
}

func (p *program) agentsDelete(c *cobra.Command, a *app.App, provider string, args []string) error {
	agent, err := a.FindAgent(c.Context(), provider, args[0])
	if err != nil {
		return err
	}
	if err := p.confirm(c.Context(), p.words.T("cli.agents.delete.confirm", "Name", agent.Name, "ID", string(agent.ID))); err != nil {
		return err
	}
	if err := a.DeleteAgent(c.Context(), provider, agent.ID); err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(event{"id", agent.ID, "deleted", "yes"})
	}
	return p.output.line(p.words.T("cli.agents.delete.done", "Name", agent.Name))
}

func (p *program) agentsExport(c *cobra.Command, a *app.App, provider string, args []string) error {
	return p.exportAgents(c.Context(), a, provider, args[0])
}

// exportAgents writes all agents and names the files; those written before a
// failure are named as well.
func (p *program) exportAgents(ctx context.Context, a *app.App, provider, folder string) error {
	paths, err := a.ExportAgents(ctx, provider, folder)
	for _, path := range paths {
		if p.globals.json {
			if jsonErr := p.output.json(event{"path", path}); jsonErr != nil {
				return jsonErr
			}
			continue
		}
		if lineErr := p.output.line(path); lineErr != nil {
			return lineErr
		}
	}
	if err == nil && !p.globals.json {
		p.output.note(p.words.N("cli.agents.export.done", len(paths), "Folder", folder))
	}
	return err
}

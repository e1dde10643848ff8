package cli

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/policy"
)

func (p *program) accountCommand() *cobra.Command {
	return p.build(
		command{use: "account", short: "cli.account.short"},
		p.build(command{use: "pages", short: "cli.account.pages.short", long: "cli.account.pages.long", run: p.withApp(p.accountPages)}),
		p.build(command{
			use: "open PAGE", short: "cli.account.open.short", long: "cli.account.open.long",
			example: "bise account open usage", args: between(1, 1), run: p.withApp(p.accountOpen),
		}),
		p.accountEndCommand(),
	)
}

func (p *program) accountEndCommand() *cobra.Command {
	var folder string
	c := p.build(command{
		use: "end", short: "cli.account.end.short", long: "cli.account.end.long",
		example: "bise account end --profile work\nbise account end --profile work --save-agents ~/agents",
		run: p.withApp(func(c *cobra.Command, a *app.App, _ []string) error {
			return p.accountEnd(c, a, folder)
		}),
	})
	c.Flags().StringVar(&folder, "save-agents", "", p.words.T("cli.flag.save_agents"))
	return c
}

// accountEndJSON is what account end --json prints: the decision as policy eval
// prints it, and what was done.
type accountEndJSON struct {
	policy.Answer
	Profile  string            `json:"profile"`
	Order    []string          `json:"order"`
	Steps    []accountStepJSON `json:"steps"`
	EndedOn  string            `json:"ended_on,omitempty"`
	KeyGone  string            `json:"key_absent"`
	Variable string            `json:"key_in_environment,omitempty"`
	Vibe     string            `json:"key_of_vibe"`
	Windows  map[string]string `json:"windows"`
}

type accountStepJSON struct {
	Step string `json:"step"`
	By   string `json:"by"` // bise, you
	Text string `json:"text"`
}

// accountEnd tells every step in its order. On a terminal each of the person's
// own steps waits for them; nothing is removed before all of them are done, and
// before the agents are saved where that was wanted.
func (p *program) accountEnd(c *cobra.Command, a *app.App, folder string) error {
	walk, err := a.AccountWalk(a.Active())
	if err != nil {
		return err
	}
	if len(walk.Steps) == 0 {
		return p.printAccountEnd(walk)
	}
	if folder != "" {
		if err := p.saveAgents(c.Context(), a, walk.Profile, folder); err != nil {
			return err
		}
	}
	if !p.globals.yes {
		if err := p.walk(c, a, walk, folder != ""); err != nil {
			return err
		}
	}
	done, err := a.EndAccount(c.Context(), walk.Profile)
	if err != nil {
		return err
	}
	return p.printAccountEnd(done)
}

// saveAgents saves the agents of a profile; the names of the files are no part
// of the answer here.
func (p *program) saveAgents(ctx context.Context, a *app.App, profile, folder string) error {
	paths, err := a.ExportAgents(ctx, profile, folder)
	if err == nil {
		p.output.note(p.words.N("cli.agents.export.done", len(paths), "Folder", folder))
	}
	return err
}

// agentsFolder is where the walk offers to save the agents of a profile.
func agentsFolder(profile string) string { return "bise-agents-" + profile }

// walk asks for each step whether it is done, the key last. saved says that the
// agents are.
func (p *program) walk(c *cobra.Command, a *app.App, walk app.AccountEnd, saved bool) error {
	remove := p.words.T("cli.account.end.do", "Profile", walk.Profile)
	if !p.console.interactive() {
		return p.confirm(c.Context(), remove) // which names the flag
	}
	p.output.note(p.words.T("cli.account.end.intro", "Profile", walk.Profile))
	for i, s := range walk.Steps {
		p.output.note("\n" + hang(strconv.Itoa(i+1)+". ", s.Text))
		if s.Here {
			continue
		}
		if s.Step == app.AgentsStep && !saved && a.HasAgents(walk.Profile) {
			if err := p.offerAgents(c.Context(), a, walk.Profile); err != nil {
				return err
			}
		}
		if err := p.confirm(c.Context(), p.words.T("cli.account.end.done")); err != nil {
			return err
		}
	}
	return p.confirm(c.Context(), remove)
}

// offerAgents saves the agents if the person wants that. That it cannot be done
// ends nothing: the next question is whether it is.
func (p *program) offerAgents(ctx context.Context, a *app.App, profile string) error {
	folder := agentsFolder(profile)
	question := p.words.T("cli.account.end.agents", "Folder", folder) + " " + p.words.T("cli.confirm.choice")
	yes, err := p.console.yes(ctx, question, p.words.T("cli.confirm.yes"))
	if err != nil || !yes {
		return err
	}
	if err := p.saveAgents(ctx, a, profile, folder); err != nil {
		told := p.describe(err)
		p.output.note(told.Message + " " + told.Remedy)
	}
	return nil
}

func (p *program) printAccountEnd(end app.AccountEnd) error {
	if p.globals.json {
		out := accountEndJSON{
			Answer: end.Verdict.Answer(p.say), Profile: end.Profile, Order: []string{}, Steps: []accountStepJSON{},
			EndedOn: end.EndedOn, KeyGone: yesNo(end.KeyGone), Variable: end.Variable, Vibe: yesNo(end.Vibe),
			Windows: map[string]string{},
		}
		for _, s := range end.Steps {
			by := "you"
			if s.Here {
				by = "bise"
			}
			out.Order = append(out.Order, s.Step)
			out.Steps = append(out.Steps, accountStepJSON{s.Step, by, s.Text})
		}
		for _, w := range end.Windows {
			out.Windows[w.Field] = w.Until
		}
		return p.output.json(out)
	}
	var lines []string
	if p.globals.yes || len(end.Steps) == 0 { // else the walk has told them
		lines = append(lines, p.say(end.Verdict.Reason))
		for i, s := range end.Steps {
			lines = append(lines, hang(strconv.Itoa(i+1)+". ", s.Text))
		}
	}
	if end.KeyGone {
		lines = append(lines, "", hang("", p.words.T("cli.account.end.gone", "Profile", end.Profile, "Date", end.EndedOn)))
	}
	if end.Variable != "" {
		lines = append(lines, hang("! ", p.words.T("cli.account.end.variable", "Variable", end.Variable)))
	}
	if end.Vibe {
		lines = append(lines, hang("! ", p.words.T("cli.account.end.vibe")))
	}
	if len(end.Windows) > 0 {
		lines = append(lines, "", p.words.T("cli.account.end.windows"))
	}
	for _, w := range end.Windows {
		lines = append(lines, hang("- ", w.Text))
	}
	for _, l := range lines {
		if err := p.output.line(l); err != nil {
			return err
		}
	}
	return nil
}

package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"bise/app"
	"bise/app/fault"
	"bise/app/policy"
)

func (p *program) rulesCommand() *cobra.Command {
	return p.build(
		command{use: "rules", short: "cli.rules.short", long: "cli.rules.long"},
		p.build(command{use: "list", short: "cli.rules.list.short", long: "cli.rules.list.long", run: p.withRules(p.rulesList)}),
		p.build(command{
			use: "show [ID]", short: "cli.rules.show.short", long: "cli.rules.show.long", args: between(0, 1),
			run: p.rulesShow,
		}),
		p.build(command{
			use: "diff A [B]", short: "cli.rules.diff.short", long: "cli.rules.diff.long", args: between(1, 2),
			example: "bise rules diff 2025-02-06 2026-08-07",
			run:     p.rulesDiff,
		}),
		p.build(command{
			use: "install FILE", short: "cli.rules.install.short", long: "cli.rules.install.long", args: between(1, 1),
			example: "bise rules show 2026-08-07 > mine.txt\nbise rules install mine.txt",
			run:     p.withRules(p.rulesInstall),
		}),
		p.build(command{
			use: "activate ID", short: "cli.rules.activate.short", long: "cli.rules.activate.long", args: between(1, 1),
			run: p.withRules(p.rulesActivate),
		}),
	)
}

// withRules opens the app for what looks after the rules: also where the active
// ones cannot be read, since these commands are the way out.
func (p *program) withRules(do func(c *cobra.Command, a *app.App, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		p.mending = true
		a, err := p.open(true)
		if err != nil {
			return err
		}
		if broken := a.BrokenRules(); broken != nil {
			message, remedy := p.words.Fault(broken)
			p.output.note(message)
			p.output.note(remedy)
		}
		return do(c, a, args)
	}
}

// ruleFile is the bundle that a word names: a file, the id of a bundle that is
// compiled in or installed, or with "" the active one of the data folder.
func (p *program) ruleFile(word string) (policy.Rules, error) {
	if info, err := os.Stat(word); word != "" && err == nil && info.Mode().IsRegular() {
		data, err := readFile(word)
		if err != nil {
			return policy.Rules{}, err
		}
		return policy.Parse(data)
	}
	dir := p.globals.dataDir
	if dir == "" {
		d, err := app.DefaultDataDir(p.env.Getenv)
		if err != nil {
			return policy.Rules{}, err
		}
		dir = d
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return policy.Rules{}, fault.E("cli.ruleFile", fault.Invalid, err, "path", dir)
	}
	return app.RulesOf(dir, word)
}

// rulesJSON is a bundle as rules list and install print it.
type rulesJSON struct {
	ID            string        `json:"id"`
	EffectiveFrom string        `json:"effective_from"`
	State         string        `json:"state"`
	DaysLeft      int           `json:"days_left"`
	Shipped       string        `json:"shipped"`
	Removed       []removedJSON `json:"removed,omitempty"`
}

// removedJSON is a message that lost its text.
type removedJSON struct {
	Message      string   `json:"message_id"`
	Conversation string   `json:"conversation_id,omitempty"`
	At           string   `json:"at"`
	Clauses      []string `json:"clauses"`
}

func newRulesJSON(i app.RulesInfo) rulesJSON {
	return rulesJSON{
		ID: i.ID, EffectiveFrom: i.EffectiveFrom, State: string(i.State), DaysLeft: i.DaysLeft, Shipped: yesNo(i.Shipped),
	}
}

func (p *program) rulesList(_ *cobra.Command, a *app.App, _ []string) error {
	list, err := a.Bundles()
	if err != nil {
		return err
	}
	rows := [][]string{}
	for _, i := range list {
		if i.Err != nil {
			message, _ := p.words.Fault(i.Err)
			p.output.note(p.words.T("cli.rules.list.unreadable", "ID", i.ID, "Why", message))
			continue
		}
		if p.globals.json {
			if err := p.output.json(newRulesJSON(i)); err != nil {
				return err
			}
			continue
		}
		state := p.words.T("cli.rules.state." + string(i.State))
		if i.State == app.RulesPending {
			state = p.words.N("cli.rules.state.pending", i.DaysLeft)
		}
		rows = append(rows, []string{i.ID, i.EffectiveFrom, state})
	}
	for _, line := range a.RulesNotice() {
		p.output.note(line)
	}
	return p.output.table(rows)
}

// rulesShow prints a bundle in the form that install takes back. Like policy
// eval it reads the data folder's configuration and nothing else of the person.
func (p *program) rulesShow(_ *cobra.Command, args []string) error {
	word := ""
	if len(args) == 1 {
		word = args[0]
	}
	rules, err := p.ruleFile(word)
	if err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(rules)
	}
	text, err := rules.Text()
	if err != nil {
		return err
	}
	_, err = io.WriteString(p.env.Stdout, p.output.safe(string(text)))
	return err
}

func (p *program) rulesDiff(_ *cobra.Command, args []string) error {
	before, after := "", args[0]
	if len(args) == 2 {
		before, after = args[0], args[1]
	}
	a, err := p.ruleFile(before)
	if err != nil {
		return err
	}
	b, err := p.ruleFile(after)
	if err != nil {
		return err
	}
	changes := policy.Diff(a, b)
	if p.globals.json {
		for _, c := range changes {
			if err := p.output.json(c); err != nil {
				return err
			}
		}
		return nil
	}
	return p.printChanges(changes)
}

// printChanges prints what a rule said and says, and counts the rules that only
// rest on other documents.
func (p *program) printChanges(changes []policy.Change) error {
	rested := 0
	for _, c := range changes {
		if c.Change == policy.RuleRested {
			rested++
			continue
		}
		head := p.words.T("cli.rules.diff."+string(c.Change), "Rule", c.Rule, "Clauses", strings.Join(c.Clauses, ", "))
		if err := p.output.line(head); err != nil {
			return err
		}
		if c.Change != policy.RuleChanged {
			continue
		}
		names := slices.Collect(maps.Keys(c.Before))
		for name := range c.After {
			if _, ok := c.Before[name]; !ok {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			if name == "clauses" || name == "source" {
				continue
			}
			line := p.words.T("cli.rules.diff.column", "Name", name, "Before", told(c.Before[name]), "After", told(c.After[name]))
			if err := p.output.line("  " + line); err != nil {
				return err
			}
		}
	}
	if rested > 0 {
		p.output.note(p.words.N("cli.rules.diff.basis", rested))
	}
	if len(changes) == 0 {
		p.output.note(p.words.T("cli.rules.diff.none"))
	}
	return nil
}

// told is a cell of a bundle for a person.
func told(cell any) string {
	if cell == nil {
		return "-"
	}
	return fmt.Sprint(cell)
}

func (p *program) rulesInstall(c *cobra.Command, a *app.App, args []string) error {
	var data []byte
	if args[0] == "-" {
		text, err := readAll(c.Context(), p.env.Stdin)
		if err != nil {
			return err
		}
		data = []byte(text)
	} else {
		file, err := readFile(args[0])
		if err != nil {
			return err
		}
		data = file
	}
	info, err := a.InstallRules(data)
	if err != nil {
		return err
	}
	if p.globals.json {
		return p.output.json(newRulesJSON(info))
	}
	return p.output.line(p.words.T("cli.rules.install.done", "ID", info.ID, "Active", a.Rules().ID()))
}

func (p *program) rulesActivate(c *cobra.Command, a *app.App, args []string) error {
	rules, err := a.Bundle(args[0])
	if err != nil {
		return err
	}
	days := max(0, policy.DaysUntil(rules.Effective(), a.Now()))
	question := p.words.T("cli.rules.activate.confirm", "ID", rules.ID())
	if days > 0 {
		question = p.words.T("cli.rules.activate.early", "ID", rules.ID(), "Date", rules.Effective())
	}
	if err := p.confirm(c.Context(), question); err != nil {
		return err
	}
	removed, err := a.Activate(c.Context(), rules.ID())
	if err != nil {
		p.noteRemoved(removed)
		return err
	}
	if p.globals.json {
		out := newRulesJSON(app.RulesInfo{ID: rules.ID(), EffectiveFrom: rules.Effective(), State: app.RulesActive, DaysLeft: days, Shipped: app.Shipped(rules.ID())})
		for _, r := range removed {
			out.Removed = append(out.Removed, removedJSON{string(r.Message), string(r.Conversation), stamp(r.At), r.Clauses})
		}
		return p.output.json(out)
	}
	p.noteRemoved(removed)
	return p.output.line(p.words.T("cli.rules.activate.done", "ID", rules.ID()))
}

// noteRemoved lists on standard error the answers that may no longer be kept.
func (p *program) noteRemoved(removed []app.Removed) {
	if len(removed) == 0 {
		return
	}
	p.output.note(p.words.N("cli.rules.removed", len(removed)))
	for _, r := range removed {
		p.output.note("  " + p.words.T("cli.rules.removed_one", "Title", r.Title, "Date", day(r.At), "Clauses", strings.Join(r.Clauses, ", ")))
	}
}

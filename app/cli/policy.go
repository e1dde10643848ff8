package cli

import (
	"encoding/json"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bise/app/fault"
	"bise/app/policy"
)

type evalFlags struct {
	act   string
	file  string
	facts []string
	rules string
}

func (p *program) policyCommand() *cobra.Command {
	var f evalFlags
	eval := p.build(command{
		use: "eval --act ACT", short: "cli.policy.eval.short", long: "cli.policy.eval.long",
		example: "bise policy eval --act show_data_use --fact service=le_chat --fact plan=pro --json\nbise policy eval --act share --facts facts.json",
		run:     func(c *cobra.Command, _ []string) error { return p.policyEval(c, f) },
	})
	eval.Long += "\n\n" + p.vocabulary()
	eval.Flags().StringVar(&f.act, "act", "", p.words.T("cli.flag.act"))
	p.factFlags(eval, &f)
	var rules string
	var count bool
	table := p.build(command{
		use: "table", short: "cli.policy.table.short", long: "cli.policy.table.long",
		run: func(*cobra.Command, []string) error { return p.policyTable(rules, count) },
	})
	table.Flags().StringVar(&rules, "rules", "", p.words.T("cli.flag.rules"))
	table.Flags().BoolVar(&count, "count", false, p.words.T("cli.flag.count"))
	return p.build(command{use: "policy", short: "cli.policy.short", long: "cli.policy.long"}, eval, table)
}

// vocabulary lists the acts and the facts, from the tables that read them.
func (p *program) vocabulary() string {
	var b strings.Builder
	b.WriteString(p.words.T("cli.policy.eval.acts") + "\n\n")
	name := ""
	for _, act := range policy.Acts() {
		head, _, _ := strings.Cut(string(act), ":")
		if end := "\n"; b.Len() > 0 && name != "" {
			if head == name {
				end = " "
			}
			b.WriteString(end)
		}
		name = head
		b.WriteString(string(act))
	}
	b.WriteString("\n\n" + p.words.T("cli.policy.eval.facts") + "\n")
	for _, f := range policy.FactsTaken() {
		words := strings.Join(f.Words, ", ")
		if f.Form != "" {
			words = p.words.T("cli.policy.form."+f.Form, "Words", words)
		}
		b.WriteString("\n" + f.Name + ": " + words)
	}
	return b.String()
}

// factFlags are the flags of the commands that answer for facts.
func (p *program) factFlags(c *cobra.Command, f *evalFlags) {
	c.Flags().StringVar(&f.file, "facts", "", p.words.T("cli.flag.facts"))
	c.Flags().StringArrayVar(&f.facts, "fact", nil, p.words.T("cli.flag.fact"))
	c.Flags().StringVar(&f.rules, "rules", "", p.words.T("cli.flag.rules"))
}

// policyEval answers an act for facts that are given. It opens no app: no
// configuration, history or keyring is read, and the clock is --now.
func (p *program) policyEval(c *cobra.Command, f evalFlags) error {
	act, err := policy.ParseAct(f.act)
	if err != nil {
		return err
	}
	rules, facts, err := p.given(c, f)
	if err != nil {
		return err
	}
	v, err := policy.Eval(rules, facts, act)
	if err != nil {
		return err
	}
	answer := v.Answer(p.say)
	if p.globals.json {
		return p.output.json(answer)
	}
	return p.printAnswer(answer)
}

// given are the rules and the facts that the flags give. Without --now the day
// is today: a deadline without one would never be over.
func (p *program) given(c *cobra.Command, f evalFlags) (policy.Rules, policy.Facts, error) {
	now, set, err := p.clock()
	if err != nil {
		return policy.Rules{}, policy.Facts{}, err
	}
	if !set {
		now = time.Now()
	}
	facts, err := p.facts(c, f, now)
	if err != nil {
		return policy.Rules{}, policy.Facts{}, err
	}
	rules, err := p.ruleFile(f.rules)
	return rules, facts, err
}

// facts reads the file of facts and what --fact adds to it.
func (p *program) facts(c *cobra.Command, f evalFlags, now time.Time) (policy.Facts, error) {
	data := []byte("{}")
	switch f.file {
	case "":
	case "-":
		text, err := readAll(c.Context(), p.env.Stdin)
		if err != nil {
			return policy.Facts{}, err
		}
		data = []byte(text)
	default:
		file, err := readFile(f.file)
		if err != nil {
			return policy.Facts{}, err
		}
		data = file
	}
	facts, err := policy.ParseFacts(data, now)
	if err != nil {
		return policy.Facts{}, err
	}
	return facts.WithArgs(f.facts...)
}

// maxFile is the largest file of facts or rules that is read, in bytes.
const maxFile = 8 << 20

func readFile(path string) ([]byte, error) {
	const op = "cli.readFile"
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.E(op, fault.NotFound, err, "what", "file", "name", path)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fault.E(op, fault.Invalid, err, "path", path)
	}
	if len(data) > maxFile {
		return nil, fault.E(op, fault.Invalid, nil, "path", path, "field", "size")
	}
	return data, nil
}

// printAnswer prints a decision for a person.
func (p *program) printAnswer(a policy.Answer) error {
	pairs := []string{
		p.words.T("cli.policy.act"), string(a.Act),
		p.words.T("cli.policy.decision"), a.Decision,
		p.words.T("cli.policy.clauses"), strings.Join(a.Clauses, ", "),
		p.words.T("cli.policy.ruleset"), a.Ruleset,
		p.words.T("cli.policy.reason"), a.Reason,
		p.words.T("cli.policy.remedy"), a.Remedy,
	}
	for _, name := range slices.Sorted(maps.Keys(a.Fields)) {
		value, ok := a.Fields[name].(string)
		if !ok {
			text, err := json.Marshal(a.Fields[name])
			if err != nil {
				return err
			}
			value = string(text)
		}
		pairs = append(pairs, name, value)
	}
	return p.output.pairs(pairs...)
}

// policyTable prints every cell of a bundle.
func (p *program) policyTable(word string, count bool) error {
	rules, err := p.ruleFile(word)
	if err != nil {
		return err
	}
	if count {
		return p.printCount(rules.Count())
	}
	var rows [][]string
	for cell := range rules.Cells() {
		if p.globals.json {
			if err := p.output.json(cell); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{cell.Rule, cell.Decision, pairsOf(cell.Facts), pairsOf(cell.Values), strings.Join(cell.Clauses, ",")})
	}
	return p.output.table(rows)
}

// printCount prints how much a bundle holds.
func (p *program) printCount(c policy.Count) error {
	if p.globals.json {
		return p.output.json(c)
	}
	return p.output.line(p.words.T("cli.policy.table.count", "Ruleset", c.Ruleset,
		"Cells", c.Cells, "Rules", c.Rules, "Clauses", strings.Join(c.Clauses, " ")))
}

// pairsOf writes names and values out in the order of the names.
func pairsOf(m map[string]string) string {
	list := make([]string, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, name+"="+m[name])
	}
	return strings.Join(list, " ")
}

package policy

import (
	"cmp"
	"maps"
	"slices"
)

// ChangeKind says how a rule differs between two bundles.
type ChangeKind string

// The kinds of a change.
const (
	// RuleAdded is a rule that only the second bundle has.
	RuleAdded ChangeKind = "added"
	// RuleRemoved is a rule that only the first has.
	RuleRemoved ChangeKind = "removed"
	// RuleChanged is a rule that answers or applies differently.
	RuleChanged ChangeKind = "changed"
	// RuleRested is a rule that says the same and rests on other clauses or
	// another document.
	RuleRested ChangeKind = "basis"
)

// Change is one rule that differs between two bundles.
type Change struct {
	Change  ChangeKind `json:"change"`
	Section string     `json:"section"`
	Rule    string     `json:"rule"`
	// Clauses are those of both sides, the first bundle's first.
	Clauses []string `json:"clauses"`
	// Before and After hold the columns that differ, or the whole row where
	// there is one side only.
	Before map[string]any `json:"before,omitempty"`
	After  map[string]any `json:"after,omitempty"`
}

// Diff compares two bundles rule by rule, in the order of a's rules and then of
// those that only b has. Rules are the same where section and id are.
func Diff(a, b Rules) []Change {
	var changes []Change
	was, is := a.objects(), b.objects()
	for _, key := range was.keys {
		x, y := was.rows[key], is.rows[key]
		if y == nil {
			changes = append(changes, Change{RuleRemoved, key.section, key.id, clausesOf(x), x, nil})
			continue
		}
		if c, ok := compare(key, x, y); ok {
			changes = append(changes, c)
		}
	}
	for _, key := range is.keys {
		if y := is.rows[key]; was.rows[key] == nil {
			changes = append(changes, Change{RuleAdded, key.section, key.id, clausesOf(y), nil, y})
		}
	}
	return changes
}

type ruleKey struct{ section, id string }

type objects struct {
	keys []ruleKey
	rows map[ruleKey]map[string]any
}

func (r Rules) objects() objects {
	o := objects{rows: make(map[ruleKey]map[string]any)}
	for _, s := range r.sheets {
		for _, row := range s.rows {
			key := ruleKey{s.name, row.id}
			o.keys = append(o.keys, key)
			o.rows[key] = s.object(row)
		}
	}
	return o
}

// basisColumns do not change what a rule answers.
var basisColumns = []string{"clauses", "source"}

func compare(key ruleKey, x, y map[string]any) (Change, bool) {
	c := Change{Change: RuleRested, Section: key.section, Rule: key.id, Before: make(map[string]any), After: make(map[string]any)}
	names := slices.Collect(maps.Keys(x))
	for name := range y {
		if _, ok := x[name]; !ok {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if same(x[name], y[name]) {
			continue
		}
		if !slices.Contains(basisColumns, name) {
			c.Change = RuleChanged
		}
		if x[name] != nil {
			c.Before[name] = x[name]
		}
		if y[name] != nil {
			c.After[name] = y[name]
		}
	}
	c.Clauses = clausesOf(x)
	for _, clause := range clausesOf(y) {
		if !slices.Contains(c.Clauses, clause) {
			c.Clauses = append(c.Clauses, clause)
		}
	}
	return c, len(c.Before)+len(c.After) > 0
}

// same compares two cells; a column that one side does not have reads as one
// that says nothing, or as one that holds for everything.
func same(x, y any) bool {
	a, isList := x.([]string)
	b, both := y.([]string)
	if isList && both {
		return slices.Equal(a, b)
	}
	said := func(v any) any {
		if v == noValue || v == "*" {
			return nil
		}
		return v
	}
	return !isList && !both && said(x) == said(y)
}

func clausesOf(row map[string]any) []string {
	clauses, _ := row["clauses"].([]string)
	return slices.Clone(clauses)
}

// Count says how much a bundle holds.
type Count struct {
	Ruleset string `json:"ruleset"`
	Cells   int    `json:"cells"`
	Rules   int    `json:"rules"`
	// Clauses are the ids that the rules rest on, sorted.
	Clauses []string `json:"clauses"`
}

// Count counts cells, rules and clauses.
func (r Rules) Count() Count {
	c := Count{Ruleset: r.id}
	clauses := make(map[string]bool)
	for range r.Cells() {
		c.Cells++
	}
	for _, s := range r.sheets {
		c.Rules += len(s.rows)
		for _, row := range s.rows {
			for _, clause := range row.clauses {
				clauses[clause] = true
			}
		}
	}
	c.Clauses = slices.SortedFunc(maps.Keys(clauses), cmp.Compare)
	return c
}

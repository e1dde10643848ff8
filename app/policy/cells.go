package policy

import (
	"iter"
	"math/bits"
	"slices"
	"strings"
)

// Cell is one combination that a rule decides.
type Cell struct {
	Rule    string `json:"rule"`
	Section string `json:"section"`
	// Facts are the conditions; one that does not matter is left out.
	Facts    map[string]string `json:"facts"`
	Decision string            `json:"decision,omitempty"`
	// Values are the row's other results.
	Values  map[string]string `json:"values,omitempty"`
	Clauses []string          `json:"clauses"`
	Source  string            `json:"source"`
	// Retrieved is the day the source was read, where the bundle says it.
	Retrieved string `json:"retrieved,omitempty"`
	Ruleset   string `json:"ruleset"`
}

// Cells gives every cell of the bundle, section by section: each row once for
// every combination of the words it names and is the first to answer.
func (r Rules) Cells() iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		for _, s := range r.sheets {
			for i := range s.rows {
				for b := range s.combinations(i) {
					if !yield(r.cell(s, &s.rows[i], b)) {
						return
					}
				}
			}
		}
	}
}

func (r Rules) cell(s *sheet, row *row, b box) Cell {
	c := Cell{
		Rule: row.id, Section: s.name, Facts: make(map[string]string),
		Values: make(map[string]string), Clauses: slices.Clone(row.clauses), Source: row.source,
		Retrieved: r.sources[documentOf(row.source)].Retrieved, Ruleset: r.id,
	}
	for i, cond := range s.conditions {
		if row.when[i] != cond.all() {
			c.Facts[cond.name] = cond.domain[bits.TrailingZeros64(b[i])]
		}
	}
	for i, name := range s.results {
		if row.then[i].word != noValue {
			c.Values[name] = row.then[i].word
		}
	}
	if row.decides {
		c.Decision = row.what.String()
	}
	return c
}

// all marks every word of the condition.
func (c condition) all() uint64 { return ^uint64(0) >> (64 - len(c.domain)) }

// combinations gives the boxes of row i, one word each where the row names
// words. What rows above answer is left out.
func (s *sheet) combinations(i int) iter.Seq[box] {
	row := &s.rows[i]
	return func(yield func(box) bool) {
		s.expand(row, make(box, len(s.conditions)), 0, func(b box) bool {
			if s.match == first && s.covered(b, i) {
				return true
			}
			return yield(b)
		})
	}
}

func (s *sheet) expand(row *row, b box, at int, yield func(box) bool) bool {
	if at == len(b) {
		return yield(b)
	}
	if row.when[at] == s.conditions[at].all() {
		b[at] = row.when[at]
		return s.expand(row, b, at+1, yield)
	}
	for left := row.when[at]; left != 0; left &= left - 1 {
		b[at] = left & -left
		if !s.expand(row, b, at+1, yield) {
			return false
		}
	}
	return true
}

// covered reports whether rows above i answer all of b.
func (s *sheet) covered(b box, i int) bool {
	left := []box{slices.Clone(b)}
	for _, above := range s.rows[:i] {
		var rest []box
		for _, piece := range left {
			pieces, _ := piece.without(above.when)
			rest = append(rest, pieces...)
		}
		if left = rest; len(left) == 0 {
			return true
		}
	}
	return false
}

// words writes a condition out: its words, or "*" for all.
func (c condition) words(mask uint64) string {
	if mask == c.all() {
		return "*"
	}
	var words []string
	for i, w := range c.domain {
		if mask&(1<<i) != 0 {
			words = append(words, w)
		}
	}
	return strings.Join(words, ",")
}

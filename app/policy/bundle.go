package policy

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"bise/app/fault"
)

// Rules is one bundle, checked: every combination of facts has exactly one
// deciding row for each act and no row is dead.
type Rules struct {
	id        string
	effective string
	sources   map[string]Source
	sheets    []*sheet
	byAct     map[Act][]*sheet
	tools     map[string]toolUse
	stages    []modelStage
	limits    limits
}

// match says how the rows of a sheet answer.
type match uint8

const (
	// first: the first row whose conditions hold answers.
	first match = iota
	// every: all rows whose conditions hold add to the answer.
	every
	// data: the rows are settings and answer no act.
	data
)

var matchWords = [...]string{"first", "every", "data"}

// sheet is one table of a bundle.
type sheet struct {
	name, title string
	line        int
	match       match
	into        string // the field that takes the rows of an "every" sheet
	acts        []Act
	columns     []string // as written
	conditions  []condition
	results     []string
	rows        []row
	needs       []need
}

// need names rows that a sheet must have although it would be whole without
// them: a more general row below would answer in their place, or the rows of
// the sheet do not answer in turn, so that nothing else tells that one is gone.
type need struct {
	Rows   []string `json:"rows"`
	Before string   `json:"before,omitempty"` // the more general row
}

// condition is a column that says when a row holds.
type condition struct {
	name   string
	domain []string
}

// row is one rule.
type row struct {
	id      string
	line    int
	when    []uint64 // one bit a word of the condition's domain
	then    []cell
	decides bool
	what    Decision
	why     string
	clauses []string
	source  string
}

// cell is a result: a word, or an expression over facts.
type cell struct {
	word  string
	terms []term
}

// noValue is the word of an empty cell.
const noValue = "-"

// ID is the bundle's id, its effective date.
func (r Rules) ID() string { return r.id }

// Effective is the date from which the documents behind the bundle apply.
func (r Rules) Effective() string { return r.effective }

// Load reads the bundle id from its folder below "rules" in fsys: every .txt
// file in it, in the order of their names, taken as one text.
func Load(fsys fs.FS, id string) (Rules, error) {
	const op = "policy.Load"
	names, err := fs.Glob(fsys, path.Join("rules", id, "*.txt"))
	if err != nil || len(names) == 0 {
		return Rules{}, fault.E(op, fault.NotFound, err, "what", "rule bundle", "name", id)
	}
	slices.Sort(names)
	var text []byte
	for _, name := range names {
		part, err := fs.ReadFile(fsys, name)
		if err != nil {
			return Rules{}, fault.E(op, fault.Damaged, err, "path", name)
		}
		text = append(append(text, part...), '\n')
	}
	return Parse(text)
}

// Parse reads a bundle in its text or its JSON form. The error is a fault.Invalid that
// names the line and the field, word or gap; a bundle is taken whole or not at
// all.
func Parse(text []byte) (Rules, error) {
	if trimmed := bytes.TrimSpace(text); len(trimmed) > 0 && trimmed[0] == '{' {
		var err error
		if text, err = textForm(trimmed); err != nil {
			return Rules{}, err
		}
	}
	p := parser{rules: Rules{sources: make(map[string]Source)}, groups: make(map[string][]string), ids: make(map[string]int)}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		p.line = n
		if err := p.read(strings.TrimSpace(line)); err != nil {
			return Rules{}, err
		}
	}
	p.line = n
	return p.finish()
}

// parser reads a bundle line by line.
type parser struct {
	rules   Rules
	groups  map[string][]string
	ids     map[string]int
	line    int
	sheet   *sheet
	columns []string
}

// refuse names what is wrong with a line.
func (p *parser) refuse(line int, what, name string) error {
	return fault.E("policy.Parse", fault.Invalid, fmt.Errorf("line %d: %s: %s", line, what, name),
		"what", "rule bundle", "name", name, "problem", what, "line", fmt.Sprint(line))
}

// finish checks what only the whole bundle can tell.
func (p *parser) finish() (Rules, error) {
	r := p.rules
	if r.id == "" || r.effective == "" {
		return Rules{}, p.refuse(p.line, "missing header", "bundle, effective_from")
	}
	r.byAct = make(map[Act][]*sheet)
	for _, s := range r.sheets {
		if len(s.rows) == 0 {
			return Rules{}, p.refuse(s.line, "sheet without rows", s.name)
		}
		if s.match == first {
			if err := p.total(s); err != nil {
				return Rules{}, err
			}
		}
		if err := p.needed(s); err != nil {
			return Rules{}, err
		}
		for _, act := range s.acts {
			r.byAct[act] = append(r.byAct[act], s)
		}
	}
	for _, act := range allActs {
		if !slices.ContainsFunc(r.byAct[act], func(s *sheet) bool { return s.match == first }) {
			return Rules{}, p.refuse(p.line, "gap: no sheet answers", string(act))
		}
	}
	if err := p.settings(&r); err != nil {
		return Rules{}, err
	}
	return r, nil
}

// Answers reports whether the bundle has a sheet for act.
func (r Rules) Answers(act Act) bool { return len(r.byAct[act]) > 0 }

// Source is a document behind a bundle.
type Source struct {
	Title string `json:"title"`
	URL   string `json:"url,omitempty"`
	// Retrieved is the day it was read, YYYY-MM-DD.
	Retrieved string `json:"retrieved,omitempty"`
}

// Sources gives the documents behind the bundle by their short names.
func (r Rules) Sources() map[string]Source { return maps.Clone(r.sources) }

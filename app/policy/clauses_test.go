package policy

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestEveryClauseOfTheDocumentsIsAnswered holds the list of all clauses against
// the shipped bundle: a clause is a rule, or the list says where else it is
// kept, or why a client has nothing to do.
func TestEveryClauseOfTheDocumentsIsAnswered(t *testing.T) {
	r := shipped(t)
	cites := make(map[string][]string) // rule → clauses
	for _, s := range r.sheets {
		for _, row := range s.rows {
			cites[row.id] = row.clauses
		}
	}
	text, err := os.ReadFile("testdata/clauses.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	count := make(map[string]int)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, " | ")
		if len(cells) != 4 || !slices.Contains([]string{"M", "S", "I"}, cells[1]) || cells[3] == "" {
			t.Errorf("line %q", line)
			continue
		}
		id, how := cells[0], cells[2]
		if listed[id] {
			t.Errorf("%s is listed twice", id)
		}
		listed[id] = true
		count[how]++
		switch how {
		case "rules":
			for rule := range strings.FieldsSeq(cells[3]) {
				if !slices.Contains(cites[rule], id) {
					t.Errorf("%s: rule %q does not rest on it", id, rule)
				}
			}
		case "kept", "nothing":
		default:
			t.Errorf("%s: %q says nothing", id, how)
		}
	}
	for rule, clauses := range cites {
		for _, c := range clauses {
			if strings.Contains(c, "-") && !listed[c] {
				t.Errorf("rule %s rests on %s, which no document has", rule, c)
			}
		}
	}
	t.Logf("%d clauses: %v", len(listed), count)
}

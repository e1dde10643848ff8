package policy

import (
	"slices"
	"strings"
	"testing"

	"bise/app/fault"
)

// TestNoRowCanBeLeftOutOfABundle drops one row after another of both bundles.
// What the tables alone would let pass, a more general row answering instead,
// has to be listed under "needs"; a list that is stale is printed as it should
// be.
func TestNoRowCanBeLeftOutOfABundle(t *testing.T) {
	for _, r := range both(t) {
		t.Run(r.ID(), func(t *testing.T) {
			t.Parallel()
			text, err := r.Text()
			if err != nil {
				t.Fatal(err)
			}
			bare := withoutLines(string(text), "needs ")
			for _, s := range r.sheets {
				var want []need
				for i, row := range s.rows {
					line := row.id + " | "
					if _, err := Parse([]byte(withoutLines(bare, line))); err != nil {
						continue
					}
					_, err := Parse([]byte(withoutLines(string(text), line)))
					if general := s.general(i); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), row.id) || !strings.Contains(err.Error(), general) {
						t.Errorf("without %s, above %q: %v", row.id, general, err)
					}
					want = withNeed(want, row.id, s.general(i))
				}
				if got := needLines(s.needs); got != needLines(want) {
					t.Errorf("section %s of %s should have\n%s", s.name, r.ID(), needLines(want))
				}
			}
		})
	}
}

func TestAGapThatAMoreGeneralRowHidesIsNamed(t *testing.T) {
	text := shippedText(t)
	for _, c := range []struct{ name, drop, swap, want string }{
		{"a refusal that a permission would replace", "T4.K3.dataset.image | ", "", "T4.K3.dataset.image"},
		{"the row that would answer", "T4.K3.dataset.image | ", "", "the more general T4.K3.dataset"},
		{"a tool that taints what it helped with", "tool.web_search | ", "", "tool.web_search"},
		{"a company that sees what is written", "T3.stripe | ", "", "T3.stripe"},
		{"a list of nothing", "", "\nneeds\n", "needs without a row"},
		{"a general row that is not there", "", "\nneeds attach.weights before attach.nobody\n", "attach.nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faulty := strings.Replace(text, "\nrule | service? | attachment?", c.swap+"rule | service? | attachment?", 1)
			if c.drop != "" {
				faulty = withoutLines(text, c.drop)
			}
			if faulty == text {
				t.Fatal("the bundle is as it was")
			}
			if _, err := Parse([]byte(faulty)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that names %q", err, c.want)
			}
		})
	}
}

// general is the first row below i that answers something of what i answers.
func (s *sheet) general(i int) string {
	if s.match != first {
		return ""
	}
	for b := range s.combinations(i) {
		for _, below := range s.rows[i+1:] {
			if _, met := b.without(below.when); met && !s.covered(b, i) {
				return below.id
			}
		}
	}
	return ""
}

func withNeed(needs []need, id, before string) []need {
	at := slices.IndexFunc(needs, func(n need) bool { return n.Before == before })
	if at < 0 {
		return append(needs, need{[]string{id}, before})
	}
	needs[at].Rows = append(needs[at].Rows, id)
	return needs
}

func needLines(needs []need) string {
	var b strings.Builder
	for _, n := range needs {
		b.WriteString(n.line())
	}
	return b.String()
}

// withoutLines drops the lines that begin with a prefix.
func withoutLines(text, prefix string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, prefix) {
			b.WriteString(line)
		}
	}
	return b.String()
}

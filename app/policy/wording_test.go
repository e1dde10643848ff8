package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"bise/app/policy"
	"bise/app/text"
	"bise/assets"
)

// TestEveryReasonOfTheBundlesHasWords reads the columns "why" and "note" of the
// shipped bundles and looks for their sentences.
func TestEveryReasonOfTheBundlesHasWords(t *testing.T) {
	for _, id := range []string{"2025-02-06", "2026-08-07"} {
		t.Run(id, func(t *testing.T) { reasonsHaveWords(t, id) })
	}
}

func reasonsHaveWords(t *testing.T, id string) {
	r, err := policy.Load(assets.Rules, id)
	if err != nil {
		t.Fatal(err)
	}
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var bundle struct{ Rows []map[string]any }
	if err := json.Unmarshal(data, &bundle); err != nil {
		t.Fatal(err)
	}
	want := func(rule, key string) {
		said := words.T(key, "DeclaredOn", "2025-03-02", "EarliestEnd", "2025-09-01", "EarliestNext", "2026-03-02", "Ruleset", "2025-02-06",
			"LastDay", "2025-09-01", "EarliestEffective", "2025-09-01")
		if said == key || strings.Contains(said, "<no value>") || !strings.HasSuffix(said, ".") {
			t.Errorf("rule %s: %s says %q", rule, key, said)
		}
	}
	for _, row := range bundle.Rows {
		rule, _ := row["id"].(string)
		decision, _ := row["decision"].(string)
		if why, ok := row["why"].(string); ok && why != "-" {
			want(rule, "rules."+why+".reason")
			switch decision {
			case "block", "redact", "confirm", "warn":
				want(rule, "rules."+why+".remedy")
			}
		}
		if lapsed, ok := row["lapsed"].(string); ok && lapsed != "-" {
			want(rule, "rules."+lapsed+".reason")
			want(rule, "rules."+lapsed+".remedy")
		}
		if note, ok := row["note"].(string); ok && note != "-" {
			for key := range strings.SplitSeq(note, ",") {
				want(rule, "rules.note."+key)
			}
		}
	}
}

package policy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestEveryCombinationHasOneDecision is I3: services, plans, kinds and acts, by
// both bundles.
func TestEveryCombinationHasOneDecision(t *testing.T) {
	for _, r := range both(t) {
		for _, service := range vocabulary["service"].words {
			for _, plan := range vocabulary["plan"].words {
				f := facts(t, "service="+service, "plan="+plan)
				for _, kind := range turnKinds {
					f.Turn = Turn{Kind: kind}
					for _, act := range allActs {
						explained(t, r, f, act)
					}
				}
			}
		}
	}
}

// explained is I6: who is stopped reads why, by which clause, and what to do.
func explained(t *testing.T, r Rules, f Facts, act Act) {
	t.Helper()
	v := r.Decide(f, act, 0)
	if v.Rule == "" || v.Ruleset != r.ID() || v.Reason.Key == "" || v.Decision != NotApplicable && len(v.Clauses) == 0 {
		t.Fatalf("%s of %s with %v %v: %+v", act, r.ID(), f.values, f.Turn, v)
	}
	if (v.Decision == Block || v.Decision == Redact || v.Decision == Confirm) && v.Remedy.Key == "" {
		t.Fatalf("%s of %s with %v %v has no way out: %+v", act, r.ID(), f.values, f.Turn, v)
	}
}

func TestEveryCellThatStopsSaysWhyAndWhatElse(t *testing.T) {
	for _, r := range both(t) {
		for _, s := range r.sheets {
			for _, row := range s.rows {
				if row.decides && row.what != NotApplicable && row.why == "" {
					t.Errorf("%s of %s decides without a reason", row.id, r.ID())
				}
				if len(row.clauses) == 0 {
					t.Errorf("%s of %s rests on nothing", row.id, r.ID())
				}
			}
		}
		rnd := rand.New(rand.NewPCG(9, 10))
		for range 60 {
			f := someFacts(t, rnd)
			for _, act := range allActs {
				explained(t, r, f, act)
			}
		}
	}
}

// TestAPermissionTakenBackPermitsNothingMore is the part of I4 about
// authorisations, scope by scope, by both bundles.
func TestAPermissionTakenBackPermitsNothingMore(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	for _, r := range both(t) {
		for range 60 {
			with := someFacts(t, rnd)
			with.Authorisations = nil
			for _, scope := range scopes {
				with.Authorisations = append(with.Authorisations, Authorisation{Scope: scope, Reference: "M-1"})
			}
			for i, scope := range scopes {
				without := with
				without.Authorisations = slices.Delete(slices.Clone(with.Authorisations), i, i+1)
				noMoreThan(t, r, with, without, "without "+scope)
				unsigned := with
				unsigned.Authorisations = slices.Clone(with.Authorisations)
				unsigned.Authorisations[i].Reference = ""
				noMoreThan(t, r, with, unsigned, scope+" without a reference")
			}
		}
	}
}

// TestMoreCautionPermitsNoMoreInTheSecondBundle is the rest of I4 for the
// bundle that is not in force.
func TestMoreCautionPermitsNoMoreInTheSecondBundle(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 14))
	r := second(t)
	for range 60 {
		f := someFacts(t, rnd)
		for _, s := range []struct{ name, looser, stricter string }{
			{"media_customer", "no", "unset"},
			{"media_customer", "unset", "yes"},
			{"age_band", "adult", "minor_with_permission"},
			{"age_band", "minor_with_permission", "minor_without_permission"},
			{"age_band", "minor_without_permission", "under_13"},
			{"optouts", "", "bfl"},
			{"optouts", "brave", "brave,e2b"},
			{"optouts", "cerebras", "brave,cerebras"},
			{"accepted", "yes", "no"},
		} {
			loose, err := f.With(s.name, s.looser)
			if err != nil {
				t.Fatal(err)
			}
			strict, err := f.With(s.name, s.stricter)
			if err != nil {
				t.Fatal(err)
			}
			noMoreThan(t, r, loose, strict, s.name+"="+s.stricter)
		}
	}
}

// TestEveryRowIsData is I11: for one row after another of both bundles the
// decision is turned round in a synthetic bundle, and only questions that this
// row answered, or answers now, are answered differently.
func TestEveryRowIsData(t *testing.T) {
	for _, r := range both(t) {
		t.Run(r.ID(), func(t *testing.T) {
			data, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			rnd := rand.New(rand.NewPCG(15, 16))
			reached, turned := 0, 0
			for _, s := range r.sheets {
				for i := range s.rows {
					// Every fourth row: a bundle takes milliseconds to read.
					if !s.rows[i].decides || rnd.IntN(4) != 0 {
						continue
					}
					turned++
					if turnedRound(t, r, s, i, data, rnd) {
						reached++
					}
				}
			}
			t.Logf("%d of %d turned rows were reached by facts made by chance", reached, turned)
			if reached*10 < turned*9 {
				t.Error("too few rows were reached to show anything")
			}
		})
	}
}

// turnedRound changes the decision of row i and compares answers; it reports
// whether any changed.
func turnedRound(t *testing.T, r Rules, s *sheet, i int, data []byte, rnd *rand.Rand) bool {
	t.Helper()
	row := s.rows[i]
	now := "block"
	if row.what == Block {
		now = "allow"
	}
	after, err := Parse(withDecision(t, data, s.name, row.id, now))
	if err != nil {
		t.Fatal(err)
	}
	changed := false
	for range 40 {
		f := someFacts(t, rnd)
		s.aim(i, &f, rnd)
		for _, act := range s.acts {
			x, y := r.Decide(f, act, 0), after.Decide(f, act, 0)
			if x.Decision == y.Decision {
				continue
			}
			if x.Rule != row.id && y.Rule != row.id {
				t.Fatalf("%s turned to %s: %s, answered by %s and now by %s, changed", row.id, now, act, x.Rule, y.Rule)
			}
			changed = true
		}
	}
	return changed
}

// aim sets the facts that row i wants to a combination it answers.
func (s *sheet) aim(i int, f *Facts, rnd *rand.Rand) {
	var boxes []box
	for b := range s.combinations(i) {
		boxes = append(boxes, slices.Clone(b))
	}
	b := boxes[rnd.IntN(len(boxes))]
	for at, c := range s.conditions {
		if b[at] == c.all() {
			continue
		}
		word := c.words(b[at])
		list, item, dotted := strings.Cut(c.name, ".")
		switch {
		case c.name == "kind":
			if word != unknownKind {
				f.Turn = Turn{Kind: word, Edited: f.Turn.Edited}
			}
		case dotted && list == "authorised":
			f.Authorisations = nil
			if word == "yes" {
				f.Authorisations = []Authorisation{{Scope: item, Reference: "M-1"}}
			}
		case dotted && list == "optout":
			value := ""
			if word == "yes" {
				value = item
			}
			*f, _ = f.With("optouts", value)
		case c.name == "k":
			f.Turn = Turn{Kind: kindOfK[word]}
			if word == "K13" {
				*f, _ = f.With("attachment", "weights")
				*f, _ = f.With("weights", "specific_access")
			}
		case vocabulary[c.name].words != nil:
			if g, err := f.With(c.name, word); err == nil {
				*f = g
			}
		}
	}
}

// kindOfK is a kind of turn that a K-kind may stand for.
var kindOfK = map[string]string{
	"K1": "input", "K2": "text", "K3": "image", "K4": "web_search", "K5": "news", "K6": "third_party",
	"K7": "code", "K8": "agent", "K9": "reported", "K10": "text", "K11": "text", "K12": "web_search", "K13": "text",
}

// withDecision is a bundle in JSON with another decision in one row.
func withDecision(t *testing.T, data []byte, section, id, decision string) []byte {
	t.Helper()
	var bundle map[string]any
	if err := json.Unmarshal(data, &bundle); err != nil {
		t.Fatal(err)
	}
	for _, r := range bundle["rows"].([]any) {
		row := r.(map[string]any)
		if row["section"] == section && row["id"] == id {
			row["decision"] = decision
		}
	}
	out, err := json.Marshal(bundle)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestAnOptOutTouchesItsOwnFeatureOnlyInBothBundles is the second half of I5.
func TestAnOptOutTouchesItsOwnFeatureOnlyInBothBundles(t *testing.T) {
	own := map[string][]string{
		"bfl": {"image_generation"}, "brave": {"web_search", "news"}, "cerebras": {"flash_answers"}, "e2b": {"code_interpreter"},
	}
	rnd := rand.New(rand.NewPCG(17, 18))
	for _, r := range both(t) {
		for provider, features := range own {
			for range 20 {
				f := someFacts(t, rnd)
				in, _ := f.With("optouts", "")
				out, _ := f.With("optouts", provider)
				for _, act := range allActs {
					name, arg := act.split()
					if name == "use_feature" && slices.Contains(features, arg) {
						continue
					}
					x, y := r.Decide(in, act, 0), r.Decide(out, act, 0)
					if x.Decision != y.Decision || x.Rule != y.Rule {
						t.Fatalf("opting out of %s changes %s: %s", provider, act, fmt.Sprint(x.Rule, " → ", y.Rule))
					}
				}
			}
		}
	}
}

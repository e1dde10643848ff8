package policy

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"bise/app/chat"
)

// someFacts makes facts by chance, from a fixed seed.
func someFacts(t testing.TB, rnd *rand.Rand) Facts {
	f := Facts{Now: today}
	var err error
	for _, name := range slices.Sorted(mapsKeys(vocabulary)) {
		spec := vocabulary[name]
		if spec.shape != oneOf || rnd.IntN(3) == 0 && name != "service" {
			continue
		}
		if f, err = f.With(name, spec.words[rnd.IntN(len(spec.words))]); err != nil {
			t.Fatal(err)
		}
	}
	if rnd.IntN(2) == 0 {
		words := vocabulary["optouts"].words
		if f, err = f.With("optouts", words[rnd.IntN(len(words))]); err != nil {
			t.Fatal(err)
		}
	}
	f.Turn = Turn{Kind: turnKinds[rnd.IntN(len(turnKinds))], Edited: rnd.IntN(2) == 0}
	if rnd.IntN(3) == 0 {
		f.Authorisations = []Authorisation{{Scope: scopes[rnd.IntN(len(scopes))], Reference: "M-1"}}
	}
	return f
}

func mapsKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func spoken(t testing.TB, v Verdict) string {
	t.Helper()
	data, err := json.Marshal(v.Answer(func(w Words) string { return w.Key }))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheSameInputGivesTheSameAnswerByteForByte(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	a, b := shipped(t), shipped(t)
	for range 60 {
		f := someFacts(t, rnd)
		for _, act := range Acts() {
			if x, y := spoken(t, a.Decide(f, act, 0)), spoken(t, b.Decide(f, act, 0)); x != y {
				t.Fatalf("%s\n%s", x, y)
			}
		}
	}
}

func TestEveryAnswerIsExplained(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	r := shipped(t)
	for range 150 {
		f := someFacts(t, rnd)
		for _, act := range Acts() {
			if !r.Answers(act) {
				continue
			}
			v := r.Decide(f, act, 0)
			if v.Decision != NotApplicable && len(v.Clauses) == 0 || v.Ruleset == "" || v.Rule == "" || v.Reason.Key == "" {
				t.Fatalf("%s with %v: %+v", act, f.values, v)
			}
			if (v.Decision == Block || v.Decision == Redact || v.Decision == Confirm) && v.Remedy.Key == "" {
				t.Fatalf("%s with %v has no way out: %+v", act, f.values, v)
			}
			if f.Service() == Local && f.Get("weights") == "open" {
				for _, c := range v.Clauses {
					if strings.Contains(c, "-") {
						t.Fatalf("%s on this machine names clause %s", act, c)
					}
				}
			}
		}
	}
}

func TestMoreCautionNeverPermitsMore(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	r := shipped(t)
	steps := []struct{ name, looser, stricter string }{
		{"media_customer", "no", "unset"},
		{"media_customer", "unset", "yes"},
		{"age_band", "adult", "minor_with_permission"},
		{"age_band", "minor_with_permission", "minor_without_permission"},
		{"age_band", "minor_without_permission", "under_13"},
		{"optouts", "", "bfl"},
		{"optouts", "brave", "brave,e2b"},
		{"optouts", "cerebras", "brave,cerebras"},
		{"accepted", "yes", "no"},
	}
	for range 100 {
		f := someFacts(t, rnd)
		for _, s := range steps {
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
		without := f
		without.Authorisations = nil
		noMoreThan(t, r, f, without, "no authorisation")
	}
}

func noMoreThan(t *testing.T, r Rules, loose, strict Facts, what string) {
	t.Helper()
	for _, act := range Acts() {
		a, b := r.Decide(loose, act, 0), r.Decide(strict, act, 0)
		if b.Decision > a.Decision {
			t.Fatalf("%s: %s turns %s into %s with %v", act, what, a.Decision, b.Decision, loose.values)
		}
	}
}

// TestChangingOneCellChangesThatCellAlone activates synthetic bundles in which
// one decision differs, and looks at every question around it.
func TestChangingOneCellChangesThatCellAlone(t *testing.T) {
	text := shippedText(t)
	before := shipped(t)
	for _, c := range []struct{ rule, old, new string }{
		{"T4.K4.store", "| block | redact | search_kept", "| allow | allow | search_kept"},
		{"T4.K3.dataset.image", "| block | exclude | dataset_image", "| allow | allow | dataset_image"},
		{"use.search.off", "| block | Brave | web_search", "| warn | Brave | web_search"},
		{"T1.4", "| off | yes | opt_in | admin | workspace_settings | off | no | default", "| on | yes | opt_out | admin | workspace_settings | on | no | default"},
		{"age.child", "| block | age_child", "| warn | age_child"},
		{"models.ending", "| warn | =discontinuation", "| block | =discontinuation"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			after := swapped(t, text, c.rule, c.old, c.new)
			rnd := rand.New(rand.NewPCG(7, 8))
			changed := 0
			for range 120 {
				f := someFacts(t, rnd)
				for _, act := range Acts() {
					a, b := before.Decide(f, act, 0), after.Decide(f, act, 0)
					same := a.Decision == b.Decision && word(a, "training") == word(b, "training")
					if !same && a.Rule != c.rule && word(a, "training") == word(b, "training") {
						t.Fatalf("%s, decided by %s, changed", act, a.Rule)
					}
					if !same {
						changed++
					}
				}
			}
			if changed == 0 && c.rule != "models.ending" {
				t.Error("nothing changed: the rule is not data")
			}
		})
	}
}

func swapped(t *testing.T, text, rule, old, changed string) Rules {
	t.Helper()
	i := strings.Index(text, "\n"+rule+" |")
	if i < 0 {
		t.Fatalf("no rule %s", rule)
	}
	head, rest := text[:i+1], text[i+1:]
	end := strings.Index(rest, "\n")
	line := strings.Replace(rest[:end], old, changed, 1)
	if line == rest[:end] {
		t.Fatalf("rule %s has no %q", rule, old)
	}
	r, err := Parse([]byte(head + line + rest[end:]))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNothingIsDecidedLooselyWithoutFacts(t *testing.T) {
	r := shipped(t)
	if v := r.Decide(Facts{}, StartChat, 0); v.Decision != Confirm {
		t.Errorf("a chat without facts starts: %s", v.Decision)
	}
	if v := r.Decide(Facts{}, StoreTurn, chat.WebSearch); v.Decision != Block {
		t.Errorf("a search answer without facts is stored: %s", v.Decision)
	}
	for _, act := range append(Acts(), "fly", "") {
		if v := (Rules{}).Decide(Facts{}, act, 0); v.Decision != Block {
			t.Errorf("no rules at all %s %q", v.Decision, act)
		}
	}
	if v := r.Decide(facts(t, "service=local"), "fly", 0); v.Decision != Block || len(v.Clauses) == 0 {
		t.Errorf("an unknown act: %+v", v)
	}
}

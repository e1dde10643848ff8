package policy

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"reflect"
	"strings"
	"sync"
	"testing"

	"bise/app/fault"
	"bise/assets"
)

var loadShipped = sync.OnceValues(func() (Rules, error) { return Load(assets.Rules, "2025-02-06") })

func shipped(t testing.TB) Rules {
	t.Helper()
	r, err := loadShipped()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// shippedText is the bundle as Load hands it to Parse.
func shippedText(t testing.TB) string {
	t.Helper()
	names, err := fs.Glob(assets.Rules, path.Join("rules", "2025-02-06", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range names {
		part, err := fs.ReadFile(assets.Rules, name)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(part)
		b.WriteString("\n")
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	text := []byte(shippedText(b))
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAFaultyBundleIsRefusedByName(t *testing.T) {
	text := shippedText(t)
	line := func(prefix string) string {
		i := strings.Index(text, "\n"+prefix)
		if i < 0 {
			t.Fatalf("no line %q", prefix)
		}
		rest := text[i+1:]
		return rest[:strings.Index(rest, "\n")+1]
	}
	cases := []struct {
		name     string
		old, new string
		want     string // in the error
	}{
		{"an unknown header is refused", "effective_from 2025-02-06", "effective_form 2025-02-06", "effective_form"},
		{"a bundle without a date is refused", "effective_from 2025-02-06", "", "effective_from"},
		{"a date that is none is refused", "effective_from 2025-02-06", "effective_from soon", "soon"},
		{"an unknown act is refused", "for show_retention", "for show_retentions", "show_retentions"},
		{"an unknown match is refused", "\nmatch first", "\nmatch last", "last"},
		{"an unknown column is refused", "| input_output_until |", "| input_output_utnil |", "input_output_utnil"},
		{"an unknown condition is refused", "| who? | role? |", "| who? | rôle? |", "rôle?"},
		{"an unknown word of a condition is refused", "T1.6 | la_plateforme", "T1.6 | la_platform", "la_platform"},
		{"an unknown decision is refused", "age.child | !local | under_13 | * | block", "age.child | !local | under_13 | * | bloc", "bloc"},
		{"an unknown word of a field is refused", "T1.control.none | none | * | absent", "T1.control.none | none | * | gone", "gone"},
		{"an unknown fact in an expression is refused", "| =request_date+30d", "| =requested+30d", "requested+30d"},
		{"a row without a clause is refused", "| TOS-1.b,A19 | TOS §1", "|  | TOS §1", "age.minor"},
		{"a clause that is none is refused", "| TOS-1.b,A19 | TOS §1", "| §1 | TOS §1", "§1"},
		{"a row without a source is refused", "| TOS-1.b,A19 | TOS §1", "| TOS-1.b,A19 | ", "age.minor"},
		{"a source that is not declared is refused", "| TOS-1.b,A19 | TOS §1", "| TOS-1.b,A19 | FAQ §1", "FAQ"},
		{"a decision without a reason is refused", "| block | age_minor |", "| block | - |", "age.minor"},
		{"an id used twice is refused", "age.minor |", "age.child |", "age.child"},
		{"a section that comes twice is refused", "[control]", "[training]", "training"},
		{"a missing cell is refused", "| block | age_minor |", "| block |", "age.minor"},
		{"an empty cell is refused", "| on | no | - | none |", "| on | no |  | none |", "direction"},
		{"a gap is refused", line("T1.9 "), "", "service=local plan=free training_switch=unset"},
		{"a gap in the turns is refused", line("T4.K4.copy "), "", "act=copy"},
		{"a row that never answers is refused", line("T1.10 "), line("T1.10 ") + strings.Replace(line("T1.1 "), "T1.1 ", "T1.11 ", 1), "T1.11"},
		{"an act without a section is refused", "for list_models", "for show_providers", "list_models"},
		{"a missing limit is refused", line("limit.words "), "", "reuse_shingle_words"},
		{"a limit that is no number is refused", "reuse_percent | 30", "reuse_percent | a third", "a third"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			faulty := strings.Replace(text, c.old, c.new, 1)
			if faulty == text {
				t.Fatalf("the bundle has no %q", c.old)
			}
			r, err := Parse([]byte(faulty))
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that names %q", err, c.want)
			}
			if r.ID() != "" {
				t.Error("half a bundle came back")
			}
		})
	}
}

func TestABundleSurvivesTheWayThroughJSON(t *testing.T) {
	r := shipped(t)
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, again) {
		t.Error("the second JSON differs from the first")
	}
	if !reflect.DeepEqual(r.limits, back.limits) || !reflect.DeepEqual(r.tools, back.tools) {
		t.Error("the settings differ")
	}
}

func TestJSONWithAFieldNobodyKnowsIsRefused(t *testing.T) {
	data, err := json.Marshal(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"in the head", `"effective_from"`, `"colour":"red","effective_from"`, "colour"},
		{"in a row", `"section":"limits"`, `"section":"limits","colour":"red"`, "colour"},
		{"a row of no section", `"section":"limits"`, `"section":"limit"`, "section"},
		{"a row without a clause", `"clauses":["T4","A7"],"id":"limit.words"`, `"clauses":[],"id":"limit.words"`, "limit.words"},
		{"a cell with a column mark", `"value":"8"`, `"value":"8|9"`, "value"},
		{"a row that hides behind a comment mark", `"id":"limit.words"`, `"id":"#limit.words"`, "id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faulty := bytes.Replace(data, []byte(c.old), []byte(c.new), 1)
			if bytes.Equal(faulty, data) {
				t.Fatalf("no %s in the bundle", c.old)
			}
			if _, err := Parse(faulty); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that names %q", err, c.want)
			}
		})
	}
}

func TestABundleThatIsNotThereIsNotFound(t *testing.T) {
	if _, err := Load(assets.Rules, "1999-01-01"); !fault.Is(err, fault.NotFound) {
		t.Errorf("error %v", err)
	}
}

func TestEveryCellHasItsRuleAndClauses(t *testing.T) {
	r := shipped(t)
	cells, rules := 0, make(map[string]bool)
	for c := range r.Cells() {
		cells++
		rules[c.Rule] = true
		if c.Rule == "" || len(c.Clauses) == 0 || c.Source == "" || c.Ruleset == "" {
			t.Fatalf("cell %+v", c)
		}
	}
	for _, s := range r.sheets {
		for _, row := range s.rows {
			if !rules[row.id] {
				t.Errorf("rule %s has no cell", row.id)
			}
		}
	}
	t.Logf("%d cells of %d rules", cells, len(rules))
}

func FuzzParse(f *testing.F) {
	text := shippedText(f)
	f.Add([]byte(text[:strings.Index(text, "[training]")])) // a whole bundle is slow to mutate
	f.Add([]byte("bundle 2025-02-06\neffective_from 2025-02-06\nsource TOS = x\ngroup g = a\n[x] y\nfor store, copy*\nmatch first\n" +
		"rule | act? | kind? | decision | why | notes | clauses | source\nr1 | store,copy | !text | allow | w | a,b | K1 | TOS §1\n"))
	f.Add([]byte(`{"id":"2025-02-06","effective_from":"2025-02-06","sources":{"TOS":"x"},"sections":[{"name":"a","title":"","for":["store"],` +
		`"match":"first","columns":["rule","decision","why","clauses","source"]}],"rows":[{"section":"a","id":"r","decision":"allow","why":"w","clauses":["K1"],"source":"TOS §1"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Parse(text)
		if err != nil && r.ID() != "" {
			t.Error("half a bundle came back")
		}
		if err == nil {
			for _, act := range Acts() {
				r.Decide(Facts{}, act, 0)
			}
		}
	})
}

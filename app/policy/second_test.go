package policy

import (
	"encoding/json"
	"strings"
	"testing"

	"bise/assets"
)

const secondID = "2026-08-07"

func second(t testing.TB) Rules {
	t.Helper()
	r, err := Load(assets.Rules, secondID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// both are the bundles that are compiled in.
func both(t testing.TB) []Rules {
	t.Helper()
	return []Rules{shipped(t), second(t)}
}

func TestWhatChangedUntilAugust2026(t *testing.T) {
	r := second(t)
	for _, c := range []struct {
		name  string
		act   Act
		pairs string
		field string // "decision" or a field
		want  string
	}{
		{"Free trains", ShowDataUse, "service=le_chat plan=free", "training", "on"},
		{"and can be opted out", ShowDataUse, "service=le_chat plan=free", "direction", "opt_out"},
		{"an opted-out Free does not train", ShowDataUse, "service=le_chat plan=free training_switch=off", "training", "off"},
		{"Team trains unless opted out", ShowDataUse, "service=le_chat plan=team", "training", "on"},
		{"Team has a switch for its administrator", ShowDataUse, "service=le_chat plan=team role=admin", "control", "editable"},
		{"Enterprise does not train by itself", ShowDataUse, "service=le_chat plan=enterprise", "training", "off"},
		{"a thumb trains whatever the switch says", ShowDataUse, "service=le_chat plan=pro training_switch=off", "feedback_training", "on"},
		{"a labs model trains on the paid API", ShowDataUse, "service=la_plateforme plan=paid zdr=approved model=labs-x", "training", "on"},
		{"and no switch changes that", ShowDataUse, "service=la_plateforme plan=paid model=labs-x training_switch=off", "switch_ignored", "yes"},
		{"another model does not", ShowDataUse, "service=la_plateforme plan=paid model=mistral-x", "training", "off"},
		{"a local model of that name trains nobody", ShowDataUse, "service=local model=labs-x", "training", "never"},
		{"consumers do not get labs models", ListModels, "service=la_plateforme consumer_eu=yes model=labs-x", "decision", "block"},
		{"a search answer is stored", StoreTurn, `service=le_chat turn={"kind":"web_search"}`, "decision", "allow"},
		{"and copied", Copy, `service=la_plateforme turn={"kind":"web_search"}`, "decision", "allow"},
		{"the pages beside it are not", StoreTurn, `service=le_chat turn={"kind":"third_party"}`, "decision", "block"},
		{"nor passed on", "export:markdown", `service=le_chat turn={"kind":"third_party"}`, "decision", "redact"},
		{"a news answer stays in memory", StoreTurn, `service=le_chat turn={"kind":"news"}`, "decision", "block"},
		{"images still train no competitor", "dataset:image_generation_training", `service=le_chat turn={"kind":"image"}`, "decision", "block"},
		{"media customers still get no news", "use_feature:news", "service=le_chat media_customer=yes", "decision", "block"},
		{"reports go to a form", "contact:illegal_content", "service=le_chat", "to", "https://mistral.ai/report"},
		{"rights go to a form", "contact:privacy_rights", "service=le_chat", "to", "https://mistral.ai/en/contact"},
		{"consumers have no withdrawal at the API", "deadline:cancellation", "service=la_plateforme consumer_eu=yes subscribed=2026-09-01", "decision", "not_applicable"},
		{"they have one at Le Chat", "deadline:cancellation", "service=le_chat consumer_eu=yes subscribed=2026-11-20", "last_day", "2026-12-04"},
		{"a business may object to new terms", "deadline:terms_change", "service=le_chat customer=business terms_notice=2026-11-20", "last_day", "2026-12-20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := Eval(r, facts(t, strings.Fields(c.pairs)...), c.act)
			if err != nil {
				t.Fatal(err)
			}
			got := word(v, c.field)
			if c.field == "decision" {
				got = v.Decision.String()
			}
			if got != c.want {
				t.Errorf("%s is %q by %s, want %q", c.field, got, v.Rule, c.want)
			}
		})
	}
}

func TestEveryRowOfTheSecondBundleSaysWhenItsSourceWasRead(t *testing.T) {
	data, err := json.Marshal(second(t))
	if err != nil {
		t.Fatal(err)
	}
	var bundle struct {
		Rows []struct{ ID, Source, Retrieved string }
	}
	if err := json.Unmarshal(data, &bundle); err != nil {
		t.Fatal(err)
	}
	for _, row := range bundle.Rows {
		if row.Source == "" || row.Retrieved == "" {
			t.Errorf("%s: source %q, read on %q", row.ID, row.Source, row.Retrieved)
		}
	}
}

func TestBothBundlesSurviveTheTextAndTheJSONForm(t *testing.T) {
	for _, r := range both(t) {
		want, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := r.Text()
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range [][]byte{want, text} {
			back, err := Parse(form)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(back); string(got) != string(want) {
				t.Errorf("%s comes back different", r.ID())
			}
		}
	}
}

func TestAHeaderThatSaysSomethingWrongOfASourceIsRefused(t *testing.T) {
	text, err := second(t).Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"an address that is none", "url CT = https://", "url CT = gopher://", "gopher"},
		{"a day that is none", "retrieved CT = 2026-08-22", "retrieved CT = last summer", "last summer"},
		{"a document nobody declared", "retrieved CT = 2026-08-22", "retrieved XX = 2026-08-22", "XX"},
		{"a clause of a document nobody declared", "| CT-4.3,ET-3.h |", "| ZZ-4.3,ET-3.h |", "ZZ-4.3"},
		{"a stage nobody knows", "| labs- | labs |", "| labs- | attic |", "attic"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faulty := strings.Replace(string(text), c.old, c.new, 1)
			if faulty == string(text) {
				t.Fatalf("no %q in the bundle", c.old)
			}
			if _, err := Parse([]byte(faulty)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that names %q", err, c.want)
			}
		})
	}
}

func TestAComparisonNamesEachRuleThatDiffers(t *testing.T) {
	a, b := shipped(t), second(t)
	if changes := Diff(a, a); len(changes) != 0 {
		t.Errorf("a bundle differs from itself: %v", changes)
	}
	found := make(map[string]Change)
	for _, c := range Diff(a, b) {
		found[c.Rule] = c
		if len(c.Clauses) == 0 || c.Section == "" {
			t.Errorf("%+v", c)
		}
	}
	for rule, want := range map[string]ChangeKind{
		"T1.4": RuleChanged, "T1.labs": RuleAdded, "T4.K4.store": RuleRemoved, "age.child": RuleRested,
	} {
		if found[rule].Change != want {
			t.Errorf("%s: %q, want %q", rule, found[rule].Change, want)
		}
	}
	if c := found["T1.4"]; c.Before["training"] != "off" || c.After["training"] != "on" {
		t.Errorf("T1.4 %v → %v", c.Before, c.After)
	}
}

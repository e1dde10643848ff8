package guide

import (
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/BurntSushi/toml"

	"bise/app/chat"
	"bise/app/policy"
	"bise/assets"
)

// english fills the wording of assets/text; a key without wording fails the
// test.
func english(t testing.TB) func(key string, args ...any) string {
	t.Helper()
	data, err := assets.Text.ReadFile("text/en.toml")
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	words := make(map[string]string)
	flatten("", tree, words)
	return func(key string, args ...any) string {
		text, ok := words[key]
		if !ok {
			t.Errorf("no wording for %q", key)
			return key
		}
		places := make(map[string]any)
		for i := 0; i+1 < len(args); i += 2 {
			places[args[i].(string)] = args[i+1]
		}
		tmpl, err := template.New(key).Option("missingkey=error").Parse(text)
		if err != nil {
			t.Errorf("%s: %v", key, err)
			return key
		}
		var b strings.Builder
		if err := tmpl.Execute(&b, places); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		return b.String()
	}
}

func flatten(prefix string, tree map[string]any, words map[string]string) {
	for name, v := range tree {
		switch v := v.(type) {
		case string:
			words[prefix+name] = v
		case map[string]any:
			flatten(prefix+name+".", v, words)
		}
	}
}

// fakeRules answers as the bundle of 6 February 2025 does, by the fields of
// the command-line contract.
type fakeRules struct{}

func (fakeRules) ID() string { return "2025-02-06" }

func (fakeRules) Decide(f policy.Facts, act policy.Act, _ chat.Origin) policy.Verdict {
	v := policy.Verdict{Act: act, Decision: policy.Allow, Ruleset: "2025-02-06", Rule: "X"}
	service, plan := f.Service(), f.Get("plan")
	switch act {
	case policy.ShowDataUse:
		v.Fields, v.Clauses = dataUse(service, plan)
	case policy.ShowRetention:
		v.Fields, v.Clauses = retained(service, f)
	case policy.ShowProviders:
		v.Clauses = []string{"DPA-7.1"}
		if service == policy.LeChat {
			v.Fields = map[string]any{"list_date": "2025-02-06", "rows": []map[string]any{
				{"name": "Brave", "purpose": "web search", "location": "United States", "opt_out": "yes", "gates": "web_search"},
				{"name": "E2B", "purpose": "code_interpreter", "location": "United States", "opt_out": "none_written", "client_switch": "yes", "gates": "code_interpreter"},
				{"name": "Kong", "purpose": "API security", "location": "United States", "opt_out": "no"},
			}}
		}
	case policy.StoreTurn, policy.Copy, "export:markdown":
		if f.Turn.Kind == "web_search" && service.Hosted() {
			v.Decision, v.Clauses = policy.Redact, []string{"LC-2.e2"}
		}
	case policy.ShareTurn:
		v.Decision, v.Clauses = policy.Confirm, []string{"LC-1.f4"}
		v.Fields = map[string]any{"excludes": []string{"account_name", "later_changes"}}
	case "deadline:cancellation":
		v.Clauses = []string{"CON-1.1.a"}
		v.Fields = map[string]any{"last_day": f.Now.AddDate(0, 0, 14).Format(time.DateOnly)}
	case "contact:support":
		v.Clauses = []string{"TOS-10.e"}
		v.Fields = map[string]any{"to": "help_center"}
		if service == policy.Local {
			v.Decision = policy.NotApplicable
		}
	default:
	}
	return v
}

func dataUse(service policy.Service, plan string) (map[string]any, []string) {
	fixed := func(training, clause string) (map[string]any, []string) {
		return map[string]any{"training": training, "can_change": "no", "who": "none"}, []string{clause}
	}
	switch {
	case service == policy.LeChat && plan == "free":
		return fixed("on", "LC-2.a")
	case service == policy.LeChat && plan == "pro":
		return map[string]any{
			"training": "on", "can_change": "yes", "direction": "opt_out", "who": "account_holder",
			"where": "account_settings", "feedback_training": "on",
		}, []string{"LC-2.b"}
	case service == policy.LeChat:
		return map[string]any{
			"training": "off", "can_change": "yes", "direction": "opt_in", "who": "admin",
			"where": "workspace_settings", "feedback_training": "off",
		}, []string{"LC-2.c"}
	case service == policy.Platform && plan == "free":
		return fixed("on", "LP-3.a")
	case service == policy.Platform:
		return fixed("off", "LP-3.b")
	case service == policy.Partner:
		return fixed("never", "PH-0.a")
	default:
		return fixed("never", "T1.9")
	}
}

func retained(service policy.Service, f policy.Facts) (map[string]any, []string) {
	switch {
	case service == policy.LeChat && f.Get("customer") == "business":
		return map[string]any{"input_output_until": "deleted_by_customer", "support_until": "+5y"}, []string{"DPA-E1.lc"}
	case service == policy.LeChat:
		return map[string]any{"input_output_until": "account_deletion", "bfl_image_until": "+1d"}, []string{"PP-5"}
	case service == policy.Platform && f.Get("zdr") == "approved":
		return map[string]any{"input_output": "generation_only"}, []string{"LP-3.c"}
	case service == policy.Platform:
		return map[string]any{"input_output_until": "+30d"}, []string{"DPA-E1.lp"}
	default:
		return map[string]any{"input_output_until": "not_held"}, []string{"PH-0.a"}
	}
}

func newGuide(t testing.TB, rules Rules) *Guide {
	return New(Options{
		Pages: assets.Guide, Rules: rules, Words: english(t),
		Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
	})
}

package policy

import (
	"slices"
	"strings"
	"testing"
)

func TestDraftsGoWhereTheContactsSay(t *testing.T) {
	for _, c := range []struct {
		name, act, pairs, to, cc string
		want                     Decision
	}{
		{"a consumer cancels in writing", "G1", "service=le_chat consumer_eu=yes", "support@mistral.ai", "", Allow},
		{"the form is for consumers only", "G1", "service=le_chat", "account_settings", "", NotApplicable},
		{"at a partner the partner ends it", "G2", "service=partner partner_contact=desk@contoso.example", "desk@contoso.example", "", Allow},
		{"zero data retention is asked of the Help Center", "G3", "service=la_plateforme", "help_center", "", Allow},
		{"Le Chat has none", "G3", "service=le_chat", "", "", NotApplicable},
		{"a person writes to Mistral", "G4", "service=le_chat", "privacy@mistral.ai", "", Allow},
		{"an employee writes to the own company", "G4", "service=le_chat customer=business", "own_company", "", Allow},
		{"a report goes to support, with a copy for the lawyers", "G5", "service=le_chat", "support@mistral.ai", "legal@mistral.ai", Allow},
		{"a report at a partner goes to the partner", "G5", "service=partner partner=Contoso", "Contoso", "", Allow},
		{"news go to the lawyers", "G6", "service=le_chat", "legal@mistral.ai", "", Allow},
		{"an objection is a business's right", "G7", "service=le_chat", "", "", NotApplicable},
		{"an objection goes to privacy", "G7", "service=le_chat customer=business", "privacy@mistral.ai", "", Allow},
		{"an appeal at a partner goes past the partner", "G9", "service=partner", "help_center", "", Allow},
		{"weights are Mistral's business everywhere", "G10", "service=local weights=specific_access", "legal@mistral.ai", "", Allow},
		{"open weights are nobody's", "G10", "service=local", "", "", NotApplicable},
		{"this machine has no account", "G8", "service=local", "", "", NotApplicable},
		{"help for a business", "G13", "service=la_plateforme customer=business", "privacy@mistral.ai", "", Allow},
		{"a claim goes to the lawyers", "G14", "service=la_plateforme", "legal@mistral.ai", "", Allow},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := eval(t, join("doc", c.act), strings.Fields(c.pairs)...)
			cc, _ := v.Fields["cc"].([]string)
			if v.Decision != c.want || word(v, "to") != c.to || strings.Join(cc, ",") != c.cc {
				t.Errorf("%s to %q, cc %q; want %s to %q, cc %q", v.Decision, word(v, "to"), cc, c.want, c.to, c.cc)
			}
		})
	}
}

func TestADraftIsNeverBlocked(t *testing.T) {
	for _, service := range []string{"le_chat", "la_plateforme", "partner", "local"} {
		for _, customer := range []string{"individual", "business"} {
			for _, draft := range drafts {
				v := eval(t, join("doc", draft), "service="+service, "customer="+customer, "consumer_eu=yes",
					"subscribed=2020-01-01", "subprocessor_notice=2020-01-01", "audit_planned=2020-01-01")
				if !v.Decision.Permits() {
					t.Errorf("%s at %s for %s: %s", draft, service, customer, v.Decision)
				}
				if service == "local" && slices.ContainsFunc(v.Clauses, func(c string) bool { return strings.Contains(c, "-") }) {
					t.Errorf("%s on this machine rests on %v", draft, v.Clauses)
				}
			}
		}
	}
}

func TestALapsedRightNamesItsLastDayAndTheOtherDocument(t *testing.T) {
	for _, c := range []struct{ name, act, pairs, last, other string }{
		{"cancelling", "G1", "service=le_chat consumer_eu=yes subscribed=2025-03-01", "2025-03-15", "draft_cancel_lapsed.remedy"},
		{"objecting", "G7", "service=le_chat customer=business subprocessor_notice=2025-02-20", "2025-03-02", "draft_objection_lapsed.remedy"},
		{"an audit", "G13", "service=le_chat customer=business audit_planned=2025-06-30", "2025-04-01", "draft_audit_lapsed.remedy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := eval(t, join("doc", c.act), strings.Fields(c.pairs)...)
			if v.Decision != Warn || word(v, "last_day") != c.last || v.Remedy.Key != c.other || v.Remedy.Args["LastDay"] != c.last {
				t.Errorf("%s, last day %q, remedy %v", v.Decision, word(v, "last_day"), v.Remedy)
			}
		})
	}
	if v := eval(t, "doc:G1", "service=le_chat", "consumer_eu=yes"); v.Decision != Allow || word(v, "last_day") != "" {
		t.Errorf("without a date nothing has lapsed: %s %v", v.Decision, v.Fields)
	}
}

func TestACancellationPressesForItsLastThreeDays(t *testing.T) {
	for subscribed, want := range map[string]Decision{"2026-11-14": Allow, "2026-11-13": Warn, "2026-11-10": Warn} {
		v := eval(t, "deadline:cancellation", "service=le_chat", "consumer_eu=yes", "subscribed="+subscribed)
		if v.Decision != want || (want == Warn) != (v.Remedy.Key != "") {
			t.Errorf("subscribed on %s: %s %v, days left %v", subscribed, v.Decision, v.Remedy, v.Fields["days_left"])
		}
	}
}

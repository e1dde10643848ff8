package policy

import (
	"strings"
	"testing"
	"time"

	"bise/app/fault"
)

func TestDeadlinesCountAsTheDocumentsSay(t *testing.T) {
	for _, c := range []struct{ name, act, pairs, field, want string }{
		{"fourteen days to cancel, the first not counted", "cancellation", "service=le_chat consumer_eu=yes subscribed=2025-03-01", "last_day", "2025-03-15"},
		{"ten days to object", "subprocessor_objection", "service=le_chat customer=business subprocessor_notice=2025-02-20", "last_day", "2025-03-02"},
		{"six months clamped to the month's end", "model_discontinuation", "service=partner discontinuation_notice=2025-08-31", "earliest_end", "2026-02-28"},
		{"fourteen days over the end of a short February", "cancellation", "service=le_chat consumer_eu=yes subscribed=2025-02-20", "last_day", "2025-03-06"},
		{"fourteen days over a leap day", "cancellation", "service=le_chat consumer_eu=yes subscribed=2024-02-20", "last_day", "2024-03-05"},
		{"fourteen days over the night when clocks go forward", "cancellation", "service=le_chat consumer_eu=yes subscribed=2025-03-22", "last_day", "2025-04-05"},
		{"fourteen days over the night when they go back", "cancellation", "service=le_chat consumer_eu=yes subscribed=2025-10-19", "last_day", "2025-11-02"},
		{"ten days over the end of a year", "subprocessor_objection", "service=la_plateforme customer=business subprocessor_notice=2025-12-28", "last_day", "2026-01-07"},
		{"six months from the last day of August into a leap year", "model_discontinuation", "service=partner discontinuation_notice=2023-08-31", "earliest_end", "2024-02-29"},
		{"six months from a leap day", "model_discontinuation", "service=partner discontinuation_notice=2024-02-29", "earliest_end", "2024-08-29"},
		{"twelve months after an audit on a leap day", "audit", "service=le_chat customer=business audit_planned=2026-06-30 last_audit=2024-02-29", "earliest_next", "2025-02-28"},
		{"an audit on the day twelve months later does not conflict", "audit", "service=le_chat customer=business audit_planned=2025-07-15 last_audit=2024-07-15", "conflict", "no"},
		{"terms that are no worse apply when they are announced", "terms_change", "service=le_chat terms_notice=2025-05-07 materially_adverse=no announced_effective=2025-05-10", "earliest_effective", "2025-05-10"},
		{"terms that are no worse have no last day", "terms_change", "service=le_chat terms_notice=2025-05-07 materially_adverse=no", "last_day", ""},
		{"a renewal on the last day of the notice is the first", "price_increase", "service=le_chat price_notice=2025-01-01 renews_day=31", "first_new_price", "2025-01-31"},
		{"a renewal day that February lacks", "price_increase", "service=le_chat price_notice=2024-01-15 renews_day=30", "first_new_price", "2024-02-29"},
		{"thirty days to reach data after the end", "data_access", "service=la_plateforme customer=business account_terminated=2025-01-31", "last_day", "2025-03-02"},
		{"thirty days until a request is purged", "api_purge", "service=la_plateforme plan=free request_date=2025-02-28", "last_day", "2025-03-30"},
		{"thirty days to cure a breach", "breach_cure", "service=partner breach_notice_received=2025-01-31", "last_day", "2025-03-02"},
		{"short notice of new terms is flagged", "terms_change", "service=le_chat terms_notice=2025-05-07 announced_effective=2025-05-27", "flag", "shorter_than_30_days"},
		{"long notice is not", "terms_change", "service=le_chat terms_notice=2025-05-07 announced_effective=2025-06-27", "flag", ""},
		{"the first renewal after the notice of a price", "price_increase", "service=le_chat price_notice=2025-01-10 renews_day=31", "first_new_price", "2025-02-28"},
		{"the day before it is the last to cancel", "price_increase", "service=le_chat price_notice=2025-01-10 renews_day=31", "last_day_to_cancel", "2025-02-27"},
		{"a yearly renewal", "price_increase", "service=le_chat price_notice=2025-01-10 renews_day=2024-02-29", "first_new_price", "2025-02-28"},
		{"ninety days before an audit", "audit", "service=le_chat customer=business audit_planned=2025-06-30 last_audit=2024-07-15", "latest_notice", "2025-04-01"},
		{"an audit within twelve months conflicts", "audit", "service=le_chat customer=business audit_planned=2025-06-30 last_audit=2024-07-15", "conflict", "yes"},
		{"the next audit is known without a plan for it", "audit", "service=le_chat customer=business last_audit=2024-02-29", "earliest_next", "2025-02-28"},
		{"and without one there is no last day for a notice", "audit", "service=le_chat customer=business last_audit=2024-02-29", "latest_notice", ""},
		{"a first audit does not", "audit", "service=le_chat customer=business audit_planned=2025-06-30", "conflict", "no"},
		{"what was open long ago is expired", "cancellation", "service=le_chat consumer_eu=yes subscribed=2025-03-01", "status", "expired"},
		{"and what follows is named", "cancellation", "service=le_chat consumer_eu=yes subscribed=2025-03-01", "after", "ordinary_cancellation"},
		{"the last day is still open", "cancellation", "service=le_chat consumer_eu=yes subscribed=2026-11-10", "status", "open"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := eval(t, join("deadline", c.act), strings.Fields(c.pairs)...)
			if got := word(v, c.field); got != c.want {
				t.Errorf("%s is %q, want %q", c.field, got, c.want)
			}
			if v.Decision == Block || v.Decision == Confirm {
				t.Errorf("a deadline stops nothing, this one %ss", v.Decision)
			}
		})
	}
}

func TestWhoPaysNothingHasNoSubscriptionToCancel(t *testing.T) {
	for act, pairs := range map[string]string{
		"cancellation":   "service=le_chat plan=free consumer_eu=yes subscribed=2025-06-10",
		"price_increase": "service=la_plateforme plan=free price_notice=2025-06-01 renews_day=1",
	} {
		if v := eval(t, join("deadline", act), strings.Fields(pairs)...); v.Decision != NotApplicable || word(v, "last_day") != "" {
			t.Errorf("%s: %s, last day %q", act, v.Decision, word(v, "last_day"))
		}
	}
}

func TestADeadlineWithoutItsDateNamesTheFact(t *testing.T) {
	_, err := Eval(shipped(t), facts(t, "service=le_chat", "consumer_eu=yes"), "deadline:cancellation")
	if e, ok := fault.As(err); !ok || e.Kind != fault.Usage || e.Detail["fact"] != "subscribed" {
		t.Errorf("error %v", err)
	}
	if v := eval(t, "deadline:cancellation", "service=local"); v.Decision != NotApplicable {
		t.Errorf("this machine: %s", v.Decision)
	}
}

func TestDaysEndAtMidnightInParis(t *testing.T) {
	for at, want := range map[string]string{
		"2025-01-01T22:59:59Z": "2025-01-01",
		"2025-01-01T23:00:00Z": "2025-01-02",
		"2025-07-01T21:59:59Z": "2025-07-01",
		"2025-07-01T22:00:00Z": "2025-07-02",
		"2025-03-30T00:59:59Z": "2025-03-30",
		"2025-10-25T22:30:00Z": "2025-10-26",
		"2025-10-26T22:30:00Z": "2025-10-26",
		"2025-12-31T23:30:00Z": "2026-01-01",
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := parisDay(now); got != want {
			t.Errorf("%s is %s in Paris, want %s", at, got, want)
		}
	}
}

func TestServingOthers(t *testing.T) {
	for _, c := range []struct {
		name, pairs string
		want        Decision
	}{
		{"this machine alone", "service=local", Allow},
		{"open weights to others", "service=local listen=network", Allow},
		{"weights under Specific Access to others", "service=local listen=network weights=specific_access", Block},
		{"confidential weights that others here may read", "service=local weights=specific_access weights_file_mode=0644", Warn},
		{"confidential weights of the owner alone", "service=local weights=specific_access weights_file_mode=0600", Allow},
		{"open weights that others here may read", "service=local weights_file_mode=0644", Allow},
		{"a personal key to others", "service=la_plateforme listen=network", Block},
		{"a partner's service to others", "service=partner", Block},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := eval(t, "serve", strings.Fields(c.pairs)...); v.Decision != c.want {
				t.Errorf("%s by %s", v.Decision, v.Rule)
			}
		})
	}
}

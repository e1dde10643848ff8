package app

import (
	"testing"
	"time"

	"bise/app/fault"
)

func TestWhatIsStatedCarriesItsDay(t *testing.T) {
	march := time.Date(2025, 3, 2, 10, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name         string
		before       map[string]string
		zdrOn        string
		stated       map[string]string
		declared     string // training_declared_on afterwards
		wantZDR      string
		wantNoChange bool
	}{
		{name: "a training switch is dated today", stated: map[string]string{"training_switch": "off"}, declared: "2025-03-02"},
		{name: "a day that is given stays", stated: map[string]string{"training_switch": "off", "training_declared_on": "2025-01-05"}, declared: "2025-01-05"},
		{
			name: "a switch declared anew has a new day", before: map[string]string{"training_switch": "off", "training_declared_on": "2024-01-01"},
			stated: map[string]string{"training_switch": "on"}, declared: "2025-03-02",
		},
		{
			name: "a switch taken back takes its day along", before: map[string]string{"training_switch": "off", "training_declared_on": "2024-01-01"},
			stated: map[string]string{"training_switch": ""},
		},
		{name: "zero data retention is dated today", stated: map[string]string{"zdr": "requested"}, wantZDR: "2025-03-02"},
		{name: "none of it has no day", zdrOn: "2024-01-01", stated: map[string]string{"zdr": "none"}},
		{name: "another fact leaves it alone", zdrOn: "2024-01-01", stated: map[string]string{"residence": "FR"}, wantZDR: "2024-01-01"},
		{name: "an unknown word changes nothing", zdrOn: "2024-01-01", stated: map[string]string{"zdr": "perhaps"}, wantZDR: "2024-01-01", wantNoChange: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := Profile{Facts: tc.before, ZDROn: tc.zdrOn, FactsOn: "2020-01-01"}
			err := p.state(tc.stated, march)
			if fault.Is(err, fault.Usage) != tc.wantNoChange {
				t.Fatal(err)
			}
			if got := p.Facts["training_declared_on"]; got != tc.declared {
				t.Errorf("declared on %q, want %q", got, tc.declared)
			}
			if p.ZDROn != tc.wantZDR {
				t.Errorf("zero data retention of %q, want %q", p.ZDROn, tc.wantZDR)
			}
			if changed := p.FactsOn != "2020-01-01"; changed == tc.wantNoChange {
				t.Errorf("the facts are of %s", p.FactsOn)
			}
		})
	}
}

func TestFactsAreOldAfterTwelveMonths(t *testing.T) {
	for _, tc := range []struct {
		name, on, now string
		facts         map[string]string
		old           bool
	}{
		{"on the day a year later they are not", "2025-03-02", "2026-03-02", map[string]string{"plan": "pro"}, false},
		{"a day after that they are", "2025-03-02", "2026-03-03", map[string]string{"plan": "pro"}, true},
		{"a leap day ends on the 28th", "2024-02-29", "2025-02-28", map[string]string{"plan": "pro"}, false},
		{"and is over on the first of March", "2024-02-29", "2025-03-01", map[string]string{"plan": "pro"}, true},
		{"facts that nobody dated do not nag", "", "2026-03-03", map[string]string{"plan": "pro"}, false},
		{"no facts do not nag", "2020-01-01", "2026-03-03", nil, false},
		{"a date that is none does not nag", "soon", "2026-03-03", map[string]string{"plan": "pro"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now, err := time.Parse(time.DateOnly, tc.now)
			if err != nil {
				t.Fatal(err)
			}
			if got := (Profile{Facts: tc.facts, FactsOn: tc.on}).OldFacts(now); got != tc.old {
				t.Errorf("old: %v", got)
			}
		})
	}
}

func TestAConfirmationIsOfTheRulesInForceAndOfThisPlan(t *testing.T) {
	a := managed(t, "", nil)
	accepted := func() string {
		t.Helper()
		f, err := a.Facts(MistralProfile)
		if err != nil {
			t.Fatal(err)
		}
		return f.Get("accepted")
	}
	set := func(setting string) {
		t.Helper()
		if err := a.SetProfile(MistralProfile, []string{setting}); err != nil {
			t.Fatal(err)
		}
	}
	set("plan=paid")
	set("accepted=yes")
	if p, _ := a.Profile(MistralProfile); accepted() != "yes" || p.Accepted == nil || p.Facts["accepted"] != "" {
		t.Errorf("accepted %q, recorded %+v beside %v", accepted(), p.Accepted, p.Facts)
	}
	set("plan=free") // trains: stricter than what was confirmed
	if accepted() != "no" {
		t.Error("a confirmation outlived the plan it was given under")
	}
	set("plan=paid")
	if accepted() != "no" {
		t.Error("the way back to the old plan was not asked about")
	}
	set("plan=free")
	set("accepted=yes")
	set("plan=paid") // less strict: what was confirmed covers it
	if accepted() != "yes" {
		t.Error("a plan that does not train was asked about")
	}
	set("plan=free")
	if accepted() != "no" {
		t.Error("going down to a plan that trains was not asked about")
	}
	if err := a.SetProfile(MistralProfile, []string{"plan=paid", "accepted=yes"}); err != nil || accepted() != "yes" {
		t.Errorf("a confirmation beside a change: %s, %v", accepted(), err)
	}
	set("accepted=no")
	if accepted() != "no" {
		t.Error("it cannot be taken back")
	}
	if err := a.Configure(func(c *Config) {
		p := c.Profiles[MistralProfile]
		p.Facts["accepted"] = "yes"
	}); err != nil {
		t.Fatal(err)
	}
	if accepted() != "no" {
		t.Error("a word in config.toml stands for a confirmation")
	}
	for _, setting := range []string{"accepted=maybe", "turn={}"} {
		if err := a.SetProfile(MistralProfile, []string{setting}); !fault.Is(err, fault.Usage) {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

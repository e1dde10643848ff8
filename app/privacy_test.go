package app

import (
	"regexp"
	"strings"
	"testing"

	"bise/app/fault"
	"bise/app/policy"
	"bise/app/text"
)

// everyProfile lists profiles of every service, plan, setting and licence.
func everyProfile() []Profile {
	var all []Profile
	add := func(kind string, pairs ...string) {
		facts := make(map[string]string)
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				facts[pairs[i]] = pairs[i+1]
			}
		}
		all = append(all, Profile{Kind: kind, Endpoint: "https://models.example.org", Facts: facts})
	}
	for _, plan := range []string{"", "free", "pro", "team", "enterprise", "paid"} {
		for _, declared := range []string{"", "on", "off"} {
			for _, customer := range []string{"individual", "business"} {
				for _, role := range []string{"member", "owner"} {
					add("mistral", "service", "le_chat", "plan", plan, "training_switch", declared, "customer", customer, "role", role, "optouts", "brave")
				}
			}
			for _, zdr := range []string{"", "requested", "approved"} {
				add("mistral", "plan", plan, "training_switch", declared, "zdr", zdr, "region", "us", "account_terminated", "2026-01-31")
			}
		}
	}
	for _, weights := range []string{"", "research_licence", "commercial_licence", "specific_access"} {
		add("openai", "weights", weights, "age_band", "under_13")
		add("openai", "weights", weights, "service", "local")
	}
	add("mistral", "authorisations", `[{"scope":"news_editorial","granted_by":"M","date":"2025-01-01","reference":"R"},{"scope":"key_sharing"},{"scope":"le_chat_integration","reference":"R"},{"scope":"weights_serving","reference":"R"}]`)
	return all
}

// unworded matches what no person should read: a key, a word of the contract
// with an underscore, a place that nobody filled.
var unworded = regexp.MustCompile(`\b(privacy|guide|rules|account|place)\.[a-z]|<no value>|\{\{|[a-z]_[a-z]`)

func TestThePageOnDataHasWordsForEveryProfileUnderEveryBundle(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	for _, id := range shippedRules() {
		rules, err := BuiltinRules(id)
		if err != nil {
			t.Fatal(err)
		}
		a.inForce.Store(&rules)
		for _, p := range everyProfile() {
			a.config.Profiles = map[string]Profile{"x": p}
			if err := a.rebuildProviders(); err != nil {
				t.Fatal(err)
			}
			page, err := a.Privacy("x", "")
			if err != nil {
				t.Fatalf("%v: %v", p.Facts, err)
			}
			for _, s := range page.Sections {
				if s.Title == "" || len(s.Lines) == 0 {
					t.Errorf("%s %v: the section %s is empty", id, p.Facts, s.Name)
				}
				for _, l := range append(s.Lines, PrivacyLine{Text: s.Title}) {
					if found := unworded.FindString(l.Text); found != "" && !strings.Contains(l.Text, "`") {
						t.Errorf("%s %v: %q in %q", id, p.Facts, found, l.Text)
					}
				}
			}
			end, err := a.AccountWalk("x")
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range end.Steps {
				if found := unworded.FindString(s.Text); found != "" {
					t.Errorf("%s %v: %q in %q", id, p.Facts, found, s.Text)
				}
			}
		}
	}
}

func TestTheTrainingAnswerOnThePageIsTheRules(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	words := map[string]string{"on": "Yes.", "off": "No.", "never": "Never.", "on_assumed": "Assumed yes."}
	for _, p := range everyProfile() {
		a.config.Profiles = map[string]Profile{"x": p}
		page, err := a.Privacy("x", "")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.Sections {
			if s.Name != PrivacyTraining {
				continue
			}
			training := field(page.Training, "training")
			if !strings.HasPrefix(s.Lines[0].Text, words[training]+" ") {
				t.Errorf("%v: %s is told as %q", p.Facts, training, s.Lines[0].Text)
			}
			if warns := s.Lines[0].Style == WarningLine; warns != strings.HasPrefix(training, "on") {
				t.Errorf("%v: %s stands out: %t", p.Facts, training, warns)
			}
		}
	}
}

func TestThePageOnDataSaysWhatAnAdministratorFixed(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	fixed, err := parseAdmin([]byte("organisation = \"Acme\"\noptouts = [\"brave\"]\n[hosted.facts]\nplan = \"paid\"\n"), "policy.toml", a.Now())
	if err != nil {
		t.Fatal(err)
	}
	fixed.here = true
	a.admin = fixed
	if err := a.AddProfile("work", "mistral", nil); err != nil {
		t.Fatal(err)
	}
	page, err := a.Privacy("work", "")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, s := range page.Sections {
		for _, l := range s.Lines {
			text.WriteString(l.Text + "\n")
		}
	}
	for _, want := range []string{"Fixed by Acme: ", "plan", "Brave: off. It costs web search and news; everything else goes on. Fixed by Acme.", "the contract excludes training"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the page does not say %q:\n%s", want, text.String())
		}
	}
	if _, err := a.SwitchCompany(t.Context(), "work", "brave", false); !fault.Is(err, fault.LockedByAdmin) {
		t.Errorf("a forced opt-out was taken back: %v", err)
	}
	if _, err := a.SwitchCompany(t.Context(), "work", "e2b", true); err != nil {
		t.Errorf("nothing may be added to forced opt-outs: %v", err)
	}
	if f, err := a.Facts("work"); err != nil || f.Get("optouts") != "brave,e2b" {
		t.Errorf("opted out of %q, %v", f.Get("optouts"), err)
	}
}

func TestThePageOnDataDoesNotCallAnotherMachineThisOne(t *testing.T) {
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	for host, away := range map[string]bool{"127.0.0.1:11434": false, "gpu.example.org:11434": true} {
		a, err := Open(Options{DataDir: t.TempDir(), Words: words, NoStore: true, Env: func(name string) string {
			return map[string]string{"OLLAMA_HOST": host}[name]
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = a.Close() })
		page, err := a.Privacy(LocalProfile, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.Sections[:4] {
			for _, l := range s.Lines {
				if strings.Contains(l.Text, "Nothing leaves") && away {
					t.Errorf("%s: %q", host, l.Text)
				}
			}
			if s.Lines[0].Style == WarningLine != (away && s.Name != PrivacyWhere) {
				t.Errorf("%s: the section %s begins with %q", host, s.Name, s.Lines[0].Text)
			}
		}
	}
}

package policy_test

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bise/app/policy"
	"bise/assets"
)

// said gives every line that a person may read: wording, guide, drafts.
func said(t *testing.T, do func(place, line string)) {
	t.Helper()
	for name, files := range map[string]fs.FS{"text": assets.Text, "guide": assets.Guide, "documents": assets.Documents} {
		err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(files, path)
			for line := range strings.Lines(string(data)) {
				do(name+"/"+path, line)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestNoNumberIsMadeUpAndNothingClaimsToReachTheService is I7. No document
// counts hours, the terms promise efforts and no anonymity, and bise cannot
// change a setting at the service.
func TestNoNumberIsMadeUpAndNothingClaimsToReachTheService(t *testing.T) {
	never := []*regexp.Regexp{
		regexp.MustCompile(`\b72\b`),
		regexp.MustCompile(`(?i)\b(within|in|dans les) [0-9]+ (hours|heures)`),
		regexp.MustCompile(`(?i)anonymi[sz]`),
		regexp.MustCompile(`(?i)bise (has )?(switched|turned|changed|opted)[^.]* (at|in|on) (Mistral|your account|the service|the console)`),
		regexp.MustCompile(`(?i)you are now opted out`),
	}
	said(t, func(place, line string) {
		for _, word := range never {
			if word.MatchString(line) {
				t.Errorf("%s says what nobody can promise: %s", place, strings.TrimSpace(line))
			}
		}
	})
}

// numbers of the rules' own sentences, and the clause each stands in.
var numbersWithAClause = map[string]string{
	"13":   "TOS-1.a",
	"15":   "CT-10.4: a disputed invoice",
	"14":   "ET-7: the refund after a withdrawal",
	"30":   "ET-8: the name of the new service",
	"2025": "a year", "2026": "a year", "7": "a day of August",
}

func TestNumbersInTheReasonsOfRulesStandInAClause(t *testing.T) {
	data, err := fs.ReadFile(assets.Text, "text/en.toml")
	if err != nil {
		t.Fatal(err)
	}
	_, rules, _ := strings.Cut(string(data), "\n[rules]\n")
	if end := strings.Index(rules, "\n["); end >= 0 {
		rules = rules[:end]
	}
	number := regexp.MustCompile(`\b[0-9]+\b`)
	places := regexp.MustCompile(`\{\{[^}]*\}\}|document G[0-9]+|^[^=]*=`)
	for line := range strings.Lines(rules) {
		for _, n := range number.FindAllString(places.ReplaceAllString(line, ""), -1) {
			if numbersWithAClause[n] == "" {
				t.Errorf("%s stands in no clause: %s", n, strings.TrimSpace(line))
			}
		}
	}
}

func TestASwitchThatIsOffIsShownAsDeclared(t *testing.T) {
	for _, id := range []string{"2025-02-06", "2026-08-07"} {
		r, err := policy.Load(assets.Rules, id)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var bundle struct {
			Rows []struct {
				ID, Section, Training, Basis, Note string
				DeclaredOn                         string `json:"declared_on"`
			}
		}
		if err := json.Unmarshal(data, &bundle); err != nil {
			t.Fatal(err)
		}
		for _, row := range bundle.Rows {
			if row.Section != "training" || row.Basis != "declared" {
				continue
			}
			if row.DeclaredOn != "=training_declared_on" {
				t.Errorf("%s of %s says no day", row.ID, id)
			}
			if row.Training == "off" && !slices.Contains(strings.Split(row.Note, ","), "declared_only") {
				t.Errorf("%s of %s says off without saying who said so", row.ID, id)
			}
		}
	}
}

package app

import (
	"strings"
	"testing"

	"bise/app/policy"
)

func TestAHistoryIsAskedAgainWhenRulesOrFactsChangedWhileItWasClosed(t *testing.T) {
	row := strings.Replace(keepNothingLocal, "| store | * | * |", "| store | * | research_licence |", 1)
	for name, change := range map[string]func(t *testing.T, dir string){
		"facts changed by hand": func(t *testing.T, dir string) {
			a := open(t, dir, policy.Local, nil)
			err := a.Configure(func(c *Config) {
				c.Profiles = map[string]Profile{LocalProfile: {Kind: "local", Facts: map[string]string{"weights": "research_licence"}}}
			})
			if err != nil {
				t.Fatal(err)
			}
		},
		"rules activated by hand": func(t *testing.T, dir string) {
			a := open(t, dir, policy.Local, nil)
			if _, err := a.InstallRules(changedRules(t, "2027-02-01", "2027-01-01", localRow, keepNothingLocal)); err != nil {
				t.Fatal(err)
			}
			if err := a.Configure(func(c *Config) { c.Rules.Active = "2027-02-01" }); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			f := &fake{answer: saying("Twice a day.")}
			a := open(t, dir, policy.Local, nil)
			if _, err := a.InstallRules(changedRules(t, "2027-01-01", "2027-01-01", localRow, row)); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Activate(t.Context(), "2027-01-01"); err != nil {
				t.Fatal(err)
			}
			b := open(t, dir, policy.Local, f)
			p := ask(t, b, b.NewSession(f.choice()), Prompt{Text: "How often is high tide?"})
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			c := open(t, dir, policy.Local, nil)
			if err := c.OpenHistory(t.Context()); err != nil {
				t.Fatal(err)
			}
			if removed := c.TakeRemoved(); len(removed) != 0 {
				t.Errorf("nothing has changed, and it removed %v", removed)
			}
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			change(t, dir)
			d := open(t, dir, policy.Local, nil)
			if err := d.OpenHistory(t.Context()); err != nil {
				t.Fatal(err)
			}
			if removed := d.TakeRemoved(); len(removed) != 1 || removed[0].Message != p.Message.ID || len(d.TakeRemoved()) != 0 {
				t.Errorf("removed %v", removed)
			}
			if hits, _ := d.Search(t.Context(), "twice", 10); len(hits) != 0 {
				t.Error("the search still finds it")
			}
		})
	}
}

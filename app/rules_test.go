package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// changedRules is the built-in bundle under another id, with one text changed.
func changedRules(t *testing.T, id, effective, old, changed string) []byte {
	t.Helper()
	rules, err := BuiltinRules("")
	if err != nil {
		t.Fatal(err)
	}
	data, err := rules.Text()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), "bundle "+builtinRules, "bundle "+id, 1)
	text = strings.Replace(text, "effective_from "+builtinRules, "effective_from "+effective, 1)
	if old != "" {
		if !strings.Contains(text, old) {
			t.Fatalf("the bundle has no %q", old)
		}
		text = strings.Replace(text, old, changed, 1)
	}
	return []byte(text)
}

// on sets the clock of an app to a day.
func on(a *App, day string) {
	at, _ := time.Parse(time.DateOnly, day)
	a.options.Now = func() time.Time { return at.Add(12 * time.Hour) }
}

// keepNothingLocal is a row that forbids to store what a model on this machine
// writes.
const (
	localRow         = "T4.K11.licence |"
	keepNothingLocal = "T4.K11.store | K11 | store | * | * | block | redact | unknown_kept | K11 | reading, for a test\n" + localRow
)

func state(t *testing.T, a *App, id string) RulesInfo {
	t.Helper()
	list, err := a.Bundles()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(b RulesInfo) bool { return b.ID == id })
	if i < 0 {
		t.Fatalf("there is no bundle %s", id)
	}
	return list[i]
}

func TestABundleIsInstalledInactiveAndNeverSwitchedByADate(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, policy.Local, nil)
	on(a, "2026-12-30")
	info, err := a.InstallRules(changedRules(t, "2027-01-01", "2027-01-01", "", ""))
	if err != nil || info.State != RulesPending || info.DaysLeft != 2 {
		t.Fatalf("installed as %+v, %v", info, err)
	}
	if notice := strings.Join(a.RulesNotice(), "\n"); !strings.Contains(notice, "2 days") || !strings.Contains(notice, "2027-01-01") {
		t.Errorf("the countdown is missing: %s", notice)
	}
	on(a, "2027-06-01")
	if got := state(t, a, "2027-01-01").State; got != RulesInactive {
		t.Errorf("after its day it is %s", got)
	}
	b := open(t, dir, policy.Local, nil)
	if b.Rules().ID() != builtinRules {
		t.Errorf("the rules are %s", b.Rules().ID())
	}
	if _, err := b.Activate(t.Context(), "2027-01-01"); err != nil {
		t.Fatal(err)
	}
	if c := open(t, dir, policy.Local, nil); c.Rules().ID() != "2027-01-01" {
		t.Errorf("the next run has %s", c.Rules().ID())
	}
}

func TestABundleThatIsRefusedLeavesTheOldOne(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	good := changedRules(t, "2027-01-01", "2027-01-01", "", "")
	if _, err := a.InstallRules(good); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(a.dir, rulesFolder, "2027-01-01"+rulesExtension)
	for _, c := range []struct{ name, old, new, want string }{
		{"an unknown field", "| feedback_training |", "| feedback_trainign |", "feedback_trainign"},
		{"a row without a clause", "| TOS-1.b,A19 | TOS §1", "|  | TOS §1", "age.minor"},
		{"an id that is a path", "bundle 2027-01-01", "bundle ../../x", "../../x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faulty := strings.Replace(string(good), c.old, c.new, 1)
			_, err := a.InstallRules([]byte(faulty))
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that names %q", err, c.want)
			}
			if kept, err := os.ReadFile(path); err != nil || string(kept) != string(good) {
				t.Error("the old bundle is not what it was")
			}
		})
	}
	shipped := strings.Replace(string(good), "bundle 2027-01-01", "bundle "+builtinRules, 1)
	if _, err := a.InstallRules([]byte(shipped)); !fault.Is(err, fault.Invalid) {
		t.Errorf("another bundle took the id of a built-in one: %v", err)
	}
	same, err := json.Marshal(a.Rules())
	if err != nil {
		t.Fatal(err)
	}
	if info, err := a.InstallRules(same); err != nil || info.State != RulesActive {
		t.Errorf("the active bundle itself: %+v, %v", info, err)
	}
}

func TestRulesThatCannotBeReadAreNotReplacedSilently(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, policy.Local, nil)
	if _, err := a.InstallRules(changedRules(t, "2027-01-01", "2027-01-01", "", "")); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Activate(t.Context(), "2027-01-01"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, rulesFolder, "2027-01-01"+rulesExtension)
	for name, spoil := range map[string]func() error{
		"a spoilt bundle": func() error { return os.WriteFile(path, []byte("bundle 2027-01-01\nnonsense"), 0o600) },
		"a missing one":   func() error { return os.Remove(path) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		_, err := Open(Options{DataDir: dir})
		if e, ok := fault.As(err); !ok || e.Detail["active"] != "2027-01-01" {
			t.Fatalf("%s: %v", name, err)
		}
		mend, err := Open(Options{DataDir: dir, BuiltinRules: true})
		if err != nil || mend.Rules().ID() != builtinRules || mend.BrokenRules() == nil {
			t.Fatalf("%s: the way out is closed: %v", name, err)
		}
	}
	mend, _ := Open(Options{DataDir: dir, BuiltinRules: true})
	if _, err := mend.Activate(t.Context(), builtinRules); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{DataDir: dir}); err != nil {
		t.Errorf("after mending: %v", err)
	}
}

func TestActivatingStricterRulesRemovesWhatTheyForbidToKeep(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answer: saying("Twice a day.")}
	a := open(t, dir, policy.Local, f)
	s := a.NewSession(f.choice())
	p := ask(t, a, s, Prompt{Text: "How often is high tide?"})
	if _, err := a.InstallRules(changedRules(t, "2027-01-01", "2027-01-01", localRow, keepNothingLocal)); err != nil {
		t.Fatal(err)
	}
	removed, err := a.Activate(t.Context(), "2027-01-01")
	if err != nil {
		t.Fatal(err)
	}
	if len(removed) != 1 || removed[0].Message != p.Message.ID || removed[0].Conversation != s.ID() ||
		removed[0].Title != "How often is high tide?" || len(removed[0].Clauses) == 0 {
		t.Fatalf("removed %+v", removed)
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	held := again.Snapshot()
	branch := held.Branch()
	if branch[0].Text() == "" || branch[1].Text() != "" || branch[1].State != chat.Withheld || branch[1].Ruleset != "2027-01-01" {
		t.Errorf("kept %q and %q of %s", branch[0].State, branch[1].State, branch[1].Ruleset)
	}
	if hits, _ := a.Search(t.Context(), "twice", 10); len(hits) != 0 {
		t.Error("the search still finds it")
	}
	// A more permissive bundle brings nothing back.
	if removed, err := a.Activate(t.Context(), builtinRules); err != nil || len(removed) != 0 {
		t.Errorf("going back removed %v, %v", removed, err)
	}
	if again, err = a.OpenSession(t.Context(), s.ID()); err != nil {
		t.Fatal(err)
	}
	if held = again.Snapshot(); held.Branch()[1].Text() != "" {
		t.Error("what was removed came back")
	}
}

func TestChangedFactsRemoveWhatTheyForbidToKeep(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answer: saying("Twice a day.")}
	a := open(t, dir, policy.Local, f)
	// Rules by which a model under a research licence may not be kept.
	row := strings.Replace(keepNothingLocal, "| store | * | * |", "| store | * | research_licence |", 1)
	if _, err := a.InstallRules(changedRules(t, "2027-01-01", "2027-01-01", localRow, row)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Activate(t.Context(), "2027-01-01"); err != nil {
		t.Fatal(err)
	}
	a.providers, _ = client.NewSet(f)
	ask(t, a, a.NewSession(f.choice()), Prompt{Text: "How often is high tide?"})
	if removed, err := a.ChangeProfile(t.Context(), LocalProfile, []string{"weights=open"}); err != nil || len(removed) != 0 {
		t.Errorf("a change that forbids nothing removed %v, %v", removed, err)
	}
	if removed, err := a.ChangeProfile(t.Context(), MistralProfile, []string{"weights=research_licence"}); err != nil || len(removed) != 0 {
		t.Errorf("the facts of another profile removed %v, %v", removed, err)
	}
	removed, err := a.ChangeProfile(t.Context(), LocalProfile, []string{"weights=research_licence"})
	if err != nil || len(removed) != 1 {
		t.Errorf("removed %v, %v", removed, err)
	}
}

func TestOtherRulesAskForTheTermsAnew(t *testing.T) {
	a := open(t, t.TempDir(), policy.Platform, nil)
	accepted := func() string {
		f, err := a.Facts(MistralProfile)
		if err != nil {
			t.Fatal(err)
		}
		return f.Get("accepted")
	}
	if err := a.SetProfile(MistralProfile, []string{"plan=paid"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Activate(t.Context(), "2026-08-07"); err != nil {
		t.Fatal(err)
	}
	if accepted() != "no" {
		t.Error("a confirmation outlived its rules")
	}
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	if accepted() != "yes" {
		t.Error("it cannot be confirmed")
	}
	if err := a.SetProfile(MistralProfile, []string{"plan=free"}); err != nil {
		t.Fatal(err)
	}
	if accepted() != "no" {
		t.Error("a plan that trains was confirmed with one that does not, in the same run")
	}
}

func TestStricterRulesAreAskedAboutAlsoOnTheWayBack(t *testing.T) {
	a := open(t, t.TempDir(), policy.Platform, nil)
	for name, plan := range map[string]string{"team": "team", "free": "free"} {
		if err := a.AddProfile(name, "mistral", []string{"service=le_chat", "plan=" + plan, "accepted=yes"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"2026-08-07", "2025-02-06"} { // Team trains by the first, Free by both
		if _, err := a.Activate(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"team": "no", "free": "yes"} {
		if f, err := a.Facts(name); err != nil || f.Get("accepted") != want {
			t.Errorf("%s: accepted is %s, %v", name, f.Get("accepted"), err)
		}
	}
}

func TestOldRulesAreNamedOnceAndQuietly(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	on(a, "2026-02-06")
	for _, line := range a.RulesNotice() {
		if strings.Contains(line, "may have changed") {
			t.Errorf("a year old to the day: %s", line)
		}
	}
	on(a, "2026-02-07")
	lines := a.RulesNotice()
	if len(lines) != 2 || !strings.Contains(lines[0], "2025-02-06") || !strings.Contains(lines[0], "legal.mistral.ai/terms") {
		t.Errorf("older than a year: %q", lines)
	}
	on(a, "2026-11-24")
	if lines := a.RulesNotice(); len(lines) != 1 || !strings.Contains(lines[0], "2026-08-07") {
		t.Errorf("with newer rules at hand: %q", lines)
	}
}

// TestProfilesDoNotInfluenceEachOther is I5: whatever is said of one profile,
// the answers for another stay what they were.
func TestProfilesDoNotInfluenceEachOther(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	if err := a.AddProfile("work", "mistral", []string{"plan=paid", "customer=business"}); err != nil {
		t.Fatal(err)
	}
	answers := func(profile string) string {
		var b strings.Builder
		for _, act := range policy.Acts() {
			v := a.Preview(profile, act, 0)
			line, err := json.Marshal(v.Answer(func(w policy.Words) string { return w.Key }))
			if err != nil {
				t.Fatal(err)
			}
			b.Write(line)
		}
		return b.String()
	}
	before := map[string]string{"work": answers("work"), LocalProfile: answers(LocalProfile)}
	for _, setting := range []string{
		"plan=free", "training_switch=on", "zdr=approved", "optouts=bfl,brave,cerebras,e2b", "media_customer=yes",
		"age_band=under_13", "service=le_chat", "region=us", "weights=specific_access", "role=owner",
	} {
		if err := a.SetProfile(MistralProfile, []string{setting}); err != nil {
			t.Fatal(err)
		}
		for profile, want := range before {
			if answers(profile) != want {
				t.Errorf("%s of one profile changed %s", setting, profile)
			}
		}
	}
	if answers(MistralProfile) == before["work"] {
		t.Error("nothing was said at all")
	}
}

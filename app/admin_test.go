package app

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/app/text"
	"bise/assets"
)

// managed opens an app on a machine with an administrator's file; "" is a
// machine without one.
func managed(t *testing.T, file string, env map[string]string) *App {
	t.Helper()
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "policy.toml")
	if file != "" {
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, err := Open(Options{
		DataDir: t.TempDir(), Words: words, AdminFile: path, SealWork: 1,
		Now: func() time.Time { return time.Date(2025, 3, 2, 10, 0, 0, 0, time.UTC) },
		Env: func(name string) string { return env[name] },
		Passphrase: func(context.Context) (chat.Secret, error) {
			return testPassphrase, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func TestWithoutAnAdministratorsFileNothingIsFixed(t *testing.T) {
	a := managed(t, "", nil)
	if f := a.Admin(); f.Here || f.Broken != nil || len(f.Locks) > 0 || a.LocalOnly() || a.NoStore() {
		t.Errorf("fixed: %+v", f)
	}
	if err := a.SetProfile(MistralProfile, []string{"plan=paid", "optouts=brave"}); err != nil {
		t.Error(err)
	}
	if len(a.checkAdmin()) != 0 || len(a.Locks(MistralProfile)) != 0 {
		t.Error("a file that is not there is spoken of")
	}
}

func TestAMistakeInTheAdministratorsFileIsNamedAndClosesAll(t *testing.T) {
	for _, tc := range []struct {
		name, file string
		says       []string
	}{
		{"an unknown field", "forbidd = [\"share\"]", []string{"forbidd"}},
		{"an unknown field in a table", "[profiles.work]\nkind = \"mistral\"\nmould = \"x\"", []string{"profiles.work.mould"}},
		{"a word of the wrong type", "organisation = \"x\"\nlocal_only = \"yes\"", []string{"line 2", "local_only"}},
		{"a list that is no list", "forbid = \"share\"", []string{"line 1", "forbid has to be a list"}},
		{"a text that is none", "history = 1", []string{"line 1", "history has to be a text"}},
		{"a number that is none", "log_retention_days = \"a week\"", []string{"log_retention_days has to be a whole number"}},
		{"a table that is none", "hosted = \"free\"", []string{"hosted has to be a table"}},
		{"a feature nobody knows", "forbid = [\"shares\"]", []string{"forbid", "“shares”", "attach, code_interpreter, copy", "web_search"}},
		{"a kind nobody knows", "forbid_kinds = [\"mistrall\"]", []string{"forbid_kinds", "“mistrall”", "azure, bedrock, local, mistral"}},
		{"an opt-out nobody knows", "optouts = [\"braev\"]", []string{"optouts", "braev"}},
		{"a word that a fact does not take", "[hosted.facts]\nplan = \"gold\"", []string{"hosted.facts.plan", "gold"}},
		{"an unknown fact", "[kinds.mistral.facts]\nplna = \"pro\"", []string{"kinds.mistral.facts.plna"}},
		{"a date that is none", "[hosted.facts]\ntraining_declared_on = \"soon\"", []string{"training_declared_on", "soon"}},
		{"a consent in the person's place", "[hosted.facts]\naccepted = \"yes\"", []string{"hosted.facts.accepted"}},
		{"a table where a word should be", "[hosted.facts.plan]\nx = 1", []string{"hosted.facts.plan"}},
		{"an endpoint without encryption", "[kinds.openai]\nendpoint = \"http://example.com\"", []string{"kinds.openai.endpoint", "http://example.com"}},
		{"a profile of no kind that there is", "[profiles.work]\nkind = \"abacus\"", []string{"profiles.work.kind", "abacus"}},
		{"a history that is half off", "history = \"offf\"", []string{"history", "offf"}},
		{"an endpoint for all that is hosted", "[hosted]\nendpoint = \"https://example.com\"", []string{"hosted"}},
		{"no TOML at all", "local only, please", []string{"line 1"}},
		{"two answers to one question", "history = \"off\"\nhistory = \"off\"", []string{"line 2"}},
		{"a field of a permission nobody knows", "[[hosted.facts.authorisations]]\nscope = \"key_sharing\"\nref = \"1\"", []string{"hosted.facts.authorisations"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := managed(t, tc.file, map[string]string{"MISTRAL_API_KEY": "key-000000000000000000"})
			broken := a.Admin().Broken
			if !fault.Is(broken, fault.AdminFile) {
				t.Fatalf("no fault: %v", broken)
			}
			message, remedy := a.Words().Fault(broken)
			for _, want := range append(tc.says, "policy.toml") {
				if !strings.Contains(message, want) {
					t.Errorf("%q does not name %s", message, want)
				}
			}
			if strings.Contains(message, "destination") || remedy == "" {
				t.Errorf("told: %s %s", message, remedy)
			}
			closed(t, a)
		})
	}
}

func TestAnUnreadableAdministratorsFileClosesAll(t *testing.T) {
	for name, put := range map[string]func(folder, path string) error{
		// A folder cannot be read as a file, not by root either.
		"a folder in its place":                 func(_, path string) error { return os.Mkdir(path, 0o700) },
		"a link that leads nowhere":             func(folder, path string) error { return os.Symlink(filepath.Join(folder, "gone"), path) },
		"a link to itself":                      func(_, path string) error { return os.Symlink(path, path) },
		"a link that leads nowhere on the way":  func(folder, path string) error { return os.Symlink(filepath.Join(folder, "gone"), filepath.Dir(path)) },
		"a file in the place of its own folder": func(_, path string) error { return os.WriteFile(filepath.Dir(path), nil, 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "policy.toml")
			if strings.HasSuffix(name, "way") || strings.HasSuffix(name, "own folder") {
				path = filepath.Join(folder, "bise", "policy.toml")
			}
			if err := put(folder, path); err != nil {
				t.Fatal(err)
			}
			a, err := Open(Options{DataDir: t.TempDir(), AdminFile: path})
			if err != nil {
				t.Fatal(err)
			}
			closed(t, a)
		})
	}
	for name, path := range map[string]string{
		"no file in a folder": filepath.Join(t.TempDir(), "policy.toml"),
		"no folder either":    filepath.Join(t.TempDir(), "etc", "bise", "policy.toml"),
	} {
		if a := readAdmin(path, time.Unix(0, 0)); a.here || a.broken != nil {
			t.Errorf("%s counts as a file: %v", name, a.broken)
		}
	}
}

// closed wants that nothing can leave and that the guide still answers.
func closed(t *testing.T, a *App) {
	t.Helper()
	if !a.LocalOnly() || !a.NoStore() {
		t.Error("the network or the history is open")
	}
	if err := a.SignIn(t.Context(), MistralProfile, "key-000000000000000000"); !fault.Is(err, fault.AdminFile) {
		t.Errorf("sign-in: %v", err)
	}
	s := a.NewSession(Choice{MistralProfile, "m"})
	answer, v, err := a.Ask(t.Context(), s, Prompt{Text: "hello", Confirmed: []policy.Act{policy.StartChat}})
	if answer != nil || err != nil || v.Decision != policy.Block || !v.Locks() {
		t.Errorf("a prompt: %v by %q, %v", v.Decision, v.Rule, err)
	}
	for _, act := range []policy.Act{policy.Copy, policy.ShareTurn, policy.Attach, "export:markdown"} {
		if v := a.Preview(LocalProfile, act, chat.Model); v.Decision != policy.Block {
			t.Errorf("%s is %v", act, v.Decision)
		}
	}
	guide := a.NewSession(Choice{Provider: GuideProvider})
	if p := ask(t, a, guide, Prompt{Text: "What is bise?"}); p.Err != nil || p.Message.Empty() {
		t.Errorf("the guide: %v", p.Err)
	}
	if c := a.checkAdmin(); len(c) != 1 || c[0].State != CheckFail || !fault.Is(c[0].Err, fault.AdminFile) {
		t.Errorf("doctor says %+v", c)
	}
	if len(a.Connections()) != 0 {
		t.Errorf("connections: %+v", a.Connections())
	}
}

const company = `
organisation = "Example Ltd"
contact = "it@example.com"
forbid = ["share", "copy", "web_search", "attach"]
optouts = ["brave"]
media_customer = "yes"

[hosted.facts]
plan = "free"
customer = "business"

[kinds.mistral]
facts = { plan = "paid", zdr = "approved" }

[kinds.openai]
endpoint = "https://models.example.com/v1/"

[profiles.cloud]
kind = "openai"
model = "large"
[profiles.cloud.facts]
service = "partner"
authorisations = [{ scope = "key_sharing", granted_by = "them", date = "2025-01-02", reference = "R 1" }]
`

func TestWhatIsFixedCountsAndTheNarrowerWordCounts(t *testing.T) {
	a := managed(t, company, nil)
	for _, tc := range []struct{ name, profile, fact, want string }{
		{"a word for the kind before one for all that is hosted", "mistral", "plan", "paid"},
		{"a word for all that is hosted", "mistral", "customer", "business"},
		{"a media customer wherever words leave", "cloud", "media_customer", "yes"},
		{"an opt-out wherever words leave", "mistral", "optouts", "brave"},
		{"nothing of that on this machine", "local", "optouts", ""},
		{"nothing hosted at a partner", "cloud", "customer", "individual"},
		{"the service of a profile of the organisation", "cloud", "service", "partner"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := a.Facts(tc.profile)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Get(tc.fact); got != tc.want {
				t.Errorf("%s of %s is %q, want %q", tc.fact, tc.profile, got, tc.want)
			}
		})
	}
	f, _ := a.Facts("cloud")
	if len(f.Authorisations) != 1 || f.Authorisations[0].Reference != "R 1" {
		t.Errorf("authorisations: %+v", f.Authorisations)
	}
	if p, _ := a.Profile("cloud"); p.Endpoint != "https://models.example.com/v1" || p.Model != "large" {
		t.Errorf("the organisation's profile is %+v", p)
	}
}

func TestAFixedSettingIsRefusedWithWhoFixedIt(t *testing.T) {
	a := managed(t, company, nil)
	for _, tc := range []struct {
		name, profile, setting string
		refused                bool
	}{
		{"a fact of the kind", "mistral", "plan=free", true},
		{"a fact of all that is hosted", "mistral", "customer=individual", true},
		{"taking a fixed fact back", "mistral", "plan=", true},
		{"an opt-out list without the forced one", "mistral", "optouts=bfl", true},
		{"an opt-out more", "mistral", "optouts=bfl,brave", false},
		{"the partner's address", "cloud", "endpoint=https://elsewhere.example.com", true},
		{"the model of the organisation's profile", "cloud", "model=small", true},
		{"what nobody fixed", "mistral", "residence=FR", false},
		{"a way out of being hosted", "mistral", "service=partner", false},
		{"calling a service local", "mistral", "service=local", false},
		{"the forced opt-out after that", "mistral", "optouts=bfl", true},
		{"the plan after that way out", "mistral", "customer=individual", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := a.SetProfile(tc.profile, []string{tc.setting})
			if fault.Is(err, fault.LockedByAdmin) != tc.refused || !tc.refused && err != nil {
				t.Fatalf("%s: %v", tc.setting, err)
			}
			if !tc.refused {
				return
			}
			message, remedy := a.Words().Fault(err)
			if !strings.Contains(message, "Example Ltd") || !strings.Contains(remedy, "it@example.com") {
				t.Errorf("told: %s %s", message, remedy)
			}
		})
	}
	if f, err := a.Facts("mistral"); err != nil || f.Get("optouts") != "bfl,brave" {
		t.Errorf("opt-outs are %q, %v", f.Get("optouts"), err)
	}
	for _, p := range a.Config().Profiles {
		if p.Endpoint != "" || p.Facts["plan"] != "" {
			t.Errorf("what the organisation fixed is in config.toml: %+v", p)
		}
	}
}

func TestTheGuideNamesEveryWordOfTheAdministratorsFile(t *testing.T) {
	page, err := assets.Guide.ReadFile("guide/privacy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "## The administrator's file")
	section, _, _ = strings.Cut(section, "\n## ")
	_, section, _ = strings.Cut(section, "-->") // what a person reads of it
	words := append(policy.LockWords(), Kinds()...)
	for _, of := range []any{admin{}, imposed{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
			if tag := f.Tag.Get("toml"); tag != "" {
				words = append(words, tag)
			}
		}
	}
	for _, word := range words {
		if !regexp.MustCompile("[`\\[.]" + word + "[` .\\]]").MatchString(section) {
			t.Errorf("%q is not named", word)
		}
	}
}

func FuzzAdmin(f *testing.F) {
	f.Add([]byte(company))
	f.Add([]byte("forbid = [\"share\"]\nlocal_only = true"))
	f.Add([]byte("[hosted.facts]\nplan = 1979-05-27"))
	f.Add([]byte("[profiles.\"\".facts]\noptouts = [1, {}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := parseAdmin(data, "policy.toml", time.Unix(0, 0))
		if err != nil {
			if !fault.Is(err, fault.AdminFile) {
				t.Fatalf("%v", err)
			}
			return
		}
		for name, i := range a.Profiles {
			if _, err := policy.NewFacts(i.words, time.Unix(0, 0)); err != nil {
				t.Fatalf("%s was let through: %v", name, err)
			}
		}
		a.fixed(Profile{Name: "work", Kind: MistralProfile}, map[string]string{"service": "le_chat"})
	})
}

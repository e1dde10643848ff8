package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app/fault"
	"bise/app/policy"
)

func TestConfigFilesWithFaults(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		kind fault.Kind
		says string
	}{
		"an unknown setting is named":           {"thme = 'dark'\n", fault.Invalid, "thme"},
		"an unknown setting in a profile too":   {"[profiles.x]\nkind = 'mistral'\nmdel = 'm'\n", fault.Invalid, "profiles.x.mdel"},
		"broken TOML names its line":            {"theme = 'dark'\nlanguage = \n", fault.Invalid, "line 2"},
		"a missing file is an empty one":        {"", "", ""},
		"an API key is noticed, not an error":   {"api_key = 'canary-key'\n", "", ""},
		"a value of the wrong type is an error": {"started = 'yes'\n", fault.Invalid, "line 1"},
		"a profile named like a provider":       {"[profiles.guide]\nkind = 'mistral'\n", fault.Invalid, "profiles.guide"},
		"this machine as a hosted service":      {"[profiles.local]\nkind = 'mistral'\n", fault.Invalid, "profiles.local"},
		"a kind that does not exist":            {"[profiles.x]\nkind = 'teleport'\n", fault.Invalid, "profiles.x.kind"},
		"a usual profile needs no kind":         {"[profiles.mistral]\nmodel = 'm'\n", "", ""},
	} {
		path := filepath.Join(t.TempDir(), configFile)
		if c.text != "" {
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := LoadConfig(path)
		if fault.KindOf(err) != c.kind || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error shows a secret", name)
		}
	}
}

func TestAKeyInTheConfigFileStopsHostedServices(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, configFile)
	if err := os.WriteFile(path, []byte("api_key = 'canary-key'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := open(t, dir, policy.Local, nil)
	if _, err := a.apiKey(t.Context(), MistralProfile); !fault.Is(err, fault.PlaintextKey) {
		t.Errorf("reading the key: %v", err)
	}
	if err := a.Configure(func(c *Config) { c.Theme = "dark" }); !fault.Is(err, fault.PlaintextKey) {
		t.Errorf("writing the file would have lost or kept the key: %v", err)
	}
	if data, _ := os.ReadFile(path); !strings.Contains(string(data), "canary-key") {
		t.Error("the file was changed")
	}
}

func TestProfilesAreHeldToTheirForms(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	for name, c := range map[string]struct {
		settings []string
		kind     fault.Kind
	}{
		"an https endpoint":                {[]string{"endpoint=https://api.example.org"}, ""},
		"http on this machine":             {[]string{"endpoint=http://127.0.0.1:8080/v1"}, ""},
		"http elsewhere shows the key":     {[]string{"endpoint=http://example.org"}, fault.Usage},
		"a password in an endpoint":        {[]string{"endpoint=https://me:canary@example.org"}, fault.Usage},
		"a key in an endpoint":             {[]string{"endpoint=https://example.org/v1?key=canary"}, fault.Usage},
		"a key behind an endpoint":         {[]string{"endpoint=https://example.org/v1#canary"}, fault.Usage},
		"a password that is no address":    {[]string{"endpoint=https://me:can ary@example.org"}, fault.Usage},
		"an endpoint without a host":       {[]string{"endpoint=https://"}, fault.Usage},
		"a fact by its name":               {[]string{"plan=paid"}, ""},
		"a fact that does not exist":       {[]string{"plam=paid"}, fault.Usage},
		"a word that does not exist":       {[]string{"plan=platinum"}, fault.Usage},
		"a key is never a setting":         {[]string{"api_key=abc"}, fault.PlaintextKey},
		"a setting without a value":        {[]string{"plan"}, fault.Usage},
		"an empty value takes a fact back": {[]string{"plan="}, ""},
	} {
		err := a.SetProfile(MistralProfile, c.settings)
		if fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "can ary")) {
			t.Errorf("%s: the error shows a secret", name)
		}
	}
	if err := a.AddProfile("../escape", "mistral", nil); !fault.Is(err, fault.Usage) {
		t.Errorf("a profile name with a path: %v", err)
	}
	for _, name := range []string{GuideProvider, OllamaProvider, LocalProfile, MistralProfile} {
		if err := a.AddProfile(name, "openai", nil); !fault.Is(err, fault.Usage) {
			t.Errorf("a profile may be called %q: %v", name, err)
		}
	}
	if err := a.AddProfile("work", "teleport", nil); !fault.Is(err, fault.Usage) {
		t.Errorf("an unknown kind: %v", err)
	}
}

func TestADeclarationCarriesItsDate(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	if err := a.SetProfile(MistralProfile, []string{"training_switch=off"}); err != nil {
		t.Fatal(err)
	}
	f, err := a.Facts(MistralProfile)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Get("training_declared_on"); got != a.Now().Format("2006-01-02") {
		t.Errorf("declared on %q", got)
	}
}

func TestConfirmationsHoldUntilTheAnswerGetsStricter(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
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
	if accepted() != "no" {
		t.Error("accepted without being asked")
	}
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	a.agreed = map[string]Acceptance{} // another run
	if accepted() != "yes" {
		t.Error("a confirmation was forgotten")
	}
	if err := a.SetProfile(MistralProfile, []string{"plan=free"}); err != nil {
		t.Fatal(err)
	}
	if accepted() != "no" {
		t.Error("a plan that trains was accepted with one that does not")
	}
}

func TestTwoWindowsKeepEachOthersSettings(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, dir, policy.Local, nil), open(t, dir, policy.Local, nil)
	if err := a.AddProfile("work", "mistral", []string{"plan=paid"}); err != nil {
		t.Fatal(err)
	}
	if err := b.Choose(Choice{Provider: GuideProvider}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.provider("work"); err != nil {
		t.Errorf("the second window does not see what the first one added: %v", err)
	}
	c, err := LoadConfig(a.ConfigPath())
	if err != nil {
		t.Fatal(err)
	}
	if c.Profiles["work"].Facts["plan"] != "paid" || c.Provider != GuideProvider {
		t.Errorf("one window undid the other's change: %+v", c)
	}
}

func TestAFileThatWasSpoiledMeanwhileIsNotOverwritten(t *testing.T) {
	a := open(t, t.TempDir(), policy.Local, nil)
	if err := os.WriteFile(a.ConfigPath(), []byte("theme = \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := a.Choose(Choice{Provider: GuideProvider}); !fault.Is(err, fault.Invalid) {
		t.Errorf("the error is %v", err)
	}
	if data, _ := os.ReadFile(a.ConfigPath()); string(data) != "theme = \n" {
		t.Errorf("the person's file became %q", data)
	}
	if a.Config().Provider != "" {
		t.Error("the change holds although it was not written")
	}
}

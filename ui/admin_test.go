package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/ui"
	"bise/ui/firstrun"
	"bise/ui/palette"
	"bise/ui/settings"
)

// under opens with an administrator's file.
func under(t *testing.T, file string) func(*app.Options) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(o *app.Options) { o.AdminFile = path }
}

func TestTheSettingsSayWhoFixedARow(t *testing.T) {
	env := newEnv(t, under(t, "organisation = \"Example Ltd\"\nhistory = \"off\"\nforbid_kinds = [\"mistral\", \"local\"]"))
	d := drive(t, settings.New(env, t.Context()))
	d.shows("Key of the history fixed by Example Ltd", "Recovery code fixed by Example Ltd", "Ollama's address switched off by Example Ltd")
	d.keys("end", "enter")
	d.shows("Settings") // a fixed row does not open
	d.keys("home", "down", "down", "enter")
	d.shows("mistral", "switched off by Example Ltd")
}

func TestTheFirstStepsOfferNoServiceThatIsSwitchedOff(t *testing.T) {
	env := newEnv(t, under(t, "organisation = \"Example Ltd\"\nforbid_kinds = [\"mistral\"]"))
	d := drive(t, firstrun.New(env, t.Context()))
	d.shows("switched off by Example Ltd")
	d.keys("3", "enter")
	d.shows("switched off by Example Ltd") // it did not go on
}

func TestAKeyForWhatIsSwitchedOffSaysWhoSwitchedIt(t *testing.T) {
	env := newEnv(t, under(t, "organisation = \"Example Ltd\"\nforbid = [\"copy\"]"))
	p := palette.New(env, func(act policy.Act, o chat.Origin) policy.Verdict {
		return env.App.Preview(app.LocalProfile, act, o)
	})
	d := drive(t, p).keys("copy")
	d.shows("Your organisation (Example Ltd) has switched th…")
}

func TestABrokenAdministratorsFileIsToldAtOnce(t *testing.T) {
	env := newEnv(t, under(t, "forbidd = [\"copy\"]"))
	root, err := ui.New(t.Context(), env.App, true)
	if err != nil {
		t.Fatal(err)
	}
	root.Init()
	root.Update(tea.WindowSizeMsg{Width: 120, Height: 24})
	got := strings.Join(strings.Fields(ansi.Strip(root.View().Content)), " ")
	for _, want := range []string{"policy.toml cannot be used: forbidd", "nothing leaves this machine"} {
		if !strings.Contains(got, want) {
			t.Errorf("the screen does not say %q:\n%s", want, got)
		}
	}
}

package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/firstrun"
	"bise/ui/help"
	"bise/ui/keys"
	"bise/ui/markdown"
	"bise/ui/models"
	"bise/ui/palette"
	"bise/ui/privacy"
	"bise/ui/screen"
	"bise/ui/settings"
	"bise/ui/signin"
)

func TestEscapeNeverAgreesToAnything(t *testing.T) {
	tests := []struct {
		name string
		open func(*testing.T, *screen.Env) screen.Overlay
		want screen.Action
	}{
		{"consent is not given", func(t *testing.T, env *screen.Env) screen.Overlay {
			return dialog.Consent(env, app.MistralProfile, env.App.Preview(app.MistralProfile, policy.StartChat, chat.Typed))
		}, screen.Answered{Question: dialog.ConsentQuestion, Choice: dialog.No}},
		{"nothing is left out of a conversation that is too long", func(_ *testing.T, env *screen.Env) screen.Overlay {
			return dialog.Overflow(env, fault.E("x", fault.Overflow, nil), 0)
		}, screen.Answered{Question: dialog.OverflowQuestion, Choice: dialog.No}},
		{"no file is attached", func(_ *testing.T, env *screen.Env) screen.Overlay { return dialog.Path(env) }, screen.Close{}},
		{"instructions stay as they were", func(_ *testing.T, env *screen.Env) screen.Overlay { return dialog.Instructions(env, "x") }, screen.Close{}},
		{"no code is copied", func(_ *testing.T, env *screen.Env) screen.Overlay {
			return dialog.Code(env, []markdown.Code{{Text: "a"}, {Text: "b"}})
		}, screen.Close{}},
		{"no key is kept", func(t *testing.T, env *screen.Env) screen.Overlay { return signin.New(env, t.Context(), "") }, screen.Close{}},
		{"no setting is changed", func(t *testing.T, env *screen.Env) screen.Overlay { return settings.New(env, t.Context()) }, screen.Close{}},
		{"the model stays", func(t *testing.T, env *screen.Env) screen.Overlay { return models.New(env, t.Context(), app.Choice{}) }, screen.Close{}},
		{"no command is run", func(_ *testing.T, env *screen.Env) screen.Overlay { return palette.New(env, nil) }, screen.Close{}},
		{"help closes", func(_ *testing.T, env *screen.Env) screen.Overlay { return help.New(env, nil) }, screen.Close{}},
		{"the page on data closes", func(_ *testing.T, env *screen.Env) screen.Overlay { return privacy.New(env, app.MistralProfile) }, screen.Close{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := drive(t, tt.open(t, newEnv(t))).keys("esc")
			if d.last != tt.want {
				t.Errorf("esc gives %#v, want %#v", d.last, tt.want)
			}
		})
	}
}

func TestConsentWritesFactsAndAsksTheRulesAgain(t *testing.T) {
	env := newEnv(t)
	open := func() *driver {
		return drive(t, dialog.Consent(env, app.MistralProfile, env.App.Preview(app.MistralProfile, policy.StartChat, chat.Typed)))
	}
	d := open().keys("3", "enter")
	d.shows("How old is the person")
	d.keys("2", "enter")
	d.shows("accepting its terms")
	f, err := env.App.Facts(app.MistralProfile)
	if err != nil {
		t.Fatal(err)
	}
	if f.Get("plan") != "paid" || f.Get("age_band") != "minor_with_permission" {
		t.Errorf("plan %q, age band %q", f.Get("plan"), f.Get("age_band"))
	}
	d.keys("enter")
	if want := (screen.Answered{Question: dialog.ConsentQuestion, Choice: dialog.No}); d.last != want {
		t.Errorf("the answer selected at first gives %#v", d.last)
	}
	d = open() // what was told is not asked again
	d.shows("accepting its terms")
	d.keys("2", "enter")
	if want := (screen.Answered{Question: dialog.ConsentQuestion, Choice: dialog.Yes}); d.last != want {
		t.Errorf("confirming gives %#v", d.last)
	}
}

func TestAChildCannotConfirm(t *testing.T) {
	env := newEnv(t)
	d := drive(t, dialog.Consent(env, app.MistralProfile, env.App.Preview(app.MistralProfile, policy.StartChat, chat.Typed)))
	d.keys("enter", "4", "enter", "2", "down", "enter")
	if want := (screen.Answered{Question: dialog.ConsentQuestion, Choice: dialog.No}); d.last != want {
		t.Errorf("got %#v, want %#v", d.last, want)
	}
}

func TestAHistoryIsProtectedByAPassphraseTypedTwice(t *testing.T) {
	env := newEnv(t)
	d := drive(t, dialog.HistoryKey(env, t.Context()))
	d.keys("enter", "enter")
	d.shows("Write a passphrase first.")
	d.keys("four words are good", "enter", "four words are bad", "enter")
	d.shows("not the same")
	if d.last != nil {
		t.Fatalf("it went on with %#v", d.last)
	}
	d.keys("four words are good", "enter")
	if want := (screen.Answered{Question: dialog.HistoryQuestion, Choice: dialog.Yes}); d.last != want {
		t.Fatalf("got %#v, want %#v", d.last, want)
	}
	if got := env.App.HistoryState(); got != app.HistoryOpen {
		t.Errorf("the history is %s", got)
	}
}

func TestAHistoryCanBeDoneWithout(t *testing.T) {
	for name, keys := range map[string][]string{
		"just this time, with esc":         {"esc"},
		"just this time":                   {"3", "enter"},
		"on this machine":                  {"2", "enter"},
		"after going back from passphrase": {"enter", "x", "esc", "2", "enter"},
	} {
		t.Run(name, func(t *testing.T) {
			env := newEnv(t)
			d := drive(t, dialog.HistoryKey(env, t.Context())).keys(keys...)
			if want := (screen.Answered{Question: dialog.HistoryQuestion, Choice: dialog.Yes}); d.last != want {
				t.Errorf("got %#v, want %#v", d.last, want)
			}
			if got := env.App.HistoryState(); got != app.HistoryOff {
				t.Errorf("the history is %s", got)
			}
		})
	}
}

func TestAPathIsCompletedAndExpanded(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"notes-1.txt", "notes-2.txt", ".hidden"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", dir)
	d := drive(t, dialog.Path(newEnv(t))).keys("~/", "tab")
	d.shows("~/notes-", "notes-1.txt", "notes-2.txt")
	if strings.Contains(d.overlay.View(), "hidden") {
		t.Error("a hidden file is offered unasked")
	}
	d.keys("2", "tab", "enter")
	want := screen.Answered{Question: dialog.PathQuestion, Choice: dialog.Yes, Text: filepath.Join(dir, "notes-2.txt")}
	if d.last != want {
		t.Errorf("got %#v, want %#v", d.last, want)
	}
}

func TestWordsToFindReplaceThoseOfTheLastTime(t *testing.T) {
	for typed, want := range map[string]string{"zebra": "zebra", "": "lines"} {
		d := drive(t, dialog.Find(newEnv(t), "lines"))
		d.shows("lines")
		d.keys(typed, "enter")
		if got := (screen.Answered{Question: dialog.FindQuestion, Choice: dialog.Yes, Text: want}); d.last != got {
			t.Errorf("after %q the answer is %#v", typed, d.last)
		}
	}
}

func TestEnterWithoutAKeySaysSo(t *testing.T) {
	d := drive(t, signin.New(newEnv(t), t.Context(), app.MistralProfile)).keys("enter")
	d.shows("There is no key yet")
}

func TestInstructionsKeepTheirLines(t *testing.T) {
	d := drive(t, dialog.Instructions(newEnv(t), "one"))
	d.send(tea.KeyPressMsg{Code: 'j', Mod: tea.ModCtrl})
	d.keys("two", "enter")
	want := screen.Answered{Question: dialog.InstructionsQuestion, Choice: dialog.Yes, Text: "one\ntwo"}
	if d.last != want {
		t.Errorf("got %#v, want %#v", d.last, want)
	}
}

func TestABlockOfCodeIsChosenByItsNumber(t *testing.T) {
	d := drive(t, dialog.Code(newEnv(t), []markdown.Code{{Text: "a\n"}, {Text: "b\n"}})).keys("9", "2")
	want := screen.Answered{Question: dialog.CodeQuestion, Choice: dialog.Yes, Text: "b\n"}
	if d.last != want {
		t.Errorf("got %#v, want %#v", d.last, want)
	}
}

func TestTheFirstStepsCanBeSkippedAndDoNotComeBack(t *testing.T) {
	done := screen.Answered{Question: dialog.ProvidersQuestion, Choice: dialog.Yes}
	for name, keys := range map[string][]string{
		"skipped":          {"esc"},
		"with the guide":   {"enter", "enter"},
		"with no runner":   {"2", "enter", "2", "enter", "enter"},
		"back and skipped": {"3", "enter", "esc", "esc"},
	} {
		t.Run(name, func(t *testing.T) {
			env := newEnv(t)
			if d := drive(t, firstrun.New(env, t.Context())).keys(keys...); d.last != done {
				t.Errorf("got %#v, want %#v", d.last, done)
			}
			c := env.App.Config()
			if !c.Started {
				t.Error("they would open again")
			}
			if c.Provider != "" {
				t.Errorf("provider %q is written down, so a runner that comes later is not used", c.Provider)
			}
		})
	}
}

func TestWhatIsWrittenOnTheLastStepBeginsTheFirstMessage(t *testing.T) {
	d := drive(t, firstrun.New(newEnv(t), t.Context())).keys("enter", "w")
	want := screen.Answered{Question: dialog.ProvidersQuestion, Choice: dialog.Yes, Text: "w"}
	if d.last != want {
		t.Errorf("got %#v, want %#v", d.last, want)
	}
}

func TestTheFirstStepsEndWhereNothingCanBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bise")
	env := newEnv(t, func(o *app.Options) { o.DataDir = dir })
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	drive(t, firstrun.New(env, t.Context())).keys("esc")
	if !env.App.Config().Started {
		t.Error("they would open again in the same run")
	}
}

func TestAKeyInTheEnvironmentNeedsNoTyping(t *testing.T) {
	env := newEnv(t, func(o *app.Options) {
		o.Env = func(name string) string {
			return map[string]string{"OLLAMA_HOST": nowhere, "MISTRAL_API_KEY": "sk-x"}[name]
		}
	})
	drive(t, firstrun.New(env, t.Context())).keys("3", "enter", "enter")
	if got := env.App.Config().Provider; got != app.MistralProfile {
		t.Errorf("provider %q", got)
	}
}

func TestAKeyThatCannotBeTriedIsNotShownAndNotKept(t *testing.T) {
	env := newEnv(t, func(o *app.Options) { o.LocalOnly = true })
	d := drive(t, signin.New(env, t.Context(), app.LocalProfile)).keys("sk-secret-1")
	if strings.Contains(d.overlay.View(), "secret") {
		t.Error("the key is on the screen")
	}
	d.keys("enter")
	d.shows("--local-only")
	if d.last != nil {
		t.Errorf("it went on with %#v", d.last)
	}
	identity, err := env.App.WhoAmI(t.Context(), app.MistralProfile)
	if err != nil || identity.Key != app.NoKey {
		t.Errorf("key %s, %v", identity.Key, err)
	}
}

func TestVibesKeyIsReadOnlyWhenChosen(t *testing.T) {
	env := newEnv(t, func(o *app.Options) { o.LocalOnly = true })
	d := drive(t, signin.New(env, t.Context(), app.MistralProfile)).keys("tab", "enter")
	d.shows("Paste your API key")
	if p, err := env.App.Profile(app.MistralProfile); err != nil || p.Vibe {
		t.Errorf("vibe %v, %v", p.Vibe, err)
	}
}

func TestSettingsAreWritten(t *testing.T) {
	tests := []struct {
		name string
		keys []string
		got  func(app.Config) any
		want any
	}{
		{"the colours", []string{"enter", "2", "enter"}, func(c app.Config) any { return c.Theme }, "contrast"},
		{"the address of Ollama", []string{"down", "down", "down", "enter", "localhost:9", "enter"}, func(c app.Config) any { return c.Ollama.Host }, "localhost:9"},
		{"the context of Ollama", []string{"down", "down", "down", "down", "enter", "8192", "enter"}, func(c app.Config) any { return c.Ollama.Window }, 8192},
		{"a context too short to talk in is not", []string{"down", "down", "down", "down", "enter", "1", "enter", "esc"}, func(c app.Config) any { return c.Ollama.Window }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := newEnv(t)
			drive(t, settings.New(env, t.Context())).keys(tt.keys...)
			if got := tt.got(env.App.Config()); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestPromptsCanBeLookedThroughFromTheSettingsOn(t *testing.T) {
	env := newEnv(t)
	kept := func() string {
		t.Helper()
		p, err := env.App.Profile(app.LocalProfile)
		if err != nil {
			t.Fatal(err)
		}
		return p.CheckBeforeSend
	}
	row := []string{"down", "down", "down", "down", "down", "down", "down", "enter"}
	d := drive(t, settings.New(env, t.Context())).keys(append(row, "2", "enter")...)
	d.shows("Personal data in a prompt", "shown before it is sent", "Saved for the profile local")
	if got := kept(); got != app.CheckAsk {
		t.Errorf("the profile holds %q", got)
	}
	d = drive(t, settings.New(env, t.Context())).keys(append(row, "1", "enter")...)
	d.shows("sent as you write it")
	if got := kept(); got != "" {
		t.Errorf("the profile holds %q", got)
	}
}

func TestAnotherProfileAnswersAtOnce(t *testing.T) {
	env := newEnv(t)
	d := drive(t, settings.New(env, t.Context())).keys("down", "down", "enter", "2", "enter")
	if want := (screen.Use{Choice: app.Choice{Provider: app.MistralProfile}}); d.last != want {
		t.Errorf("got %#v, want %#v", d.last, want)
	}
}

func TestThePlanIsDeclaredOnThePageOnData(t *testing.T) {
	env := newEnv(t)
	d := drive(t, privacy.New(env, app.MistralProfile))
	d.shows("assumes that Mistral trains")
	d.keys("p", "3", "enter")
	d.shows("the contract excludes training")
	d.keys("p", "enter") // what is declared is selected, so that looking changes nothing
	d.shows("the contract excludes training")
}

func TestThePaletteRunsWhatItFinds(t *testing.T) {
	d := drive(t, palette.New(newEnv(t), nil)).keys("sett", "enter")
	if want := (screen.Run{Key: keys.Settings}); d.last != want {
		t.Errorf("got %#v, want %#v", d.last, want)
	}
}

func TestWhatARuleForbidsIsGreyedWithItsReason(t *testing.T) {
	env := newEnv(t)
	refuse := func(act policy.Act, _ chat.Origin) policy.Verdict {
		return policy.Verdict{Act: act, Decision: policy.Block, Reason: policy.Words{Key: "attach_weights.reason"}}
	}
	d := drive(t, palette.New(env, refuse)).keys("attach")
	d.shows("Attach a file", "highly confidential")
	d.keys("enter")
	if d.last != nil {
		t.Errorf("it ran all the same: %#v", d.last)
	}
	drive(t, help.New(env, refuse)).shows("off:")
}

func TestAModelIsChosenFromAllProviders(t *testing.T) {
	env := newEnv(t)
	d := drive(t, models.New(env, t.Context(), app.Choice{Provider: app.GuideProvider}))
	d.shows("Ollama does not answer")
	d.keys("down").shows("ollama serve")
	d.keys("enter") // a runner that does not answer leads to its own screen
	if d.last != (screen.Run{Key: keys.Runner}) {
		t.Errorf("got %#v", d.last)
	}
	d = drive(t, models.New(env, t.Context(), app.Choice{Provider: app.GuideProvider}))
	d.keys("guide", "enter")
	if got, ok := d.last.(screen.Use); !ok || got.Choice.Provider != app.GuideProvider {
		t.Errorf("got %#v", d.last)
	}
}

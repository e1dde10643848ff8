package ui_test

import (
	"context"
	"strings"
	"testing"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/firstrun"
	"bise/ui/help"
	"bise/ui/historyview"
	"bise/ui/markdown"
	"bise/ui/models"
	"bise/ui/options"
	"bise/ui/palette"
	"bise/ui/presets"
	"bise/ui/screen"
	"bise/ui/settings"
	"bise/ui/signin"
)

// asked opens a screen on how a conversation with a local model is asked.
func asked[T screen.Overlay](open func(*screen.Env, context.Context, *app.Session) T) func(*testing.T, *screen.Env) screen.Overlay {
	return func(t *testing.T, env *screen.Env) screen.Overlay {
		t.Helper()
		s := env.App.NewSession(app.Choice{Provider: app.OllamaProvider, Model: "ministral-3:8b"})
		if err := env.App.SetOption(t.Context(), s, app.TemperatureOption, "0.2"); err != nil {
			t.Fatal(err)
		}
		if _, err := env.App.AddPreset("brief", []byte("+++\ndescription = \"Short answers\"\n+++\nOne sentence."), true); err != nil {
			t.Fatal(err)
		}
		return open(env, t.Context(), s)
	}
}

func TestOverlaysLookAsTheyShould(t *testing.T) {
	preview := func(env *screen.Env) func(policy.Act, chat.Origin) policy.Verdict {
		return func(act policy.Act, o chat.Origin) policy.Verdict {
			return env.App.Preview(app.MistralProfile, act, o)
		}
	}
	consent := func(t *testing.T, env *screen.Env) screen.Overlay {
		return dialog.Consent(env, app.MistralProfile, env.App.Preview(app.MistralProfile, policy.StartChat, chat.Typed))
	}
	tests := []struct {
		name string
		open func(*testing.T, *screen.Env) screen.Overlay
		keys []string
	}{
		{"consent-plan", consent, nil},
		{"consent-age", consent, []string{"enter"}},
		{"consent-terms", consent, []string{"enter", "enter"}},
		{"consent-paid", consent, []string{"down", "down", "enter", "enter"}},
		{"consent-refused", consent, []string{"enter", "4", "enter"}},
		{"overflow", func(_ *testing.T, env *screen.Env) screen.Overlay {
			return dialog.Overflow(env, fault.E("x", fault.Overflow, nil, "model", "mistral-small-latest"), 16384)
		}, nil},
		{"history-key", func(t *testing.T, env *screen.Env) screen.Overlay { return dialog.HistoryKey(env, t.Context()) }, nil},
		{"history-key-passphrase", func(t *testing.T, env *screen.Env) screen.Overlay { return dialog.HistoryKey(env, t.Context()) }, []string{"enter", "short", "enter"}},
		{"unlock", func(t *testing.T, env *screen.Env) screen.Overlay {
			return dialog.Passphrase(env, t.Context(), fault.E("x", fault.NeedsAnswer, nil))
		}, []string{"secret"}},
		{"unlock-wrong", func(t *testing.T, env *screen.Env) screen.Overlay {
			return dialog.Passphrase(env, t.Context(), fault.E("x", fault.WrongKey, nil, "what", "passphrase", "path", "keys.age"))
		}, nil},
		{"history-failed", func(t *testing.T, env *screen.Env) screen.Overlay {
			return dialog.HistoryFailed(env, t.Context(), fault.E("x", fault.NewerSchema, nil, "path", "history.db", "found", "9", "known", "1"))
		}, nil},
		{"path", func(_ *testing.T, env *screen.Env) screen.Overlay { return dialog.Path(env) }, []string{"../assets/themes/", "tab"}},
		{"instructions", func(_ *testing.T, env *screen.Env) screen.Overlay {
			return dialog.Instructions(env, "Answer in one sentence.\nNo lists.")
		}, nil},
		{"code", func(_ *testing.T, env *screen.Env) screen.Overlay {
			return dialog.Code(env, []markdown.Code{
				{Lang: "go", Text: "package main\n\nfunc main() {\n\tprintln(\"hello\")\n}\n"},
				{Text: "$ go run .\nhello\n"},
			})
		}, nil},
		{"first-source", func(t *testing.T, env *screen.Env) screen.Overlay { return firstrun.New(env, t.Context()) }, nil},
		{"first-runner", func(t *testing.T, env *screen.Env) screen.Overlay { return firstrun.New(env, t.Context()) }, []string{"2", "enter"}},
		{"first-key", func(t *testing.T, env *screen.Env) screen.Overlay { return firstrun.New(env, t.Context()) }, []string{"3", "enter", "sk-secret"}},
		{"first-done", func(t *testing.T, env *screen.Env) screen.Overlay { return firstrun.New(env, t.Context()) }, []string{"enter"}},
		{"signin", func(t *testing.T, env *screen.Env) screen.Overlay {
			return signin.New(env, t.Context(), app.MistralProfile)
		}, []string{"sk-secret"}},
		{"signin-vibe", func(t *testing.T, env *screen.Env) screen.Overlay {
			return signin.New(env, t.Context(), app.MistralProfile)
		}, []string{"tab"}},
		{"settings", func(t *testing.T, env *screen.Env) screen.Overlay { return settings.New(env, t.Context()) }, nil},
		{"settings-theme", func(t *testing.T, env *screen.Env) screen.Overlay { return settings.New(env, t.Context()) }, []string{"enter"}},
		{"settings-check", func(t *testing.T, env *screen.Env) screen.Overlay { return settings.New(env, t.Context()) }, []string{"down", "down", "down", "down", "down", "down", "down", "enter"}},
		{"settings-window", func(t *testing.T, env *screen.Env) screen.Overlay { return settings.New(env, t.Context()) }, []string{"down", "down", "down", "down", "enter", "12", "enter"}},
		{"history-off", func(t *testing.T, env *screen.Env) screen.Overlay {
			env.App.KeepNothing()
			return historyview.New(env, t.Context())
		}, nil},
		{"models", func(t *testing.T, env *screen.Env) screen.Overlay {
			return models.New(env, t.Context(), app.Choice{Provider: app.GuideProvider})
		}, nil},
		{"options", asked(options.New), nil},
		{"options-set", asked(options.New), []string{"enter", "warm", "enter"}},
		{"presets", asked(presets.New), nil},
		{"presets-name", asked(presets.New), []string{"ctrl+s", "mine"}},
		{"palette", func(_ *testing.T, env *screen.Env) screen.Overlay { return palette.New(env, preview(env)) }, nil},
		{"palette-filtered", func(_ *testing.T, env *screen.Env) screen.Overlay { return palette.New(env, preview(env)) }, []string{"model"}},
		{"help", func(_ *testing.T, env *screen.Env) screen.Overlay { return help.New(env, preview(env)) }, nil},
		{"help-end", func(_ *testing.T, env *screen.Env) screen.Overlay { return help.New(env, preview(env)) }, []string{"end"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := newEnv(t, func(o *app.Options) {
				if strings.HasPrefix(tt.name, "help") {
					o.DataDir = "/nonexistent/bise" // shown, never written
				}
			})
			drive(t, tt.open(t, env)).keys(tt.keys...).golden(tt.name)
		})
	}
}

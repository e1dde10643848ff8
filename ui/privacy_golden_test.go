package ui_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"bise/app"
	"bise/app/policy"
	"bise/ui/golden"
	"bise/ui/privacy"
)

// profiles are nine ways to use a model, from the one that gives most away to
// the one that gives nothing.
var profiles = []struct {
	name, kind string
	settings   []string
}{
	{"le-chat-free", "mistral", []string{"service=le_chat", "plan=free"}},
	{"le-chat-pro-declared-off", "mistral", []string{"service=le_chat", "plan=pro", "training_switch=off", "training_declared_on=2025-03-02"}},
	{"team-member", "mistral", []string{"service=le_chat", "plan=team", "customer=business"}},
	{"enterprise-admin", "mistral", []string{"service=le_chat", "plan=enterprise", "customer=business", "role=admin", "optouts=brave", `authorisations=[{"scope":"le_chat_integration","granted_by":"Mistral AI","date":"2025-01-10","reference":"MA-77"}]`}},
	{"api-free", "mistral", []string{"plan=free"}},
	{"api-paid-zdr-requested", "mistral", []string{"plan=paid", "zdr=requested"}},
	{"partner", "openai", []string{"endpoint=https://models.contoso.example/v1", "partner=Contoso Cloud", "partner_contact=help@contoso.example"}},
	{"local-open", "local", nil},
	{"local-specific-access", "local", []string{"weights=specific_access"}},
}

// TestNinePrivacyPages holds the page of each profile to how it should look,
// page after page at two sizes.
func TestNinePrivacyPages(t *testing.T) {
	for _, tt := range profiles {
		t.Run(tt.name, func(t *testing.T) {
			env := newEnv(t)
			provider := "work"
			if tt.kind == "local" {
				provider = app.OllamaProvider
				if err := env.App.SetProfile(app.LocalProfile, tt.settings); err != nil {
					t.Fatal(err)
				}
			} else if err := env.App.AddProfile(provider, tt.kind, tt.settings); err != nil {
				t.Fatal(err)
			}
			for _, size := range [][2]int{{80, 24}, {120, 40}} {
				v := privacy.New(env, provider)
				v.Resize(40, 12)
				golden.Plain(t, v.View(), 40, 12) // it fits there too
				v.Resize(size[0], size[1])
				var pages []string
				for seen := ""; ; {
					page := golden.Plain(t, v.View(), size[0], size[1])
					if page == seen {
						break
					}
					pages, seen = append(pages, page), page
					msg, _ := keyNamed("pgdown")
					v.Update(msg)
				}
				got := strings.Join(pages, strings.Repeat("=", size[0])+"\n")
				path := filepath.Join("testdata", "privacy", fmt.Sprintf("%s.%dx%d", tt.name, size[0], size[1]))
				golden.Compare(t, path, got)
			}
		})
	}
}

func TestSwitchesOnThePageOnDataAct(t *testing.T) {
	env := newEnv(t)
	if err := env.App.AddProfile("work", "mistral", []string{"service=le_chat", "plan=pro"}); err != nil {
		t.Fatal(err)
	}
	d := drive(t, privacy.New(env, "work")).keys("2")
	d.overlay.Resize(120, 80)
	d.shows("2 Brave: off. It costs web search and news", "Switched off here, so bise never asks for web search")
	if v := env.App.Preview("work", "use_feature:web_search", 0); v.Decision != policy.Block {
		t.Errorf("web search is still there: %s", v.Decision)
	}
	if v := env.App.Preview("work", "use_feature:image_generation", 0); v.Decision != policy.Allow {
		t.Errorf("image generation went with it: %s", v.Decision)
	}
	d.keys("2", "4")
	d.shows("2 Brave: on.", "4 E2B: off.")
	if f, err := env.App.Facts("work"); err != nil || f.Get("optouts") != "e2b" {
		t.Errorf("opted out of %q: %v", f.Get("optouts"), err)
	}
	d.keys("5", "9", "0") // no such switch
	d.shows("4 E2B: off.")
}

func TestADeclarationOnThePageOnDataHasItsDate(t *testing.T) {
	env := newEnv(t)
	if err := env.App.AddProfile("work", "mistral", []string{"service=le_chat", "plan=pro", "training_switch=on", "training_declared_on=2025-01-01"}); err != nil {
		t.Fatal(err)
	}
	d := drive(t, privacy.New(env, "work")).keys("t", "2", "enter")
	d.overlay.Resize(120, 80)
	d.shows("No. You have declared that training is switched off", "Declared by you on 2026-03-04: it is switched off there")
}

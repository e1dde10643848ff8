package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app"
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
				v.Resize(size[0], size[1])
				var pages []string
				for seen := ""; ; {
					page := plainScreen(t, v.View(), size[0], size[1])
					if page == seen {
						break
					}
					pages, seen = append(pages, page), page
					msg, _ := keyNamed("pgdown")
					v.Update(msg)
				}
				got := strings.Join(pages, strings.Repeat("=", size[0])+"\n")
				path := filepath.Join("testdata", "privacy", fmt.Sprintf("%s.%dx%d", tt.name, size[0], size[1]))
				if updating() {
					if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("%s differs; got:\n%s", path, got)
				}
			}
		})
	}
}

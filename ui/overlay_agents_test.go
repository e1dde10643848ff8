package ui_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"bise/app"
	"bise/app/chat"
	"bise/ui/agents"
	"bise/ui/models"
	"bise/ui/screen"
	"bise/ui/usage"
)

// accountEnv has a Mistral profile at a fake of the service with two agents,
// which takes what it is sent for a third.
func accountEnv(t *testing.T, key string) *screen.Env {
	t.Helper()
	reviewer := func(version int, instructions, note string) string {
		return fmt.Sprintf(`{"id":"ag_1","name":"Reviewer \u001b[31m","description":"Reads code","model":"mistral-medium-latest","instructions":%q,`+
			`"tools":[{"type":"code_interpreter"}],"version":%d,"versions":[0,1],"created_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-0%dT12:00:00Z",`+
			`"deployment_chat":true,"source":"api","version_message":%q}`, instructions, version, version+1, note)
	}
	made := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer right-key" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"detail":"Unauthorized"}`)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		used := reviewer(1, "Be brief.\nBe kind.", "kinder")
		switch r.Method + " " + r.URL.Path {
		case "GET /v1/agents/pages":
			list := []string{used, `{"id":"ag_2","name":"Wind expert","model":"mistral-small-latest","version":0,"versions":[0]}`}
			if made != "" {
				list = append(list, made)
			}
			fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(list, ","))
		case "GET /v1/agents/ag_1/versions":
			fmt.Fprintf(w, `[%s,%s]`, reviewer(0, "Be brief.", ""), used)
		case "GET /v1/agents/ag_3/versions":
			fmt.Fprintf(w, `[%s]`, made)
		case "POST /v1/agents":
			body, _ := io.ReadAll(r.Body)
			card := make(map[string]any)
			_ = json.Unmarshal(body, &card)
			card["id"], card["version"] = "ag_3", 0
			out, _ := json.Marshal(card)
			made = string(out)
			fmt.Fprint(w, made)
		case "GET /v1/models":
			fmt.Fprint(w, `{"data":[{"id":"labs-wind-1","capabilities":{"completion_chat":true},"max_context_length":32768},`+
				`{"id":"ft:m:1","type":"fine-tuned","archived":true,"capabilities":{"completion_chat":true}}]}`)
		default:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"detail":"Not Found"}`)
		}
	}))
	t.Cleanup(server.Close)
	env := newEnv(t, func(o *app.Options) {
		o.Env = func(name string) string {
			switch name {
			case "MISTRAL_API_KEY":
				return key
			case "OLLAMA_HOST":
				return "127.0.0.1:1"
			}
			return ""
		}
	})
	if err := env.App.SetProfile(app.MistralProfile, []string{"endpoint=" + server.URL, "plan=paid", "training_switch=off", "training_declared_on=2026-03-02"}); err != nil {
		t.Fatal(err)
	}
	if err := env.App.Accept(app.MistralProfile); err != nil {
		t.Fatal(err)
	}
	return env
}

func TestTheAgents(t *testing.T) {
	open := func(t *testing.T) *driver {
		return drive(t, agents.New(accountEnv(t, "right-key"), t.Context(), app.Choice{Provider: app.MistralProfile}))
	}
	t.Run("are listed by name", func(t *testing.T) { open(t).golden("agents") })
	t.Run("are read in full, with their versions", func(t *testing.T) { open(t).keys("enter").golden("agents-read") })
	t.Run("have versions to choose from", func(t *testing.T) { open(t).keys("enter", "ctrl+v").golden("agents-versions") })
	t.Run("are changed in a form", func(t *testing.T) { open(t).keys("enter", "ctrl+e", "tab", "tab").golden("agents-form") })
	t.Run("are deleted after a question", func(t *testing.T) { open(t).keys("enter", "ctrl+x").golden("agents-delete") })
	t.Run("are made after a warning of who sees them", func(t *testing.T) {
		d := open(t).keys("ctrl+n", "Poet", "tab", "mistral-small-latest", "ctrl+s")
		d.shows("everybody in your workspace", "LP-2.b")
		d.keys("2", "enter").shows("Poet", "version 0")
	})
	t.Run("are not made without a name", func(t *testing.T) { open(t).keys("ctrl+n", "ctrl+s").shows("An agent needs a name.") })
	t.Run("that are half written are not lost by one key", func(t *testing.T) {
		open(t).keys("ctrl+n", "Poet", "esc").shows("not saved anywhere")
	})
	t.Run("can be chosen for the conversation", func(t *testing.T) {
		d := open(t).keys("enter", "enter")
		if use, ok := d.last.(screen.Use); !ok || use.Choice.Model != chat.AgentModel("ag_1") {
			t.Errorf("the screen asked for %+v", d.last)
		}
	})
}

func TestAProviderThatNeedsAKeyOpensItsSignIn(t *testing.T) {
	d := drive(t, models.New(accountEnv(t, "wrong-key"), t.Context(), app.Choice{Provider: app.MistralProfile}))
	d.keys("mistral", "enter")
	if in, ok := d.last.(screen.SignIn); !ok || in.Profile != app.MistralProfile {
		t.Errorf("the picker asked for %+v", d.last)
	}
}

func TestModelsOfTheAccountAreMarkedInThePicker(t *testing.T) {
	d := drive(t, models.New(accountEnv(t, "right-key"), t.Context(), app.Choice{Provider: app.MistralProfile, Model: "labs-wind-1"}))
	d.shows("labs-wind-1", "ft:m:1", "archived", "Reviewer", "whatever you switch (labs)")
	d.keys("archived", "enter")
	if d.last != nil {
		t.Errorf("a model that is put away can be chosen: %+v", d.last)
	}
}

func TestUsageAndAccount(t *testing.T) {
	env := accountEnv(t, "right-key")
	s := env.App.NewSession(app.Choice{Provider: app.MistralProfile, Model: "m"})
	open := func(t *testing.T) *driver { return drive(t, usage.New(env, t.Context(), s)) }
	t.Run("are shown together", func(t *testing.T) { open(t).golden("usage") })
	t.Run("name the page for what bise cannot reach, and what was declared", func(t *testing.T) {
		open(t).keys("down", "down").shows("https://admin.mistral.ai/plateforme/privacy", "declared by you on 2026-03-02: off")
	})
}

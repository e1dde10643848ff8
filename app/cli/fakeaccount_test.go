package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// account is a fake of what Mistral keeps for an account: agents with their
// versions, fine-tuned models, and who the owner is.
type account struct {
	mu     sync.Mutex
	agents map[string][]map[string]any // by id, oldest version first
	used   map[string]int              // the version in use
	tuned  map[string]bool             // archived, by id
	order  []string
}

// startAccount starts a fake of Mistral's API with an account and puts its
// address into MISTRAL_URL. It takes "right-key-000000000000" and
// "fresh-key-000000000000".
func startAccount(ts *testscript.TestScript, _ bool, _ []string) {
	a := &account{
		agents: make(map[string][]map[string]any), used: make(map[string]int),
		tuned: map[string]bool{"ft:small:1": false},
	}
	start(ts, "MISTRAL_URL", func(s *server, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if key != "right-key-000000000000" && key != "fresh-key-000000000000" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"detail":"Unauthorized"}`)
			return
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		switch rest, ok := strings.CutPrefix(r.URL.Path, "/v1/agents"); {
		case ok:
			a.serveAgents(s, w, r, strings.Trim(rest, "/"))
		case r.URL.Path == "/v1/models" || strings.Contains(r.URL.Path, "ft:"):
			a.serveModels(w, r)
		case r.URL.Path == "/v1/fine_tuning/jobs":
			w.WriteHeader(http.StatusGone)
			fmt.Fprint(w, `{"object":"error","message":"Fine-tuning is no longer available","type":"gone","param":null,"code":null}`)
		case r.URL.Path == "/v1/users/me" && r.Header.Get("X-Api-Key") == key:
			fmt.Fprintf(w, `{"id":"u1","email":"ada@example.org","first_name":"Ada","last_name":"Lovelace","workspace":{"id":"w1","name":"lab"},"organization":{"id":"o1","name":"Engines"},"api_key":{"id":"k1","name":"laptop"}}`)
		case r.URL.Path == "/v1/users/me/workspaces":
			fmt.Fprint(w, `{"workspaces":[{"id":"w1","name":"lab","organization_id":"o1"}]}`)
		case r.URL.Path == "/v1/chat/completions":
			w.Header().Set("X-Ratelimit-Limit-Req-Minute", "60")
			w.Header().Set("X-Ratelimit-Remaining-Req-Minute", "59")
			s.completion(w, r)
		case s.tools(w, r):
		default:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"detail":"Not Found"}`)
		}
	})
}

func (a *account) serveModels(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/v1/models"), "/v1/fine_tuning/models/"), "/archive")
	id = strings.Trim(id, "/")
	archive := strings.HasSuffix(r.URL.Path, "/archive")
	switch {
	case r.Method == http.MethodGet:
		models := []string{
			`{"id":"mistral-small-latest","name":"mistral-small-2603","aliases":["mistral-small-2603"],"max_context_length":32768,"capabilities":{"completion_chat":true}}`,
			`{"id":"labs-wind-1","name":"labs-wind-1","capabilities":{"completion_chat":true}}`,
		}
		for id, archived := range a.tuned {
			models = append(models, fmt.Sprintf(`{"id":%q,"name":"breeze","type":"fine-tuned","root":"mistral-small-latest","job":"j","archived":%v,"capabilities":{"completion_chat":true}}`, id, archived))
		}
		fmt.Fprintf(w, `{"object":"list","data":[%s]}`, strings.Join(models, ","))
	case archive:
		a.tuned[id] = r.Method == http.MethodPost
		fmt.Fprintf(w, `{"id":%q,"object":"model","archived":%v}`, id, a.tuned[id])
	default:
		delete(a.tuned, id)
		fmt.Fprintf(w, `{"id":%q,"object":"model","deleted":true}`, id)
	}
}

func (a *account) serveAgents(s *server, w http.ResponseWriter, r *http.Request, path string) {
	id, what, _ := strings.Cut(path, "/")
	if path == "pages" {
		cards := []map[string]any{}
		for _, id := range a.order {
			if a.agents[id] != nil {
				cards = append(cards, a.card(id, a.used[id]))
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": cards})
		return
	}
	if id != "" && a.agents[id] == nil {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"detail":"no such agent"}`)
		return
	}
	at := a.used[id]
	switch r.Method + " " + what {
	case "POST ", "PATCH ":
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.bodies = append(s.bodies, string(body))
		s.mu.Unlock()
		fields := make(map[string]any)
		if id == "" {
			id = "ag_" + strconv.Itoa(len(a.order)+1)
			a.order = append(a.order, id)
		}
		_ = json.Unmarshal(body, &fields)
		a.agents[id] = append(a.agents[id], fields)
		at = len(a.agents[id]) - 1
		a.used[id] = at
	case "DELETE ":
		delete(a.agents, id)
		w.WriteHeader(http.StatusNoContent)
		return
	case "PATCH version":
		at, _ = strconv.Atoi(r.URL.Query().Get("version"))
		a.used[id] = at
	case "GET versions":
		cards := []map[string]any{}
		for n := range a.agents[id] {
			cards = append(cards, a.card(id, n))
		}
		_ = json.NewEncoder(w).Encode(cards)
		return
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("agent_version")); err == nil {
		at = n
	}
	_ = json.NewEncoder(w).Encode(a.card(id, at))
}

// card is a version of an agent as the service writes it.
func (a *account) card(id string, version int) map[string]any {
	numbers := []int{}
	for n := range a.agents[id] {
		numbers = append(numbers, n)
	}
	card := map[string]any{
		"object": "agent", "id": id, "version": version, "versions": numbers, "deployment_chat": false, "source": "api",
		"created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
	}
	for name, value := range a.agents[id][version] {
		card[name] = value
	}
	return card
}

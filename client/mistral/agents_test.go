package mistral_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/mistral"
)

// keeper is a fake of what the service keeps for an account. It answers with
// what it was given and remembers what it was sent.
type keeper struct {
	*httptest.Server
	mu    sync.Mutex
	sent  []string
	reply map[string]string // by method and path
	fail  int               // status of everything else
}

func newKeeper(t *testing.T, reply map[string]string) *keeper {
	k := &keeper{reply: reply, fail: http.StatusNotFound}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		k.mu.Lock()
		k.sent = append(k.sent, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
		k.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		answer, ok := k.reply[r.Method+" "+r.URL.Path]
		if !ok {
			w.WriteHeader(k.fail)
			fmt.Fprint(w, `{"object":"error","message":"no such thing","type":"x","param":null,"code":null}`)
			return
		}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(k.Close)
	return k
}

// last is the last request.
func (k *keeper) last() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sent[len(k.sent)-1]
}

const reviewer = `{"object":"agent","id":"ag_1","name":"Reviewer","model":"m","version":3,"versions":[0,3,1],` +
	`"created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z","deployment_chat":false,"source":"api","new_field":{},` +
	`"tools":[{"type":"function","function":{"name":"f","parameters":{}}},{"type":"web_search","tool_configuration":{"include":["x"]}}]}`

func TestAnEditKeepsWhatBiseHasNoNameFor(t *testing.T) {
	k := newKeeper(t, map[string]string{"GET /v1/agents/ag_1": reviewer, "PATCH /v1/agents/ag_1": reviewer})
	p := mistral.New(options(t, k.URL))
	d := client.AgentDefinition{Name: "Reviewer", Model: "m", Tools: []string{"function", chat.WebSearchTool, chat.CodeTool, chat.CodeTool}}
	out := clienttest.Outbound(t, client.AgentTurn(d), p.Describe().Destination())
	if _, err := p.PutAgent(t.Context(), "ag_1", out); err != nil {
		t.Fatal(err)
	}
	want := `"tools":[{"type":"function","function":{"name":"f","parameters":{}}},{"type":"web_search","tool_configuration":{"include":["x"]}},{"type":"code_interpreter"}]`
	if got := k.last(); !strings.HasPrefix(got, "PATCH ") || !strings.Contains(got, want) {
		t.Errorf("sent %s", got)
	}
}

func TestAnAgentCannotBeGivenWhatThereIsNot(t *testing.T) {
	for name, d := range map[string]client.AgentDefinition{
		"an unknown tool":              {Name: "A", Model: "m", Tools: []string{"hammer"}},
		"a search in no library":       {Name: "A", Model: "m", Tools: []string{chat.LibraryTool}},
		"a function that it never had": {Name: "A", Model: "m", Tools: []string{"function"}},
	} {
		k := newKeeper(t, nil)
		p := mistral.New(options(t, k.URL))
		_, err := p.PutAgent(t.Context(), "", clienttest.Outbound(t, client.AgentTurn(d), p.Describe().Destination()))
		if !fault.Is(err, fault.AgentInvalid) || len(k.sent) != 0 {
			t.Errorf("%s gives %v after %q", name, err, k.sent)
		}
	}
}

func TestAMissingAgentIsNoWrongAddress(t *testing.T) {
	p := mistral.New(options(t, newKeeper(t, nil).URL))
	if _, err := p.Agent(t.Context(), "ag_9", client.CurrentVersion); !fault.Is(err, fault.NotFound) {
		t.Errorf("a missing agent gives %v", err)
	}
	if err := p.ArchiveModel(t.Context(), "ft:m:1", true); !fault.Is(err, fault.NotFound) {
		t.Errorf("a missing model gives %v", err)
	}
}

func TestARegionalHostIsNotAskedForAgents(t *testing.T) {
	o := options(t, "")
	o.BaseURL = "https://api.eu.mistral.ai"
	p := mistral.New(o)
	if _, err := p.Agents(t.Context()); !fault.Is(err, fault.NotOffered) {
		t.Errorf("the EU host gives %v", err)
	}
}

func TestAgentsThatCannotBeListedHideNoModel(t *testing.T) {
	k := newKeeper(t, map[string]string{"GET /v1/models": `{"data":[
		{"id":"labs-x","name":"labs-x","capabilities":{"completion_chat":true}},
		{"id":"ft:m:1","name":"same","type":"fine-tuned","capabilities":{"completion_chat":true}},
		{"id":"ft:m:2","name":"same","type":"fine-tuned","archived":true,"capabilities":{"completion_chat":true}}]}`})
	models, err := mistral.New(options(t, k.URL)).Models(t.Context())
	if err != nil || len(models) != 3 {
		t.Fatalf("%d models, %v", len(models), err)
	}
	for i, want := range []client.Badge{client.Labs, client.FineTuned, client.Archived} {
		if models[i].Badge != want || models[i].Chat == (want == client.Archived) {
			t.Errorf("model %d is %+v", i, models[i])
		}
	}
}

func TestAgentsThatNeverComeAreNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t, "http://127.0.0.1:1")
		o.HTTP = &http.Client{Transport: silentAgents{}}
		models, err := mistral.New(o).Models(t.Context())
		if err != nil || len(models) != 1 {
			t.Errorf("%d models, %v", len(models), err)
		}
	})
}

// silentAgents answers with a model, and to anything else not at all.
type silentAgents struct{}

func (silentAgents) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != "/v1/models" {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"data":[{"id":"m","capabilities":{"completion_chat":true}}]}`)),
	}, nil
}

func TestFineTunedModelsArePutAwayAndTakenOut(t *testing.T) {
	k := newKeeper(t, map[string]string{
		"POST /v1/fine_tuning/models/ft:m:1/archive": `{"id":"ft:m:1"}`, "DELETE /v1/fine_tuning/models/ft:m:1/archive": `{"id":"ft:m:1"}`,
		"DELETE /v1/models/ft:m:1": `{"id":"ft:m:1","deleted":true}`,
	})
	p := mistral.New(options(t, k.URL))
	for want, do := range map[string]func() error{
		"POST /v1/fine_tuning/models/ft:m:1/archive":   func() error { return p.ArchiveModel(t.Context(), "ft:m:1", true) },
		"DELETE /v1/fine_tuning/models/ft:m:1/archive": func() error { return p.ArchiveModel(t.Context(), "ft:m:1", false) },
		"DELETE /v1/models/ft:m:1":                     func() error { return p.DeleteModel(t.Context(), "ft:m:1") },
	} {
		if err := do(); err != nil || k.last() != want {
			t.Errorf("%v after %s", err, k.last())
		}
	}
}

func TestTrainingIsAskedAfterAndToldAsRetired(t *testing.T) {
	k := newKeeper(t, nil)
	k.fail = http.StatusGone
	if err := mistral.New(options(t, k.URL)).Tuning(t.Context()); !fault.Is(err, fault.Retired) || k.last() != "GET /v1/fine_tuning/jobs" {
		t.Errorf("got %v after %s", err, k.last())
	}
}

func TestAnAccountIsKnownWithoutItsLists(t *testing.T) {
	k := newKeeper(t, map[string]string{"GET /v1/users/me": `{"id":"u","email":null,"first_name":"Ada","last_name":null,"workspace":{"id":"w","name":"lab"},"organization":null,"api_key":{"id":"k","name":null}}`})
	a, err := mistral.New(options(t, k.URL)).Account(t.Context())
	if err != nil || a.User.Name != "Ada" || a.Workspace.Name != "lab" || a.Organisation.ID != "" || a.Workspaces != nil {
		t.Errorf("got %+v, %v", a, err)
	}
}

// FuzzAgent holds the reading of an agent to two things: no panic, and no
// definition that its own form cannot carry.
func FuzzAgent(f *testing.F) {
	f.Add([]byte(reviewer))
	f.Add([]byte(`{"tools":[null,1,{"type":"document_library","library_ids":["a"]}],"versions":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		card, err := mistral.ParseAgent(data)
		if err != nil || card.Name == "" {
			return
		}
		back, err := client.AgentOfTurn(client.AgentTurn(card.AgentDefinition))
		if err != nil || back.Instructions != card.Instructions || back.Name != card.Name {
			t.Errorf("%+v came back as %+v, %v", card, back, err)
		}
	})
}

//go:build integration

package mistral_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/mistral"
)

// allTools are the built-in tools that need no answer from a person first.
var allTools = []string{chat.WebSearchTool, chat.ImageTool, chat.CodeTool}

func tooled(prompt string, tools ...string) chat.Turn {
	t := clienttest.Turn(model, prompt)
	t.Tools = tools
	return t
}

// TestStandInConversationCommands gives the orders for chat completions through
// conversations: the same must come of them, apart from function calls, which
// need a model to call.
func TestStandInConversationCommands(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	for _, c := range commands {
		if strings.HasPrefix(c.prompt, "!list") || strings.HasPrefix(c.prompt, "!emptychoices") {
			continue // references without a source, and a shape of the other endpoint
		}
		t.Run(c.prompt, func(t *testing.T) {
			res := ask(t, options(t, url), tooled(c.prompt, allTools...))
			if fault.KindOf(res.Err) != c.want || (res.Err == nil) != res.Done() {
				t.Fatalf("ended with %v, done %v", res.Err, res.Done())
			}
			if n := len(res.Of(client.WaitDelta)); n != c.waits {
				t.Errorf("%d waits, want %d", n, c.waits)
			}
			if !strings.Contains(res.Text(client.TextDelta), c.holds) {
				t.Errorf("the answer lacks %q", c.holds)
			}
			special(t, c.prompt, res)
		})
	}
	noViolations(t, url)
}

func TestStandInTools(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	t.Run("a search is told, cited and marked", func(t *testing.T) {
		res := ask(t, options(t, url), tooled("!canary zebra !search who won", chat.WebSearchTool))
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		text := res.Text(client.TextDelta)
		if !strings.HasPrefix(text, "According to the first source, zebra[1] and the second one agrees[2].\n\n") {
			t.Errorf("the answer is %.200q", text)
		}
		for _, d := range res.Of(client.TextDelta) {
			if !d.Origin.Has(chat.Model | chat.WebSearch) {
				t.Fatalf("text of a search is %v", d.Origin)
			}
		}
		var refs []chat.Part
		for _, d := range res.Of(client.PartDelta) {
			refs = append(refs, d.Part)
		}
		if len(refs) != 2 || refs[0].CallID != "1" || refs[0].Name != "First article" || refs[1].URL != "https://example.org/articles/2" ||
			!refs[1].Origin.Has(chat.ThirdParty|chat.WebSearch) || refs[0].Text == "" {
			t.Errorf("the sources are %+v", refs)
		}
		runs := res.Of(client.ToolDelta)
		if first, last := runs[0].Tool, runs[len(runs)-1].Tool; first.State != client.ToolStarted || last.State != client.ToolDone ||
			first.ID != last.ID || last.Name != chat.WebSearchTool || last.Sources != 2 || last.Query == "" {
			t.Errorf("the run is %+v", runs)
		}
	})
	t.Run("a picture is fetched", func(t *testing.T) {
		res := ask(t, options(t, url), tooled("!image a kite", chat.ImageTool))
		parts := res.Of(client.PartDelta)
		if res.Err != nil || len(parts) != 1 {
			t.Fatalf("got %v and %d parts", res.Err, len(parts))
		}
		p := parts[0].Part
		if p.Kind != chat.ImagePart || p.MediaType != "image/png" || len(p.Data) < 100 || p.Origin != chat.Image || p.Name != "image_generated_0.png" {
			t.Errorf("the picture is %s %s of %d bytes, %s", p.Kind, p.MediaType, len(p.Data), p.Name)
		}
	})
	t.Run("code is shown and its file can be fetched", func(t *testing.T) {
		o := options(t, url)
		res := ask(t, o, tooled("!code squares", chat.CodeTool))
		parts, runs := res.Of(client.PartDelta), res.Of(client.ToolDelta)
		if res.Err != nil || len(parts) != 1 {
			t.Fatalf("got %v and %d parts", res.Err, len(parts))
		}
		last := runs[len(runs)-1].Tool
		if !strings.Contains(string(last.Code), "sum(values)") || last.Output != "385\n" {
			t.Errorf("the run is %q %q", string(last.Code), string(last.Output))
		}
		p := parts[0].Part
		if p.Kind != chat.FilePart || p.Name != "result_0.csv" || len(p.Data) != 0 || !strings.HasPrefix(p.URL, client.FilePrefix) {
			t.Errorf("the file is %+v", p)
		}
		data, media, err := mistral.New(o).FetchFile(t.Context(), p.URL)
		if err != nil || media != "text/plain" || !strings.HasPrefix(string(data), "n,square") {
			t.Errorf("fetching gives %q %s %v", data, media, err)
		}
		if _, _, err := mistral.New(o).FetchFile(t.Context(), "00000000-0000-0000-0000-000000000000"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a file that is not there gives %v", err)
		}
	})
	t.Run("all tools in one turn, then a turn without any", func(t *testing.T) {
		turn := tooled("!search !image !code everything", allTools...)
		res := ask(t, options(t, url), turn)
		var names []string
		for _, d := range res.Of(client.ToolDelta) {
			if !slices.Contains(names, d.Tool.Name) {
				names = append(names, d.Tool.Name)
			}
		}
		if res.Err != nil || len(names) != 3 {
			t.Fatalf("got %v and %v", res.Err, names)
		}
		answer := chat.Message{Role: chat.Assistant, State: chat.Complete, Provider: "mistral", Service: "la_plateforme"}
		for _, d := range res.Deltas {
			switch d.Kind {
			case client.TextDelta:
				answer.Parts = append(answer.Parts, chat.Part{Kind: chat.TextPart, Text: d.Text, Origin: d.Origin})
			case client.PartDelta:
				answer.Parts = append(answer.Parts, d.Part)
			default:
			}
		}
		turn.Messages = append(turn.Messages, answer, clienttest.Message(chat.User, "and now without"))
		turn.Tools = nil
		res = ask(t, options(t, url), turn)
		if text := res.Text(client.TextDelta); res.Err != nil || !strings.Contains(text, "roles=user,assistant,user tools=0 attachments=none") {
			t.Errorf("got %v and %s", res.Err, text)
		}
		turn.Tools = []string{chat.CodeTool}
		turn.System = "Be brief."
		turn.Model = "mistral-medium-latest"
		res = ask(t, options(t, url), turn)
		if text := res.Text(client.TextDelta); res.Err != nil || !strings.Contains(text, "roles=system,user,assistant,user tools=0 attachments=none") {
			t.Errorf("with another model and tool: %v and %s", res.Err, text)
		}
	})
	t.Run("a broken run says what ran", func(t *testing.T) {
		res := ask(t, options(t, url), tooled("!streamerr !search x", chat.WebSearchTool))
		if !fault.Is(res.Err, fault.ServerFailed) {
			t.Errorf("ended with %v", res.Err)
		}
	})
	noViolations(t, url)
}

func TestStandInConversationTurns(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	own := chat.Message{Role: chat.Assistant, Provider: "mistral", Parts: []chat.Part{
		{Kind: chat.ThinkingPart, Text: "Hm.", Signature: "c2ln", Origin: chat.Model},
		{Kind: chat.TextPart, Text: "Paris.", Origin: chat.Model},
	}}
	seed, temperature, topP, most := 7, 1.2, 0.9, 100
	png := chat.Part{Kind: chat.ImagePart, MediaType: "image/png", Data: []byte("\x89PNG"), Origin: chat.Attached}
	say := func(role chat.Role, text string) chat.Message { return clienttest.Message(role, text) }
	for _, c := range []struct {
		name  string
		turn  chat.Turn
		holds string
	}{
		{"a reasoned answer goes back with its reasoning", chat.Turn{
			Messages: []chat.Message{say(chat.User, "Capital?"), own, say(chat.User, "Sure?")},
		}, "attachments=thinking:1"},
		{"all options at once", chat.Turn{
			System: "Be brief.", Messages: []chat.Message{say(chat.User, "Hi")}, Options: chat.Options{
				Seed: &seed, Temperature: &temperature, TopP: &topP, MaxTokens: &most, Stop: []string{"zzz"},
				Effort: "high", Filter: chat.FilterOn,
			},
		}, "roles=system,user"},
		{"an image, a text file and a PDF", chat.Turn{
			Messages: []chat.Message{{Role: chat.User, Parts: []chat.Part{
				{Kind: chat.TextPart, Text: "See?"},
				png,
				{Kind: chat.FilePart, Name: "a.go", Text: "package a\n"},
				{Kind: chat.FilePart, Name: "a.pdf", MediaType: "application/pdf", Data: []byte("%PDF")},
			}}},
		}, "attachments=document_url:1,image_url:1"},
		{"a history with a tool of the person's own", chat.Turn{
			Messages: []chat.Message{
				say(chat.User, "one"), {Role: chat.Assistant}, say(chat.User, "two"), {
					Role: chat.Assistant, Parts: []chat.Part{
						{Kind: chat.ToolCallPart, Name: "f", CallID: "call_0123456789", Text: "{}", Origin: chat.Model},
						{Kind: chat.ToolCallPart, Name: "g", CallID: "never answered", Text: "{}", Origin: chat.Model},
					},
				}, {Role: chat.Tool, Parts: []chat.Part{
					{Kind: chat.ToolResultPart, Name: "f", CallID: "call_0123456789", Text: "42", Origin: chat.OwnTool},
				}}, say(chat.User, "three"),
			},
		}, "roles=user,assistant,tool,assistant,user"},
		{"a cut answer that is gone on with", chat.Turn{
			Messages: []chat.Message{say(chat.User, "one")}, Prefix: "It begins",
		}, "roles=user,assistant"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.turn.Model, c.turn.Tools = model, []string{chat.CodeTool}
			res := ask(t, options(t, url), c.turn)
			text := res.Text(client.TextDelta)
			if res.Err != nil || !strings.Contains(text, c.holds) || strings.HasPrefix(text, "It begins") {
				t.Errorf("got %v and %s", res.Err, text)
			}
		})
	}
	noViolations(t, url)
}

func TestStandInAgents(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	made := func(body string) string {
		var agent struct{ ID string }
		raw := send(t, url+"/v1/agents", body)
		if err := json.Unmarshal(raw, &agent); err != nil || agent.ID == "" {
			t.Fatalf("%v: %s", err, raw)
		}
		return agent.ID
	}
	helper := made(`{"model":"mistral-medium-latest","name":"helper","instructions":"Help."}`)
	first := made(`{"model":"mistral-small-latest","name":"first","instructions":"Ask others.","tools":[{"type":"web_search"}],"handoffs":["` + helper + `"]}`)

	turn := clienttest.Turn(chat.AgentModel(first), "!handoff !search the news")
	turn.System = "Be brief."
	res := ask(t, options(t, url), turn)
	if res.Err != nil || len(res.Of(client.ModelDelta)) != 0 {
		t.Fatalf("ended with %v", res.Err)
	}
	var over []client.ToolActivity
	for _, d := range res.Of(client.ToolDelta) {
		if d.Tool.Name == client.HandoffTool {
			over = append(over, d.Tool)
		}
	}
	if len(over) != 1 || over[0].Query != "helper" || over[0].State != client.ToolDone {
		t.Errorf("the handoff is %+v", over)
	}
	if n := res.Of(client.NoticeDelta); len(n) != 1 || n[0].Notice.Key != "notice.agent_instructions" {
		t.Errorf("notices are %+v", n)
	}
	for _, d := range res.Of(client.TextDelta) {
		if !d.Origin.Has(chat.WebSearch) {
			t.Fatalf("text of an agent's search is %v", d.Origin)
		}
	}
	waits := ask(t, options(t, url), clienttest.Turn(chat.AgentModel(helper), `!confirm !tool delete {"all":true}`))
	parts, notices := waits.Of(client.PartDelta), waits.Of(client.NoticeDelta)
	if waits.Err != nil || len(parts) == 0 || parts[len(parts)-1].Part.Kind != chat.ToolCallPart || len(notices) != 1 || notices[0].Notice.Key != "notice.tool_waits" {
		t.Errorf("a call that waits gives %v, %+v, %+v", waits.Err, parts, notices)
	}
	turn = clienttest.Turn(chat.AgentModel(helper), "hello")
	turn.Prefix, turn.Options.Effort = "It begins", "high"
	if on := ask(t, options(t, url), turn); on.Err != nil || strings.HasPrefix(on.Text(client.TextDelta), "It begins") {
		t.Errorf("going on gives %v", on.Err)
	}
	gone := ask(t, options(t, url), clienttest.Turn(chat.AgentModel("ag_gone"), "hello"))
	if !fault.Is(gone.Err, fault.NotFound) {
		t.Errorf("an agent that is gone gives %v", gone.Err)
	}
	noViolations(t, url)
}

func TestStandInFilters(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	for _, c := range []struct {
		name   string
		filter chat.Filter
		tools  []string
		want   fault.Kind
	}{
		{"nothing is moderated that nobody asked for", chat.FilterDefault, nil, ""},
		{"a filter refuses on chat completions", chat.FilterOn, nil, fault.Guardrail},
		{"a filter refuses in conversations", chat.FilterOn, allTools, fault.Guardrail},
	} {
		t.Run(c.name, func(t *testing.T) {
			turn := tooled("!flag violence hello", c.tools...)
			turn.Options.Filter = c.filter
			res := ask(t, options(t, url), turn)
			e, _ := fault.As(res.Err)
			if fault.KindOf(res.Err) != c.want || len(res.Of(client.WaitDelta)) != 0 || e != nil && e.Detail["categories"] != "violence and threats" {
				t.Errorf("ended with %v after %d waits", res.Err, len(res.Of(client.WaitDelta)))
			}
		})
	}
	for _, tools := range [][]string{nil, allTools} { // a switch that the service understands
		turn := tooled("hello", tools...)
		turn.Options.Filter = chat.FilterOff
		if res := ask(t, options(t, url), turn); res.Err != nil {
			t.Errorf("without a filter: %v", res.Err)
		}
	}
	noViolations(t, url)
}

func TestStandInLearnsEfforts(t *testing.T) {
	url := standIn(t)
	p := mistral.New(options(t, url))
	if _, known := p.Efforts(model); known {
		t.Error("something is known beforehand")
	}
	for _, tools := range [][]string{nil, {chat.CodeTool}} {
		turn := tooled("hello", tools...)
		turn.Options.Effort = "medium"
		res := clienttest.Collect(t.Context(), p, clienttest.Outbound(t, turn, p.Describe().Destination()), nil)
		e, ok := fault.As(res.Err)
		if !ok || e.Kind != fault.Unsupported || e.Detail["allowed"] != "none, high" {
			t.Fatalf("ended with %v", res.Err)
		}
	}
	if list, known := p.Efforts(model); !known || !slices.Equal(list, []string{"none", "high"}) {
		t.Errorf("learnt %v, %v", list, known)
	}
	models, err := p.Models(t.Context())
	i := slices.IndexFunc(models, func(m client.Model) bool { return m.ID == model })
	if err != nil || i < 0 || !slices.Equal(models[i].Efforts, []string{"none", "high"}) {
		t.Errorf("the list tells %v, %v", models, err)
	}
}

// send posts JSON with the key of the tests.
func send(t *testing.T, url, body string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer test-key-free")
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.NewNetwork(client.NetworkOptions{LocalOnly: true}).Client("test").Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

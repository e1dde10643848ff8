package app

import (
	"context"
	"slices"
	"testing"

	"bise/app/chat"
	"bise/app/policy"
	"bise/client"
)

// toolbox is an app whose fake service has every built-in tool, and a
// conversation with it.
func toolbox(t *testing.T, facts ...string) (*App, *fake, *Session) {
	t.Helper()
	f := &fake{answer: saying("yes")}
	a := open(t, t.TempDir(), policy.Platform, f)
	if err := a.SetProfile(MistralProfile, append([]string{"plan=paid", "age_band=adult"}, facts...)); err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	f.d.Can.Tools = BuiltInTools()
	a.providers = newSet(t, f)
	return a, f, a.NewSession(f.choice())
}

func TestToolsOfAConversation(t *testing.T) {
	a, f, s := toolbox(t)
	if err := a.SetTool(t.Context(), s, chat.CodeTool, true); err != nil {
		t.Fatal(err)
	}
	if err := a.SetTool(t.Context(), s, chat.WebSearchTool, true); err != nil {
		t.Fatal(err)
	}
	ask(t, a, s, Prompt{Text: "with both"})
	if got := f.last(t).Tools; !slices.Equal(got, []string{chat.WebSearchTool, chat.CodeTool}) {
		t.Errorf("asked with %v", got)
	}
	ask(t, a, s, Prompt{Text: "this once with none", Tools: []string{}})
	if got := f.last(t).Tools; len(got) > 0 {
		t.Errorf("a turn without tools was asked with %v", got)
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	if got := a.ToolsOf(again); !slices.Equal(got, []string{chat.WebSearchTool, chat.CodeTool}) {
		t.Errorf("read back as %v", got)
	}
	f.d.Can.Tools, f.d.Region = nil, "eu"
	ask(t, a, s, Prompt{Text: "at a place without tools"})
	if got := f.last(t).Tools; len(got) > 0 || len(a.ToolsOf(s)) > 0 {
		t.Errorf("a place without tools was asked with %v", got)
	}
}

func TestNewConversationsBeginWithTheProfilesTools(t *testing.T) {
	a, f, _ := toolbox(t, "tools=code_interpreter, web_search")
	s := a.NewSession(f.choice())
	if got := a.ToolsOf(s); !slices.Equal(got, []string{chat.WebSearchTool, chat.CodeTool}) {
		t.Errorf("it begins with %v", got)
	}
	if err := a.SetProfile(MistralProfile, []string{"tools=hammer"}); err == nil {
		t.Error("an unknown tool was taken")
	}
}

func TestAnOptedOutToolIsLeftOut(t *testing.T) {
	a, f, s := toolbox(t, "optouts=brave", "tools=web_search,image_generation")
	s = a.NewSession(s.Choice())
	ask(t, a, s, Prompt{Text: "what is new?"})
	if got := f.last(t).Tools; !slices.Equal(got, []string{chat.ImageTool}) {
		t.Errorf("asked with %v", got)
	}
	tools, err := a.Tools(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range tools {
		off := tool.Name == chat.WebSearchTool || tool.Name == chat.NewsTool
		if tool.Usable() == off || tool.Company == "" || tool.Switch.Off != off {
			t.Errorf("%s: usable %v, by %q, switched off %v", tool.Name, tool.Usable(), tool.Company, tool.Switch.Off)
		}
	}
}

func TestWhatIsAskedBeforeATool(t *testing.T) {
	for name, tc := range map[string]struct {
		facts []string
		tool  string
		want  ToolAsk
	}{
		"nothing before web search":                      {nil, chat.WebSearchTool, AskNothing},
		"nothing of a private person before news":        {nil, chat.NewsTool, AskNothing},
		"whether a business publishes before news":       {[]string{"customer=business"}, chat.NewsTool, AskMedia},
		"nothing of a person who does not publish":       {[]string{"media_customer=no"}, chat.NewsTool, AskNothing},
		"what for where one publishes":                   {[]string{"media_customer=yes"}, chat.NewsTool, AskPurpose},
		"nothing where the company is kept out":          {[]string{"media_customer=yes", "optouts=brave"}, chat.NewsTool, AskNothing},
		"that zero data retention does not reach a tool": {[]string{"zdr=approved"}, chat.CodeTool, AskRetention},
	} {
		t.Run(name, func(t *testing.T) {
			a, _, s := toolbox(t, tc.facts...)
			if got, v, err := a.ToolQuestion(s, tc.tool); got != tc.want || err != nil {
				t.Errorf("%q, %v by %q, %v", got, v.Decision, v.Rule, err)
			}
		})
	}
}

func TestAMediaCustomersWordOpensTheNewsForOneConversation(t *testing.T) {
	a, f, s := toolbox(t, "media_customer=yes")
	tools := []string{chat.NewsTool}
	ask(t, a, s, Prompt{Text: "what is new?", Tools: tools})
	if got := f.last(t).Tools; len(got) > 0 {
		t.Fatalf("without a word on the purpose it was asked with %v", got)
	}
	if err := a.DeclarePurpose(t.Context(), s, "non_editorial"); err != nil {
		t.Fatal(err)
	}
	ask(t, a, s, Prompt{Text: "what is new?", Tools: tools})
	if got := f.last(t).Tools; len(got) != 1 {
		t.Errorf("declared non-editorial, it was asked with %v", got)
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	if d := again.Snapshot().Settings.Declared; d.Purpose != "non_editorial" || d.On == "" || d.Ruleset == "" {
		t.Errorf("the declaration is recorded as %+v", d)
	}
	other := a.NewSession(f.choice())
	ask(t, a, other, Prompt{Text: "what is new?", Tools: tools})
	if got := f.last(t).Tools; len(got) > 0 {
		t.Errorf("another conversation was asked with %v", got)
	}
}

func TestAToolOutsideZeroDataRetentionIsConfirmedOnce(t *testing.T) {
	a, f, s := toolbox(t, "zdr=approved")
	p := Prompt{Text: "count", Tools: []string{chat.CodeTool}}
	answer, v, err := a.Ask(t.Context(), s, p)
	if answer != nil || err != nil || v.Decision != policy.Confirm || v.Act != policy.LeaveZeroRetention || len(v.Clauses) == 0 {
		t.Fatalf("%v by %v, %v", v.Decision, v.Clauses, err)
	}
	if len(f.turns) > 0 || len(s.Snapshot().Messages) > 0 {
		t.Fatal("it was sent or stored before the answer")
	}
	if err := a.Agree(t.Context(), s, v, ""); err != nil {
		t.Fatal(err)
	}
	ask(t, a, s, p)
	ask(t, a, s, p)
	ask(t, a, a.NewSession(f.choice()), Prompt{Text: "without a tool"})
}

func TestConfirmingNewsStatesTheFact(t *testing.T) {
	a, f, s := toolbox(t, "customer=business")
	_, v, err := a.Ask(t.Context(), s, Prompt{Text: "what is new?", Tools: []string{chat.NewsTool}})
	if err != nil || v.Decision != policy.Confirm {
		t.Fatal(v.Decision, err)
	}
	if err := a.Agree(t.Context(), s, v, ""); err != nil {
		t.Fatal(err)
	}
	a.providers = newSet(t, f)
	if p, err := a.Profile(MistralProfile); err != nil || p.Facts["media_customer"] != "no" || p.FactsOn == "" {
		t.Errorf("the profile says %v on %q, %v", p.Facts, p.FactsOn, err)
	}
	ask(t, a, s, Prompt{Text: "what is new?", Tools: []string{chat.NewsTool}})
}

func TestAnEffortGoesWithItsModel(t *testing.T) {
	a, f, s := toolbox(t)
	if err := a.SetEffort(t.Context(), s, "high"); err != nil {
		t.Fatal(err)
	}
	ask(t, a, s, Prompt{Text: "think"})
	if got := f.last(t).Options.Effort; got != "high" {
		t.Errorf("asked with effort %q", got)
	}
	if _, err := a.Switch(t.Context(), s, Choice{MistralProfile, "another"}); err != nil {
		t.Fatal(err)
	}
	ask(t, a, s, Prompt{Text: "think"})
	if got := f.last(t).Options.Effort; got != "" {
		t.Errorf("another model was asked with effort %q", got)
	}
}

func TestToolsThatRanAreToldAndRecorded(t *testing.T) {
	a, f, s := toolbox(t)
	f.answer = func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{Kind: client.ToolDelta, Tool: client.ToolActivity{ID: "1", Name: chat.CodeTool, State: client.ToolStarted, Code: "1+1"}}, nil)
		for range 2 { // a service may tell the end more than once
			yield(client.Delta{Kind: client.ToolDelta, Tool: client.ToolActivity{ID: "1", Name: chat.CodeTool, State: client.ToolDone, Code: "1+1", Output: "2"}}, nil)
		}
		yield(client.Delta{Kind: client.TextDelta, Text: "2", Origin: chat.Model | chat.Code}, nil)
		yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
	}
	p := ask(t, a, s, Prompt{Text: "count", Tools: []string{chat.CodeTool}})
	if !slices.Equal(p.Message.Tools, []string{chat.CodeTool}) {
		t.Errorf("recorded tools: %v", p.Message.Tools)
	}
	again, err := a.OpenSession(t.Context(), s.ID())
	if err != nil {
		t.Fatal(err)
	}
	c := again.Snapshot()
	m, _ := c.Message(p.Message.ID)
	var kept []string
	for _, part := range m.Parts {
		kept = append(kept, string(part.Kind)+" "+string(part.Text))
	}
	if want := []string{"run 1+1", "run_output 2", "text 2"}; !slices.Equal(kept, want) {
		t.Errorf("kept %q, want %q", kept, want)
	}
}

package app

import (
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

func TestAnAgentComesBackFromItsFile(t *testing.T) {
	agent := Agent{ID: "ag_1", Version: 3, AgentDefinition: AgentDefinition{
		Name: "Reviewer", Description: "a \"quoted\" line", Model: "m", Instructions: "one\n\ttwo \"\"\" three\\\n",
		Tools: []string{chat.CodeTool}, Libraries: []string{"l"}, Note: "first",
	}}
	turn := client.AgentTurn(agent.AgentDefinition)
	out, v := open(t, t.TempDir(), policy.Platform, &fake{answer: saying("x")}).Rules().Export(policy.Facts{}, chat.Conversation{Messages: turn.Messages}, policy.PlainText)
	if !v.Decision.Permits() {
		t.Fatalf("the rules keep it in: %+v", v)
	}
	data, err := agentTOML(agent, turn, out)
	if err != nil {
		t.Fatal(err)
	}
	back, err := parseAgentFile("a.toml", data)
	if err != nil || back.Instructions != agent.Instructions || back.Name != agent.Name || back.Description != agent.Description || len(back.Tools) != 1 || back.Note != "first" {
		t.Errorf("came back as %+v, %v\n%s", back, err, data)
	}
}

func TestNoAgentIsWrittenWithoutAPermit(t *testing.T) {
	if _, err := agentTOML(Agent{}, chat.Turn{}, policy.Exportable{}); err == nil {
		t.Error("an agent was written that no rule has cleared")
	}
}

func TestFileNamesOfAgentsStayInTheirFolder(t *testing.T) {
	for name, want := range map[string]string{
		"Code Reviewer":     "code-reviewer-ag_1.toml",
		"../../etc/passwd":  "etc-passwd-ag_1.toml",
		"日本語":               "agent-ag_1.toml",
		"con\x1b[31m\n.txt": "con-31m-txt-ag_1.toml",
	} {
		if got := agentFileName(Agent{ID: "ag_1", AgentDefinition: AgentDefinition{Name: name}}); got != want {
			t.Errorf("%q is saved as %q, want %q", name, got, want)
		}
	}
}

func TestWhatCannotBeAnAgentIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		d   AgentDefinition
		why string
	}{
		"no name":                 {AgentDefinition{Model: "m"}, "name"},
		"a name of two lines":     {AgentDefinition{Name: "a\nb", Model: "m"}, "name"},
		"a name that turns text":  {AgentDefinition{Name: "a\u202eb", Model: "m"}, "name"},
		"no model":                {AgentDefinition{Name: "a"}, "model"},
		"an agent on an agent":    {AgentDefinition{Name: "a", Model: "agent:ag_1"}, "model"},
		"a note that is too long": {AgentDefinition{Name: "a", Model: "m", Note: strings.Repeat("x", 501)}, "note"},
	} {
		e, ok := fault.As(CheckAgent(c.d))
		if !ok || e.Kind != fault.AgentInvalid || e.Detail["why"] != c.why {
			t.Errorf("%s gives %v", name, e)
		}
	}
}

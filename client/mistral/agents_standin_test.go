//go:build integration

package mistral_test

import (
	"slices"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
	"bise/client/clienttest"
	"bise/client/mistral"
)

func TestStandInKeepsAgents(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	p := mistral.New(options(t, url))
	put := func(id client.AgentID, d client.AgentDefinition) client.AgentCard {
		t.Helper()
		card, err := p.PutAgent(t.Context(), id, clienttest.Outbound(t, client.AgentTurn(d), p.Describe().Destination()))
		if err != nil {
			t.Fatal(err)
		}
		return card
	}
	d := client.AgentDefinition{
		Name: "Reviewer", Description: "reads code", Model: "mistral-medium-latest", Instructions: "Be brief.\nBe kind.",
		Tools: []string{chat.WebSearchTool, chat.NewsTool, chat.CodeTool, chat.ImageTool}, Note: "first",
	}
	made := put("", d)
	if made.Name != d.Name || made.Instructions != d.Instructions || !slices.Equal(made.Tools, d.Tools) || made.Version != 0 {
		t.Fatalf("made %+v", made)
	}
	d.Instructions, d.Tools, d.Description, d.Note = "Be long.", []string{chat.CodeTool}, "", "second"
	second := put(made.ID, d)
	if second.Version != 1 || second.Instructions != "Be long." || !slices.Equal(second.Tools, []string{chat.CodeTool}) {
		t.Errorf("the second version is %+v", second)
	}
	versions, err := p.AgentVersions(t.Context(), made.ID)
	if err != nil || len(versions) != 2 || versions[0].Version != 1 || versions[1].Instructions != made.Instructions {
		t.Errorf("versions are %+v, %v", versions, err)
	}
	back, err := p.UseAgentVersion(t.Context(), made.ID, 0)
	if err != nil || back.Version != 0 {
		t.Errorf("went back to %+v, %v", back, err)
	}
	if _, err := p.UseAgentVersion(t.Context(), made.ID, 9); !fault.Is(err, fault.NotFound) {
		t.Errorf("a version that is not there gives %v", err)
	}
	old, err := p.Agent(t.Context(), made.ID, 1)
	if err != nil || old.Instructions != "Be long." {
		t.Errorf("version 1 reads %+v, %v", old, err)
	}
	for n := range 21 { // more than the service's own page
		d.Name = "Agent " + string(rune('a'+n))
		put("", d)
	}
	all, err := p.Agents(t.Context())
	if err != nil || len(all) != 22 {
		t.Errorf("%d agents, %v", len(all), err)
	}
	res := ask(t, options(t, url), clienttest.Turn(chat.AgentModel(string(made.ID)), "hello"))
	if res.Err != nil || !res.Done() {
		t.Errorf("the agent answered with %v", res.Err)
	}
	if err := p.DeleteAgent(t.Context(), made.ID); err != nil {
		t.Error(err)
	}
	if _, err := p.Agent(t.Context(), made.ID, client.CurrentVersion); !fault.Is(err, fault.NotFound) {
		t.Errorf("a deleted agent gives %v", err)
	}
	noViolations(t, url)
}

func TestStandInModelsOfTheAccount(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	p := mistral.New(options(t, url))
	card, err := p.PutAgent(t.Context(), "", clienttest.Outbound(t,
		client.AgentTurn(client.AgentDefinition{Name: "Clerk", Model: model}), p.Describe().Destination()))
	if err != nil {
		t.Fatal(err)
	}
	models, err := p.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	badges := make(map[client.Badge]client.Model)
	for _, m := range models {
		badges[m.Badge] = m
	}
	if m := badges[client.Agent]; m.ID != chat.AgentModel(string(card.ID)) || m.Name != "Clerk" || m.Base != model || m.Context == 0 {
		t.Errorf("the agent among the models is %+v", m)
	}
	tuned := badges[client.FineTuned]
	if tuned.ID == "" || badges[client.Labs].ID == "" {
		t.Errorf("badges are %+v", badges)
	}
	if err := p.DeleteModel(t.Context(), tuned.ID); err != nil {
		t.Error(err)
	}
	if err := p.DeleteModel(t.Context(), model); !fault.Is(err, fault.Forbidden) {
		t.Errorf("deleting the service's own model gives %v", err)
	}
	noViolations(t, url)
}

func TestStandInAccount(t *testing.T) {
	url := standIn(t)
	reset(t, url)
	account, err := mistral.New(options(t, url)).Account(t.Context())
	if err != nil || account.Email != "dev@example.org" || account.User.Name != "Dev Eloper" || account.Workspace.Name != "Default Workspace" {
		t.Errorf("the account is %+v, %v", account, err)
	}
	noViolations(t, url)
}

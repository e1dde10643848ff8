package client

import (
	"context"
	"slices"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// AgentID names an agent of an account: "ag_…".
type AgentID string

// AgentVersion numbers the versions of an agent, from 0.
type AgentVersion int

// CurrentVersion stands for the version that is in use.
const CurrentVersion AgentVersion = -1

// AgentCard is a model with instructions and tools that a service keeps for an
// account. What people wrote in it is not to be trusted.
type AgentCard struct {
	ID AgentID
	AgentDefinition
	Version  AgentVersion
	Versions []AgentVersion // oldest first
	Created  time.Time
	Updated  time.Time
	// Handoffs are the agents that it may hand a question over to.
	Handoffs []AgentID
	// InChat says that it is published in the service's own chat.
	InChat bool
}

// AgentDefinition is what a person decides of an agent.
type AgentDefinition struct {
	Name         string
	Description  string
	Model        string
	Instructions chat.Text
	// Tools are built-in tools by their stable names, see chat.WebSearchTool.
	Tools     []string
	Libraries []string // ids, for chat.LibraryTool
	// Note says what is new in this version.
	Note string
}

// Agents is a provider that keeps agents. A version or an agent that is not
// there is an error of kind fault.NotFound; a host that has no agents at all is
// one of fault.Unsupported.
type Agents interface {
	// Agents lists what the key may use, all pages of it.
	Agents(ctx context.Context) ([]AgentCard, error)
	// Agent reads one version of an agent.
	Agent(ctx context.Context, id AgentID, version AgentVersion) (AgentCard, error)
	// AgentVersions lists the versions, newest first.
	AgentVersions(ctx context.Context, id AgentID) ([]AgentCard, error)
	// PutAgent makes an agent of a definition that AgentTurn has wrapped, or,
	// with an id, a new version of it, which is then the one in use.
	PutAgent(ctx context.Context, id AgentID, out policy.Outbound) (AgentCard, error)
	// UseAgentVersion makes a version the one in use.
	UseAgentVersion(ctx context.Context, id AgentID, version AgentVersion) (AgentCard, error)
	DeleteAgent(ctx context.Context, id AgentID) error
}

// The names of the parts of an agent's definition.
const (
	agentName         = "name"
	agentDescription  = "description"
	agentInstructions = "instructions"
	agentNote         = "note"
)

// AgentTurn puts a definition into the form in which rules clear what is sent:
// its text is one message whose parts are an agent's, so that they are judged
// as what they are.
func AgentTurn(d AgentDefinition) chat.Turn {
	m := chat.Message{Role: chat.System}
	for _, p := range []struct {
		name string
		text chat.Text
	}{
		{agentName, chat.Text(d.Name)},
		{agentDescription, chat.Text(d.Description)},
		{agentInstructions, d.Instructions},
		{agentNote, chat.Text(d.Note)},
	} {
		if p.text != "" {
			m.Parts = append(m.Parts, chat.Part{Kind: chat.TextPart, Origin: chat.Agent, Name: p.name, Text: p.text})
		}
	}
	return chat.Turn{
		Model: d.Model, Tools: slices.Clone(d.Tools), Libraries: slices.Clone(d.Libraries),
		Messages: []chat.Message{m},
	}
}

// AgentOfTurn reads a definition back. A turn that holds none, since the rules
// took its text out, is an error of kind fault.Refused.
func AgentOfTurn(t chat.Turn) (AgentDefinition, error) {
	d := AgentDefinition{Model: t.Model, Tools: t.Tools, Libraries: t.Libraries}
	for _, m := range t.Messages {
		for _, p := range m.Parts {
			switch p.Name {
			case agentName:
				d.Name = string(p.Text)
			case agentDescription:
				d.Description = string(p.Text)
			case agentInstructions:
				d.Instructions = p.Text
			case agentNote:
				d.Note = string(p.Text)
			}
		}
	}
	if d.Name == "" {
		return d, fault.E("client.AgentOfTurn", fault.Refused, nil, "what", "agent")
	}
	return d, nil
}

package app

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// What front ends need of agents.
type (
	// Agent is an agent that a service keeps for the account.
	Agent = client.AgentCard
	// AgentDefinition is what a person decides of an agent.
	AgentDefinition = client.AgentDefinition
	// AgentID names an agent.
	AgentID = client.AgentID
	// AgentVersion numbers the versions of an agent, from 0.
	AgentVersion = client.AgentVersion
)

// CurrentVersion stands for the version of an agent that is in use.
const CurrentVersion = client.CurrentVersion

// AgentChange is a new agent, or a new version of the one with the ID.
type AgentChange struct {
	ID         AgentID
	Definition AgentDefinition
	// Confirmed are acts that the person has confirmed for this change.
	Confirmed []policy.Act
}

// maxAgentNote is the longest note of a version, in characters
// (version_message of the OpenAPI document).
const maxAgentNote = 500

// agentKeeper is a provider as a keeper of agents.
func (a *App) agentKeeper(provider string) (client.Agents, error) {
	p, err := a.provider(provider)
	if err != nil {
		return nil, err
	}
	keeper, ok := p.(client.Agents)
	if !ok {
		return nil, fault.E("app.Agents", fault.Unsupported, nil, "name", p.Describe().Name, "what", "agents")
	}
	return keeper, nil
}

// HasAgents reports whether a provider is of a kind that keeps agents.
func (a *App) HasAgents(provider string) bool {
	_, err := a.agentKeeper(provider)
	return err == nil
}

// AgentProvider is the provider whose agents are meant where none is named: the
// wanted one if it keeps agents, else the Mistral profile.
func (a *App) AgentProvider(wanted string) string {
	if a.HasAgents(wanted) {
		return wanted
	}
	return MistralProfile
}

// Agents lists the agents of an account by name.
func (a *App) Agents(ctx context.Context, provider string) ([]Agent, error) {
	keeper, err := a.agentKeeper(provider)
	if err != nil {
		return nil, err
	}
	agents, err := keeper.Agents(ctx)
	slices.SortStableFunc(agents, func(x, y Agent) int {
		return strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name))
	})
	return agents, err
}

// FindAgent finds an agent by its id, by "agent:ID" or by its name. A name that
// several have is an error that says so: only an id tells them apart.
func (a *App) FindAgent(ctx context.Context, provider, word string) (Agent, error) {
	const op = "app.FindAgent"
	agents, err := a.Agents(ctx, provider)
	if err != nil {
		return Agent{}, err
	}
	if id, ok := chat.AgentOf(word); ok {
		word = id
	}
	var named []Agent
	for _, agent := range agents {
		switch {
		case string(agent.ID) == word:
			return agent, nil
		case strings.EqualFold(agent.Name, word):
			named = append(named, agent)
		}
	}
	switch len(named) {
	case 0:
		return Agent{}, fault.E(op, fault.NotFound, nil, "what", "agent", "name", word)
	case 1:
		return named[0], nil
	default:
		return Agent{}, fault.E(op, fault.AgentInvalid, nil, "why", "twins", "word", word)
	}
}

// modelNamed is the model that a word means at a provider: the word itself
// unless it is an agent's name. The service is asked for its agents only where
// the word can be nothing else, since models have no spaces in their names.
func (a *App) modelNamed(ctx context.Context, provider, word string) string {
	name, said := chat.AgentOf(word)
	l, _ := a.cachedModels(a.Describe(provider))
	if (said && !strings.HasPrefix(name, agentIDPrefix) || strings.Contains(word, " ")) && a.HasAgents(provider) {
		if fresh, err := a.ModelsOf(ctx, provider, false); err == nil {
			l = fresh
		}
	}
	for _, m := range l.Models {
		if m.Badge == client.Agent && (m.Name == word || m.Name == name) {
			return m.ID
		}
	}
	return word
}

// ModelName is what people call a model: an agent by its name where a list has
// told it, since its id says nothing. It reads no file.
func (a *App) ModelName(model string) string {
	if name, ok := a.agentNames.Load(model); ok {
		return name.(string)
	}
	return model
}

// noteNames remembers the names of the agents in a list.
func (a *App) noteNames(models []Model) {
	for _, m := range models {
		if m.Badge == client.Agent && m.Name != "" {
			a.agentNames.Store(m.ID, m.Name)
		}
	}
}

// agentIDPrefix begins the ids of agents.
const agentIDPrefix = "ag_"

// Agent reads one version of an agent.
func (a *App) Agent(ctx context.Context, provider string, id AgentID, version AgentVersion) (Agent, error) {
	keeper, err := a.agentKeeper(provider)
	if err != nil {
		return Agent{}, err
	}
	return keeper.Agent(ctx, id, version)
}

// AgentVersions lists the versions of an agent, newest first.
func (a *App) AgentVersions(ctx context.Context, provider string, id AgentID) ([]Agent, error) {
	keeper, err := a.agentKeeper(provider)
	if err != nil {
		return nil, err
	}
	return keeper.AgentVersions(ctx, id)
}

// PutAgent makes an agent or a new version of one. Its text leaves as a permit
// of the rules; the verdict says what has to be confirmed first, or why a tool
// may not be given to it: then nothing was sent.
func (a *App) PutAgent(ctx context.Context, provider string, change AgentChange) (Agent, policy.Verdict, error) {
	d, err := cleanAgent(change.Definition)
	if err != nil {
		return Agent{}, policy.Verdict{}, err
	}
	if v, refused := a.refusedBy(provider); refused {
		return Agent{}, v, nil
	}
	keeper, err := a.agentKeeper(provider)
	if err != nil {
		return Agent{}, policy.Verdict{}, err
	}
	f, err := a.factsFor(provider)
	if err != nil {
		return Agent{}, policy.Verdict{}, err
	}
	f = f.Confirming(change.Confirmed...)
	if v := a.Rules().ZeroRetention(f, chat.Turn{Model: chat.AgentModel(string(change.ID))}); !v.Decision.Permits() {
		return Agent{}, v, nil
	}
	out, v := a.Rules().Send(f, client.AgentTurn(d), a.Describe(provider).Destination())
	if !v.Decision.Permits() {
		return Agent{}, v, nil
	}
	if left := out.Left(); len(left) > 0 {
		return Agent{}, left[0].Verdict, nil // half an agent is none
	}
	agent, err := keeper.PutAgent(ctx, change.ID, out)
	if err == nil {
		a.dropModelCache(provider)
	}
	return agent, v, err
}

// AgentWarning is what a person has to know before an agent is made: who will
// see it, and what its name must not do.
func (a *App) AgentWarning() string { return a.word("agents.warning") }

// CheckAgent says what is wrong with a definition before anything is asked or
// sent, nil if nothing is.
func CheckAgent(d AgentDefinition) error {
	_, err := cleanAgent(d)
	return err
}

// cleanAgent checks what the service and the terms want of a definition: a name
// of one line, a model, a note that is not too long. Whose rights a name may
// infringe nobody here can know; the person is asked to think of it (LP-2.d).
func cleanAgent(d AgentDefinition) (AgentDefinition, error) {
	const op = "app.PutAgent"
	d.Name, d.Model = strings.TrimSpace(d.Name), strings.TrimSpace(d.Model)
	d.Description, d.Note = strings.TrimSpace(d.Description), strings.TrimSpace(d.Note)
	d.Instructions = chat.Text(strings.ToValidUTF8(string(d.Instructions), "\uFFFD"))
	bad := func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	}
	switch {
	case d.Name == "" || strings.ContainsFunc(d.Name, bad):
		return d, fault.E(op, fault.AgentInvalid, nil, "why", "name", "word", d.Name)
	case d.Model == "":
		return d, fault.E(op, fault.AgentInvalid, nil, "why", "model", "word", "")
	case len([]rune(d.Note)) > maxAgentNote:
		return d, fault.E(op, fault.AgentInvalid, nil, "why", "note", "most", itoa(maxAgentNote))
	}
	if _, nested := chat.AgentOf(d.Model); nested {
		return d, fault.E(op, fault.AgentInvalid, nil, "why", "model", "word", d.Model)
	}
	if len(d.Libraries) > 0 && !slices.Contains(d.Tools, chat.LibraryTool) {
		d.Tools = append(slices.Clone(d.Tools), chat.LibraryTool)
	}
	return d, nil
}

// UseAgentVersion makes a version of an agent the one in use.
func (a *App) UseAgentVersion(ctx context.Context, provider string, id AgentID, version AgentVersion) (Agent, error) {
	keeper, err := a.agentKeeper(provider)
	if err != nil {
		return Agent{}, err
	}
	agent, err := keeper.UseAgentVersion(ctx, id, version)
	if err == nil {
		a.dropModelCache(provider)
	}
	return agent, err
}

// DeleteAgent deletes an agent with all its versions at the service.
func (a *App) DeleteAgent(ctx context.Context, provider string, id AgentID) error {
	keeper, err := a.agentKeeper(provider)
	if err != nil {
		return err
	}
	if err := keeper.DeleteAgent(ctx, id); err != nil {
		return err
	}
	a.dropModelCache(provider)
	return nil
}

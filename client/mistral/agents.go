package mistral

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

var _ client.Agents = (*Provider)(nil)

const (
	agentsPath = "/agents"
	// agentPage is how many agents are asked for at once; the service's own
	// number is 20.
	agentPage = 100
	// mostPages ends a list whose pages never end.
	mostPages = 100
)

// wireAgent is an agent as the service writes it. Tools stay as they are: some
// have settings that an edit must not lose.
type wireAgent struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Model        string            `json:"model"`
	Instructions string            `json:"instructions"`
	Tools        []json.RawMessage `json:"tools"`
	Handoffs     []string          `json:"handoffs"`
	Version      int               `json:"version"`
	Versions     []int             `json:"versions"`
	Created      time.Time         `json:"created_at"`
	Updated      time.Time         `json:"updated_at"`
	InChat       bool              `json:"deployment_chat"`
	Note         string            `json:"version_message"`
}

func (w wireAgent) agent() client.AgentCard {
	a := client.AgentCard{
		ID: client.AgentID(w.ID),
		AgentDefinition: client.AgentDefinition{
			Name: w.Name, Description: w.Description, Model: w.Model,
			Instructions: chat.Text(w.Instructions), Note: w.Note,
		},
		Version: client.AgentVersion(w.Version), Created: w.Created, Updated: w.Updated, InChat: w.InChat,
	}
	for _, n := range w.Versions {
		a.Versions = append(a.Versions, client.AgentVersion(n))
	}
	slices.Sort(a.Versions)
	for _, id := range w.Handoffs {
		a.Handoffs = append(a.Handoffs, client.AgentID(id))
	}
	for _, raw := range w.Tools {
		var t tool
		if json.Unmarshal(raw, &t) != nil || t.Type == "" {
			continue
		}
		name, _ := named(t.Type)
		a.Tools = append(a.Tools, name)
		a.Libraries = append(a.Libraries, t.LibraryIDs...)
	}
	return a
}

func agentPath(id client.AgentID, rest ...string) string {
	path := agentsPath + "/" + url.PathEscape(string(id))
	for _, r := range rest {
		path += "/" + r
	}
	return path
}

// ofAgent tells a missing agent apart from a wrong address.
func ofAgent(err error, id client.AgentID) error { return missing(err, "agent", string(id)) }

// Agents lists the agents that the key may use, GET /v1/agents/pages.
func (p *Provider) Agents(ctx context.Context) ([]client.AgentCard, error) {
	const op = "mistral.Agents"
	if err := p.offered(op, "agents"); err != nil {
		return nil, err
	}
	var agents []client.AgentCard
	query := url.Values{"page_size": {strconv.Itoa(agentPage)}}
	for range mostPages {
		var page struct {
			Data []wireAgent `json:"data"`
			Next string      `json:"next_page_token"`
		}
		if err := p.call(ctx, op, http.MethodGet, agentsPath+"/pages", query, nil, &page); err != nil {
			return nil, err
		}
		for _, w := range page.Data {
			if w.ID != "" {
				agents = append(agents, w.agent())
			}
		}
		if page.Next == "" || len(page.Data) == 0 {
			break
		}
		query.Set("page_token", page.Next)
	}
	return agents, nil
}

// Agent reads one version of an agent, GET /v1/agents/{id}.
func (p *Provider) Agent(ctx context.Context, id client.AgentID, version client.AgentVersion) (client.AgentCard, error) {
	w, err := p.readAgent(ctx, "mistral.Agent", id, version)
	return w.agent(), err
}

func (p *Provider) readAgent(ctx context.Context, op string, id client.AgentID, version client.AgentVersion) (wireAgent, error) {
	var w wireAgent
	if err := p.offered(op, "agents"); err != nil {
		return w, err
	}
	var query url.Values
	if version != client.CurrentVersion {
		query = url.Values{"agent_version": {strconv.Itoa(int(version))}}
	}
	err := p.call(ctx, op, http.MethodGet, agentPath(id), query, nil, &w)
	return w, ofAgent(err, id)
}

// AgentVersions lists the versions of an agent, newest first,
// GET /v1/agents/{id}/versions.
func (p *Provider) AgentVersions(ctx context.Context, id client.AgentID) ([]client.AgentCard, error) {
	const op = "mistral.AgentVersions"
	if err := p.offered(op, "agents"); err != nil {
		return nil, err
	}
	var versions []client.AgentCard
	for page := range mostPages {
		var list []wireAgent
		query := url.Values{"page": {strconv.Itoa(page)}, "page_size": {strconv.Itoa(agentPage)}}
		if err := p.call(ctx, op, http.MethodGet, agentPath(id, "versions"), query, nil, &list); err != nil {
			return nil, ofAgent(err, id)
		}
		for _, w := range list {
			versions = append(versions, w.agent())
		}
		if len(list) < agentPage {
			break
		}
	}
	slices.SortFunc(versions, func(a, b client.AgentCard) int { return int(b.Version - a.Version) })
	return versions, nil
}

// agentBody is what a new agent or version is made of. Fields that the service
// knows and bise does not stay out, so that an edit leaves them as they are.
type agentBody struct {
	Name         string            `json:"name"`
	Description  *string           `json:"description"`
	Model        string            `json:"model"`
	Instructions *string           `json:"instructions"`
	Tools        []json.RawMessage `json:"tools"`
	Note         string            `json:"version_message,omitempty"`
}

// PutAgent makes an agent, POST /v1/agents, or a new version of one,
// PATCH /v1/agents/{id}.
func (p *Provider) PutAgent(ctx context.Context, id client.AgentID, out policy.Outbound) (client.AgentCard, error) {
	const op = "mistral.PutAgent"
	turn, err := client.Open(p.Describe(), out)
	if err != nil {
		return client.AgentCard{}, err
	}
	if err := p.offered(op, "agents"); err != nil {
		return client.AgentCard{}, err
	}
	d, err := client.AgentOfTurn(turn)
	if err != nil {
		return client.AgentCard{}, err
	}
	var before wireAgent
	if id != "" {
		if before, err = p.readAgent(ctx, op, id, client.CurrentVersion); err != nil {
			return client.AgentCard{}, err
		}
	}
	body := agentBody{
		Name: d.Name, Description: optional(d.Description), Model: d.Model,
		Instructions: optional(string(d.Instructions)), Note: d.Note,
	}
	if body.Tools, err = wireTools(before.Tools, d); err != nil {
		return client.AgentCard{}, err
	}
	method, path := http.MethodPost, agentsPath
	if id != "" {
		method, path = http.MethodPatch, agentPath(id)
	}
	var w wireAgent
	if err := p.call(ctx, op, method, path, nil, body, &w); err != nil {
		return client.AgentCard{}, ofAgent(err, id)
	}
	return w.agent(), nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// wireName is the service's name of a built-in tool, "" if it is none.
func wireName(name string) string {
	for _, t := range builtIn {
		if t.name == name {
			return t.wire
		}
	}
	return ""
}

// wireTools writes the wanted tools. One that the agent has already keeps its
// settings, and so does one that bise has no name for.
func wireTools(before []json.RawMessage, d client.AgentDefinition) ([]json.RawMessage, error) {
	const op = "mistral.PutAgent"
	had := make(map[string][]json.RawMessage) // by type
	for _, raw := range before {
		var t tool
		if json.Unmarshal(raw, &t) == nil {
			had[t.Type] = append(had[t.Type], raw)
		}
	}
	tools, done := []json.RawMessage{}, make(map[string]bool)
	for _, name := range d.Tools {
		typ := wireName(name)
		builtIn := typ != ""
		if !builtIn {
			typ = name
		}
		if done[typ] {
			continue
		}
		done[typ] = true
		switch {
		case name == chat.LibraryTool && len(d.Libraries) == 0:
			return nil, fault.E(op, fault.AgentInvalid, nil, "why", "library", "word", name)
		case name != chat.LibraryTool && had[typ] != nil:
			tools = append(tools, had[typ]...)
		case !builtIn:
			return nil, fault.E(op, fault.AgentInvalid, nil, "why", "tool", "word", name)
		default:
			t := tool{Type: typ}
			if name == chat.LibraryTool {
				t.LibraryIDs = d.Libraries
			}
			raw, err := json.Marshal(t)
			if err != nil {
				return nil, fault.E(op, fault.Invalid, err)
			}
			tools = append(tools, raw)
		}
	}
	return tools, nil
}

// UseAgentVersion makes a version the one in use,
// PATCH /v1/agents/{id}/version.
func (p *Provider) UseAgentVersion(ctx context.Context, id client.AgentID, version client.AgentVersion) (client.AgentCard, error) {
	const op = "mistral.UseAgentVersion"
	if err := p.offered(op, "agents"); err != nil {
		return client.AgentCard{}, err
	}
	var w wireAgent
	query := url.Values{"version": {strconv.Itoa(int(version))}}
	if err := p.call(ctx, op, http.MethodPatch, agentPath(id, "version"), query, nil, &w); err != nil {
		return client.AgentCard{}, missing(err, "version of the agent", strconv.Itoa(int(version)))
	}
	return w.agent(), nil
}

// DeleteAgent deletes an agent with all its versions, DELETE /v1/agents/{id}.
func (p *Provider) DeleteAgent(ctx context.Context, id client.AgentID) error {
	const op = "mistral.DeleteAgent"
	if err := p.offered(op, "agents"); err != nil {
		return err
	}
	return ofAgent(p.call(ctx, op, http.MethodDelete, agentPath(id), nil, nil, nil), id)
}

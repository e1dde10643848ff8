package mistral

import (
	"context"
	"strings"
	"time"

	"bise/app/chat"
	"bise/client"
)

// labsPrefix begins the names of experimental models: free, changed without
// notice, and without a way out of training (docs, inference/model-lifecycle).
const labsPrefix = "labs-"

// agentPatience is how long the agents are waited for once the models are
// there: who chooses a model does not wait for what they may not even have.
const agentPatience = 3 * time.Second

// Models lists the models that the key may use, GET /v1/models, and after them
// the agents of the account, each under the name of a model that stands for it.
// Agents that cannot be listed hide no model.
func (p *Provider) Models(ctx context.Context) ([]client.Model, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	agents := make(chan []client.AgentCard, 1)
	go func() {
		list, err := p.Agents(ctx)
		if err != nil {
			list = nil
		}
		agents <- list
	}()
	models, err := p.chat.Models(ctx)
	if err != nil {
		return nil, err
	}
	for i := range models {
		if isLabs(models[i]) {
			models[i].Badge = client.Labs
		}
	}
	late := time.NewTimer(agentPatience)
	defer late.Stop()
	select {
	case list := <-agents:
		for _, a := range list {
			models = append(models, asModel(a, models))
		}
	case <-late.C:
	}
	return models, nil
}

func isLabs(m client.Model) bool {
	for _, name := range append([]string{m.ID, m.Name}, m.Aliases...) {
		if strings.HasPrefix(name, labsPrefix) {
			return true
		}
	}
	return false
}

// asModel is an agent among the models. What it can take is what its model can.
func asModel(a client.AgentCard, models []client.Model) client.Model {
	m := client.Model{
		ID: chat.AgentModel(string(a.ID)), Name: a.Name, Detail: a.Description, Chat: true,
		Badge: client.Agent, Base: a.Model,
	}
	for _, base := range models {
		if base.Named(a.Model) {
			m.Context, m.Images, m.Thinking, m.Tools = base.Context, base.Images, base.Thinking, base.Tools
			m.Retires, m.Replacement = base.Retires, base.Replacement
			break
		}
	}
	return m
}

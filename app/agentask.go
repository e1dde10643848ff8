package app

import (
	"context"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// mostHandoffs bounds how many agents are looked at behind the one that is
// asked.
const mostHandoffs = 32

// agentMay decides whether an agent may be asked. An agent brings its own tools,
// and may hand over to others with theirs, none of which can be left out of the
// request: one with a tool that the rules or an opt-out keep away is not asked
// at all, and the verdict is that of the tool. The service is asked what the
// agents are, since they may have changed.
func (a *App) agentMay(ctx context.Context, ask asking) (policy.Verdict, error) {
	may := policy.Verdict{Decision: policy.Allow}
	id, agent := chat.AgentOf(ask.choice.Model)
	keeper, ok := ask.provider.(client.Agents)
	if !agent || !ok {
		return may, nil
	}
	todo, seen := []client.AgentID{client.AgentID(id)}, make(map[client.AgentID]bool)
	for len(todo) > 0 && len(seen) < mostHandoffs {
		next := todo[0]
		todo = todo[1:]
		if seen[next] {
			continue
		}
		card, err := keeper.Agent(ctx, next, client.CurrentVersion)
		if fault.Is(err, fault.NotFound) && len(seen) > 0 {
			seen[next] = true
			continue // nobody can be handed over to it
		}
		if err != nil {
			return policy.Verdict{}, err
		}
		seen[next] = true
		todo = append(todo, card.Handoffs...)
		out, v := a.Rules().Send(ask.facts, chat.Turn{Tools: card.Tools}, ask.provider.Describe().Destination())
		if !v.Decision.Permits() {
			return v, nil
		}
		if left := out.Left(); len(left) > 0 {
			v = left[0].Verdict
			v.Decision = policy.Block
			return v, nil
		}
	}
	return may, nil
}

package app

import (
	"context"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// keeps is client.Agents by a name that hides none of its methods.
type keeps = client.Agents

// agentFake is a fake that keeps agents.
type agentFake struct {
	*fake
	keeps
	cards map[client.AgentID]client.AgentCard
}

func (k agentFake) Agent(_ context.Context, id client.AgentID, _ client.AgentVersion) (client.AgentCard, error) {
	card, ok := k.cards[id]
	if !ok {
		return card, fault.E("fake.Agent", fault.NotFound, nil, "what", "agent", "name", string(id))
	}
	return card, nil
}

func TestAnAgentWithAToolThatIsKeptAwayIsNotAsked(t *testing.T) {
	card := func(handoffs []client.AgentID, tools ...string) client.AgentCard {
		return client.AgentCard{AgentDefinition: client.AgentDefinition{Tools: tools}, Handoffs: handoffs}
	}
	for _, c := range []struct {
		name   string
		cards  map[client.AgentID]client.AgentCard
		optout string
		asked  bool
	}{
		{"no tools", map[client.AgentID]client.AgentCard{"a": card(nil)}, "brave", true},
		{"a tool that nobody keeps away", map[client.AgentID]client.AgentCard{"a": card(nil, chat.WebSearchTool)}, "", true},
		{"a tool of a company that is kept out", map[client.AgentID]client.AgentCard{"a": card(nil, chat.WebSearchTool)}, "brave", false},
		{"one that it may hand over to", map[client.AgentID]client.AgentCard{
			"a": card([]client.AgentID{"gone", "b"}), "b": card([]client.AgentID{"a"}, chat.WebSearchTool),
		}, "brave", false},
		{"a circle of agents", map[client.AgentID]client.AgentCard{
			"a": card([]client.AgentID{"b"}), "b": card([]client.AgentID{"a"}),
		}, "brave", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fake{answer: saying("yes")}
			a := open(t, t.TempDir(), policy.Platform, f)
			if err := a.SetProfile(MistralProfile, []string{"plan=paid", "optouts=" + c.optout}); err != nil {
				t.Fatal(err)
			}
			err := a.Accept(MistralProfile)
			if err != nil {
				t.Fatal(err)
			}
			if a.providers, err = client.NewSet(agentFake{fake: f, cards: c.cards}); err != nil {
				t.Fatal(err)
			}
			s := a.NewSession(Choice{MistralProfile, chat.AgentModel("a")})
			answer, v, err := a.Ask(t.Context(), s, Prompt{Text: "hi"})
			if err != nil || v.Decision.Permits() != c.asked || (answer != nil) != c.asked {
				t.Fatalf("got %v by %s and %v", v.Decision, v.Rule, err)
			}
			if answer != nil {
				wait(answer)
			}
			if (len(f.turns) > 0) != c.asked || (len(s.Snapshot().Messages) > 0) != c.asked {
				t.Errorf("%d turns were sent, %d messages kept", len(f.turns), len(s.Snapshot().Messages))
			}
		})
	}
	t.Run("an agent that is gone", func(t *testing.T) {
		f := &fake{answer: saying("yes")}
		a := open(t, t.TempDir(), policy.Platform, f)
		err := a.Accept(MistralProfile)
		if err != nil {
			t.Fatal(err)
		}
		if a.providers, err = client.NewSet(agentFake{fake: f}); err != nil {
			t.Fatal(err)
		}
		s := a.NewSession(Choice{MistralProfile, chat.AgentModel("a")})
		if _, _, err := a.Ask(t.Context(), s, Prompt{Text: "hi"}); !fault.Is(err, fault.NotFound) || len(f.turns) > 0 {
			t.Errorf("got %v", err)
		}
	})
}

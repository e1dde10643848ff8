package openai

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/client"
)

func TestEffortsAreLearntFromARefusal(t *testing.T) {
	for _, c := range []struct {
		name, message string
		want          []string
		known         bool
	}{
		{"the list of Mistral's refusal", "Invalid reasoning_effort 'medium' for this model. Must be one of ('none', 'high')", []string{"none", "high"}, true},
		{"one in square brackets and double quotes", `reasoning effort must be one of ["low", "medium", "max"]`, []string{"low", "medium", "max"}, true},
		{"a model that takes none", "Reasoning effort is not enabled for this model", nil, true},
		{"words that are no efforts are left out", "reasoning_effort: Must be one of ('', 'none', 'a b', 'none')", []string{"none"}, true},
		{"a list of something else", "Invalid tool_choice. Must be one of ('auto', 'none')", nil, false},
		{"no list at all", "Invalid reasoning_effort", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := New(Options{ID: "here", BaseURL: "https://example.org"})
			e := fault.E("test", fault.Unsupported, nil, "model", "m")
			p.learn(e, "m", c.message)
			list, known := p.Efforts("m")
			if known != c.known || !slices.Equal(list, c.want) {
				t.Errorf("learnt %v, %v", list, known)
			}
			if _, told := e.Detail["allowed"]; told != c.known {
				t.Errorf("the error says %v", e.Detail)
			}
			models := p.learnt([]client.Model{{ID: "m-latest", Aliases: []string{"m"}}, {ID: "n"}})
			if (models[0].Efforts != nil) != c.known || models[1].Efforts != nil {
				t.Errorf("the list says %v, %v", models[0].Efforts, models[1].Efforts)
			}
		})
	}
}

func TestAModelThatDoesNotReasonTakesNoEffort(t *testing.T) {
	cards, _ := readCards([]byte(`[{"id":"a","capabilities":{"completion_chat":true}},{"id":"b","capabilities":{"reasoning":true}},{"id":"c"}]`))
	models := grouped(cards)
	if models[0].Efforts == nil || models[1].Efforts != nil || models[2].Efforts != nil {
		t.Errorf("got %v", models)
	}
}

func TestTheLimitThatWasHitIsNamed(t *testing.T) {
	for _, c := range []struct {
		name   string
		header map[string]string
		want   string
	}{
		{"requests", map[string]string{"limit-req-minute": "10", "remaining-req-minute": "0", "limit-tokens-minute": "9", "remaining-tokens-minute": "9"}, "requests_minute"},
		{"fewer tokens than the request takes", map[string]string{
			"limit-tokens-minute": "100", "remaining-tokens-minute": "9", "tokens-query-cost": "10", "limit-req-minute": "10", "remaining-req-minute": "5",
		}, "tokens_minute"},
		{"a month's tokens", map[string]string{"limit-tokens-month": "100", "remaining-tokens-month": "0"}, "tokens_month"},
		{"nothing that is used up", map[string]string{"limit-req-minute": "10", "remaining-req-minute": "5"}, ""},
		{"nothing told", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := make(http.Header)
			for name, value := range c.header {
				h.Set("x-ratelimit-"+name, value)
			}
			if got := spent(h); got != c.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestGuardrails(t *testing.T) {
	for _, c := range []struct {
		name    string
		dialect Dialect
		filter  chat.Filter
		want    string
		kind    fault.Kind
	}{
		{"by default nothing is said", Dialect{Guardrails: true}, chat.FilterDefault, "", ""},
		{"a filter that blocks", Dialect{Guardrails: true}, chat.FilterOn, `"guardrails":[{"block_on_error":true,"moderation_llm_v2":{"action":"block"}}]`, ""},
		{"a filter that lets pass", Dialect{Guardrails: true}, chat.FilterOff, `"guardrails":[{"block_on_error":false,"moderation_llm_v2":{"action":"none"}}]`, ""},
		{"a filter where there is none is refused", Dialect{}, chat.FilterOn, "", fault.Unsupported},
		{"no filter where there is none is the same", Dialect{}, chat.FilterOff, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			turn := chat.Turn{Model: "m", Options: chat.Options{Filter: c.filter}, Messages: []chat.Message{
				{Role: chat.User, Parts: []chat.Part{{Kind: chat.TextPart, Text: "hi"}}},
			}}
			body, err := encoded(t, c.dialect, turn)
			if fault.KindOf(err) != c.kind {
				t.Fatalf("got %v", err)
			}
			if strings.Contains(body, "guardrails") != (c.want != "") || !strings.Contains(body, c.want) {
				t.Errorf("got %s", body)
			}
		})
	}
}

func FuzzAllowed(f *testing.F) {
	f.Add("Invalid reasoning_effort. Must be one of ('none', 'high')")
	f.Add("effort must be one of [a,b")
	f.Fuzz(func(t *testing.T, message string) {
		list, _ := allowed(message)
		for _, word := range list {
			if !isWord(word) {
				t.Errorf("%q gives %q", message, word)
			}
		}
	})
}

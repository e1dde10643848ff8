package openai

import "bise/app/chat"

// Rail is one entry of the field "guardrails": moderation of what is sent
// (docs, studio/safety-moderation; schema GuardrailConfig). A request that it
// blocks is a 403 with the categories.
type Rail struct {
	BlockOnError bool       `json:"block_on_error"`
	Moderation   Moderation `json:"moderation_llm_v2"`
}

// Moderation says what happens with what is found: "block" or "none".
type Moderation struct {
	Action string `json:"action"`
}

// Guardrails are what a request says about moderation. By default it says
// nothing, so that whatever the account has set holds.
func Guardrails(f chat.Filter) []Rail {
	switch f {
	case chat.FilterOn:
		return []Rail{{BlockOnError: true, Moderation: Moderation{Action: "block"}}}
	case chat.FilterOff:
		return []Rail{{Moderation: Moderation{Action: "none"}}}
	default:
		return nil
	}
}

// guardrails are those of a turn. A filter that was asked for and cannot be had
// is an error; one that was switched off is not there anyway.
func (p *Provider) guardrails(t chat.Turn) ([]Rail, error) {
	if p.opts.Dialect.Guardrails {
		return Guardrails(t.Options.Filter), nil
	}
	if t.Options.Filter == chat.FilterOn {
		return nil, p.unsupported(t.Model, "guardrails")
	}
	return nil, nil
}

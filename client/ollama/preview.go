package ollama

import (
	"context"
	"encoding/json"
	"net/http"

	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// Preview gives the request that Stream would make, without sending anything
// of the conversation: only the model's abilities are asked for, and if the
// server does not answer, those of a plain model are assumed.
func (p *Provider) Preview(ctx context.Context, out policy.Outbound) (client.Preview, error) {
	turn, err := client.Open(p.Describe(), out)
	if err != nil {
		return client.Preview{}, err
	}
	if p.wrong != nil {
		return client.Preview{}, p.wrong
	}
	limited, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	d, err := p.detailsOf(limited, turn.Model, "")
	if err != nil {
		d = details{chat: true}
	}
	r, err := p.request(turn, d)
	if err != nil {
		return client.Preview{}, err
	}
	body, err := json.Marshal(r)
	if err != nil {
		return client.Preview{}, fault.E("ollama.Preview", fault.Invalid, err, "model", turn.Model)
	}
	return client.Preview{
		Method: http.MethodPost,
		URL:    p.host.url.JoinPath("/api/chat").String(),
		Header: []client.HeaderLine{
			{Name: "Accept", Value: "application/x-ndjson"},
			{Name: "Content-Type", Value: "application/json"},
		},
		Body: body,
	}, nil
}

package openai

import (
	"context"
	"net/http"
	"slices"

	"bise/app/policy"
	"bise/client"
)

// Preview gives the request that Stream would make, without making it.
func (p *Provider) Preview(_ context.Context, out policy.Outbound) (client.Preview, error) {
	x, err := p.prepare(out)
	if err != nil {
		return client.Preview{}, err
	}
	return p.Show(x), nil
}

// Show gives the request of an exchange, without making it.
func (p *Provider) Show(x Exchange) client.Preview {
	h := make(http.Header)
	p.header(h)
	if p.opts.Key != nil || p.opts.Dialect.NeedsKey {
		if name := p.opts.Dialect.KeyHeader; name != "" {
			h.Set(name, "****")
		} else {
			h.Set("Authorization", "Bearer ****")
		}
	}
	view := client.Preview{Method: http.MethodPost, URL: p.endpoint(x.Path), Body: x.Body}
	for name := range h {
		view.Header = append(view.Header, client.HeaderLine{Name: name, Value: h.Get(name)})
	}
	slices.SortFunc(view.Header, func(a, b client.HeaderLine) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return view
}

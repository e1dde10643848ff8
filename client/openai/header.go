package openai

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"bise/client"
)

const (
	chatPath   = "/chat/completions"
	modelsPath = "/models"
)

// header sets what every streaming request says.
func (p *Provider) header(h http.Header) {
	h.Set("Content-Type", "application/json")
	h.Set("Accept", "text/event-stream, application/json")
}

// headerDeltas reads the state of the limits and, once the service answers,
// its notices.
func (p *Provider) headerDeltas(resp *http.Response, model string) []client.Delta {
	var out []client.Delta
	if limits := limitsOf(resp.Header); len(limits) > 0 {
		out = append(out, client.Delta{Kind: client.LimitDelta, Limits: limits})
	}
	if p.opts.Dialect.Notices != nil && resp.StatusCode == http.StatusOK {
		for _, n := range p.opts.Dialect.Notices(resp.Header, model) {
			out = append(out, client.Delta{Kind: client.NoticeDelta, Notice: n})
		}
	}
	return out
}

// limitsOf reads x-ratelimit-{limit,remaining}-{req,tokens}-{minute,month}, the
// names that Mistral's live answers carry, for whatever period is there, and
// OpenAI's x-ratelimit-{limit,remaining}-{requests,tokens}.
func limitsOf(h http.Header) []client.Limit {
	const marker = "x-ratelimit-limit-"
	var limits []client.Limit
	for name := range h {
		what, ok := strings.CutPrefix(strings.ToLower(name), marker)
		if !ok {
			continue
		}
		limit, err := strconv.ParseInt(h.Get(name), 10, 64)
		remaining, err2 := strconv.ParseInt(h.Get("x-ratelimit-remaining-"+what), 10, 64)
		if err != nil || err2 != nil || limit < 0 || remaining < 0 {
			continue
		}
		what = strings.ReplaceAll(what, "-", "_")
		if rest, ok := strings.CutPrefix(what, "req_"); ok {
			what = "requests_" + rest
		}
		limits = append(limits, client.Limit{Name: what, Limit: limit, Remaining: remaining})
	}
	slices.SortFunc(limits, func(a, b client.Limit) int { return strings.Compare(a.Name, b.Name) })
	return limits
}

// costHeader is how many tokens the request would have taken.
const costHeader = "x-ratelimit-tokens-query-cost"

// spent names the limit that a refused request has hit: one with nothing left,
// or with less left than the request takes. "" is not told.
func spent(h http.Header) string {
	limits := limitsOf(h)
	for _, l := range limits {
		if l.Remaining == 0 {
			return l.Name
		}
	}
	cost, err := strconv.ParseInt(h.Get(costHeader), 10, 64)
	for _, l := range limits {
		if err == nil && strings.HasPrefix(l.Name, "tokens") && cost > l.Remaining {
			return l.Name
		}
	}
	return ""
}

package openai

import (
	"strings"

	"bise/app/fault"
)

// clues are words by which services say what the status does not. The first
// row that fits decides; a row fits when the status is in its range and the
// type, the code or the message contains one of its words. Sources: Mistral's
// error glossary and the issues in which its live answers are quoted.
var clues = []struct {
	from, to int
	words    []string
	kind     fault.Kind
}{
	{401, 403, []string{"expired"}, fault.KeyExpired},
	{401, 403, []string{"suspended", "deactivated", "account is disabled"}, fault.Suspended},
	{403, 403, []string{"guardrail", "moderation"}, fault.Guardrail},
	{403, 403, []string{"invalid api key", "incorrect api key", "invalid_api_key"}, fault.KeyRefused},
	{400, 400, []string{"content_filter", "content management policy"}, fault.Guardrail},
	{400, 422, []string{
		"prompt_too_long", "model_context_exceeded", "context_length_exceeded", "maximum context length",
		"couldn't fit with truncation", "too large for model", "exceeds the available context size", "input is too long",
	}, fault.Overflow},
	{401, 403, []string{
		"permission_denied", "permissiondenied", "permission denied", "lacks the required data action",
		"not authorized to perform", "does not have permission", "have access to the model",
	}, fault.NoPermission},
	{400, 404, []string{
		"unsupported region", "not available in region", "not supported in this region", "not servable in region",
		"not available in the region", "unsupported location",
	}, fault.WrongRegion},
	{400, 404, []string{
		"deploymentnotfound", "deployment for this resource", "model identifier is invalid", "throughput isn",
		"publisher model", "endpoint name is invalid", "could not find endpoint",
	}, fault.NoDeployment},
	{400, 400, []string{"supported on this route"}, fault.Unsupported},
	{400, 404, []string{
		"unknown model", "model_not_supported",
		"invalid_model", "=1500", "invalid model", "model_not_found", "does not exist",
	}, fault.ModelGone},
	{400, 422, []string{
		"=1800", "is not enabled for this model", "connector is not supported", "must be one of",
		"reasoning_effort", "does not support",
	}, fault.Unsupported},
	{429, 599, []string{"capacity exceeded", "overloaded", "no capacity"}, fault.Capacity},
}

// statuses are what a status means when no clue says more.
var statuses = map[int]fault.Kind{
	401: fault.KeyRefused,
	402: fault.Forbidden,
	403: fault.Forbidden,
	404: fault.WrongHost,
	405: fault.WrongHost,
	410: fault.ModelGone,
	413: fault.Overflow,
	429: fault.RateLimited,
}

// kind classifies f. A web page or other text where an API answers in JSON
// means that this is not the API: a wrong address, a proxy's sign-in page. Only
// failures of the far side (5xx) come as pages from the right host as well.
func (f failure) kind() fault.Kind {
	if !f.known && f.status < 500 && f.status != 429 {
		return fault.WrongHost
	}
	for _, c := range clues {
		if f.status >= c.from && f.status <= c.to && f.mentions(c.words) {
			return c.kind
		}
	}
	if kind, ok := statuses[f.status]; ok {
		return kind
	}
	switch {
	case f.status >= 500:
		return fault.ServerFailed
	case f.status >= 400:
		return fault.BadRequest
	}
	return fault.WrongHost // a redirect that leads nowhere, or 1xx
}

func (f failure) mentions(words []string) bool {
	text := strings.ToLower(f.typ + " " + f.message)
	for _, w := range words {
		if strings.Contains(text, w) || "="+f.code == w || strings.EqualFold(f.code, w) {
			return true
		}
	}
	return false
}

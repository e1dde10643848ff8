package cli_test

import (
	"fmt"
	"net/http"
	"strings"
)

// refusals are the shapes in which the service says no, by a word of the
// prompt. None of them is one that is tried again.
var refusals = map[string]struct {
	status int
	wait   string // Retry-After, in seconds
	body   string
}{
	"documented": {http.StatusBadRequest, "", `{"object":"error","message":"WebSearchTool connector is not supported","type":"invalid_tools","param":null,"code":"1800"}`},
	"listed":     {http.StatusUnprocessableEntity, "", `{"detail":[{"type":"extra_forbidden","loc":["body","inputs",0],"msg":"Extra inputs are not permitted","input":"zephyrcanary"}]}`},
	"wrapped":    {http.StatusUnprocessableEntity, "", `{"object":"error","message":{"detail":[{"loc":["body","tools"],"msg":"Input should be a list","input":"zephyrcanary"}]},"code":3001}`},
	"gateway":    {http.StatusTooManyRequests, "3600", `{"message":"Requests rate limit exceeded"}`},
	"moderated":  {http.StatusForbidden, "", `{"error":{"message":"Content blocked by guardrail","status":403},"guardrails":{"results":{"moderation_llm_v2":{"categories":{"violence_and_threats":true,"health":false}}}}}`},
	"full":       {http.StatusServiceUnavailable, "3600", `{"object":"error","message":"Service tier capacity exceeded for this model.","type":"invalid_request_error","code":null}`},
	"proxied":    {http.StatusForbidden, "", `<html><title>Sign in to the train</title></html>`},
	"effort":     {http.StatusBadRequest, "", `{"object":"error","message":"Invalid reasoning_effort 'medium' for this model. Must be one of ('none', 'high')","type":"invalid_request_invalid_args","code":"3051"}`},
}

// refuses answers a prompt that asks for a refusal and reports whether it did.
func refuses(w http.ResponseWriter, asked string) bool {
	for word, r := range refusals {
		if !strings.Contains(asked, "refuse "+word) {
			continue
		}
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(r.body, "<") {
			w.Header().Set("Content-Type", "text/html")
		}
		if r.wait != "" {
			w.Header().Set("Retry-After", r.wait)
			w.Header().Set("X-Ratelimit-Limit-Req-Minute", "60")
			w.Header().Set("X-Ratelimit-Remaining-Req-Minute", "0")
		}
		w.WriteHeader(r.status)
		fmt.Fprint(w, r.body)
		return true
	}
	return false
}

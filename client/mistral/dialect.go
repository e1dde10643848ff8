package mistral

import (
	"net/http"
	"time"

	"bise/app/fault"
	"bise/client"
	"bise/client/openai"
)

// dialect is what sets Mistral's chat completions apart.
var dialect = openai.Dialect{
	NeedsKey:   true,
	Chunks:     true,
	Prefix:     true,
	RandomSeed: true,
	CacheKey:   true, // docs, studio/conversations/advanced/prompt-caching
	ShortIDs:   true,
	Strict:     true,
	Guardrails: true, // docs, studio/safety-moderation
	Notices:    notices,
	Absent:     fault.Unreachable,
}

// deprecationHeader is set on the answers of a model whose end is announced.
const deprecationHeader = "X-Model-Deprecation-Timestamp"

// notices tells of a model's announced end.
func notices(h http.Header, model string) []client.Notice {
	at, err := time.Parse(time.RFC3339, h.Get(deprecationHeader))
	if err != nil {
		return nil
	}
	return []client.Notice{{Key: "notice.model_retires", Args: map[string]string{
		"Model": model, "Date": at.UTC().Format(time.DateOnly),
	}}}
}

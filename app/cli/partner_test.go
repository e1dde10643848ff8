package cli_test

import (
	"net/http"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// startAzure starts a fake resource of Azure's with one deployment, chat-prod,
// in $AZURE_HOST. It takes the key "key-1" and the token "token-1".
func startAzure(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: azure")
	}
	start(ts, "AZURE_HOST", func(s *server, w http.ResponseWriter, r *http.Request) {
		prompt := s.asked(r)
		refuse := func(status int, body string) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
		s.mu.Lock()
		body := s.bodies[len(s.bodies)-1]
		s.mu.Unlock()
		switch {
		case r.URL.Path != "/openai/v1/chat/completions":
			refuse(http.StatusNotFound, `{"error":{"code":"404","message":"Resource not found"}}`)
		case r.Header.Get("Api-Key") != "key-1" && r.Header.Get("Authorization") != "Bearer token-1":
			refuse(http.StatusUnauthorized, `{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}`)
		case !strings.Contains(body, `"model":"chat-prod"`):
			refuse(http.StatusNotFound, `{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}`)
		case prompt == "":
			refuse(http.StatusUnprocessableEntity, `{"detail":[{"loc":["body","messages"],"msg":"List should have at least 1 item"}]}`)
		default:
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = w.Write([]byte(`data: {"model":"chat-prod","choices":[{"index":0,"delta":{"content":"Hello from Azure."},"finish_reason":"stop"}],` +
				`"usage":{"prompt_tokens":7,"completion_tokens":3}}` + "\n\ndata: [DONE]\n\n"))
		}
	})
}

package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// namedModel is the model that a request to the fake Ollama names.
func namedModel(r *http.Request) string {
	var body struct{ Model string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	return body.Model
}

// showOllama knows two models: one with nothing special, and one under a
// licence for research.
func showOllama(w http.ResponseWriter, r *http.Request) {
	licence := "MIT"
	switch model := namedModel(r); model {
	case "new:1b":
		licence = "Mistral AI Research License\\nVersion 0.1"
	case "tiny:1b":
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, `{"error":"model '%s' not found"}`, model)
		return
	}
	fmt.Fprintf(w, `{"license":"%s","template":"{{ .Prompt }}","details":{"family":"llama","format":"gguf"},`+
		`"model_info":{"general.architecture":"llama","llama.context_length":4096},"capabilities":["completion"]}`, licence)
}

// pullOllama fetches new:1b, begins slow:1b and has nothing else.
func pullOllama(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	say := func(line string) {
		fmt.Fprintln(w, line)
		_ = http.NewResponseController(w).Flush()
	}
	model := namedModel(r) // before the answer begins, which closes the request
	say(`{"status":"pulling manifest"}`)
	switch model {
	case "new:1b":
		say(`{"status":"pulling aa","digest":"sha256:aa","total":2000000,"completed":500000}`)
		say(`{"status":"pulling bb","digest":"sha256:bb","total":500000,"completed":500000}`)
		say(`{"status":"verifying sha256 digest"}`)
		say(`{"status":"success"}`)
	case "slow:1b":
		say(`{"status":"pulling aa","digest":"sha256:aa","total":2000000,"completed":500000}`)
		<-r.Context().Done()
	default:
		say(`{"error":"pull model manifest: file does not exist"}`)
	}
}

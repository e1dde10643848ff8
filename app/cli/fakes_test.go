package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"bise/client/privatebin/bintest"
)

// server is a fake service that speaks a real wire format. What the last user
// message says decides how it answers.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	shelf  shelf
}

// servers finds the fake that a story has started.
var servers sync.Map // *testscript.TestScript → *server

func start(ts *testscript.TestScript, variable string, handle func(*server, http.ResponseWriter, *http.Request)) {
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handle(s, w, r) }))
	servers.Store(ts, s)
	ts.Setenv(variable, s.URL)
	ts.Defer(func() {
		servers.Delete(ts)
		s.CloseClientConnections()
		s.Close()
	})
}

// asked keeps a request body and gives its last user message.
func (s *server) asked(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.bodies = append(s.bodies, string(body))
	s.mu.Unlock()
	var request struct {
		Messages []struct {
			Role    string
			Content any
		}
	}
	_ = json.Unmarshal(body, &request)
	last := ""
	for _, m := range request.Messages {
		if m.Role == "user" {
			last = fmt.Sprint(m.Content)
		}
	}
	return last
}

// printRequests prints the bodies of all prompts that arrived, one a line.
func printRequests(ts *testscript.TestScript, neg bool, args []string) {
	found, ok := servers.Load(ts)
	if neg || len(args) > 0 || !ok {
		ts.Fatalf("usage: requests, after a server was started")
	}
	s := found.(*server)
	w := ts.Stdout() // also where nothing is printed: the last output is gone
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.bodies {
		fmt.Fprintln(w, strings.TrimSpace(b))
	}
}

// startMistral starts a fake of Mistral's API and puts its address into
// MISTRAL_URL. It takes the key "right-key-000000000000".
func startMistral(ts *testscript.TestScript, _ bool, _ []string) {
	start(ts, "MISTRAL_URL", func(s *server, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer right-key-000000000000" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"detail":"Unauthorized"}`)
			return
		}
		switch r.Method + " " + r.URL.Path {
		case "GET /v1/models":
			fmt.Fprint(w, `{"object":"list","data":[{"id":"small-latest","object":"model","created":1,"owned_by":"mistralai",`+
				`"capabilities":{"completion_chat":true,"function_calling":true,"vision":false},"name":"small-1","aliases":[],"max_context_length":32768}]}`)
		case "POST /v1/chat/completions":
			s.completion(w, r)
		default:
			if !s.tools(w, r) && !s.shelves(w, r) {
				http.NotFound(w, r)
			}
		}
	})
}

func (s *server) completion(w http.ResponseWriter, r *http.Request) {
	prompt := s.asked(r)
	if strings.Contains(prompt, "too much") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"object":"error","message":"Prompt contains 99999 tokens, too large for model with 32768 maximum context length","type":"invalid_request_prompt","param":null,"code":"3051"}`)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	chunk := func(delta string, end string) {
		fmt.Fprintf(w, `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"small-latest","choices":[{"index":0,"delta":%s,"finish_reason":%s}]%s}`+"\n\n",
			delta, end, map[bool]string{true: `,"usage":{"prompt_tokens":9,"total_tokens":12,"completion_tokens":3}`}[end != "null"])
		_ = http.NewResponseController(w).Flush()
	}
	if strings.Contains(prompt, "think") {
		chunk(`{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}`, "null")
	}
	chunk(`{"role":"assistant","content":"The first line.\n"}`, "null")
	switch {
	case strings.Contains(prompt, "slowly"):
		<-r.Context().Done() // the rest never comes
		return
	case strings.Contains(prompt, "break off"):
		return
	case strings.Contains(prompt, "repeat"):
		for _, r := range prompt { // in pieces that cut every word
			piece, _ := json.Marshal(string(r))
			chunk(`{"content":`+string(piece)+`}`, "null")
		}
	case strings.Contains(prompt, "colours"):
		chunk(`{"content":"red \u001b[31m\u001b]0;title\u0007 end"}`, "null")
	}
	chunk(`{"content":"The last line."}`, "null")
	chunk(`{"content":""}`, `"stop"`)
	fmt.Fprint(w, "data: [DONE]\n\n")
}

// startPrivateBin starts a stand-in for a PrivateBin server and puts its address
// into PRIVATEBIN_URL.
func startPrivateBin(ts *testscript.TestScript, _ bool, _ []string) {
	bin := httptest.NewServer(&bintest.Server{})
	ts.Defer(bin.Close)
	ts.Setenv("PRIVATEBIN_URL", bin.URL)
}

// startOllama starts a fake Ollama and puts its address into OLLAMA_HOST.
func startOllama(ts *testscript.TestScript, _ bool, _ []string) {
	start(ts, "OLLAMA_HOST", func(s *server, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		switch r.URL.Path {
		case "/api/version":
			fmt.Fprint(w, `{"version":"0.34.1"}`)
		case "/api/tags":
			fmt.Fprint(w, `{"models":[{"name":"tiny:1b","model":"tiny:1b","size":170000,"digest":"sha256:1","details":{"family":"llama","parameter_size":"1B","quantization_level":"Q4_0"}}]}`)
		case "/api/ps":
			fmt.Fprint(w, `{"models":[]}`)
		case "/api/show":
			showOllama(w, r)
		case "/api/pull":
			pullOllama(w, r)
		case "/api/delete", "/api/copy":
			s.asked(r)
		case "/api/create":
			s.asked(r)
			fmt.Fprintln(w, `{"status":"success"}`)
		case "/api/chat":
			prompt := s.asked(r)
			w.Header().Set("Content-Type", "application/x-ndjson")
			line := func(content, rest string) {
				fmt.Fprintf(w, `{"model":"tiny:1b","created_at":"2026-11-24T12:00:00Z","message":{"role":"assistant","content":%q},%s}`+"\n", content, rest)
				_ = http.NewResponseController(w).Flush()
			}
			line("From the ", `"done":false`)
			if strings.Contains(prompt, "break off") {
				return
			}
			line("runner.", `"done":false`)
			line("", `"done":true,"done_reason":"stop","prompt_eval_count":7,"eval_count":3`)
		default:
			if !strings.HasPrefix(r.URL.Path, "/api/blobs/sha256:") {
				http.NotFound(w, r)
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusCreated)
		}
	})
}

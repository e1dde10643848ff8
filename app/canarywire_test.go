package app

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app/chat"
	"bise/app/policy"
)

// canaryServer names the variable with the address of the service that the
// child below asks.
const canaryServer = "BISE_TEST_SERVER"

// searching answers as the conversations endpoint does after a web search, the
// word in everything that comes from the web. A prompt about zebras is answered
// without a search.
func searching(word string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/models" {
			fmt.Fprint(w, `{"object":"list","data":[{"id":"m","object":"model","capabilities":{"completion_chat":true},"max_context_length":32768}]}`)
			return
		}
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		event := func(kind, fields string) {
			fmt.Fprintf(w, "event: %s\ndata: {\"type\":%q,%s}\n\n", kind, kind, fields)
			_ = http.NewResponseController(w).Flush()
		}
		if r.URL.Path == "/v1/chat/completions" {
			fmt.Fprint(w, `data: {"choices":[{"index":0,"delta":{"content":"Zebras are striped, and have been for long."},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
			return
		}
		if r.URL.Path != "/v1/conversations" {
			http.NotFound(w, r)
			return
		}
		tool := "web_search"
		if bytes.Contains(body, []byte("web_search_premium")) {
			tool = "web_search_premium"
		}
		event("conversation.response.started", `"conversation_id":"conv_1"`)
		event("tool.execution.started", fmt.Sprintf(`"id":"t1","name":%q,"arguments":"{\"query\":\"%s\"}"`, tool, word))
		event("tool.execution.done", fmt.Sprintf(`"id":"t1","name":%q,"info":{}`, tool))
		for i := range 4 {
			text := func(s string) {
				event("message.output.delta", fmt.Sprintf(`"id":"m1","model":"m","role":"assistant","content":%s`, s))
			}
			text(fmt.Sprintf(`"Line %d of what was found: %s.\n\n"`, i, word))
			text(fmt.Sprintf(`{"type":"tool_reference","tool":%q,"title":"About %s","url":"https://news.example/%s/%d","description":"%s again"}`, tool, word, word, i, word))
		}
		event("conversation.response.done", `"usage":{"prompt_tokens":9,"completion_tokens":9,"total_tokens":18}`)
	})
}

// TestWireCanaryChild is the process that the test below kills: the program's
// own client, and every way out after each answer.
func TestWireCanaryChild(t *testing.T) {
	if os.Getenv(canaryServer) == "" {
		t.Skip("runs as a process of its own")
	}
	root := os.Getenv(canaryRoot)
	a := open(t, filepath.Join(root, "data"), policy.Platform, nil)
	a.options.Env = os.Getenv
	if err := a.SetProfile(MistralProfile, []string{"endpoint=" + os.Getenv(canaryServer), "plan=paid", "media_customer=no"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(MistralProfile); err != nil {
		t.Fatal(err)
	}
	for _, tool := range []string{chat.WebSearchTool, chat.NewsTool} {
		s := a.NewSession(Choice{MistralProfile, "m"})
		answer, v, err := a.Ask(t.Context(), s, Prompt{Text: "what is new?", Tools: []string{tool}})
		if err != nil || answer == nil {
			t.Fatal(v.Decision, v.Rule, err)
		}
		for over := false; !over; {
			p := answer.Next()
			fmt.Println("step")
			over = p.Over
			if p.Err != nil {
				t.Fatal(p.Err)
			}
		}
		id := answer.ID()
		if n := len(a.Sources(s, id)); n != 4 {
			t.Fatalf("%d sources can be shown", n)
		}
		if _, v, _ := a.CopyMessage(s, id); v.Decision.Permits() {
			t.Fatal("it may be copied")
		}
		fmt.Println("step")
		if _, v := a.Rules().Export(mustFacts(t, a), s.Snapshot(), policy.Markdown); v.Decision.Permits() {
			t.Fatal("it may be exported whole")
		}
		_ = a.Rename(t.Context(), s.ID(), "a title of my own")
		_ = a.SaveDraft(t.Context(), "what I type next")
		fmt.Println("step")
		ask(t, a, s, Prompt{Text: "and zebras?", Tools: []string{}})
		fmt.Println("step")
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	fmt.Println("over")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent has had enough
}

func mustFacts(t *testing.T, a *App) policy.Facts {
	t.Helper()
	f, err := a.Facts(MistralProfile)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestWhatASearchFoundIsNowhere is I1 over the wire: what the service's events
// bring of the web reaches no file, whenever the program is killed.
func TestWhatASearchFoundIsNowhere(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	for _, kill := range []int{0, 1, 2, 3, 4, 6, 8} {
		t.Run(fmt.Sprintf("at step %d", kill), func(t *testing.T) {
			word := "canary" + strings.ToLower(rand.Text())
			server := httptest.NewServer(searching(word))
			defer server.Close()
			root := t.TempDir()
			said := childKilledAt(t, "TestWireCanaryChild", root, kill,
				canaryServer+"="+server.URL+"/v1", "MISTRAL_API_KEY=right-key-000000000000")
			if bytes.Contains(said, []byte(word)) {
				t.Error("the word was printed to standard error")
			}
			lookFor(t, root, word)
			readBack(t, filepath.Join(root, "data"), word)
		})
	}
}

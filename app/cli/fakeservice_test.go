package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
)

// tools answers what the service has besides the chat: conversations with its
// tools, and the files that they make. What is asked is in the prompt: search,
// count or draw. It reports whether the request was one of these.
func (s *server) tools(w http.ResponseWriter, r *http.Request) bool {
	switch r.Method + " " + r.URL.Path {
	case "POST /v1/conversations":
		s.conversation(w, r)
	case "GET /v1/files/file-lake/content":
		w.Header().Set("Content-Type", "application/octet-stream")
		_ = png.Encode(w, image.NewRGBA(image.Rect(0, 0, 32, 16)))
	case "GET /v1/files/file-table/content":
		w.Header().Set("Content-Type", "application/octet-stream")
		fmt.Fprint(w, "a,b\n1,2\n")
	default:
		return false
	}
	return true
}

// conversation answers with the events of a conversation.
func (s *server) conversation(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.bodies = append(s.bodies, string(body))
	s.mu.Unlock()
	var request struct {
		Store *bool
		Tools []struct{ Type string }
	}
	if json.Unmarshal(body, &request) != nil || request.Store == nil || *request.Store {
		http.Error(w, `{"detail":"the story wants store:false"}`, http.StatusUnprocessableEntity)
		return
	}
	has := func(tool string) bool {
		for _, t := range request.Tools {
			if t.Type == tool {
				return true
			}
		}
		return false
	}
	last := body[max(0, bytes.LastIndex(body, []byte(`"content"`))):]
	if refuses(w, string(last)) {
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	event := func(kind, fields string) {
		fmt.Fprintf(w, "event: %s\ndata: {\"type\":%q,%s}\n\n", kind, kind, fields)
		_ = http.NewResponseController(w).Flush()
	}
	say := func(content string) {
		event("message.output.delta", `"id":"m1","model":"small-latest","role":"assistant","content":`+content)
	}
	event("conversation.response.started", `"conversation_id":"conv_1"`)
	switch asked := string(last); {
	case strings.Contains(asked, "break off"): // while the tool runs
		say(`"I look it up."`)
		event("tool.execution.started", `"id":"t0","name":"web_search","arguments":"{\"query\":\"winds\"}"`)
		return
	case strings.Contains(asked, "fail inside"):
		event("tool.execution.started", `"id":"t0","name":"code_interpreter","arguments":""`)
		event("conversation.response.error", `"message":"Internal error while streaming","code":500`)
		return
	case strings.Contains(asked, "search") && has("web_search"):
		event("tool.execution.started", `"id":"t1","name":"web_search","arguments":"{\"query\":\"alpine winds\"}"`)
		event("tool.execution.done", `"id":"t1","name":"web_search","info":{}`)
		say(`"The zephyrcanary blows from the north-east."`)
		say(`{"type":"tool_reference","tool":"web_search","title":"Alpine zephyrcanary","url":"https://winds.example/bise","description":"zephyrcanary"}`)
	case strings.Contains(asked, "count") && has("code_interpreter"):
		event("tool.execution.started", `"id":"t2","name":"code_interpreter","arguments":"{\"code\":\"print(6*7)\"}"`)
		event("tool.execution.done", `"id":"t2","name":"code_interpreter","info":{"code":"print(6*7)","code_output":"42\n"}`)
		say(`"It is 42."`)
		say(`{"type":"tool_file","tool":"code_interpreter","file_id":"file-table","file_name":"../table","file_type":"csv"}`)
	case strings.Contains(asked, "draw") && has("image_generation"):
		event("tool.execution.started", `"id":"t3","name":"image_generation","arguments":"{\"prompt\":\"a lake\"}"`)
		event("tool.execution.done", `"id":"t3","name":"image_generation","info":{}`)
		say(`{"type":"tool_file","tool":"image_generation","file_id":"file-lake","file_name":"lake","file_type":"png"}`)
		say(`"Here is the lake."`)
	default:
		say(`"I need no tool for that."`)
	}
	event("conversation.response.done", `"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}`)
}

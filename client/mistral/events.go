package mistral

import (
	"bytes"
	"encoding/json"

	"bise/app/chat"
	"bise/client/openai"
)

// event is the data of one event of a conversation (schema ConversationEvents),
// or a whole answer that was not streamed (schema ConversationResponse). Which
// fields are set depends on its type; a field of an unexpected type is passed
// over.
type event struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Model  string `json:"model"`
	Object string `json:"object"`
	// Output counts the entries of the answer; all pieces of one have its number.
	Output int `json:"output_index"`
	// Content is that of a message.
	Content openai.Content `json:"content"`
	// Name, Arguments and Info are those of a tool's run; a function call has
	// the first two. Arguments come in pieces, as a string, or whole.
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
	Info      runInfo         `json:"info"`
	// CallID and Status are those of a function call.
	CallID string `json:"tool_call_id"`
	Status string `json:"confirmation_status"`
	// NextName is the agent that a question is handed over to.
	NextName string `json:"next_agent_name"`
	Usage    *usage `json:"usage"`
	// Outputs are the entries of a whole answer.
	Outputs []event `json:"outputs"`
	// Error and Detail are errors of other shapes.
	Error  json.RawMessage `json:"error"`
	Detail json.RawMessage `json:"detail"`
}

// runInfo is what a tool reports at its end; which keys there are depends on
// the tool.
type runInfo struct {
	Code   string          `json:"code"`
	Output string          `json:"code_output"`
	Error  json.RawMessage `json:"error"`
}

// usage counts tokens; those of the built-in tools are apart.
type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Connectors int `json:"connector_tokens"`
}

// arguments are a piece of JSON text, sent as a string or as the object itself.
func arguments(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return ""
	}
	if raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s
		}
	}
	return string(raw)
}

// asked reads what a tool was asked out of its arguments; text that is no whole
// object (yet) says nothing.
func asked(arguments string) (query, code chat.Text) {
	if len(arguments) < 2 || arguments[len(arguments)-1] != '}' {
		return "", ""
	}
	var known struct {
		Query  string `json:"query"`
		Prompt string `json:"prompt"`
		Code   string `json:"code"`
	}
	if openai.Unmarshal([]byte(arguments), &known) != nil {
		return "", ""
	}
	query = chat.Text(known.Query)
	if query == "" {
		query = chat.Text(known.Prompt)
	}
	return query, chat.Text(known.Code)
}

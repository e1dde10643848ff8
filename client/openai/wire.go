package openai

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// completion is a chunk of a stream, or a whole answer. Fields that do not fit
// their type are passed over, not refused: see Unmarshal.
type completion struct {
	Model   string          `json:"model"`
	Choices []choice        `json:"choices"`
	Usage   *usage          `json:"usage"`
	Error   json.RawMessage `json:"error"`
	// Object, Message and Detail are errors of other shapes in mid-stream.
	Object  string          `json:"object"`
	Message json.RawMessage `json:"message"`
	Detail  json.RawMessage `json:"detail"`
	Errors  json.RawMessage `json:"errors"`
}

type choice struct {
	Index        int    `json:"index"`
	Delta        answer `json:"delta"`
	FinishReason string `json:"finish_reason"`
	// Message and Messages are those of an answer that was not streamed.
	Message  *answer  `json:"message"`
	Messages []answer `json:"messages"`
}

// answer is a piece of an assistant message, or the whole of it.
type answer struct {
	Role      string     `json:"role"`
	Content   Content    `json:"content"`
	ToolCalls []toolCall `json:"tool_calls"`
	// Servers of open weights send reasoning as a string beside the content,
	// under the one name or the other, some of them under both.
	Reasoning        *string `json:"reasoning"`
	ReasoningContent *string `json:"reasoning_content"`
}

func (a *answer) reasoning() string {
	if a.ReasoningContent != nil && *a.ReasoningContent != "" {
		return *a.ReasoningContent
	}
	if a.Reasoning != nil {
		return *a.Reasoning
	}
	return ""
}

// Content is a string, a list of chunks, one chunk, or nothing.
type Content struct {
	Text string
	List []ContentChunk
}

// UnmarshalJSON reads any of the forms; one it does not know is nothing.
func (b *Content) UnmarshalJSON(data []byte) error {
	switch {
	case len(data) == 0:
	case data[0] == '"' && bytes.IndexByte(data, '\\') < 0 && utf8.Valid(data):
		b.Text = string(data[1 : len(data)-1]) // nothing to unquote: most tokens
	case data[0] == '"':
		return json.Unmarshal(data, &b.Text)
	case data[0] == '[':
		return Unmarshal(data, &b.List)
	case data[0] == '{': // one chunk, as events of conversations hold it
		b.List = make([]ContentChunk, 1)
		return Unmarshal(data, &b.List[0])
	}
	return nil
}

// ContentChunk is a piece of content; which fields are set depends on Type.
type ContentChunk struct {
	Type      string  `json:"type"`
	Text      string  `json:"text"`
	Thinking  Content `json:"thinking"`
	Signature string  `json:"signature"`
	// ReferenceIDs hold numbers and strings.
	ReferenceIDs []json.RawMessage `json:"reference_ids"`
	Title        string            `json:"title"`
	URL          string            `json:"url"`
	Description  string            `json:"description"`
	// Tool, FileID, FileName and FileType are those of a built-in tool's file;
	// a tool's reference has Tool as well.
	Tool     string `json:"tool"`
	FileID   string `json:"file_id"`
	FileName string `json:"file_name"`
	FileType string `json:"file_type"`
	// ImageURL is an address or an object with one.
	ImageURL     json.RawMessage `json:"image_url"`
	DocumentURL  string          `json:"document_url"`
	DocumentName string          `json:"document_name"`
}

// Plain joins the text of b.
func (b Content) Plain() string {
	if len(b.List) == 0 {
		return b.Text
	}
	if len(b.List) == 1 {
		return b.List[0].Text
	}
	var s strings.Builder
	for _, c := range b.List {
		s.WriteString(c.Text)
	}
	return s.String()
}

type toolCall struct {
	ID       string `json:"id"`
	Index    *int   `json:"index"`
	Function struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"function"`
}

// arguments are a piece of JSON text, sent as a string or as the object itself.
func (c toolCall) arguments() string {
	raw := bytes.TrimSpace(c.Function.Arguments)
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

type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Details    struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
	// OldDetails and OldCached are older names of the same count.
	OldDetails struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_token_details"`
	OldCached         int `json:"num_cached_tokens"`
	CompletionDetails struct {
		Reasoning int `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
}

// Unmarshal reads JSON as far as it fits: a field of an unexpected type keeps
// its zero value, since services change shapes without notice. Only text that
// is no JSON is an error.
func Unmarshal(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil
	}
	return err
}

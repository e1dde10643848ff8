package openai

import (
	"encoding/json"

	"bise/app/chat"
	"bise/app/fault"
)

// Format is the field response_format: any JSON object, or one that fits a
// schema.
type Format struct {
	Type   string      `json:"type"` // json_object or json_schema
	Schema *jsonSchema `json:"json_schema,omitempty"`
}

type jsonSchema struct {
	Name   string          `json:"name"`
	Schema json.RawMessage `json:"schema"`
	Strict bool            `json:"strict"`
}

// FormatOf is the form that the options ask for; nil is free text.
func FormatOf(o chat.Options) (*Format, error) {
	switch {
	case o.Format == "":
		return nil, nil
	case o.Format == chat.FormatJSON:
		return &Format{Type: "json_object"}, nil
	case !json.Valid([]byte(o.Format)):
		return nil, fault.E("openai.encode", fault.Invalid, nil, "what", "format", "field", "format")
	}
	return &Format{Type: "json_schema", Schema: &jsonSchema{
		Name: "answer", Schema: json.RawMessage(o.Format), Strict: true,
	}}, nil
}

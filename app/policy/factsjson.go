package policy

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"bise/app/fault"
)

// ParseFacts reads the JSON object of --facts: names to words, yes/no facts as
// words or booleans, lists as arrays or comma-separated, turn and
// authorisations as objects. Anything else is a fault.Usage.
func ParseFacts(data []byte, now time.Time) (Facts, error) {
	var raw map[string]json.RawMessage
	if err := decodeOne(data, &raw); err != nil || raw == nil {
		return Facts{}, fault.E("policy.ParseFacts", fault.Usage, err, "fact", "JSON object", "word", "")
	}
	f := Facts{values: make(map[string]string, len(raw)), Now: now}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		word, err := flatten(name, raw[name])
		if err != nil {
			return Facts{}, err
		}
		if err := f.set(name, word); err != nil {
			return Facts{}, err
		}
	}
	return f, nil
}

// WithArgs is f with KEY=VALUE pairs on top, as --fact gives them.
func (f Facts) WithArgs(pairs ...string) (Facts, error) {
	for _, pair := range pairs {
		name, word, ok := strings.Cut(pair, "=")
		if !ok {
			return Facts{}, unknownWord(pair, "")
		}
		var err error
		if f, err = f.With(name, word); err != nil {
			return Facts{}, err
		}
	}
	return f, nil
}

// flatten brings a JSON value to the form that --fact takes.
func flatten(name string, raw json.RawMessage) (string, error) {
	if name == "turn" || name == "authorisations" {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			return text, nil
		}
		return string(raw), nil
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", unknownWord(name, string(raw))
	}
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool, float64:
		return string(raw), nil
	case []any:
		words := make([]string, 0, len(v))
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return "", unknownWord(name, string(raw))
			}
			words = append(words, s)
		}
		return strings.Join(words, ","), nil
	default:
		return "", unknownWord(name, string(raw))
	}
}

// yesNoJSON reads yes, no, true and false, quoted or not.
type yesNoJSON bool

// UnmarshalJSON reads the words of a yes/no fact.
func (b *yesNoJSON) UnmarshalJSON(data []byte) error {
	switch yesOrNo(strings.Trim(string(data), `"`)) {
	case "yes":
		*b = true
	case "no", "null", "":
		*b = false
	default:
		return unknownWord("turn.edited", string(data))
	}
	return nil
}

// toolsJSON reads a list of tool names, or one comma-separated string.
type toolsJSON []string

// UnmarshalJSON reads an array or a string.
func (t *toolsJSON) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) == nil {
		*t = splitList(s)
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

func parseTurn(word string) (Turn, error) {
	if strings.TrimSpace(word) == "" {
		return Turn{}, nil
	}
	var raw struct {
		Kind       string    `json:"kind"`
		Tools      toolsJSON `json:"tools"`
		Edited     yesNoJSON `json:"edited"`
		ReusedFrom string    `json:"reused_from"`
	}
	if err := decodeOne([]byte(word), &raw); err != nil {
		if _, ok := fault.As(err); ok {
			return Turn{}, err
		}
		return Turn{}, fault.E("policy.NewFacts", fault.Usage, err, "fact", "turn", "word", word, "form", "turn")
	}
	for name, kind := range map[string]string{"turn.kind": raw.Kind, "turn.reused_from": raw.ReusedFrom} {
		if kind != "" && !slices.Contains(turnKinds, kind) {
			return Turn{}, unknownWord(name, kind)
		}
	}
	return Turn{Kind: raw.Kind, Tools: raw.Tools, Edited: bool(raw.Edited), ReusedFrom: raw.ReusedFrom}, nil
}

func parseAuthorisations(word string) ([]Authorisation, error) {
	if strings.TrimSpace(word) == "" {
		return nil, nil
	}
	var raw []struct {
		Scope     string `json:"scope"`
		GrantedBy string `json:"granted_by"`
		Date      string `json:"date"`
		Reference string `json:"reference"`
	}
	if err := decodeOne([]byte(word), &raw); err != nil {
		return nil, fault.E("policy.NewFacts", fault.Usage, err, "fact", "authorisations", "word", word, "form", "authorisations")
	}
	list := make([]Authorisation, 0, len(raw))
	for _, a := range raw {
		if !slices.Contains(scopes, a.Scope) {
			return nil, unknownWord("authorisations.scope", a.Scope)
		}
		if _, ok := (factSpec{shape: date}).read(a.Date); !ok {
			return nil, unknownWord("authorisations.date", a.Date)
		}
		list = append(list, Authorisation{a.Scope, a.GrantedBy, a.Date, strings.TrimSpace(a.Reference)})
	}
	return list, nil
}

// decodeOne reads exactly one JSON value and no field it does not know.
func decodeOne(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errTrailing
	}
	return nil
}

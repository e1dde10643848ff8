package policy

// Answer is a verdict with its sentences, in the form `bise policy eval`
// prints.
type Answer struct {
	Act      Act            `json:"act"`
	Decision string         `json:"decision"`
	Clauses  []string       `json:"clauses"`
	Ruleset  string         `json:"ruleset"`
	Reason   string         `json:"reason"`
	Remedy   string         `json:"remedy"`
	Fields   map[string]any `json:"fields"`
}

// Answer puts a verdict into words; say gives the sentence of a key.
func (v Verdict) Answer(say func(Words) string) Answer {
	a := Answer{
		Act: v.Act, Decision: v.Decision.String(), Clauses: v.Clauses, Ruleset: v.Ruleset,
		Fields: make(map[string]any, len(v.Fields)),
	}
	if a.Clauses == nil {
		a.Clauses = []string{}
	}
	if v.Reason.Key != "" {
		a.Reason = say(v.Reason)
	}
	if v.Remedy.Key != "" {
		a.Remedy = say(v.Remedy)
	}
	for name, value := range v.Fields {
		if notes, ok := value.([]Words); ok {
			said := make([]string, len(notes))
			for i, n := range notes {
				said[i] = say(n)
			}
			value = said
		}
		a.Fields[name] = value
	}
	return a
}

// Notes are the sentences that go with a verdict.
func (v Verdict) Notes() []Words {
	notes, _ := v.Fields["notes"].([]Words)
	return notes
}

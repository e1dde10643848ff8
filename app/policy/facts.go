package policy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"bise/app/fault"
)

// Service says whose terms govern a conversation. The zero value is unknown,
// which the rules read as a hosted service with the strictest plan.
type Service string

// The services.
const (
	LeChat   Service = "le_chat"
	Platform Service = "la_plateforme"
	Partner  Service = "partner"
	Local    Service = "local"
)

// Hosted reports whether Mistral itself runs the service.
func (s Service) Hosted() bool { return s != Partner && s != Local }

// Facts is everything a rule may depend on, by the names and words of the
// command-line contract. A missing fact has the contract's default.
type Facts struct {
	values map[string]string
	// Turn is the message that an act is about.
	Turn Turn
	// Authorisations are written permissions; one without a reference counts
	// for nothing.
	Authorisations []Authorisation
	// Now is the clock.
	Now time.Time

	confirmed []Act
	audience  Audience // of a share
	locks     []Lock
}

// Turn describes the message an act is about.
type Turn struct {
	Kind       string // K-kind word: text, image, web_search, …
	Tools      []string
	Edited     bool
	ReusedFrom string
}

// Authorisation is a written permission that lifts one named rule.
type Authorisation struct {
	Scope     string
	GrantedBy string
	Date      string // YYYY-MM-DD
	Reference string
}

// NewFacts makes facts out of names and words; an empty word is the default.
// Lists are comma-separated, "turn" and "authorisations" are JSON, yes/no facts
// also take true and false. An unknown name is a fault.Usage that carries it as
// "fact", an unknown word one that carries both as "fact" and "word".
func NewFacts(values map[string]string, now time.Time) (Facts, error) {
	f := Facts{values: make(map[string]string, len(values)), Now: now}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := f.set(name, values[name]); err != nil {
			return Facts{}, err
		}
	}
	return f, nil
}

// Get is the word of a fact, its default where it was not given. A fact without
// a default is "unset" where that is one of its words, else "".
func (f Facts) Get(name string) string {
	if word := f.values[name]; word != "" {
		return word
	}
	return vocabulary[name].preset
}

// Service is the fact "service".
func (f Facts) Service() Service { return Service(f.Get("service")) }

// With is f with one more fact; the receiver stays as it was.
func (f Facts) With(name, word string) (Facts, error) {
	g := f
	g.values = maps.Clone(f.values)
	if g.values == nil {
		g.values = make(map[string]string, 1)
	}
	if err := g.set(name, word); err != nil {
		return Facts{}, err
	}
	return g, nil
}

// withService is f for another service: where a message was made, or where a
// request goes. An unknown service is read strictly.
func (f Facts) withService(s Service) Facts {
	g, err := f.With("service", string(s))
	if err != nil {
		g, _ = f.With("service", "")
	}
	return g
}

// Confirming is f after the person has confirmed acts: a verdict that would
// confirm one of them lets it pass. Nothing else changes.
func (f Facts) Confirming(acts ...Act) Facts {
	f.confirmed = append(slices.Clone(f.confirmed), acts...)
	return f
}

// set checks one fact and takes it in.
func (f *Facts) set(name, word string) error {
	switch name {
	case "turn":
		t, err := parseTurn(word)
		if err != nil {
			return err
		}
		f.Turn = t
		return nil
	case "authorisations":
		a, err := parseAuthorisations(word)
		if err != nil {
			return err
		}
		f.Authorisations = a
		return nil
	}
	s, ok := vocabulary[name]
	if !ok {
		return unknownWord(name, "")
	}
	word, ok = s.read(word)
	if !ok {
		return unknownWord(name, word)
	}
	if word == "" {
		delete(f.values, name)
		return nil
	}
	f.values[name] = word
	return nil
}

func unknownWord(name, word string) error {
	if word == "" { // the name is what is wrong
		return fault.E("policy.NewFacts", fault.Usage, nil, "fact", name, "word", "")
	}
	t := takes(name)
	return fault.E("policy.NewFacts", fault.Usage, nil, "fact", name, "word", word, "words", strings.Join(t.Words, ", "), "form", t.Form)
}

// listed reports whether a list fact holds a word.
func (f Facts) listed(name, word string) bool {
	return slices.Contains(splitList(f.values[name]), word)
}

// authorised reports whether a written permission with a reference covers scope.
func (f Facts) authorised(scope string) bool {
	return slices.ContainsFunc(f.Authorisations, func(a Authorisation) bool {
		return a.Scope == scope && a.Reference != ""
	})
}

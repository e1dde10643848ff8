package policy

import "time"

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

// NewFacts makes facts out of names and words. An unknown name or word is an
// error that names it.
func NewFacts(values map[string]string, now time.Time) (Facts, error) {
	f := Facts{values: make(map[string]string, len(values)), Now: now}
	for name, word := range values {
		f.values[name] = word
	}
	return f, nil
}

// Get is the word of a fact, its default where it was not given.
func (f Facts) Get(name string) string { return f.values[name] }

// Service is the fact "service".
func (f Facts) Service() Service { return Service(f.Get("service")) }

// With is f with one more fact; the receiver stays as it was.
func (f Facts) With(name, word string) (Facts, error) {
	values := map[string]string{name: word}
	for n, w := range f.values {
		if n != name {
			values[n] = w
		}
	}
	g, err := NewFacts(values, f.Now)
	g.Turn, g.Authorisations = f.Turn, f.Authorisations
	return g, err
}

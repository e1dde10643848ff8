package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/policy"
)

// LicenceSeen records that the licence of a local model was shown.
type LicenceSeen struct {
	// Text is the beginning of the SHA-256 of the licence: another text under
	// the same name is shown again.
	Text string `toml:"text"`
	// Weights is the word of that fact where the licence is of a known kind.
	Weights string `toml:"weights,omitempty"`
	On      string `toml:"on"` // YYYY-MM-DD
}

// Licence is the licence of a local model.
type Licence struct {
	Model string
	// Name is its first line, "" if the model brings no licence.
	Name string
	Text string
	// Weights is the word of that fact: open, research_licence …; "" is a kind
	// that bise does not know.
	Weights string
	// Seen says that it was shown before.
	Seen bool
}

// researchLicence is the word of that fact for a licence that keeps the model to
// uses without profit.
const researchLicence = "research_licence"

// Research reports whether the licence keeps the model to research and other
// uses without profit.
func (l Licence) Research() bool { return l.Weights == researchLicence }

// LicenceOf reads the licence of a local model.
func (a *App) LicenceOf(ctx context.Context, model string) (Licence, error) {
	r, err := a.ollama()
	if err != nil {
		return Licence{}, err
	}
	w, err := r.Weights(ctx, model)
	if err != nil {
		return Licence{}, err
	}
	return a.licence(w), nil
}

func (a *App) licence(w Weights) Licence {
	l := Licence{Model: latest(w.ID), Name: w.Licence, Text: w.LicenceText}
	if c, err := builtinCatalogue(); err == nil {
		l.Weights = c.weightsOf(l.Text)
	}
	seen, ok := a.licences()[l.Model]
	l.Seen = ok && seen.Text == textSum(l.Text)
	return l
}

func textSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// latest is a model's name with the tag that Ollama means where there is none.
func latest(model string) string {
	if strings.Contains(model[strings.LastIndex(model, "/")+1:], ":") {
		return model
	}
	return model + ":latest"
}

// licences are the records of this profile and of this run.
func (a *App) licences() map[string]LicenceSeen {
	all := make(map[string]LicenceSeen)
	for model, l := range a.Config().Ollama.Licences {
		all[model] = l
	}
	a.runner.mu.Lock()
	defer a.runner.mu.Unlock()
	for model, l := range a.runner.seen {
		all[model] = l
	}
	return all
}

// SawLicence records that a licence was shown. A run that keeps nothing, and a
// configuration that cannot be written, remember it until the end.
func (a *App) SawLicence(l Licence) {
	seen := LicenceSeen{Text: textSum(l.Text), Weights: l.Weights, On: a.Now().Format(time.DateOnly)}
	a.runner.mu.Lock()
	if a.runner.seen == nil {
		a.runner.seen = make(map[string]LicenceSeen)
	}
	a.runner.seen[l.Model] = seen
	a.runner.mu.Unlock()
	if a.options.NoStore {
		return
	}
	_ = a.Configure(func(c *Config) {
		if c.Ollama.Licences == nil {
			c.Ollama.Licences = make(map[string]LicenceSeen)
		}
		c.Ollama.Licences[l.Model] = seen
	})
}

// firstUse gives the notice of a local model's licence before its first answer,
// false if it was shown before or cannot be read now.
func (a *App) firstUse(ctx context.Context, c Choice) (Notice, bool) {
	if c.Provider != OllamaProvider || c.Model == "" {
		return Notice{}, false
	}
	if _, seen := a.licences()[latest(c.Model)]; seen {
		return Notice{}, false
	}
	l, err := a.LicenceOf(ctx, c.Model)
	if err != nil {
		return Notice{}, false // the answer will say what is wrong
	}
	l.Model = latest(c.Model)
	a.SawLicence(l)
	n := Notice{Key: "notice.licence", Args: map[string]string{"Model": c.Model, "Licence": l.Name}}
	switch {
	case l.Research():
		n.Key = "notice.licence_research"
	case l.Name == "":
		n.Key = "notice.licence_none"
	}
	return n, true
}

// withWeights adds what is known of the licence of a local model's weights to
// the facts, where the profile says nothing stricter itself.
func (a *App) withWeights(f policy.Facts, c Choice) (policy.Facts, error) {
	if c.Provider != OllamaProvider || f.Get("weights") != "open" {
		return f, nil
	}
	word := a.licences()[latest(c.Model)].Weights
	if word == "" {
		return f, nil
	}
	return f.With("weights", word)
}

// withLicences adds to the facts of a conversation that leaves that a local
// model under a research licence answered in it, where its profile says nothing
// stricter itself.
func withLicences(f policy.Facts, c chat.Conversation, licences map[string]LicenceSeen) (policy.Facts, error) {
	if f.Get("weights") != "open" {
		return f, nil
	}
	for _, m := range c.Messages {
		if m.Provider != OllamaProvider {
			continue
		}
		for _, model := range []string{m.Model, m.Asked} {
			if word := licences[latest(model)].Weights; word == researchLicence {
				return f.With("weights", word)
			}
		}
	}
	return f, nil
}

// licenceChanged forgets that a licence was shown if a pull has brought another
// text under the model's name.
func (a *App) licenceChanged(ctx context.Context, model string) {
	model = latest(model)
	if _, ok := a.licences()[model]; !ok {
		return
	}
	l, err := a.LicenceOf(ctx, model)
	if err != nil || l.Seen {
		return
	}
	a.runner.mu.Lock()
	delete(a.runner.seen, model)
	a.runner.mu.Unlock()
	_ = a.Configure(func(c *Config) { delete(c.Ollama.Licences, model) })
}

// LicenceKind is the word of the fact "weights" for a local model, "" where its
// licence is of no kind that bise knows.
func (a *App) LicenceKind(w Weights) string { return a.licence(w).Weights }

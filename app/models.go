package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"bise/app/fault"
	"bise/client"
)

// ModelList is the models of one provider, or why there are none.
type ModelList struct {
	Provider Descriptor
	Models   []Model
	Err      error
	// Read is when the list was read from the service.
	Read time.Time
}

// Models lists the models of every provider, asked side by side. A list of a
// hosted service is kept for a day unless fresh is asked for.
func (a *App) Models(ctx context.Context, fresh bool) []ModelList {
	providers := a.set().All()
	lists := make([]ModelList, len(providers))
	done := make(chan int)
	for i, p := range providers {
		go func() {
			lists[i] = a.listed(ctx, a.modelsOf(ctx, p, fresh))
			done <- i
		}()
	}
	for range providers {
		<-done
	}
	return lists
}

// ModelsOf lists the models of one provider.
func (a *App) ModelsOf(ctx context.Context, provider string, fresh bool) (ModelList, error) {
	p, err := a.provider(provider)
	if err != nil {
		return ModelList{}, err
	}
	l := a.listed(ctx, a.modelsOf(ctx, p, fresh))
	return l, l.Err
}

// modelListAge is how long a hosted service's list is believed: models are
// announced months ahead.
const modelListAge = 24 * time.Hour

func (a *App) modelsOf(ctx context.Context, p client.Provider, fresh bool) ModelList {
	d := p.Describe()
	hosted := d.Place == client.Elsewhere
	if hosted && !fresh {
		if l, ok := a.cachedModels(d); ok && a.Now().Sub(l.Read) < modelListAge && !a.Now().Before(l.Read) {
			return l
		}
	}
	models, err := p.Models(ctx)
	err = a.absence(err)
	l := ModelList{Provider: d, Models: models, Err: err, Read: a.Now()}
	a.noteNames(models)
	if err == nil && hosted {
		a.cacheModels(l)
	}
	return l
}

// Choice is a provider and model for a prompt.
type Choice struct{ Provider, Model string }

// DefaultChoice is what a new conversation uses: the last choice, else what the
// profile in use offers, else the guide.
func (a *App) DefaultChoice(ctx context.Context) Choice {
	c := a.Config()
	if a.options.Profile == "" && c.Provider != "" {
		if _, err := a.provider(c.Provider); err == nil {
			return Choice{c.Provider, c.Model}
		}
	}
	active := a.Active()
	if active == LocalProfile {
		return a.localChoice(ctx)
	}
	p, err := a.Profile(active)
	if err != nil {
		return Choice{Provider: GuideProvider}
	}
	return Choice{Provider: p.Name, Model: p.Model}
}

// Displaced says what a run would begin with if the organisation had not
// switched it off, and why it does not: what the person chose last, or Mistral
// where the environment holds its key. It is nil where nothing of that is so, and
// where --profile names a profile, which is refused by itself. Provides tells
// whether the organisation has put a profile of its own in its place.
func (a *App) Displaced() (Choice, error) {
	c := a.Config()
	wanted := c.Profile
	switch {
	case a.options.Profile != "":
		return Choice{}, nil
	case c.Provider != "":
		if err := a.barredProvider(c.Provider); err != nil {
			return Choice{c.Provider, c.Model}, err
		}
		return Choice{}, nil
	case wanted == "" && a.admin.first() == "" && a.options.Env("MISTRAL_API_KEY") != "":
		wanted = MistralProfile
	}
	p, err := a.Profile(wanted)
	if err != nil {
		return Choice{}, nil // there is none
	}
	provider := p.Name
	if p.Name == LocalProfile {
		provider = OllamaProvider
	}
	return Choice{provider, p.Model}, a.barred(p)
}

// Provides reports whether the organisation has a profile to begin with, which
// takes the place of one that it has switched off.
func (a *App) Provides() bool { return a.admin.first() != "" }

// localChoice is the first model of a runner that answers at once, else the
// guide.
func (a *App) localChoice(ctx context.Context) Choice {
	p, err := a.Profile(LocalProfile)
	if err == nil && p.Model != "" {
		return Choice{OllamaProvider, p.Model}
	}
	// A runner on this machine answers in milliseconds or is not there.
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	l, err := a.ModelsOf(ctx, OllamaProvider, false)
	if err == nil {
		for _, m := range l.Models {
			if m.Chat && !m.Remote {
				return Choice{OllamaProvider, m.ID}
			}
		}
	}
	return Choice{Provider: GuideProvider}
}

// Choose remembers a choice for new conversations.
func (a *App) Choose(c Choice) error {
	return a.Configure(func(config *Config) { config.Provider, config.Model = c.Provider, c.Model })
}

// FindModel resolves the word of --model: "model", "provider/model" or
// "provider". A name that several providers have goes to the one in use.
func (a *App) FindModel(ctx context.Context, word string, using string) (Choice, error) {
	// One that is switched off is named too: the prompt is refused with why.
	if provider, model, ok := strings.Cut(word, "/"); ok && a.names(provider) {
		return Choice{provider, model}, nil
	}
	if a.names(word) {
		return Choice{Provider: word}, nil
	}
	if using == "" {
		using = a.DefaultChoice(ctx).Provider
	}
	if using != GuideProvider {
		return Choice{using, a.modelNamed(ctx, using, word)}, nil
	}
	for _, l := range a.Models(ctx, false) {
		for _, m := range l.Models {
			if m.Named(word) {
				return Choice{string(l.Provider.ID), m.ID}, nil
			}
		}
	}
	return Choice{}, fault.E("app.FindModel", fault.ModelGone, nil, "model", word)
}

// modelFor is the model to ask where none was chosen: the profile's, else the
// first that chats.
func (a *App) modelFor(ctx context.Context, c Choice) (string, error) {
	if c.Model != "" || c.Provider == GuideProvider {
		return c.Model, nil
	}
	if p, err := a.Profile(a.ProfileOf(c.Provider)); err == nil && p.Model != "" {
		return p.Model, nil
	}
	l, err := a.ModelsOf(ctx, c.Provider, false)
	if err != nil {
		return "", err
	}
	if m, ok := pickModel(l.Models); ok {
		return m.ID, nil
	}
	return "", fault.E("app.modelFor", fault.ModelGone, nil, "model", "", "provider", c.Provider)
}

// pickModel prefers a model that follows a line of versions ("-latest"), since
// those do not retire under the person's feet.
func pickModel(models []Model) (Model, bool) {
	var first *Model
	for i, m := range models {
		if !m.Chat || !m.Retires.IsZero() {
			continue
		}
		if first == nil {
			first = &models[i]
		}
		if strings.HasSuffix(m.ID, "-latest") {
			return m, true
		}
		for _, alias := range m.Aliases {
			if strings.HasSuffix(alias, "-latest") {
				m.ID = alias
				return m, true
			}
		}
	}
	if first == nil {
		return Model{}, false
	}
	return *first, true
}

// Check asks a provider whether it would work.
func (a *App) Check(ctx context.Context, provider string) error {
	p, err := a.provider(provider)
	if err != nil {
		return err
	}
	return check(ctx, p)
}

// sameModel reports whether two names are known to mean one model: an alias and
// the dated name behind it.
func (a *App) sameModel(provider, asked, answered string) bool {
	if asked == answered {
		return true
	}
	l, ok := a.cachedModels(a.Describe(provider))
	if !ok {
		return false
	}
	for _, m := range l.Models {
		if m.Named(asked) && (m.Named(answered) || m.Base != "" && a.sameModel(provider, m.Base, answered)) {
			return true
		}
	}
	return false
}

// PlaceOf describes where the answers of a choice come from. It may ask a local
// runner whether it passes the model on.
func (a *App) PlaceOf(ctx context.Context, c Choice) Place {
	p := a.Place(c.Provider, a.passedOn(ctx, c))
	if a.labs(c) {
		return a.labsPlace(p)
	}
	return p
}

// passedOn reports whether the local runner passes a model on to another host.
func (a *App) passedOn(ctx context.Context, c Choice) bool {
	if c.Provider != OllamaProvider {
		return false
	}
	l, err := a.ModelsOf(ctx, c.Provider, false)
	return err == nil && slices.ContainsFunc(l.Models, func(m Model) bool { return m.ID == c.Model && m.Remote })
}

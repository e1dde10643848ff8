package app

import (
	"context"
	"strings"

	"bise/app/fault"
	"bise/client"
)

// tuned finds the provider and the card of a fine-tuned model. Only those of the
// account's own can be put away or deleted.
func (a *App) tuned(ctx context.Context, op string, c Choice) (client.Tuned, Model, error) {
	p, err := a.provider(c.Provider)
	if err != nil {
		return nil, Model{}, err
	}
	keeper, ok := p.(client.Tuned)
	if !ok {
		return nil, Model{}, fault.E(op, fault.Unsupported, nil, "name", p.Describe().Name, "what", "fine-tuned models")
	}
	l, err := a.ModelsOf(ctx, c.Provider, true)
	if err != nil {
		return nil, Model{}, err
	}
	for _, m := range l.Models {
		if !m.Named(c.Model) {
			continue
		}
		if m.Badge != client.FineTuned && m.Badge != client.Archived {
			return nil, m, fault.E(op, fault.NotYours, nil, "model", m.ID)
		}
		return keeper, m, nil
	}
	return nil, Model{}, fault.E(op, fault.NotFound, nil, "what", "model", "name", c.Model)
}

// ArchiveModel puts a fine-tuned model away at the service, or takes it out
// again. One that is put away answers no prompts.
func (a *App) ArchiveModel(ctx context.Context, c Choice, archived bool) (Model, error) {
	keeper, m, err := a.tuned(ctx, "app.ArchiveModel", c)
	if err != nil {
		return m, err
	}
	if err := keeper.ArchiveModel(ctx, m.ID, archived); err != nil {
		return m, err
	}
	a.dropModelCache(c.Provider)
	m.Badge = client.FineTuned
	if archived {
		m.Badge = client.Archived
	}
	return m, nil
}

// TunedModel finds a fine-tuned model, before anything is done to it.
func (a *App) TunedModel(ctx context.Context, c Choice) (Model, error) {
	_, m, err := a.tuned(ctx, "app.TunedModel", c)
	return m, err
}

// DeleteTuned deletes a fine-tuned model at the service, for good.
func (a *App) DeleteTuned(ctx context.Context, c Choice) error {
	keeper, m, err := a.tuned(ctx, "app.DeleteTuned", c)
	if err != nil {
		return err
	}
	if err := keeper.DeleteModel(ctx, m.ID); err != nil {
		return err
	}
	a.dropModelCache(c.Provider)
	return nil
}

// FineTuning asks the service of a provider whether it trains models. nil says
// that it does; bise offers no training of its own.
func (a *App) FineTuning(ctx context.Context, provider string) error {
	p, err := a.provider(provider)
	if err != nil {
		return err
	}
	keeper, ok := p.(client.Tuned)
	if !ok {
		return fault.E("app.FineTuning", fault.Unsupported, nil, "name", p.Describe().Name, "what", "fine-tuning")
	}
	return keeper.Tuning(ctx)
}

// tunedPrefix begins the names that Mistral gives to fine-tuned models:
// "ft:open-mistral-7b:587a6b29:…".
const tunedPrefix = "ft:"

// TunedName reports whether a word names a model of an account at a service,
// and which: PROVIDER/MODEL of one that may have some, or a name that only
// fine-tuned models have.
func (a *App) TunedName(word string) (Choice, bool) {
	if provider, model, ok := strings.Cut(word, "/"); ok && a.names(provider) {
		p, err := a.provider(provider)
		_, keeps := p.(client.Tuned)
		return Choice{provider, model}, err == nil && keeps
	}
	if !strings.HasPrefix(word, tunedPrefix) {
		return Choice{}, false
	}
	return Choice{a.AgentProvider(a.Active()), word}, true
}

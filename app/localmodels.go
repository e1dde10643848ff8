package app

import (
	"context"
	"strings"

	"bise/app/fault"
	"bise/client/ollama"
)

// LocalName is the model of the local runner that a word names: "MODEL" or
// "ollama/MODEL". local is false for a word that begins with another provider.
func (a *App) LocalName(word string) (model string, local bool) {
	provider, rest, ok := strings.Cut(word, "/")
	switch {
	case ok && provider == OllamaProvider:
		return rest, true
	case ok && a.names(provider):
		return rest, false
	default:
		return word, true
	}
}

// LocalModel tells everything of one model of the local runner, which is
// started if that is needed.
func (a *App) LocalModel(ctx context.Context, model string) (Weights, error) {
	if err := ollama.CheckName(model); err != nil {
		return Weights{}, err
	}
	r, err := a.awake(ctx)
	if err != nil {
		return Weights{}, err
	}
	return r.Weights(ctx, model)
}

// RunningModels lists the models that the local runner holds in memory. A
// runner that does not run holds none and is not started to say so:
// fault.RunnerAbsent.
func (a *App) RunningModels(ctx context.Context) ([]Running, error) {
	r, err := a.ollama()
	if err != nil {
		return nil, err
	}
	return r.Running(ctx)
}

// RemoveLocal deletes a model from the local runner, as fault.ModelGone if it
// is not there. What has to be confirmed is the caller's.
func (a *App) RemoveLocal(ctx context.Context, model string) error {
	if err := ollama.CheckName(model); err != nil {
		return err
	}
	r, err := a.awake(ctx)
	if err != nil {
		return err
	}
	return r.Remove(ctx, model)
}

// CopyLocal gives a model of the local runner a second name. It takes no more
// room: the weights are the same file.
func (a *App) CopyLocal(ctx context.Context, from, to string) error {
	for _, name := range []string{from, to} {
		if err := ollama.CheckName(name); err != nil {
			return err
		}
	}
	r, err := a.awake(ctx)
	if err != nil {
		return err
	}
	if _, err := r.Weights(ctx, to); err == nil { // Ollama would replace it without a word
		return fault.E("app.CopyLocal", fault.Usage, nil, "what", "free model name", "word", to)
	}
	return r.Copy(ctx, from, to)
}

// Unload lets go of the memory that a model takes. Where nothing runs there is
// nothing to let go of: fault.RunnerAbsent.
func (a *App) Unload(ctx context.Context, model string) error {
	if err := ollama.CheckName(model); err != nil {
		return err
	}
	r, err := a.ollama()
	if err != nil {
		return err
	}
	return r.Unload(ctx, model)
}

// LocalNames lists the models of the local runner with their tags; none if it
// does not answer. Nothing is started for it.
func (a *App) LocalNames(ctx context.Context) []string {
	l, err := a.ModelsOf(ctx, OllamaProvider, false)
	if err != nil {
		return nil
	}
	names := make([]string, len(l.Models))
	for i, m := range l.Models {
		names[i] = latest(m.ID)
	}
	return names
}

// WithTag is the name of a local model with the tag that Ollama means where
// there is none.
func WithTag(model string) string { return latest(model) }

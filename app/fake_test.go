package app

import (
	"context"
	"iter"
	"sync"
	"testing"

	"bise/app/chat"
	"bise/app/policy"
	"bise/app/text"
	"bise/client"
	"bise/localstore/keys"
)

// fake is a provider whose answers a test writes.
type fake struct {
	d      client.Descriptor
	models []string // "m" where there are none
	told   []client.Model
	answer func(ctx context.Context, turn chat.Turn, yield func(client.Delta, error) bool)

	mu    sync.Mutex
	turns []chat.Turn
}

func (f *fake) Describe() client.Descriptor { return f.d }

func (f *fake) Models(context.Context) ([]client.Model, error) {
	if f.told != nil {
		return f.told, nil
	}
	ids := f.models
	if ids == nil {
		ids = []string{"m"}
	}
	var models []client.Model
	for _, id := range ids {
		models = append(models, client.Model{ID: id, Chat: true, Context: 1000})
	}
	return models, nil
}

func (f *fake) Stream(ctx context.Context, out policy.Outbound) iter.Seq2[client.Delta, error] {
	return func(yield func(client.Delta, error) bool) {
		turn, _, err := out.Open()
		if err != nil {
			yield(client.Delta{}, err)
			return
		}
		f.mu.Lock()
		f.turns = append(f.turns, turn)
		f.mu.Unlock()
		f.answer(ctx, turn, yield)
	}
}

func (f *fake) last(t *testing.T) chat.Turn {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.turns) == 0 {
		t.Fatal("nothing was sent")
	}
	return f.turns[len(f.turns)-1]
}

// saying makes an answer that says words and is done.
func saying(words ...string) func(context.Context, chat.Turn, func(client.Delta, error) bool) {
	return func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		for _, w := range words {
			if !yield(client.Delta{Kind: client.TextDelta, Text: chat.Text(w)}, nil) {
				return
			}
		}
		yield(client.Delta{Kind: client.DoneDelta, Reason: "stop"}, nil)
	}
}

const testPassphrase = chat.Secret("correct horse battery staple")

// open makes an app in a folder with a fake provider of a service.
func open(t *testing.T, dir string, service policy.Service, f *fake) *App {
	t.Helper()
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(Options{
		DataDir: dir,
		Words:   words,
		Passphrase: func(context.Context) (chat.Secret, error) {
			return testPassphrase, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	// The lightest seal there is: these tests are not about passphrases.
	a.history.vault = keys.New(keys.Options{Dir: dir, Passphrase: a.options.Passphrase, Work: 1})
	t.Cleanup(func() { _ = a.Close() })
	if f != nil {
		f.d = client.Descriptor{ID: MistralProfile, Name: "Fake", Service: service, Can: client.Features{Continue: true}}
		if service == policy.Local {
			f.d.ID, f.d.Place = OllamaProvider, client.Loopback
		}
		a.providers, err = client.NewSet(f)
		if err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// newSet puts a fake back that a change of profiles has replaced.
func newSet(t *testing.T, f *fake) client.Set {
	t.Helper()
	set, err := client.NewSet(f)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func (f *fake) choice() Choice { return Choice{Provider: string(f.d.ID), Model: "m"} }

// ask asks and waits for the end of the answer.
func ask(t *testing.T, a *App, s *Session, p Prompt) Progress {
	t.Helper()
	answer, v, err := a.Ask(t.Context(), s, p)
	if err != nil {
		t.Fatal(err)
	}
	if answer == nil {
		t.Fatalf("no answer: %v by %s %v", v.Decision, v.Rule, v.Clauses)
	}
	return wait(answer)
}

func wait(answer *Answer) Progress {
	var all Progress
	for {
		p := answer.Next()
		all.Deltas = append(all.Deltas, p.Deltas...)
		if p.Over {
			p.Deltas = all.Deltas
			return p
		}
	}
}

package app

import (
	"context"
	"slices"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/client"
)

// learner is a fake that knows what the model would have taken once it has
// refused something.
type learner struct{ *fake }

func (l learner) Efforts(string) ([]string, bool) {
	return []string{"none", "high"}, len(l.turns) > 0
}

func TestEffortsThatARefusalNamesAreKept(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ chat.Turn, yield func(client.Delta, error) bool) {
		yield(client.Delta{}, fault.E("fake", fault.Unsupported, nil, "allowed", "none, high"))
	}}
	a := open(t, t.TempDir(), policy.Platform, f)
	a.cacheModels(ModelList{Provider: f.d, Models: []Model{{ID: "m-latest", Aliases: []string{"m"}, Chat: true}, {ID: "n"}}, Read: a.Now()})
	s := a.NewSession(f.choice())
	err := a.Accept(MistralProfile)
	if err != nil {
		t.Fatal(err)
	}
	if a.providers, err = client.NewSet(learner{f}); err != nil {
		t.Fatal(err)
	}
	if p := ask(t, a, s, Prompt{Text: "hi", Options: chat.Options{Effort: "medium"}}); !fault.Is(p.Err, fault.Unsupported) {
		t.Fatalf("ended with %v", p.Err)
	}
	l, ok := a.cachedModels(f.d)
	if !ok || !slices.Equal(l.Models[0].Efforts, []string{"none", "high"}) || l.Models[1].Efforts != nil {
		t.Errorf("kept %+v", l.Models)
	}
}

package app

import (
	"testing"

	"bise/app/policy"
)

func TestAModelThatEndsIsHiddenFromProfilesMadeAfterTheNotice(t *testing.T) {
	f := &fake{answer: saying("hello")}
	a := open(t, t.TempDir(), policy.Partner, f)
	if err := a.OpenHistory(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := func() []Model {
		l, err := a.ModelsOf(t.Context(), MistralProfile, true)
		if err != nil {
			t.Fatal(err)
		}
		return l.Models
	}
	set := func(settings ...string) {
		t.Helper()
		if err := a.SetProfile(MistralProfile, settings); err != nil {
			t.Fatal(err)
		}
		a.providers = newSet(t, f)
	}
	set("service=partner", "profile_created=2026-01-01")
	if m := list(); len(m) != 1 || !m[0].Retires.IsZero() {
		t.Fatalf("before any notice: %+v", m)
	}
	if _, err := a.AddNotice(t.Context(), MistralProfile, NewNotice{Kind: ModelNotice, On: "2026-03-01", Facts: []string{"model=m"}}); err != nil {
		t.Fatal(err)
	}
	if m := list(); len(m) != 1 || m[0].Retires.Format("2006-01-02") != "2026-09-01" {
		t.Errorf("for an older profile: %+v", m)
	}
	set("profile_created=2026-03-02")
	if m := list(); len(m) != 0 {
		t.Errorf("for a newer profile: %+v", m)
	}
}

func TestAnExperimentalModelIsNotListedForConsumers(t *testing.T) {
	f := &fake{answer: saying("hello"), models: []string{"labs-x", "m"}}
	a := open(t, t.TempDir(), policy.Platform, f)
	if _, err := a.Activate(t.Context(), "2026-08-07"); err != nil {
		t.Fatal(err)
	}
	for consumer, want := range map[string]int{"yes": 1, "no": 2} {
		if err := a.SetProfile(MistralProfile, []string{"consumer_eu=" + consumer}); err != nil {
			t.Fatal(err)
		}
		a.providers = newSet(t, f)
		if l, err := a.ModelsOf(t.Context(), MistralProfile, true); err != nil || len(l.Models) != want {
			t.Errorf("consumer %s: %+v, %v", consumer, l.Models, err)
		}
	}
}

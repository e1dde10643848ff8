package localstore

import (
	"os"
	"sync"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/policy"
)

var bundle = sync.OnceValues(func() (policy.Rules, error) {
	return policy.Load(os.DirFS("../assets"), "2025-02-06")
})

// cleared are the shipped rules with the facts of a model on this machine.
func cleared() (policy.Rules, policy.Facts, error) {
	r, err := bundle()
	if err != nil {
		return policy.Rules{}, policy.Facts{}, err
	}
	f, err := policy.NewFacts(map[string]string{"service": "local"}, time.Time{})
	return r, f, err
}

// permit clears m for the history.
func permit(m chat.Message) (policy.Storable, error) {
	r, f, err := cleared()
	if err != nil {
		return policy.Storable{}, err
	}
	s, _ := r.Store(f, m)
	_, err = s.Open()
	return s, err
}

// storable is permit for tests.
func storable(t testing.TB, m chat.Message) policy.Storable {
	t.Helper()
	s, err := permit(m)
	if err != nil {
		t.Fatalf("the rules do not store the message: %v", err)
	}
	return s
}

// keepable clears a title, a draft or an instruction.
func keepable(t testing.TB, text string) policy.Keepable {
	t.Helper()
	r, f, err := cleared()
	if err != nil {
		t.Fatal(err)
	}
	k, v := r.Keep(f, chat.Part{Kind: chat.TextPart, Origin: chat.Typed, Text: chat.Text(text)})
	if _, err := k.Open(); err != nil {
		t.Fatalf("the rules do not keep the text: %v %v", v.Rule, err)
	}
	return k
}

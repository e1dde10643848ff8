package localstore

import (
	"testing"
	"time"

	"bise/app/policy"
)

func rules(t testing.TB) policy.Rules {
	t.Helper()
	return policy.Rules{}
}

func facts(t testing.TB) policy.Facts {
	t.Helper()
	f, err := policy.NewFacts(map[string]string{"service": "local"}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

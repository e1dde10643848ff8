package policy

import (
	"testing"

	"bise/assets"
)

func second(t testing.TB) Rules {
	t.Helper()
	r, err := Load(assets.Rules, "2026-08-07")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheSecondBundleLoads(t *testing.T) { second(t) }

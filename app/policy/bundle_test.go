package policy

import (
	"testing"

	"bise/assets"
)

func shipped(t testing.TB) Rules {
	t.Helper()
	r, err := Load(assets.Rules, "2025-02-06")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheShippedBundleLoads(t *testing.T) { t.Log(len(shipped(t).sheets)) }

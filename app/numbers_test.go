package app

import "testing"

func TestContextsAreCalledByTheirUsualNames(t *testing.T) {
	for n, want := range map[int]string{512: "512", 4096: "4k", 32768: "32k", 128_000: "128k", 131_072: "128k", 262_144: "256k", 1_000_000: "1M", 1 << 20: "1M"} {
		if got := Tokens(n); got != want {
			t.Errorf("Tokens(%d) = %q, want %q", n, got, want)
		}
	}
}

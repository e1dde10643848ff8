package models

import "testing"

func TestContextsAreCalledByTheirUsualNames(t *testing.T) {
	for n, want := range map[int]string{512: "512", 4096: "4k", 32768: "32k", 128_000: "128k", 131_072: "128k", 262_144: "256k", 1_000_000: "1M", 1 << 20: "1M"} {
		if got := tokens(n); got != want {
			t.Errorf("tokens(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestSizesAreWrittenInTheLargestUnitThatFits(t *testing.T) {
	for n, want := range map[int64]string{400_000_000: "400 MB", 2_019_393_189: "2.0 GB", 42_520_413_916: "42.5 GB"} {
		if got := bytes(n); got != want {
			t.Errorf("bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

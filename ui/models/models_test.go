package models

import "testing"

func TestSizesAreWrittenInTheLargestUnitThatFits(t *testing.T) {
	for n, want := range map[int64]string{400_000_000: "400 MB", 2_019_393_189: "2.0 GB", 42_520_413_916: "42.5 GB"} {
		if got := bytes(n); got != want {
			t.Errorf("bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

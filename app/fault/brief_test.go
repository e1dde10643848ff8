package fault

import (
	"testing"
	"time"
)

func TestBrief(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Hour: "1h", 90 * time.Minute: "1h30m", 10 * time.Minute: "10m", 61 * time.Second: "1m1s", 3 * time.Second: "3s", 0: "", -time.Second: "",
	} {
		if got := Brief(d); got != want {
			t.Errorf("%d ns are %q, want %q", d, got, want)
		}
	}
}

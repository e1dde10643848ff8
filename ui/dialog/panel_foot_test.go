package dialog

import "testing"

func TestTheWayBackStaysInANarrowFooter(t *testing.T) {
	hints := []Hint{{"enter", "on, off"}, {"o", "once"}, {"a", "always"}, {"x", "company in, out"}, {"esc", "close"}}
	for width, want := range map[int]string{
		80: "Enter on, off · o once · a always · x company in, out · Esc close",
		38: "Enter on, off · o once · Esc close",
		12: "Esc close",
	} {
		if got := footer(fitting(hints, width)); got != want {
			t.Errorf("in %d cells: %q, want %q", width, got, want)
		}
	}
}

package chatview

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Find selects the nearest message above the selected one, or above the end,
// that holds words in any case, and shows the line that does; past the first
// message it goes on from the last. It reports whether there is one. Only what
// is on the screen is looked at, so it also finds answers that may not be kept.
func (v *View) Find(words string) bool {
	words = strings.ToLower(words)
	n := len(v.items)
	from := v.selected
	if from < 0 {
		from = n
	}
	for step := 1; step <= n; step++ {
		i := ((from-step)%n + n) % n
		if !strings.Contains(strings.ToLower(string(v.items[i].message.Text())), words) && !v.growingHolds(i, words) {
			continue
		}
		v.selected, v.cache = i, nil
		v.reveal()
		v.revealLine(i, words)
		return true
	}
	return false
}

// growingHolds reports whether an answer that still grows holds words: its
// message has its text only at the end.
func (v *View) growingHolds(i int, words string) bool {
	it := v.items[i]
	return it.growing && it.body != nil && strings.Contains(strings.ToLower(it.body.Plain()), words)
}

// revealLine scrolls so that the first line of item i with words is seen. Words
// that a line break parts are not found in a line; the message is shown then.
func (v *View) revealLine(i int, words string) {
	h := v.heightOf(v.items[i])
	below := 0
	for _, it := range v.items[i+1:] {
		below += v.heightOf(it)
	}
	for n, line := range v.draw(i, 0, h) {
		if !strings.Contains(strings.ToLower(ansi.Strip(line)), words) {
			continue
		}
		under := below + h - n // lines from this one to the end
		if under > v.back+v.height || under <= v.back {
			v.back = v.farthest(max(0, under-v.height/2))
		}
		return
	}
}

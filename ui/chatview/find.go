package chatview

import (
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"bise/app/chat"
)

// hit is where words were found last.
type hit struct {
	words string // in lower case; "" is nothing found
	id    chat.MessageID
	// line counts in the message; -1 where a line break parts the words.
	line int
}

// Find shows the nearest line with words, in any case, above the one that was
// found last; else in the selected message or above it, else above the end. Past
// the first message it goes on from the last. It reports whether there is one.
// Only what is on the screen is looked at, so it also finds answers that may not
// be kept.
func (v *View) Find(words string) bool {
	words = strings.ToLower(words)
	n := len(v.items)
	from := v.selected
	if from < 0 {
		from = n - 1
	}
	for step := 0; n > 0 && step <= n; step++ {
		i := (from - step + n) % n
		if !v.holds(i, words) {
			continue
		}
		above := math.MaxInt
		if step == 0 && v.hit.words == words && v.hit.id == v.items[i].message.ID {
			above = v.hit.line
		}
		line := v.lineAbove(i, above, words)
		if line < 0 && above != math.MaxInt {
			continue // it has no more of them
		}
		v.selected, v.cache = i, nil
		v.hit = hit{words, v.items[i].message.ID, line}
		v.reveal()
		v.revealLine(i, line)
		return true
	}
	return false
}

// holds reports whether a message holds words. That of an answer that still grows
// has its text only at the end.
func (v *View) holds(i int, words string) bool {
	it := v.items[i]
	return strings.Contains(strings.ToLower(string(it.message.Text())), words) ||
		it.growing && it.body != nil && strings.Contains(strings.ToLower(it.body.Plain()), words)
}

// lineAbove is the last line of item i above a line that shows words; -1 is none.
func (v *View) lineAbove(i, above int, words string) int {
	lines := v.draw(i, 0, min(v.heightOf(v.items[i]), max(above, 0)))
	for n := len(lines) - 1; n >= 0; n-- {
		if strings.Contains(strings.ToLower(ansi.Strip(lines[n])), words) {
			return n
		}
	}
	return -1
}

// revealLine scrolls so that a line of item i is seen.
func (v *View) revealLine(i, line int) {
	if line < 0 {
		return
	}
	under := v.heightOf(v.items[i]) - line // lines from this one to the end
	for _, it := range v.items[i+1:] {
		under += v.heightOf(it)
	}
	if under > v.back+v.height || under <= v.back {
		v.back = v.farthest(max(0, under-v.height/2))
	}
}

// lit is a line with the words that were found in it marked.
func (v *View) lit(line string) string {
	bar, isPrompt := "", false
	if line, isPrompt = strings.CutPrefix(line, v.bar()); isPrompt {
		bar = v.bar()
	}
	plain := ansi.Strip(line)
	lower := strings.ToLower(plain)
	if len(lower) != len(plain) { // a letter whose small form is longer
		return bar + line
	}
	var b strings.Builder
	b.WriteString(bar)
	t := &v.env.Theme
	for {
		at := strings.Index(lower, v.hit.words)
		if at < 0 {
			break
		}
		end := at + len(v.hit.words)
		b.WriteString(t.Text.Render(plain[:at]) + t.Match.Render(plain[at:end]))
		plain, lower = plain[end:], lower[end:]
	}
	b.WriteString(t.Text.Render(plain))
	return b.String()
}

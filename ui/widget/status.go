package widget

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"bise/app/termsafe"
	"bise/ui/theme"
)

// Segment is one statement of a status line.
type Segment struct {
	Text string
	// Priority is how soon it is left out when room is short: the highest
	// number goes first. What has priority 1 is cut rather than left out.
	Priority int
	// Warn marks what needs a look, by a sign and by style.
	Warn bool
}

// separator stands between two segments.
const separator = " · "

// leastSegment is how many cells of a cut segment still say something.
const leastSegment = 12

// StatusLine is one line of exactly width cells: left segments, a gap, right
// segments. Where they do not fit, the least important are left out; the last of
// those that remain is rather cut than left out.
func StatusLine(t theme.Theme, width int, left, right []Segment) string {
	if width < 1 {
		return ""
	}
	left, right = shown(left), shown(right)
	for total(left, right) > width && !cutFits(left, right, width) && drop(&left, &right) {
	}
	var b strings.Builder
	used := paint(&b, t, left, width)
	gap := width - used
	if len(right) > 0 {
		need := measure(right)
		if used > 0 {
			gap = max(width-used-need, 1)
		} else {
			gap = max(width-need, 0)
		}
		b.WriteString(strings.Repeat(" ", min(gap, width-used)))
		used += min(gap, width-used)
		used += paint(&b, t, right, width-used)
		gap = width - used
	}
	b.WriteString(strings.Repeat(" ", max(gap, 0)))
	return b.String()
}

// shown makes the texts safe and leaves out empty ones.
func shown(segments []Segment) []Segment {
	out := make([]Segment, 0, len(segments))
	for _, s := range segments {
		if s.Text = termsafe.Line(s.Text); s.Text == "" {
			continue
		}
		if s.Warn {
			s.Text = "! " + s.Text
		}
		out = append(out, s)
	}
	return out
}

// cutFits reports whether only left segments remain, and enough room for the
// beginning of the last one.
func cutFits(left, right []Segment, width int) bool {
	n := len(left)
	if len(right) > 0 || n < 2 || n > 2 && left[n-1].Priority > 2 {
		return false
	}
	return width-measure(left[:n-1])-ansi.StringWidth(separator) >= leastSegment
}

func measure(segments []Segment) int {
	n := 0
	for i, s := range segments {
		if i > 0 {
			n += ansi.StringWidth(separator)
		}
		n += ansi.StringWidth(s.Text)
	}
	return n
}

func total(left, right []Segment) int {
	n := measure(left) + measure(right)
	if len(left) > 0 && len(right) > 0 {
		n += 2
	}
	return n
}

// drop leaves out the least important segment, the right one of two equals. It
// reports false when only those of priority 1, or one segment, remain.
func drop(left, right *[]Segment) bool {
	if len(*left)+len(*right) <= 1 {
		return false
	}
	worst, at, side := 1, -1, left
	for i, s := range *left {
		if s.Priority > worst {
			worst, at, side = s.Priority, i, left
		}
	}
	for i, s := range *right {
		if s.Priority > worst || s.Priority == worst && at >= 0 {
			worst, at, side = s.Priority, i, right
		}
	}
	if at < 0 {
		return false
	}
	*side = slices.Delete(*side, at, at+1)
	return true
}

// paint writes the segments in at most room cells and returns how many it used.
func paint(b *strings.Builder, t theme.Theme, segments []Segment, room int) int {
	used := 0
	for i, s := range segments {
		text := s.Text
		if i > 0 {
			if room-used <= ansi.StringWidth(separator) {
				break
			}
			b.WriteString(t.Border.Render(separator))
			used += ansi.StringWidth(separator)
		}
		text = ansi.Truncate(text, room-used, "…")
		used += ansi.StringWidth(text)
		if s.Warn {
			b.WriteString(t.Warning.Render(text))
		} else {
			b.WriteString(t.StatusBar.Render(text))
		}
	}
	return used
}

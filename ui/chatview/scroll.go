package chatview

import "bise/app/chat"

// Scroll moves the view by n lines, up if n is positive. It reports whether
// anything moved.
func (v *View) Scroll(n int) bool {
	was := v.back
	v.back = max(0, v.back+n)
	if n > 0 {
		v.back = v.farthest(v.back)
	}
	v.cache = nil
	return v.back != was
}

// Below is how many lines are further down than what is seen; 0 follows the end.
func (v *View) Below() int { return v.back }

// Page is how many lines a page key moves.
func (v *View) Page() int { return max(1, v.height-2) }

// ScrollTop shows the beginning; ScrollBottom the end.
func (v *View) ScrollTop() { v.back, v.cache = v.farthest(1<<30), nil }

// ScrollBottom shows the end and follows a growing answer again.
func (v *View) ScrollBottom() { v.back, v.cache = 0, nil }

// farthest is how far back the view can go, looking no further than want.
func (v *View) farthest(want int) int {
	total := 0
	for i := len(v.items) - 1; i >= 0; i-- {
		total += v.heightOf(v.items[i])
		if total-v.height >= want {
			return want
		}
	}
	return max(0, total-v.height)
}

// place is an edge of the view, between two lines.
type place struct {
	id chat.MessageID
	// above and below are how many lines of the message are on either side of
	// the edge.
	above, below int
}

// How an edge is found again in its message, which then takes height lines: each
// gives how many of them belong below the edge.
var (
	// sameTop holds the lines counted from the message's beginning.
	sameTop = func(p place, height int) int { return height - p.above }
	// sameEnd holds the lines counted from its end.
	sameEnd = func(p place, _ int) int { return p.below }
	// samePart holds the part of the text, where all lines break anew.
	samePart = func(p place, height int) int { return height - p.above*height/(p.above+p.below) }
)

// holding makes a change while the lower edge stays in its place. A view that
// follows the end goes on following it.
func (v *View) holding(how func(p place, height int) int, change func()) {
	v.cache = nil
	if v.back == 0 {
		change()
		return
	}
	p, found := v.placeAt(v.back)
	change()
	if found {
		v.back = v.linesBelow(how, p)
	}
	v.back = v.farthest(v.back)
}

// placeAt is the edge that has below lines below it; false is no such edge.
func (v *View) placeAt(below int) (place, bool) {
	for i := len(v.items) - 1; i >= 0; i-- {
		h := v.heightOf(v.items[i])
		if below < h {
			return place{v.items[i].message.ID, h - below, below}, true
		}
		below -= h
	}
	return place{}, false
}

// linesBelow is how many lines are below an edge now; of a message that is gone,
// as many as there were.
func (v *View) linesBelow(how func(p place, height int) int, p place) int {
	below := 0
	for i := len(v.items) - 1; i >= 0; i-- {
		h := v.heightOf(v.items[i])
		if v.items[i].message.ID == p.id {
			return below + min(max(how(p, h), 0), h)
		}
		below += h
	}
	return v.back
}

// reveal scrolls so that the selected message can be seen.
func (v *View) reveal() {
	if v.selected < 0 {
		return
	}
	below := 0
	for _, it := range v.items[v.selected+1:] {
		below += v.heightOf(it)
	}
	h := v.heightOf(v.items[v.selected])
	if below < v.back {
		v.back = below
	}
	if below+h > v.back+v.height {
		v.back = max(0, below+min(h, v.height)-v.height)
		if h > v.height { // a long message is read from its beginning
			v.back = below + h - v.height
		}
	}
	v.back = v.farthest(v.back)
}

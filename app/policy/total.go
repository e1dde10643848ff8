package policy

import (
	"math/bits"
	"slices"
	"strings"
)

// box is a set of combinations: for each condition the words it may have.
type box []uint64

// maxBoxes bounds the work for a bundle from outside; the widest shipped section
// needs fewer than a hundred.
const maxBoxes = 1 << 15

// total checks that every combination of facts meets a row and that every row
// meets a combination first. It cuts the rows out of the whole box one by one
// instead of walking the combinations, whose number is a product.
func (p *parser) total(s *sheet) error {
	whole := make(box, len(s.conditions))
	for i, c := range s.conditions {
		whole[i] = c.all()
	}
	left := []box{whole}
	for _, r := range s.rows {
		var rest []box
		met := false
		for _, b := range left {
			pieces, cut := b.without(r.when)
			met = met || cut
			rest = append(rest, pieces...)
		}
		if !met {
			return p.refuse(r.line, "dead row: rows above answer first", r.id)
		}
		if left = rest; len(left) > maxBoxes {
			return p.refuse(r.line, "section too wide to check", s.name)
		}
	}
	if len(left) > 0 {
		return p.refuse(s.line, "gap in section "+s.name+": no row for", s.describe(left[0]))
	}
	return nil
}

// needed checks that every row is there which the sheet says it needs, above
// the more general one.
func (p *parser) needed(s *sheet) error {
	place := func(id string) int {
		return slices.IndexFunc(s.rows, func(r row) bool { return r.id == id })
	}
	gap := "gap in section " + s.name + ": a row that it needs is missing"
	for _, n := range s.needs {
		below, what := place(n.Before), gap+" above the more general "+n.Before
		if n.Before == "" {
			what = gap
		}
		if below < 0 {
			below = len(s.rows)
		}
		for _, id := range n.Rows {
			if at := place(id); at < 0 || at >= below {
				return p.refuse(s.line, what, id)
			}
		}
	}
	for _, n := range s.needs {
		if n.Before != "" && place(n.Before) < 0 {
			return p.refuse(s.line, gap, n.Before)
		}
	}
	return nil
}

// without gives what is left of b when the combinations of cut are taken out,
// in boxes that do not overlap, and whether any was taken.
func (b box) without(cut box) ([]box, bool) {
	for i := range b {
		if b[i]&cut[i] == 0 {
			return []box{b}, false
		}
	}
	var pieces []box
	inside := slices.Clone(b)
	for i := range b {
		if outside := b[i] &^ cut[i]; outside != 0 {
			piece := slices.Clone(inside)
			piece[i] = outside
			pieces = append(pieces, piece)
		}
		inside[i] = b[i] & cut[i]
	}
	return pieces, true
}

// describe names one combination of b.
func (s *sheet) describe(b box) string {
	words := make([]string, len(b))
	for i, c := range s.conditions {
		words[i] = c.name + "=" + c.domain[bits.TrailingZeros64(b[i])]
	}
	return strings.Join(words, " ")
}

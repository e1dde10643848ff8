package policy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// term is one way to fill a cell: a fact, a date fact and a length after it, or
// a literal word.
type term struct {
	fact    string
	yearEnd bool // counts from 31 December of the fact's year
	n       int
	unit    byte // d, m, y; 0 for no length
	literal string
}

var termForm = regexp.MustCompile(`^([a-z_]+)(/year)?([+-])([0-9]{1,3})([dmy])$`)

// parseTerms reads an expression such as "request_date+30d" or
// "partner_contact ?? partner ?? 'the partner'": the first term that has a
// value fills the cell.
func parseTerms(text string) (terms []term, bad string) {
	for part := range strings.SplitSeq(text, "??") {
		part = strings.TrimSpace(part)
		if lit, ok := strings.CutPrefix(part, "'"); ok {
			terms = append(terms, term{literal: strings.TrimSuffix(lit, "'")})
			continue
		}
		if m := termForm.FindStringSubmatch(part); m != nil && vocabulary[m[1]].shape == date {
			n, _ := strconv.Atoi(m[3] + m[4])
			terms = append(terms, term{fact: m[1], yearEnd: m[2] != "", n: n, unit: m[5][0]})
			continue
		}
		if _, ok := vocabulary[part]; !ok {
			return nil, part
		}
		terms = append(terms, term{fact: part})
	}
	return terms, ""
}

// fill gives the word of a cell. A length whose date is not known stays a
// length: "+30d".
func (c cell) fill(f Facts) string {
	if c.terms == nil {
		return c.word
	}
	for _, t := range c.terms {
		if t.literal != "" {
			return t.literal
		}
		word := f.Get(t.fact)
		switch {
		case t.unit == 0 && word != "":
			return word
		case t.unit == 0:
			continue
		case word == "":
			return fmt.Sprintf("%+d%c", t.n, t.unit)
		}
		day, err := time.Parse(time.DateOnly, word)
		if err != nil {
			continue
		}
		if t.yearEnd {
			day = time.Date(day.Year(), time.December, 31, 0, 0, 0, 0, time.UTC)
		}
		return addLength(day, t.n, t.unit).Format(time.DateOnly)
	}
	return noValue
}

// addLength counts n calendar days, months or years from day, whose own day is
// not counted. Months and years keep the day number, clamped to the month's
// end: 31 August and six months is 28 February.
func addLength(day time.Time, n int, unit byte) time.Time {
	switch unit {
	case 'd':
		return day.AddDate(0, 0, n)
	case 'y':
		n *= 12
	}
	start := time.Date(day.Year(), day.Month()+time.Month(n), 1, 0, 0, 0, 0, day.Location())
	last := start.AddDate(0, 1, -1).Day()
	return start.AddDate(0, 0, min(day.Day(), last)-1)
}

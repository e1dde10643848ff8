package guide

import (
	"cmp"
	"math"
	"slices"
)

// index ranks documents by the words they share with a question: BM25, with
// the words of a title and of its other names counted more than the body's.
type index struct {
	docs  []document
	df    map[string]int // documents that have a term
	vocab []string       // sorted, for near misses
	total float64        // weighted length of all documents
}

type document struct {
	tf     map[string]float64
	length float64
}

// hit is one document found, best first in a list of them.
type hit struct {
	doc   int
	score float64
	// cover is the share, by weight, of the question's words that it has.
	cover float64
}

// The weights of a term by its place, and BM25's two constants: k1 as usual, b
// low because the pages are short and of like length.
const (
	titleWeight = 3
	alsoWeight  = 2
	bodyWeight  = 1

	k1 = 1.2
	b  = 0.5
)

// add puts one document in and gives its number.
func (x *index) add(title, also, body string) int {
	d := document{tf: make(map[string]float64)}
	for _, part := range []struct {
		text   string
		weight float64
	}{{title, titleWeight}, {also, alsoWeight}, {body, bodyWeight}} {
		for _, t := range terms(part.text) {
			d.tf[t] += part.weight
			d.length += part.weight
		}
	}
	if x.df == nil {
		x.df = make(map[string]int)
	}
	for t := range d.tf {
		x.df[t]++
	}
	x.total += d.length
	x.docs = append(x.docs, d)
	return len(x.docs) - 1
}

func (x *index) finish() {
	x.vocab = make([]string, 0, len(x.df))
	for t := range x.df {
		x.vocab = append(x.vocab, t)
	}
	slices.Sort(x.vocab)
}

func (x *index) idf(term string) float64 {
	n, df := float64(len(x.docs)), float64(x.df[term])
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}

// search lists the documents that share a term with the query, best first.
func (x *index) search(query []string) []hit {
	if len(x.docs) == 0 {
		return nil
	}
	query = x.mend(query)
	var weight float64
	for _, t := range query {
		weight += x.idf(t)
	}
	mean := x.total / float64(len(x.docs))
	var hits []hit
	for i, d := range x.docs {
		h := hit{doc: i}
		for _, t := range query {
			tf := d.tf[t]
			if tf == 0 {
				continue
			}
			idf := x.idf(t)
			h.score += idf * tf * (k1 + 1) / (tf + k1*(1-b+b*d.length/mean))
			h.cover += idf / weight
		}
		if h.score > 0 {
			hits = append(hits, h)
		}
	}
	slices.SortStableFunc(hits, func(p, q hit) int { return cmp.Compare(q.score, p.score) })
	return hits
}

// mend drops repeated terms and replaces a term that no page has by the one
// that is a slip of the finger away.
func (x *index) mend(query []string) []string {
	var mended []string
	for _, t := range query {
		if x.df[t] == 0 {
			t = x.near(t)
			if x.df[t] == 0 && len(t) <= 3 {
				continue // mostly a slip in a word without a subject
			}
		}
		if !slices.Contains(mended, t) {
			mended = append(mended, t)
		}
	}
	return mended
}

// near finds the known term nearest to t: one slip away, two in a long word.
// Short words are left alone, where one slip makes another word.
func (x *index) near(t string) string {
	const shortest, long = 4, 8
	if len(t) < shortest {
		return t
	}
	limit := 1
	if len(t) >= long {
		limit = 2
	}
	best, found := limit+1, t
	for _, v := range x.vocab {
		if len(v) < shortest || v[0] != t[0] {
			continue // a slip in the first letter is rare
		}
		if n := slips(t, v, limit); n < best {
			best, found = n, v
		}
	}
	return found
}

// slips counts the letters to add, drop, change or swap to make b of a, up to
// limit; beyond it the count is limit+1.
func slips(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit+1)
}

package localstore

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"bise/app/chat"
)

// How many characters a snippet shows before its first match and after it.
const (
	before = 30
	after  = 110
)

// finder finds the terms of a query in a text, reading words as the index does.
type finder struct {
	phrases [][]string // folded words
	// beginning says that the last word of the last phrase may be the
	// beginning of one.
	beginning bool
	longest   int
}

func newFinder(terms []term) finder {
	var f finder
	for i, t := range terms {
		var phrase []string
		for _, w := range words(t.text) {
			phrase = append(phrase, w)
		}
		f.phrases = append(f.phrases, phrase)
		f.longest = max(f.longest, len(phrase))
		f.beginning = i == len(terms)-1 && t.beginning()
	}
	return f
}

// snippet cuts the place of the first match out of text. It reads no further
// than it shows, so a long text with many matches costs no more.
func (f finder) snippet(text string) Snippet {
	var spans, found []Span // of the last words, and of the matches
	var last []string
	for span, word := range words(text) {
		if len(found) > 0 && span.Start > found[0].End+after*utf8.UTFMax {
			break
		}
		spans, last = append(spans, span), append(last, word)
		if len(last) > f.longest {
			spans, last = spans[1:], last[1:]
		}
		if n := f.ends(last); n > 0 {
			match := Span{spans[len(spans)-n].Start, span.End}
			if len(found) == 0 || match.Start >= found[len(found)-1].End {
				found = append(found, match)
			}
		}
	}
	return cut(text, found)
}

// ends is the number of words of the longest phrase that ends words, 0 if none
// does.
func (f finder) ends(words []string) (longest int) {
	for i, phrase := range f.phrases {
		n := len(phrase)
		if n <= longest || n > len(words) {
			continue
		}
		beginning := f.beginning && i == len(f.phrases)-1
		if matches(words[len(words)-n:], phrase, beginning) {
			longest = n
		}
	}
	return longest
}

func matches(words, phrase []string, beginning bool) bool {
	for i, w := range words {
		same := w == phrase[i]
		if beginning && i == len(phrase)-1 {
			same = strings.HasPrefix(w, phrase[i])
		}
		if !same {
			return false
		}
	}
	return true
}

// words lists the words of text folded, with their places: runs of letters and
// digits, as the tokenizer unicode61 sees them.
func words(text string) iter.Seq2[Span, string] {
	return func(yield func(Span, string) bool) {
		start := -1
		for i, r := range text {
			inside := unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co)
			switch {
			case inside && start < 0:
				start = i
			case !inside && start >= 0:
				if !yield(Span{start, i}, plain(text[start:i])) {
					return
				}
				start = -1
			}
		}
		if start >= 0 {
			yield(Span{start, len(text)}, plain(text[start:]))
		}
	}
}

// plain is word in lower case without accents.
func plain(word string) string {
	word = strings.ToLower(word)
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			return strings.Map(func(r rune) rune {
				if unicode.Is(unicode.M, r) {
					return -1
				}
				return r
			}, norm.NFD.String(word))
		}
	}
	return word
}

// cut makes a snippet of text around the first of found, with those of found
// that it shows; without any it is the beginning of text.
func cut(text string, found []Span) Snippet {
	var first Span
	if len(found) > 0 {
		first = found[0]
	}
	from, to := first.Start, first.End
	for range before {
		_, w := utf8.DecodeLastRuneInString(text[:from])
		from -= w
	}
	for range after {
		_, w := utf8.DecodeRuneInString(text[to:])
		to += w
	}
	lead, tail := "", ""
	if from > 0 {
		lead = "…"
	}
	if to < len(text) {
		tail = "…"
	}
	out := Snippet{Text: chat.Text(lead + text[from:to] + tail)}
	shift := len(lead) - from
	for _, m := range found {
		if m.End <= to {
			out.Matches = append(out.Matches, Span{m.Start + shift, m.End + shift})
		}
	}
	return out
}

package share

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Look is what to look for besides what everybody would hide.
type Look struct {
	// Names are the person's own names; each of their words of three letters
	// and more is looked for too.
	Names []string
	// Terms are words that the person has declared sensitive.
	Terms []string
	// Homes are home folders of this machine.
	Homes []string
}

// Span is something found in a text: the bytes from Start up to End.
type Span struct {
	Kind       Kind
	Start, End int
}

// Find lists what is found in a text, in its order, without overlaps.
func (l Look) Find(text string) []Span {
	var found []Span
	take := func(kind Kind, start, end int) { found = append(found, Span{kind, start, end}) }
	findKeys(text, take)
	findPasswords(text, take)
	findNumbers(text, take)
	findPhones(text, take)
	findEmails(text, take)
	findHomes(text, take)
	for _, home := range l.Homes {
		if len(home) > 1 {
			findWord(text, home, func(start, end int) { take(HomePath, start, end) })
		}
	}
	for _, name := range names(l.Names) {
		findWord(text, name, func(start, end int) { take(Name, start, end) })
	}
	for _, term := range l.Terms {
		findWord(text, strings.TrimSpace(term), func(start, end int) { take(Term, start, end) })
	}
	return merge(found)
}

// merge makes one finding of those that overlap, so that taking it out leaves
// nothing of either.
func merge(found []Span) []Span {
	slices.SortFunc(found, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), cmp.Compare(a.Kind.rank(), b.Kind.rank()))
	})
	merged := found[:0]
	for _, s := range found {
		last := len(merged) - 1
		if last < 0 || s.Start >= merged[last].End {
			merged = append(merged, s)
			continue
		}
		if s.Kind.rank() < merged[last].Kind.rank() {
			merged[last].Kind = s.Kind
		}
		merged[last].End = max(merged[last].End, s.End)
	}
	return merged
}

// names are the full names and their words, the longest first.
func names(full []string) []string {
	var all []string
	for _, name := range full {
		name = strings.TrimSpace(name)
		if utf8.RuneCountInString(name) < 2 {
			continue
		}
		all = append(all, name)
		words := strings.Fields(name)
		for _, word := range words {
			if len(words) > 1 && utf8.RuneCountInString(word) >= 3 {
				all = append(all, word)
			}
		}
	}
	return all
}

// findWord finds a word or phrase whatever its case, where it is not part of a
// longer word.
func findWord(text, word string, take func(start, end int)) {
	first, _ := utf8.DecodeRuneInString(word)
	if word == "" || first == utf8.RuneError {
		return
	}
	for at := 0; at < len(text); {
		i, end := indexFold(text[at:], word)
		if i < 0 {
			return
		}
		start := at + i
		end += at
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !(wordy(first) && wordy(before)) && !wordy(after) {
			take(start, end)
		}
		at = max(end, start+1)
	}
}

// indexFold is where word is in text whatever its case, -1 if nowhere.
func indexFold(text, word string) (start, end int) {
	first, _ := utf8.DecodeRuneInString(word)
	for i, r := range text {
		if r != first && unicode.ToLower(r) != unicode.ToLower(first) {
			continue
		}
		if n := foldPrefix(text[i:], word); n > 0 {
			return i, i + n
		}
	}
	return -1, -1
}

// foldPrefix is how many bytes of text word takes at its beginning, 0 if it is
// not there. The two may differ in length: some letters have a longer capital.
func foldPrefix(text, word string) int {
	n := 0
	for _, want := range word {
		r, size := utf8.DecodeRuneInString(text[n:])
		if size == 0 || unicode.ToLower(r) != unicode.ToLower(want) {
			return 0
		}
		n += size
	}
	return n
}

func wordy(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_')
}

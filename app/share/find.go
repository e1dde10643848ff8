package share

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
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
	logins := urlLogins(text)
	findKeys(text, take)
	findPasswords(text, logins, take)
	findNumbers(text, take)
	findPhones(text, take)
	findEmails(text, logins, take)
	findHomes(text, take)
	for _, home := range l.Homes {
		if len(home) > 1 {
			findWord(text, home, wordy, func(start, end int) { take(HomePath, start, end) })
		}
	}
	for _, name := range names(l.Names) {
		inWord := wordy // a first name alone is also the beginning of max_tokens
		if strings.Contains(name, " ") {
			inWord = letterOrDigit
		}
		for _, spelling := range spellings(name) {
			findWord(text, spelling, inWord, func(start, end int) { take(Name, start, end) })
		}
	}
	for _, term := range l.Terms {
		for _, spelling := range spellings(strings.TrimSpace(term)) {
			findWord(text, spelling, letterOrDigit, func(start, end int) { take(Term, start, end) })
		}
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

// spelledOut is how letters are written where a keyboard or a form lacks them.
var spelledOut = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss", "æ", "ae", "Æ", "Ae", "ø", "oe", "Ø", "Oe", "å", "aa", "Å", "Aa")

// spellings are the word as it is and as it is spelled out.
func spellings(word string) []string {
	word = norm.NFC.String(word)
	if out := spelledOut.Replace(word); out != word {
		return []string{word, out}
	}
	return []string{word}
}

// findWord finds a word or phrase whatever its case and its accents, and
// whatever joins its words, where it is not part of a longer word.
func findWord(text, word string, inWord func(rune) bool, take func(start, end int)) {
	want := make([]rune, 0, len(word))
	for _, r := range norm.NFC.String(word) {
		if !accent(r) {
			want = append(want, plain(r))
		}
	}
	if len(want) == 0 || want[0] == utf8.RuneError {
		return
	}
	for at := 0; at < len(text); {
		i, end := indexPlain(text[at:], want)
		if i < 0 {
			return
		}
		start := at + i
		end += at
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !(inWord(want[0]) && inWord(before)) && !inWord(after) {
			take(start, end)
		}
		at = max(end, start+1)
	}
}

// indexPlain is where the word is in text, -1 if nowhere.
func indexPlain(text string, word []rune) (start, end int) {
	for i, r := range text {
		if plain(r) != word[0] {
			continue
		}
		if n := plainPrefix(text[i:], word); n > 0 {
			return i, i + n
		}
	}
	return -1, -1
}

// plainPrefix is how many bytes of text the word takes at its beginning, with
// the accents that stand behind their letters, 0 if it is not there.
func plainPrefix(text string, word []rune) int {
	n := 0
	for _, want := range word {
		r, size := utf8.DecodeRuneInString(text[n:])
		if size == 0 || plain(r) != want && !(joint(want) && joint(r)) {
			return 0
		}
		n += size
		for r, size = utf8.DecodeRuneInString(text[n:]); accent(r); r, size = utf8.DecodeRuneInString(text[n:]) {
			n += size
		}
	}
	return n
}

// plain is a letter without its case and, if it is a Latin one, its accents.
func plain(r rune) rune {
	if r >= utf8.RuneSelf {
		switch base := norm.NFD.PropertiesString(string(r)).Decomposition(); {
		case len(base) > 0 && base[0] < utf8.RuneSelf:
			r = rune(base[0])
		case r == 'ø', r == 'Ø':
			r = 'o'
		case r == 'ł', r == 'Ł':
			r = 'l'
		}
	}
	return unicode.ToLower(r)
}

// accent reports whether a character only changes the one before it.
func accent(r rune) bool { return '\u0300' <= r && r <= '\u036f' }

// joint reports whether a character may join the words of a phrase: a line ends
// there, or it is the name of a file or in a program.
func joint(r rune) bool { return strings.ContainsRune(" -_.\n\u00a0\u202f", r) }

func letterOrDigit(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || accent(r))
}

func wordy(r rune) bool { return letterOrDigit(r) || r == '_' }

// Package shellwords splits a text into words as a shell would: command lines of
// the configuration, and the paths that a terminal types when files are dragged
// onto it.
package shellwords

import (
	"errors"
	"strings"
)

// ErrQuotes is a text whose quotes do not match.
var ErrQuotes = errors.New("shellwords: quotes do not match")

// Split gives the words of a text: blanks part them, '…' and "…" hold them
// together, and outside of '…' a backslash takes the meaning of the character
// behind it where escapes says so of that character. Elsewhere it is a
// backslash. Nothing is expanded: no variables, no patterns, no pipes. The error
// is ErrQuotes.
func Split(text string, escapes func(rune) bool) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	begun := false
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote == '\'' && r != quote:
			word.WriteRune(r)
		case quote != 0 && r == quote:
			quote = 0
		case r == '\\' && i+1 < len(runes) && escapes(runes[i+1]):
			i++
			word.WriteRune(runes[i])
			begun = true
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			if begun {
				words = append(words, word.String())
				word.Reset()
				begun = false
			}
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quote != 0 {
		return nil, ErrQuotes
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

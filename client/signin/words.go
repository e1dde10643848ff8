package signin

import (
	"errors"
	"strings"
)

// errQuotes is a line whose quotes do not match.
var errQuotes = errors.New("signin: quotes do not match")

// Words splits a command line into words as a shell would, with '…', "…" and,
// outside of '…', \. Nothing is expanded: no variables, no patterns, no pipes.
// Within a word a backslash before a letter or digit stays, so that paths of
// Windows can be written.
func Words(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	begun := false
	runes := []rune(line)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote == '\'' && r != quote:
			word.WriteRune(r)
		case quote != 0 && r == quote:
			quote = 0
		case r == '\\' && i+1 < len(runes) && strings.ContainsRune(` "'\$`, runes[i+1]):
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
		return nil, errQuotes
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

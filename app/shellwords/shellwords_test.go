package shellwords_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"bise/app/shellwords"
)

func anything(rune) bool { return true }

func special(r rune) bool { return strings.ContainsRune(` "'\$`, r) }

func nothing(rune) bool { return false }

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, text string
		escapes    func(rune) bool
		want       []string
	}{
		{"blanks part words", "az  account get\t-o tsv", special, []string{"az", "account", "get", "-o", "tsv"}},
		{"quotes hold them together", `a 'b c' "d e" f'g'h`, special, []string{"a", "b c", "d e", "fgh"}},
		{"empty quotes are a word", `a '' ""`, special, []string{"a", "", ""}},
		{"nothing is expanded", `echo $HOME * ~`, special, []string{"echo", "$HOME", "*", "~"}},
		{"a backslash before another character stays", `C:\Tools\az.cmd x`, special, []string{`C:\Tools\az.cmd`, "x"}},
		{"a backslash keeps a blank", `a\ b "c\"d"`, special, []string{"a b", `c"d`}},
		{"a backslash within single quotes is one", `'a\ b'`, anything, []string{`a\ b`}},
		{"a backslash at the end is one", `a\`, anything, []string{`a\`}},
		{"a backslash that means nothing stays", `"C:\a b" \\server`, nothing, []string{`C:\a b`, `\\server`}},
		{"nothing is nothing", "  ", special, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := shellwords.Split(c.text, c.escapes)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q and %v", got, err)
			}
		})
	}
	for _, open := range []string{`a 'b`, `a "b`, `"a\"`} {
		if got, err := shellwords.Split(open, special); !errors.Is(err, shellwords.ErrQuotes) {
			t.Errorf("%s: got %q and %v", open, got, err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(`a 'b' "c" \ d`)
	f.Fuzz(func(t *testing.T, text string) {
		words, err := shellwords.Split(text, anything)
		total := 0
		for _, w := range words {
			total += len(w)
		}
		if err == nil && total > 3*len(text) { // what is no UTF-8 becomes three bytes
			t.Errorf("%q grew to %q", text, words)
		}
	})
}

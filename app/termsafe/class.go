package termsafe

import "unicode"

// class is what a character does to a terminal.
type class uint8

const (
	hidden    class = iota // dropped; the zero value, so that what is forgotten is dropped
	printable              // shown
	breaking               // a line break
	mark                   // shown with the character before it
	joiner                 // joins the characters around it
	starter                // starts an escape sequence
)

// classOf says what a character does.
func classOf(r rune) class {
	switch {
	case r < 0x20:
		return classOfC0(r)
	case r < 0x7f:
		return printable
	case r < 0xa0:
		return classOfC1(r)
	case r < 0x300:
		if r == 0xad { // soft hyphen: shown by some terminals, not by others
			return hidden
		}
		return printable
	case r == 0x200d:
		return joiner
	case r == 0x200c: // parts letters in Persian and others
		return mark
	case r == 0x2028 || r == 0x2029:
		return breaking
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return mark // Arabic number signs: visible, but they pile up before a letter
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		return hidden // bidi controls, tags, byte order mark, fillers
	case unicode.Is(unicode.M, r), leadingJamo(r):
		return mark
	case unicode.Is(unicode.Cs, r):
		return hidden
	default:
		return printable
	}
}

func classOfC0(r rune) class {
	switch r {
	case '\t':
		return printable
	case '\n', '\r':
		return breaking
	case 0x1b:
		return starter
	default:
		return hidden
	}
}

// classOfC1 also covers DEL. A terminal that reads UTF-8 still obeys these.
func classOfC1(r rune) class {
	switch r {
	case 0x90, 0x98, 0x9b, 0x9d, 0x9e, 0x9f: // DCS, SOS, CSI, OSC, PM, APC
		return starter
	case 0x85: // next line
		return breaking
	default:
		return hidden
	}
}

// leadingJamo reports whether r is a leading consonant of decomposed Hangul: any
// number of them in a row is one character to a terminal.
func leadingJamo(r rune) bool {
	return r >= 0x1100 && r <= 0x115f || r >= 0xa960 && r <= 0xa97c
}

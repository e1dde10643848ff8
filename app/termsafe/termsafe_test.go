package termsafe

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

var cases = []struct{ name, in, text, line string }{
	{"plain text stays", "Hello, world", "Hello, world", "Hello, world"},
	{"lines and tabs stay in text and are blanks in a line", "a\n\tb", "a\n\tb", "a  b"},
	{"line breaks of every kind are one kind", "a\r\nb\rc\u0085d\u2028e\u2029f", "a\nb\nc\nd\ne\nf", "a b c d e f"},
	{"colours go with their sequence", "a\x1b[31;1mred\x1b[0m!", "ared!", "ared!"},
	{"a title change goes with its text", "a\x1b]0;owned\x07b", "ab", "ab"},
	{"a clipboard order ended by ST goes", "a\x1b]52;c;aGk=\x1b\\b", "ab", "ab"},
	{"a device control string goes", "a\x1bPq#0\x1b\\b", "ab", "ab"},
	{"an eight-bit CSI in UTF-8 goes", "a\u009b31mb", "ab", "ab"},
	{"an eight-bit OSC in UTF-8 goes", "a\u009d0;x\u009cb", "ab", "ab"},
	{"an eight-bit CSI as a raw byte is no character", "a\x9b31mb", "a\ufffd31mb", "a\ufffd31mb"},
	{"a charset switch goes", "a\x1b(0b", "ab", "ab"},
	{"an unfinished title ends at the line", "a\x1b]0;x\nb", "a\nb", "a b"},
	{"a sequence broken by a letter of another script keeps the letter", "a\x1b[3éb", "aéb", "aéb"},
	{"a bell, a backspace and a delete go", "a\x07\x08\x7fb", "ab", "ab"},
	{"bidi overrides and isolates go", "a\u202e\u2066b\u2069\u202c\u200f\u061cc", "abc", "abc"},
	{"hiding characters go", "p\u00ada\ufeffy\u2060p\U000e0041al\u3164", "paypal", "paypal"},
	{"a family of emoji stays", "👨‍👩‍👧‍👦 ❤️ 🏳️‍🌈", "👨‍👩‍👧‍👦 ❤️ 🏳️‍🌈", "👨‍👩‍👧‍👦 ❤️ 🏳️‍🌈"},
	{"marks of real writing stay", "e\u0301 ก็ நி می\u200cخواهم", "e\u0301 ก็ நி می\u200cخواهم", "e\u0301 ก็ நி می\u200cخواهم"},
	{"decomposed Hangul stays", "\u1112\u1161\u11ab\u1100\u1173\u11af", "\u1112\u1161\u11ab\u1100\u1173\u11af", "\u1112\u1161\u11ab\u1100\u1173\u11af"},
	{"a flood of marks is cut", "a" + strings.Repeat("\u0301", 500) + "b", "a" + strings.Repeat("\u0301", 8) + "b", "a" + strings.Repeat("\u0301", 8) + "b"},
	{"an endless join is cut", strings.Repeat("👨\u200d", 20), strings.Repeat(strings.Repeat("👨\u200d", 8)+"👨", 2) + "👨\u200d👨\u200d", strings.Repeat(strings.Repeat("👨\u200d", 8)+"👨", 2) + "👨\u200d👨\u200d"},
	{"bytes that are no text are replaced", "a\xff\xfeb\xc3", "a\ufffd\ufffdb\ufffd", "a\ufffd\ufffdb\ufffd"},
}

func TestText(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Text(c.in); got != c.text {
				t.Errorf("Text(%q) = %q, want %q", c.in, got, c.text)
			}
			if got := Line(c.in); got != c.line {
				t.Errorf("Line(%q) = %q, want %q", c.in, got, c.line)
			}
		})
	}
}

func TestTextCutAnywhereIsTheSameText(t *testing.T) {
	for _, c := range cases {
		for cut := range len(c.in) + 1 {
			var f Filter
			got := f.Push(c.in[:cut]) + f.Push(c.in[cut:]) + f.Flush()
			if got != c.text {
				t.Errorf("%s, cut at %d: %q, want %q", c.name, cut, got, c.text)
			}
		}
	}
}

func TestCleanTextIsNotCopied(t *testing.T) {
	s := "A clean naïve text — with 👨‍👩‍👧 and\nlines.\tYes."
	if got := Text(s); unsafe.StringData(got) != unsafe.StringData(s) {
		t.Error("Text copied a clean text")
	}
}

func TestAnUnfinishedSequenceHidesABoundedPart(t *testing.T) {
	s := "\x1b]0;" + strings.Repeat("x", 10*maxHidden)
	if got := Text(s); len(got) < 8*maxHidden {
		t.Errorf("%d of %d bytes are left", len(got), len(s))
	}
}

func FuzzText(f *testing.F) {
	for _, c := range cases {
		f.Add(c.in, 3)
	}
	f.Fuzz(func(t *testing.T, s string, cut int) {
		got := Text(s)
		check(t, got)
		if again := Text(got); again != got {
			t.Errorf("filtering twice: %q then %q", got, again)
		}
		line := Line(s)
		check(t, line)
		if strings.ContainsAny(line, "\n\t") {
			t.Errorf("a line with a break: %q", line)
		}
		if len(s) > 0 {
			cut = max(cut, -cut) % len(s)
			cut = max(cut, 0)
			var fl Filter
			if pieces := fl.Push(s[:cut]) + fl.Push(s[cut:]) + fl.Flush(); pieces != got {
				t.Errorf("in pieces %q, whole %q", pieces, got)
			}
		}
	})
}

func check(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("invalid UTF-8 in %q", s)
	}
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == 0x2028, r == 0x2029, r == 0xfeff:
			t.Errorf("%U in %q", r, s)
		}
	}
}

func BenchmarkText(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"ascii", strings.Repeat("The quick brown fox jumps over the lazy dog.\n", 1000)},
		{"french", strings.Repeat("Le cœur déçu mais l'âme plutôt naïve — voilà.\n", 1000)},
		{"coloured", strings.Repeat("The \x1b[31mquick\x1b[0m brown fox jumps.\n", 1000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				Text(c.text)
			}
		})
	}
}

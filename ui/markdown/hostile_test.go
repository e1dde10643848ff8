package markdown

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func hostile() map[string]string {
	return map[string]string{
		"a line of a megabyte":            strings.Repeat("word ", 1<<20/5),
		"a word of a megabyte":            strings.Repeat("x", 1<<20),
		"a code line of a megabyte":       "```js\n" + strings.Repeat("var a=1;", 1<<20/8) + "\n```",
		"a table of 5,000 columns":        strings.Repeat("|a", 5000) + "|\n" + strings.Repeat("|-", 5000) + "|\n" + strings.Repeat("|1", 5000) + "|\n",
		"ten thousand quotes in a line":   strings.Repeat("> ", 10000) + "x",
		"ten thousand lists in a line":    strings.Repeat("- ", 10000) + "x",
		"ten thousand lists, each deeper": deeper(10000),
		"ten thousand quotes, deeper":     quotes(600),
		"brackets that close nothing":     strings.Repeat("[", 60000),
		"links that close nothing":        strings.Repeat("[a](", 30000),
		"stars that close nothing":        strings.Repeat("*a **b ", 15000),
		"ticks that close nothing":        strings.Repeat("`a ``b ", 15000),
		"fences that close nothing":       strings.Repeat("```\n~~~\n", 10000),
		"marks without a letter":          strings.Repeat("e\u0301\u0301\u0301\u0301", 50000),
		"joined emoji":                    strings.Repeat("👨\u200d", 30000),
		"entities":                        strings.Repeat("&#x1b;[2J&amp;", 10000),
		"open tags":                       strings.Repeat("<a <b ", 20000),
		"definitions":                     strings.Repeat("[a]: b\n", 20000),
		"definitions and their uses":      strings.Repeat("[a]: b\n\nsee [a]\n\n", 10000),
		"blank lines":                     strings.Repeat("\n", 100000),
		"one character a line":            strings.Repeat("a\n", 50000),
		"escape sequences":                strings.Repeat("\x1b]52;c;AAAA\x07\x1b[2J", 10000),
	}
}

func deeper(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", min(2*i, 2000)))
		b.WriteString("- x\n")
	}
	return b.String()[:min(b.Len(), 2<<20)]
}

func quotes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(">", i+1) + " x\n\n")
	}
	return b.String()
}

// What a hostile text may take is bounded by what it holds: no block is larger
// than a fixed size, and the screen is not larger than a fixed factor.
func TestHostileTextsStayWithinBounds(t *testing.T) {
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			v := plain(t, 80)
			for rest := text; rest != ""; {
				n := min(1<<16, len(rest))
				v.Append(rest[:n])
				rest = rest[n:]
				check(t, v.LinesFromEnd(50), 80)
			}
			v.Finish()
			for _, b := range v.scan.blocks {
				if size := b.to - b.from; size > max(maxBlock, maxCode)+maxLine+1 {
					t.Errorf("a block of %d bytes", size)
				}
			}
			if h := v.Height(); h > 2*len(text)+10 {
				t.Errorf("%d bytes take %d lines", len(text), h)
			}
			check(t, v.Lines(0, v.Height()), 80)
		})
	}
}

func check(t *testing.T, lines []string, width int) {
	t.Helper()
	for _, l := range lines {
		if ansi.StringWidth(l) > width {
			t.Errorf("%d cells in %q", ansi.StringWidth(l), l)
		}
		bare := ansi.Strip(l)
		if strings.ContainsAny(bare, "\x1b\n\r\t\x07\u202e\u009b") {
			t.Errorf("a control character in %q", l)
		}
	}
}

func FuzzView(f *testing.F) {
	for _, text := range hostile() {
		f.Add(text[:min(len(text), 300)], uint8(40), uint8(3))
	}
	f.Add(sample(200), uint8(30), uint8(5))
	f.Add("| a | b |\n|:-:|--:|\n| 1 | 2 |\n\n- x\n  1. y\n\n     ```go\n     func\n", uint8(9), uint8(1))
	f.Fuzz(func(t *testing.T, text string, width, step uint8) {
		if len(text) > 20000 {
			return
		}
		w := max(int(width), minWidth)
		v := plain(t, w)
		n := max(int(step), 1, len(text)/50)
		for rest := text; rest != ""; {
			k := min(n, len(rest))
			v.Append(rest[:k])
			rest = rest[k:]
			h := v.Height()
			check(t, v.Lines(h-20, h), w)
		}
		v.Finish()
		got := v.Lines(0, v.Height())
		check(t, got, w)
		if len(got) != v.Height() {
			t.Errorf("%d lines, height %d", len(got), v.Height())
		}
		whole := plain(t, w)
		whole.SetText(text)
		end := whole.LinesFromEnd(5)
		all := whole.Lines(0, whole.Height())
		if strings.Join(got, "\n") != strings.Join(all, "\n") {
			t.Errorf("in pieces\n%s\nwhole\n%s", strings.Join(got, "\n"), strings.Join(all, "\n"))
		}
		if strings.Join(end, "\n") != strings.Join(all[max(0, len(all)-5):], "\n") {
			t.Errorf("the end is\n%s", strings.Join(end, "\n"))
		}
	})
}

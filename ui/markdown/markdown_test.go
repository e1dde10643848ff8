package markdown

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"bise/ui/golden"
	"bise/ui/theme"
)

func plain(tb testing.TB, width int) *View {
	tb.Helper()
	t, err := theme.Load("none")
	if err != nil {
		tb.Fatal(err)
	}
	return New(Options{Width: width, Theme: t})
}

// shown is all lines without styles, without blanks at their ends.
func shown(v *View) string {
	lines := v.Lines(0, v.Height())
	for i, l := range lines {
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return strings.Join(lines, "\n")
}

func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal("no texts", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []struct {
			width  int
			suffix string
		}{{80, ".80"}, {40, ".40"}} {
			t.Run(filepath.Base(name)+size.suffix, func(t *testing.T) {
				v := plain(t, size.width)
				v.SetText(string(text))
				golden.Compare(t, strings.TrimSuffix(name, ".md")+size.suffix, shown(v)+"\n")
			})
		}
	}
}

func TestShown(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"emphasis is drawn without its marks", "a *b* __c__ ~~d~~ `e`", "a b c d e"},
		{"marks that close nothing stay", "2 * 3 * 4 and a_b_c", "2 * 3 * 4 and a_b_c"},
		{"a link shows its address", "see [the page](https://e.org/a)", "see the page (https://e.org/a)"},
		{"an address that is its own text is shown once", "<https://e.org> [https://e.org](https://e.org)", "https://e.org https://e.org"},
		{"a link to a definition further down finds it", "see [it]\n\n[it]: https://e.org", "see it (https://e.org)"},
		{"a footnote is text", "so[^1]\n\n[^1]: why", "so[^1]\n\n[^1]: why"},
		{"an entity cannot bring an escape character back", "a&#27;c &amp; &#x202e;d", "a & d"},
		{"HTML is shown as written", "<b>x</b>", "<b>x</b>"},
		{"a line break in HTML breaks the line", "a<br>b", "a\nb"},
		{"two blanks break the line", "a  \nb\nc", "a\nb c"},
		{"numbers go on from the first", "3. a\n3. b", "3. a\n4. b"},
		{"a list by two under a number is a list within", "1. a\n  - b\n2. c", "1. a\n   ◦ b\n2. c"},
		{"a loose list keeps its blank lines", "- a\n\n- b", "• a\n\n• b"},
		{"a paragraph within an item stands under it", "- a\n\n  b\n\nc", "• a\n\n  b\n\nc"},
		{"code within an item stands under it", "- a\n  ```\n  x\n    y\n  ```\n- b", "• a\n    x\n      y\n• b"},
		{"a fence on an item's line opens", "1. ```sh\n   ls\n   ```\n2. b", "1.\n   sh\n     ls\n2. b"},
		{"tasks show their boxes", "- [ ] a\n- [x] b", "• [ ] a\n• [x] b"},
		{"a year does not start a list", "It was\n1984. Then", "It was 1984. Then"},
		{"a fence that is never closed holds the rest", "```\na\n\n# b", "  a\n\n  # b"},
		{"quotes nest", "> a\n> > b", "│ a\n│\n│ │ b"},
		{"a table without a delimiter row is text", "| a | b |\nc", "| a | b | c"},
		{"a table ends at a blank line", "|a|b|\n|-|-|\n|1|2|\n\nx", "a │ b\n──┼──\n1 │ 2\n\nx"},
		{"a bar in a cell is escaped", "|a|b|\n|-|-|\n|1\\|2|3|", "a   │ b\n────┼──\n1|2 │ 3"},
		{"a row with too few or too many cells is made to fit", "|a|b|\n|-|-|\n|1|\n|1|2|3|", "a │ b\n──┼──\n1 │\n1 │ 2"},
		{"marks of headings go", "# A #\n\n## B", "A\n\nB"},
		{"a heading may be underlined", "A\n===", "A"},
		{"Chinese breaks without blanks", strings.Repeat("中", 25), strings.Repeat("中", 20) + "\n" + strings.Repeat("中", 5)},
		{"a long word is broken", strings.Repeat("a", 45), strings.Repeat("a", 40) + "\n" + strings.Repeat("a", 5)},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := plain(t, 40)
			v.SetText(c.in)
			if got := shown(v); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestAGrowingTextEndsAsIfItHadComeAtOnce(t *testing.T) {
	text, err := os.ReadFile("testdata/answer.md")
	if err != nil {
		t.Fatal(err)
	}
	whole := plain(t, 60)
	whole.SetText(string(text))
	want := whole.Lines(0, whole.Height())
	for _, step := range []int{1, 3, 7, 50, 1000} {
		v := plain(t, 60)
		for rest := string(text); rest != ""; {
			n := min(step, len(rest))
			v.Append(rest[:n])
			rest = rest[n:]
			v.Lines(0, v.Height())
		}
		v.Finish()
		if got := v.Lines(0, v.Height()); !slices.Equal(got, want) {
			t.Errorf("in steps of %d:\n%s\nwant\n%s", step, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestGrowingCodeIsShownAsItIs(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"# a\n\n    b\n    c", "a\n\n  b\n  c"},
		{"# a\n\n```go\nb\nc", "a\n\ngo\n  b\n  c"},
	} {
		v := plain(t, 40)
		for _, r := range c.in {
			v.Append(string(r))
			v.Height()
		}
		if got := shown(v); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestMarksDoNotFlickerWhileAParagraphIsWritten(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a **bold wo", "a bold wo"},
		{"a **bold**", "a bold"},
		{"a **bold*", "a bold"},
		{"a **", "a"},
		{"a `co", "a co"},
		{"a `", "a"},
		{"x\n--", "x"},
		{"x\n\n``", "x"},
		{"x\n\n| a | b", "x"},
	} {
		v := plain(t, 40)
		v.Append(c.in)
		if got := shown(v); got != c.want {
			t.Errorf("%q is shown as %q, want %q", c.in, got, c.want)
		}
	}
}

func TestLinesFromTheEndAreTheLastLines(t *testing.T) {
	v := plain(t, 50)
	v.SetText(sample(2000))
	got := v.LinesFromEnd(30)
	h := v.Height()
	if want := v.Lines(h-30, h); !slices.Equal(got, want) {
		t.Errorf("got %d lines\n%s\nwant\n%s", len(got), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, r := range [][2]int{{0, 10}, {5, 6}, {h - 3, h + 50}, {-5, 3}, {h, h + 1}, {9, 4}} {
		from, to := max(r[0], 0), min(r[1], h)
		if got := v.Lines(r[0], r[1]); len(got) != max(to-from, 0) {
			t.Errorf("Lines(%d, %d) has %d lines", r[0], r[1], len(got))
		}
	}
}

func TestALongCodeBlockIsOneBlockToCopy(t *testing.T) {
	body := strings.Repeat("x := 1\n", 3*maxCodeLines)
	v := plain(t, 40)
	v.SetText("text\n\n```go\n" + body + "```\n\n- a\n  ```sh\n  ls\n    -l\n  ```\n")
	got := v.Blocks()
	if len(got) != 2 || got[0].Text != body || got[0].Lang != "go" || got[1].Text != "ls\n  -l\n" {
		t.Fatalf("%d blocks: %+v", len(got), got)
	}
	if line := ansi.Strip(v.Lines(got[0].FirstLine, got[0].FirstLine+1)[0]); line != "go" {
		t.Errorf("the first begins on %q", line)
	}
}

func TestAnAnswerThatWasFinishedCanGoOn(t *testing.T) {
	v := plain(t, 40)
	v.Append("one **tw")
	v.Finish()
	v.Append("o** three")
	v.Finish()
	if got := shown(v); got != "one two three" {
		t.Errorf("got %q", got)
	}
}

func TestColouringLineByLineIsColouringTheWhole(t *testing.T) {
	for lang, text := range map[string]string{
		"go":         "package x\n\ntype A struct {\n\tB int // c\n}\n\nfunc (p *Pool) Get(id PageID) (*Page, error) {\n\treturn nil, fmt.Errorf(\"evict %d: %w\", id, err)\n}",
		"python":     "import os\n\nclass A(B):\n    @property\n    def f(self, *, y=0.05):\n        raise E(f\"x {i}\")  # no",
		"sh":         "set -euo pipefail\nfor n in 1 2 4; do\n  ./bench --threads \"$n\" | tee \"run-$n.log\"\ndone",
		"sql":        "SELECT o.id, count(*) AS n\nFROM orders AS o\nWHERE o.at >= now() - interval '30 days'\nLIMIT 20;",
		"rust":       "impl A for B {\n    fn next(&mut self) -> Option<Self::Item> {\n        self.slot += 1;\n    }\n}",
		"typescript": "interface A {\n  b: string;\n}\nexport const f = (x: A): Promise<void> => {\n  return x.b as any;\n};",
		"cpp":        "#include <vector>\nnamespace a {\ntemplate <typename T>\nclass B : public C {\n  std::vector<T> v;\n};\n}",
	} {
		if !lineByLine(lang, text) {
			t.Errorf("%s is not coloured line by line", lang)
		}
		th := darkTheme(t)
		r := renderer{p: newPainter(&th), width: 80}
		whole := r.hardLines(nil, highlight(lang, text), prefix{})
		for i, line := range strings.Split(text, "\n") {
			got := r.hardLines(nil, highlight(lang, line), prefix{})
			if len(got) != 1 || got[0] != whole[i] {
				t.Errorf("%s, line %d: %q, in the whole %q", lang, i, got, whole[i])
			}
		}
	}
	for _, text := range []string{"x = \"\"\"a\nb\"\"\"", "it's\n", "/* a\nb */", "cat << E\na\nE"} {
		if lineByLine("python", text) {
			t.Errorf("%q goes on over lines", text)
		}
	}
	if lineByLine("json", "{}") {
		t.Error("JSON needs the whole")
	}
}

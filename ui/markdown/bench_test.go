package markdown

import (
	"fmt"
	"strings"
	"testing"

	"charm.land/glamour/v2"

	"bise/ui/theme"
)

// sample is an answer of about n tokens of four bytes: headings, paragraphs,
// lists, tables, quotes and code in turn.
func sample(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < 4*n; i++ {
		fmt.Fprintf(&b, "## %d. Write-ahead logging\n\n", i)
		b.WriteString("In practice, **the buffer pool** dominates the cost long before the network does. You can see this with `EXPLAIN (ANALYZE)`, which reports how often it was involved — see the [manual](https://docs.example.org/guide#notes) for how the naïve version behaves.\n\n")
		b.WriteString("```go\nfunc (p *Pool) Get(ctx context.Context, id PageID) (*Page, error) {\n\tp.mu.Lock()\n\tdefer p.mu.Unlock()\n\tif pg, ok := p.pages[id]; ok {\n\t\treturn pg, nil\n\t}\n\treturn p.load(ctx, \"victim\", 42) // load it\n}\n```\n\n")
		b.WriteString("- **Lock ordering**: a common mistake is to tune it first and only then measure the *actual* workload.\n- Second\n  - nested with `code`\n  - another one, long enough that it has to be wrapped on a screen of a hundred and twenty columns\n\n")
		b.WriteString("| Setting | Default | Why |\n|:--|--:|:--|\n| `pool_size` | 128 MB | helps cache misses |\n| `wal` | 16 MB | helps retry budgets |\n| `sync` | 1 MB | helps |\n\n")
		b.WriteString("> **Note:** the effect is below the noise for small tables;\n> for large ones it is the whole story.\n\n1. First the planner.\n2. Then batch inserts.\n3. At last checkpoints.\n\n---\n\n")
	}
	return b.String()
}

// tokens cuts a text into pieces of four bytes, a frame's worth in each of the
// outer slices.
func tokens(s string, perFrame int) [][]string {
	var frames [][]string
	for len(s) > 0 {
		var f []string
		for range perFrame {
			n := min(4, len(s))
			if n == 0 {
				break
			}
			f, s = append(f, s[:n]), s[n:]
		}
		frames = append(frames, f)
	}
	return frames
}

func darkTheme(tb testing.TB) theme.Theme {
	tb.Helper()
	t, err := theme.Load("dark")
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

const benchWidth, benchHeight = 118, 34

func grow(b *testing.B, text string, perFrame int) {
	t, frames := darkTheme(b), tokens(text, perFrame)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		v := New(Options{Width: benchWidth, Theme: t})
		for _, f := range frames {
			for _, s := range f {
				v.Append(s)
			}
			h := v.Height()
			v.Lines(h-benchHeight, h)
		}
		v.Finish()
		h := v.Height()
		v.Lines(h-benchHeight, h)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(text))*4000, "µs/1k-tok")
}

func BenchmarkGrow(b *testing.B) {
	for _, n := range []int{2000, 20000} {
		for _, per := range []int{4, 50} {
			b.Run(fmt.Sprintf("%dtokens/%dperframe", n, per), func(b *testing.B) { grow(b, sample(n), per) })
		}
	}
	b.Run("one-giant-fence-20000", func(b *testing.B) {
		grow(b, "```go\n"+strings.Repeat("\tif x := load(ctx, \"name\", 42); x != nil { // find it\n", 1600)+"```\n", 50)
	})
	b.Run("one-giant-paragraph-20000", func(b *testing.B) {
		grow(b, strings.Repeat("the **quick** brown fox jumps over `the` lazy dog. ", 1600), 50)
	})
	b.Run("one-giant-table-20000", func(b *testing.B) {
		grow(b, "| a | b | c |\n|---|---|---|\n"+strings.Repeat("| `pool_size` | 128 MB | helps cache misses |\n", 1700), 50)
	})
	b.Run("one-giant-list-20000", func(b *testing.B) {
		grow(b, strings.Repeat("- **lock**: a common mistake is to tune it first\n", 1600), 50)
	})
}

// BenchmarkGlamour is what the minimal program does with the same text: whole
// blocks through glamour, the last one again in each frame.
func BenchmarkGlamour(b *testing.B) {
	for _, n := range []int{2000, 20000} {
		for _, per := range []int{4, 50} {
			b.Run(fmt.Sprintf("%dtokens/%dperframe", n, per), func(b *testing.B) {
				r, err := glamour.NewTermRenderer(glamour.WithStandardStyle("dark"), glamour.WithWordWrap(116))
				if err != nil {
					b.Fatal(err)
				}
				text := sample(n)
				frames := tokens(text, per)
				b.ReportAllocs()
				b.ResetTimer()
				for b.Loop() {
					s, from, lines := "", 0, 0
					for _, f := range frames {
						s += strings.Join(f, "")
						if at := boundary(s, from); at > from {
							out, _ := r.Render(s[from:at])
							lines, from = lines+strings.Count(out, "\n"), at
						}
						out, _ := r.Render(s[from:])
						_ = strings.Split(out, "\n")
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(text))*4000, "µs/1k-tok")
			})
		}
	}
}

// boundary is where the last unfinished block of s starts.
func boundary(s string, from int) int {
	at, fence := from, false
	for i := from; i < len(s); {
		j := strings.IndexByte(s[i:], '\n')
		if j < 0 {
			break
		}
		line := s[i : i+j]
		i += j + 1
		if strings.HasPrefix(line, "```") {
			fence = !fence
		}
		if !fence && strings.TrimSpace(line) == "" && i < len(s) && !strings.ContainsRune(" \t-*+0123456789\n", rune(s[i])) {
			at = i
		}
	}
	return at
}

func BenchmarkResize(b *testing.B) {
	t := darkTheme(b)
	for _, c := range []struct {
		name string
		draw func(*View)
	}{
		{"last-screen", func(v *View) { v.LinesFromEnd(benchHeight) }},
		{"height-and-last-screen", func(v *View) { h := v.Height(); v.Lines(h-benchHeight, h) }},
		{"all-lines", func(v *View) { v.Lines(0, v.Height()) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			v := New(Options{Width: benchWidth, Theme: t})
			v.SetText(sample(20000))
			v.Height()
			w := 100
			for b.Loop() {
				w = 190 - w
				v.SetWidth(w)
				c.draw(v)
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	t, text := darkTheme(b), sample(20000)
	for b.Loop() {
		v := New(Options{Width: benchWidth, Theme: t})
		v.SetText(text)
		v.LinesFromEnd(benchHeight)
	}
}

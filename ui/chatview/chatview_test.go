package chatview

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/text"
	"bise/ui/screen"
	"bise/ui/theme"
)

// noon is the clock of every test.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func newEnv(t testing.TB) *screen.Env {
	t.Helper()
	words, err := text.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(app.Options{DataDir: t.TempDir(), NoStore: true, Words: words, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	th, err := theme.Load("none")
	if err != nil {
		t.Fatal(err)
	}
	return &screen.Env{App: a, Words: words, Theme: th}
}

func newView(t testing.TB, width, height int) *View {
	t.Helper()
	v := New(newEnv(t))
	v.Resize(width, height)
	return v
}

func prompt(id, parent, words string) chat.Message {
	return chat.Message{
		ID: chat.MessageID(id), Parent: chat.MessageID(parent), Role: chat.User, State: chat.Complete, At: noon,
		Parts: []chat.Part{{Kind: chat.TextPart, Origin: chat.Typed, Text: chat.Text(words)}},
	}
}

func answer(id, parent, words string) chat.Message {
	m := prompt(id, parent, words)
	m.Role, m.Provider, m.Asked, m.Model = chat.Assistant, "guide", "guide", "guide"
	m.Parts[0].Origin = chat.Model
	return m
}

// talk is a conversation of n messages, each with a word that names it.
func talk(n int) chat.Conversation {
	var c chat.Conversation
	for i := range n {
		words := fmt.Sprintf("message-%d says a few words that take more than one line on a narrow screen\n\nand a second paragraph", i)
		m := prompt(fmt.Sprint("m", i), string(c.Leaf), words)
		if i%2 == 1 {
			m = answer(fmt.Sprint("m", i), string(c.Leaf), words)
		}
		c.Put(m)
	}
	return c
}

// pause is the delta of a pause before a new try.
func pause(kind fault.Kind, until time.Time, try, of int) app.Delta {
	d := app.Delta{Kind: app.WaitDelta}
	d.Wait.Kind, d.Wait.Until, d.Wait.Try, d.Wait.Of = kind, until, try, of
	return d
}

// plain is what a person sees, without styles and trailing blanks.
func plain(v *View) string {
	lines := slices.Clone(v.Lines())
	for i, l := range lines {
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return strings.Join(lines, "\n")
}

// fits fails unless the picture has exactly the view's lines, none too wide.
func fits(t *testing.T, v *View) {
	t.Helper()
	lines := v.Lines()
	if len(lines) != v.height {
		t.Fatalf("%d lines in a view of %d", len(lines), v.height)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > v.width {
			t.Fatalf("line %d has %d cells in a view of %d: %q", i, w, v.width, l)
		}
		if strings.ContainsAny(l, "\n\r\t") {
			t.Fatalf("line %d breaks or jumps: %q", i, l)
		}
	}
}

func shows(t *testing.T, v *View, want ...string) {
	t.Helper()
	fits(t, v)
	got := plain(v)
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("the view does not show %q:\n%s", w, got)
		}
	}
}

func hides(t *testing.T, v *View, unwanted ...string) {
	t.Helper()
	got := plain(v)
	for _, w := range unwanted {
		if strings.Contains(got, w) {
			t.Errorf("the view shows %q:\n%s", w, got)
		}
	}
}

// awkward are texts that are hard to lay out.
var awkward = []string{
	"", "\n\n\n", strings.Repeat("x", 300), strings.Repeat("wide 漢字 ", 40), "tab\tand\ttab", "e\u0301👩‍👩‍👧 flags 🇨🇭",
	"```go\nfunc main() {\n\tprintln(\"a very long line of code that does not break anywhere\")\n}\n```",
	"| a | b |\n|---|---|\n| one | two |\n", "# Title\n\n- item\n  - inner " + strings.Repeat("word ", 30),
	"\x1b[2Jescape\u202e", "\xff\xfe bytes", "https://example.org/" + strings.Repeat("path/", 40),
}

// rich is a conversation with everything that can be drawn.
func rich() chat.Conversation {
	var c chat.Conversation
	for i, words := range awkward {
		p := prompt(fmt.Sprint("p", i), string(c.Leaf), words)
		p.Parts = append(p.Parts, chat.Part{Kind: chat.FilePart, Name: strings.Repeat("long-name-", 12) + ".txt"})
		c.Put(p)
		a := answer(fmt.Sprint("a", i), string(c.Leaf), words)
		a.Asked, a.State, a.Took, a.Usage = strings.Repeat("asked-model", 5), chat.Stopped, 90*time.Second, chat.Usage{Prompt: 123456, Completion: 4567, Known: true}
		a.Parts = append([]chat.Part{{Kind: chat.ThinkingPart, Text: chat.Text(words)}}, a.Parts...)
		a.Parts = append(a.Parts,
			chat.Part{Kind: chat.ReferencePart, Name: words, URL: "https://example.org/" + strings.Repeat("x", 80)},
			chat.Part{Kind: chat.ToolCallPart, Name: "search", Text: chat.Text(`{"query":"` + words + `"}`)})
		c.Put(a)
	}
	return c
}

func TestEveryPictureFillsTheViewAndNoMore(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 10}, {200, 50}, {20, 5}, {12, 3}, {9, 2}, {3, 1}, {1, 1}} {
		t.Run(fmt.Sprintf("in %d by %d cells", size[0], size[1]), func(t *testing.T) {
			v := newView(t, size[0], size[1])
			v.Welcome([]string{"welcome", strings.Repeat("a long line ", 20)})
			fits(t, v)
			v.Show(rich())
			r := rand.New(rand.NewPCG(1, uint64(size[0])))
			for range 150 {
				switch r.IntN(9) {
				case 0:
					v.ToggleThinking()
				case 1:
					v.ToggleDetails()
				case 2:
					v.SelectLast()
				case 3:
					v.Select(r.IntN(9) - 4)
				case 4:
					v.OpenSelected()
				case 5:
					v.ScrollTop()
				case 6:
					v.Wait(Waiting{On: true, Until: noon.Add(time.Minute), Kind: fault.RateLimited, Try: 1, Of: 3})
				default:
					v.Scroll(r.IntN(41) - 20)
				}
				fits(t, v)
				if v.back < 0 || v.back > v.farthest(1<<30) {
					t.Fatalf("scrolled %d lines back where %d is the farthest", v.back, v.farthest(1<<30))
				}
			}
		})
	}
}

func TestScrollingThereAndBackShowsTheSamePicture(t *testing.T) {
	v := newView(t, 60, 20)
	v.Show(rich())
	for _, n := range []int{1, 7, 20, 133} {
		before := plain(v)
		if !v.Scroll(n) {
			t.Fatalf("%d lines up moved nothing", n)
		}
		if plain(v) == before {
			t.Errorf("%d lines up show the same", n)
		}
		v.Scroll(-n)
		if got := plain(v); got != before {
			t.Errorf("%d lines up and down show\n%s\nnot\n%s", n, got, before)
		}
	}
}

func TestEachLineOfScrollingMovesThePictureByOneLine(t *testing.T) {
	v := newView(t, 33, 9)
	v.Show(rich())
	last := strings.Split(plain(v), "\n")
	for v.Scroll(1) {
		now := strings.Split(plain(v), "\n")
		if !slices.Equal(now[1:], last[:len(last)-1]) {
			t.Fatalf("one line up jumped from\n%s\nto\n%s", strings.Join(last, "\n"), strings.Join(now, "\n"))
		}
		last = now
	}
	v.ScrollTop()
	if got := strings.Split(plain(v), "\n"); !slices.Equal(got, last) {
		t.Error("scrolling up line by line ends elsewhere than at the top")
	}
	if v.Scroll(-1 << 20); v.back != 0 {
		t.Error("scrolling down does not end at the end")
	}
}

func TestWhatIsReadDoesNotMove(t *testing.T) {
	growing := func(t *testing.T) *View {
		v := newView(t, 60, 12)
		v.Show(talk(20))
		v.Begin(answer("new", "m19", ""))
		v.Wait(Waiting{On: true})
		v.Grow("new", []app.Delta{{Kind: app.TextDelta, Text: "It begins.\n\n"}})
		v.Scroll(30)
		return v
	}
	for name, change := range map[string]func(v *View){
		"while an answer grows below": func(v *View) {
			for range 40 {
				v.Grow("new", []app.Delta{{Kind: app.TextDelta, Text: "More words of the answer.\n\n"}})
			}
		},
		"when the answer ends with a note": func(v *View) {
			m := answer("new", "m19", "It begins.")
			m.State = chat.Stopped
			v.End(m)
		},
		"when the answer comes to nothing": func(v *View) {
			m := answer("new", "m19", "")
			m.Parts = nil
			v.End(m)
		},
		"when a pause begins and ends": func(v *View) {
			v.Grow("new", []app.Delta{pause(fault.Capacity, noon.Add(time.Second), 2, 3)})
			v.Wait(Waiting{})
		},
		"when the conversation is shown again": func(v *View) { v.Show(talk(20)) },
	} {
		t.Run(name, func(t *testing.T) {
			v := growing(t)
			before := plain(v)
			change(v)
			if got := plain(v); got != before {
				t.Errorf("it showed\n%s\nnow\n%s", before, got)
			}
			fits(t, v)
		})
	}
	t.Run("and the end is followed by who is there", func(t *testing.T) {
		v := growing(t)
		v.ScrollBottom()
		v.Grow("new", []app.Delta{{Kind: app.TextDelta, Text: chat.Text(strings.Repeat("Word.\n\n", 30) + "The last word.")}})
		shows(t, v, "The last word.")
	})
}

func TestAGrowingAnswerScrolledIntoStaysInPlace(t *testing.T) {
	v := newView(t, 60, 10)
	v.Show(talk(2))
	v.Begin(answer("new", "m1", ""))
	var b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&b, "paragraph %d\n\n", i)
	}
	v.Grow("new", []app.Delta{{Kind: app.TextDelta, Text: chat.Text(b.String())}})
	v.Scroll(50)
	before := plain(v)
	v.Grow("new", []app.Delta{{Kind: app.TextDelta, Text: chat.Text(b.String())}})
	if got := plain(v); got != before {
		t.Errorf("it showed\n%s\nnow\n%s", before, got)
	}
}

func TestAResizeKeepsThePlace(t *testing.T) {
	v := newView(t, 80, 20)
	v.Show(talk(200))
	v.SelectMessage("m100")
	v.Deselect()
	before := plain(v)
	shows(t, v, "message-100")
	for _, width := range []int{40, 120, 25, 80} {
		v.Resize(width, 20)
		shows(t, v, "message-100")
	}
	if got := plain(v); got != before {
		t.Errorf("there and back shows\n%s\nnot\n%s", got, before)
	}
	v.Resize(80, 10)
	v.Resize(80, 20)
	if got := plain(v); got != before {
		t.Errorf("lower and higher again shows\n%s\nnot\n%s", got, before)
	}
	v.ScrollTop()
	v.Resize(80, 40)
	if lines := strings.Split(plain(v), "\n"); !strings.Contains(lines[0], "message-0") || lines[len(lines)-1] == "" && lines[len(lines)-3] == "" {
		t.Errorf("a higher view at the top is not filled:\n%s", plain(v))
	}
}

func TestAResizeKeepsThePlaceWithinALongAnswer(t *testing.T) {
	v := newView(t, 80, 20)
	var b strings.Builder
	for i := range 400 {
		fmt.Fprintf(&b, "point-%d has a paragraph of its own, with words enough to need two lines or more on a narrow screen\n\n", i)
	}
	v.Show(chat.Conversation{Messages: []chat.Message{answer("a", "", b.String())}, Leaf: "a"})
	for !strings.Contains(plain(v), "point-100 ") {
		v.Scroll(5)
	}
	for _, width := range []int{40, 80, 30, 80} {
		v.Resize(width, 20)
		got := plain(v)
		near := false
		for i := 92; i < 108; i++ {
			near = near || strings.Contains(got, fmt.Sprintf("point-%d ", i))
		}
		if !near {
			t.Errorf("at a width of %d the place is lost:\n%s", width, got)
		}
	}
}

func TestTheSelectedMessageIsSeen(t *testing.T) {
	long := strings.Repeat("a line of it\n\n", 40)
	var c chat.Conversation
	c.Put(prompt("p", "", "short prompt"))
	c.Put(answer("long", "p", "first words\n\n"+long+"last words"))
	c.Put(prompt("q", "long", "second prompt"))
	c.Put(answer("short", "q", "short answer"))
	v := newView(t, 60, 12)
	v.Show(c)
	if !v.SelectLast() {
		t.Fatal("nothing to select")
	}
	shows(t, v, "│ short answer")
	v.Select(-1)
	shows(t, v, "│▌second prompt")
	v.Select(-1)
	shows(t, v, "│ first words") // a long message from its beginning
	hides(t, v, "last words")
	v.Select(-1)
	shows(t, v, "│▌short prompt")
	v.Select(-1)
	shows(t, v, "│▌short prompt") // there is nothing before the first
	v.Select(1)
	shows(t, v, "│ first words")
	v.Select(9)
	if m, ok := v.Selected(); !ok || m.ID != "short" {
		t.Errorf("beyond the last message %q is selected", m.ID)
	}
	v.Deselect()
	hides(t, v, "│")
	v.SelectMessage("p")
	shows(t, v, "│▌short prompt")
	v.SelectMessage("unknown")
	if m, _ := v.Selected(); m.ID != "p" {
		t.Errorf("a message that is not there selects %q", m.ID)
	}
}

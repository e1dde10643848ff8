package widget

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/ui/golden"
)

var screens = []struct{ width, height int }{{80, 24}, {40, 12}}

// compare holds a drawing to its golden file and to its size.
func compare(t *testing.T, name string, width, height int, drawn string) {
	t.Helper()
	golden.Compare(t, filepath.Join("testdata", fmt.Sprintf("%s.%dx%d", name, width, height)), golden.Plain(t, drawn, width, height))
}

func rows() []Row {
	return []Row{
		{ID: "a", Text: "Planning the trip to Lisbon", Detail: "14:02", Group: "Today", Marked: true},
		{ID: "b", Text: "A very long title that says more than a narrow screen can hold, and goes on", Detail: "09:30", Group: "Today"},
		{ID: "c", Text: "日本語の題", Detail: "18:00", Group: "Yesterday"},
		{ID: "d", Text: "Secret \x1b]0;x\x07plan\n", Group: "Yesterday", Off: "locked"},
	}
}

func TestGoldens(t *testing.T) {
	th := plainTheme(t)
	for _, s := range screens {
		w, h := s.width, s.height
		t.Run(fmt.Sprintf("%dx%d", w, h), func(t *testing.T) {
			o := NewOverlay(th)
			o.SetSize(w, h)
			o.SetTitle("History")
			o.SetFooter("enter open · / search · esc close")
			l := NewList(th)
			l.SetSize(o.Inner())
			l.SetRows(rows())
			l.Move(1)
			o.SetBody(l.View())
			compare(t, "list", w, h, o.View())

			c := NewChoice(th)
			c.SetSize(o.Inner())
			c.SetQuestion("Where should the key of your history be kept?", []Option{
				{Label: "A passphrase", Explain: "You type it at each start; nothing else opens the history."},
				{Label: "The system's keyring", Off: "no keyring is running on this machine"},
				{Label: "Keep no history", Explain: "Conversations end with the program."},
			})
			c.Select(1)
			o.SetTitle("Before you begin")
			o.SetBody(c.View())
			compare(t, "choice", w, h, o.View())

			p := NewPrompt(th)
			p.SetHidden(true)
			width, _ := o.Inner()
			p.SetSize(width)
			p.Focus()
			p.Update(tea.PasteMsg{Content: "a-secret-key\n"})
			o.SetBody("API key\n" + p.View())
			compare(t, "prompt", w, h, o.View())
			if p.Value() != "a-secret-key" {
				t.Errorf("Value() = %q", p.Value())
			}
		})
	}
}

func TestGoldenLines(t *testing.T) {
	th := plainTheme(t)
	for _, s := range screens {
		w, h := s.width, s.height
		t.Run(fmt.Sprintf("%dx%d", w, h), func(t *testing.T) {
			cm := NewComposer(th)
			cm.SetSize(w, h*2/5)
			cm.SetPasteLabel(func(n, lines int) string { return fmt.Sprintf("[pasted text #%d, %d lines]", n, lines) })
			cm.Focus()
			cm.Paste("Explain this\nfunction please, it is too long for me:\n")
			cm.Paste(strings.Repeat("x\n", 120))
			compare(t, "composer", w, h, cm.View())

			left := []Segment{{Text: "Mistral EU", Priority: 1}, {Text: "Pro", Priority: 4}, {Text: "trains on this unless you opt out", Priority: 2, Warn: true}}
			right := []Segment{{Text: "mistral-medium", Priority: 2}, {Text: "ctx 12k/128k", Priority: 3}, {Text: "? help", Priority: 5}}
			compare(t, "lines", w, h, strings.Join([]string{
				StatusLine(th, w, left, right),
				StatusLine(th, 12, left, right),
			}, "\n"))
		})
	}
}

func TestAStatusLineLosesTheLeastImportantFirst(t *testing.T) {
	th := plainTheme(t)
	left := []Segment{{Text: "this machine", Priority: 1}, {Text: "nothing leaves", Priority: 2}}
	right := []Segment{{Text: "llama", Priority: 3}}
	for _, c := range []struct {
		name  string
		width int
		want  string
	}{
		{"all fit", 40, "this machine · nothing leaves      llama"},
		{"the third goes first", 32, "this machine · nothing leaves   "},
		{"then the second is cut", 28, "this machine · nothing leav…"},
		{"then it goes", 20, "this machine        "},
		{"the first is cut", 8, "this ma…"},
		{"no room, nothing", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ansi.Strip(StatusLine(th, c.width, left, right)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAStatusLineIsNeverWiderThanTheScreen(t *testing.T) {
	th := plainTheme(t)
	left := []Segment{{Text: "日本語", Priority: 1}, {Text: "two", Priority: 1, Warn: true}}
	right := []Segment{{Text: "three", Priority: 1}, {Text: "four", Priority: 2}}
	for w := range 40 {
		if got := ansi.StringWidth(StatusLine(th, w, left, right)); got != w {
			t.Errorf("width %d has %d cells", w, got)
		}
	}
}

func TestAListKeepsItsRowWhenRowsChange(t *testing.T) {
	l := NewList(plainTheme(t))
	l.SetSize(30, 4)
	l.SetRows(rows())
	l.Select("c")
	l.SetRows(append([]Row{{ID: "new", Text: "new"}}, rows()...))
	if r, _ := l.Selected(); r.ID != "c" {
		t.Errorf("selected %q, want c", r.ID)
	}
	l.SetFilter("LISBON today")
	if r, ok := l.Selected(); !ok || r.ID != "a" || l.Len() != 1 {
		t.Errorf("filtered: %q of %d", r.ID, l.Len())
	}
	l.SetEmpty("nothing found")
	l.SetFilter("xyz")
	if _, ok := l.Selected(); ok || ansi.Strip(l.View()) != "nothing found" {
		t.Errorf("empty: %q", l.View())
	}
}

func TestAListScrollsToWhatIsSelectedAndAsksForMore(t *testing.T) {
	l := NewList(plainTheme(t))
	l.SetSize(30, 5)
	var many []Row
	for i := range 100 {
		many = append(many, Row{ID: fmt.Sprint(i), Text: fmt.Sprint("row ", i), Group: fmt.Sprint("group ", i/10)})
	}
	l.SetRows(many)
	l.SetMore(true)
	if l.WantsMore() {
		t.Error("wants more at the beginning")
	}
	for _, key := range []rune{tea.KeyDown, tea.KeyPgDown, tea.KeyEnd, tea.KeyPgUp, tea.KeyUp, tea.KeyHome} {
		l.Update(tea.KeyPressMsg{Code: key})
		r, _ := l.Selected()
		if view := ansi.Strip(l.View()); !strings.Contains(view+"\n", "› "+r.Text+"\n") || strings.Count(view, "\n") != 4 {
			t.Errorf("after %v, %q is not in\n%s", key, r.Text, view)
		}
		if key == tea.KeyEnd && !l.WantsMore() {
			t.Error("wants no more at the end")
		}
	}
	if view := ansi.Strip(l.View()); !strings.HasPrefix(view, "group 0\n") {
		t.Errorf("the first heading is out of sight:\n%s", view)
	}
}

func TestAChoiceKeepsTheSelectedAnswerInSight(t *testing.T) {
	c := NewChoice(plainTheme(t))
	c.SetSize(24, 4)
	c.SetQuestion("A question that takes several lines of this narrow box", []Option{
		{Label: "One", Explain: "first"}, {Label: "Two", Explain: "second"}, {Label: "Three", Explain: "third"}, {Label: "Four", Explain: "fourth", Off: "not here"},
	})
	for i := range 4 {
		c.Update(tea.KeyPressMsg{Code: rune('1' + i), Text: string(rune('1' + i))})
		if got := ansi.Strip(c.View()); !strings.Contains(got, "› ") || strings.Count(got, "\n") > 3 {
			t.Errorf("answer %d:\n%s", i+1, got)
		}
	}
	if i, ok := c.Selected(); i != 3 || ok {
		t.Errorf("Selected() = %d, %v; the fourth cannot be chosen", i, ok)
	}
}

func TestOverlayOriginIsWhereTheBodyIs(t *testing.T) {
	for _, s := range screens {
		o := NewOverlay(plainTheme(t))
		o.SetSize(s.width, s.height)
		o.SetTitle("T")
		o.SetFooter("F")
		o.SetBody("BODY\nmore")
		x, y := o.Origin()
		line := []rune(ansi.Strip(strings.Split(o.View(), "\n")[y]))
		if got := string(line[x : x+4]); got != "BODY" {
			t.Errorf("%dx%d: at %d,%d is %q", s.width, s.height, x, y, got)
		}
	}
}

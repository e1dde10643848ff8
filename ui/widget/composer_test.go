package widget

import (
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/ui/theme"
)

func plainTheme(t testing.TB) theme.Theme {
	t.Helper()
	th, err := theme.Load("none")
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func composer(t testing.TB) *Composer {
	t.Helper()
	c := NewComposer(plainTheme(t))
	c.SetSize(40, 5)
	c.SetPasteLabel(func(n, lines int) string { return "[pasted " + string(rune('0'+n)) + "]" })
	c.Focus()
	return c
}

func press(c *Composer, keys ...string) {
	for _, k := range keys {
		msg := tea.KeyPressMsg{Text: k}
		switch k {
		case "up":
			msg = tea.KeyPressMsg{Code: tea.KeyUp}
		case "left":
			msg = tea.KeyPressMsg{Code: tea.KeyLeft}
		case "backspace":
			msg = tea.KeyPressMsg{Code: tea.KeyBackspace}
		case "break":
			msg = tea.KeyPressMsg{Code: tea.KeyEnter, Mod: tea.ModShift}
		default:
			msg.Code = []rune(k)[0]
		}
		c.Update(msg)
	}
}

func TestTheComposerGrowsAndStopsGrowing(t *testing.T) {
	c := composer(t)
	for range 9 {
		press(c, "x", "break")
	}
	if c.Height() != 5 {
		t.Errorf("height %d, want 5", c.Height())
	}
	if got := strings.Count(c.View(), "\n") + 1; got != 5 {
		t.Errorf("the view has %d lines, want 5", got)
	}
	if got := strings.Count(c.Value(), "x"); got != 9 {
		t.Errorf("%d of 9 lines are kept", got)
	}
	if cur := c.Cursor(); cur == nil || cur.Y != 4 || cur.X != 2 {
		t.Errorf("cursor at %+v, want the start of the last line", cur)
	}
	c.Reset()
	if c.Height() != 1 || !c.Empty() {
		t.Errorf("after Reset: height %d, %q", c.Height(), c.Value())
	}
}

func TestALongPasteIsFoldedAndUnfolded(t *testing.T) {
	c := composer(t)
	text := strings.Repeat("line\r\n", 20)
	press(c, "a")
	c.Update(tea.PasteMsg{Content: text})
	press(c, "b")
	if got := ansi.Strip(c.View()); !strings.Contains(got, "a[pasted 1]b") {
		t.Errorf("shown as %q", got)
	}
	if got, want := c.Value(), "a"+strings.Repeat("line\n", 20)+"b"; got != want {
		t.Errorf("Value() = %q", got)
	}
	press(c, "left", "backspace")
	if got := c.Value(); got != "ab" {
		t.Errorf("backspace behind the label leaves %q, want ab", got)
	}
}

func TestAPasteThatHoldsALabelIsNotUnfoldedTwice(t *testing.T) {
	c := composer(t)
	first := strings.Repeat("x\n", 20)
	c.Paste(first)
	c.Paste("[pasted 1]" + strings.Repeat("y\n", 20))
	if got := c.Value(); strings.Count(got, "x\n") != 20 {
		t.Errorf("the first paste appears %d/20 times", strings.Count(got, "x\n"))
	}
}

func TestAHugePasteCostsOneLine(t *testing.T) {
	c := composer(t)
	c.Paste(strings.Repeat("0123456789abcdef", 2<<20/16))
	if len(c.View()) > 4096 {
		t.Errorf("the view has %d bytes", len(c.View()))
	}
	if len(c.Value()) != 2<<20 {
		t.Errorf("Value has %d bytes", len(c.Value()))
	}
}

func TestPastedBytesThatAreNoTextAreRepaired(t *testing.T) {
	c := composer(t)
	c.Paste("a\xffb\x1b[31mc")
	if got := c.Value(); got != "abc" {
		t.Errorf("short: %q", got)
	}
	c.Reset()
	c.Paste(strings.Repeat("a\xff\n", 20))
	if got := c.Value(); got != strings.Repeat("a\ufffd\n", 20) {
		t.Errorf("long: %q", got)
	}
}

func TestUpWalksBackThroughPromptsAndDownToTheDraft(t *testing.T) {
	c := composer(t)
	c.Remember("one")
	c.Remember("two")
	c.Remember("two")
	c.SetValue("draft")
	var seen []string
	for c.Earlier() {
		seen = append(seen, c.Value())
	}
	for c.Later() {
		seen = append(seen, c.Value())
	}
	if got := strings.Join(seen, ","); got != "two,one,two,draft" {
		t.Errorf("walked %s", got)
	}
	if !c.AtTop() || !c.AtBottom() {
		t.Error("one line is both top and bottom")
	}
}

func TestADisabledComposerSaysWhyAndKeepsWhatWasWritten(t *testing.T) {
	c := composer(t)
	press(c, "h", "i")
	c.SetDisabled("no model is chosen")
	press(c, "x")
	if got := ansi.Strip(c.View()); !strings.Contains(got, "no model is chosen") || c.Cursor() != nil {
		t.Errorf("shown %q, cursor %v", got, c.Cursor())
	}
	c.SetDisabled("")
	if c.Value() != "hi" {
		t.Errorf("Value() = %q", c.Value())
	}
}

func TestThePlaceholderFollowsTheWidth(t *testing.T) {
	c := NewComposer(plainTheme(t))
	long := "Ask anything, or press ? to see what the keys do in this place"
	c.SetPlaceholder(long)
	c.SetSize(20, 5)
	if got := c.View(); strings.Contains(got, "\n") || ansi.StringWidth(got) > 20 {
		t.Errorf("narrow: %q", got)
	}
	c.SetSize(100, 5)
	if got := ansi.Strip(c.View()); !strings.Contains(got, long) {
		t.Errorf("wide: %q", got)
	}
}

func BenchmarkComposerKey(b *testing.B) {
	c := composer(b)
	c.SetSize(120, 16)
	c.SetValue(strings.Repeat("the quick brown fox ", 12))
	b.ReportAllocs()
	for b.Loop() {
		press(c, "x", "backspace")
		c.View()
	}
}

func FuzzPaste(f *testing.F) {
	f.Add("a\xff\r\nb", 3)
	f.Add("\x1b[31m\u202e[pasted 1]", 30)
	f.Add("日本語\t\n", 12)
	f.Fuzz(func(t *testing.T, s string, n int) {
		c := composer(t)
		c.Paste(strings.Repeat(s, min(max(n, 0), 50)))
		c.Paste(s)
		if !utf8.ValidString(c.Value()) {
			t.Errorf("Value() = %q", c.Value())
		}
		for _, l := range strings.Split(c.View(), "\n") {
			if ansi.StringWidth(l) > 40 {
				t.Errorf("%d cells in %q", ansi.StringWidth(l), l)
			}
			if strings.ContainsAny(ansi.Strip(l), "\x1b\r\u202e") {
				t.Errorf("a control character in %q", l)
			}
		}
		if c.Height() > 5 {
			t.Errorf("height %d", c.Height())
		}
	})
}

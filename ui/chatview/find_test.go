package chatview

import (
	"fmt"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app/chat"
)

// TestFindGoesFromLineToLineUpwards looks for a word that a long answer has more
// than once, and that a prompt above it has, too.
func TestFindGoesFromLineToLineUpwards(t *testing.T) {
	v := newView(t, 40, 10)
	var c chat.Conversation
	c.Put(prompt("p", "", "Where is the Needle?"))
	var b strings.Builder
	for i := range 60 {
		word := "hay"
		if i%20 == 5 { // lines 5, 25 and 45
			word = "needle"
		}
		fmt.Fprintf(&b, "line %d: %s\n\n", i, word)
	}
	c.Put(answer("a", "p", b.String()))
	v.Show(c)
	shows := func(want string) {
		t.Helper()
		if !v.Find("NEEDLE") {
			t.Fatal("nothing was found")
		}
		screen := ansi.Strip(strings.Join(v.Lines(), "\n"))
		line := ""
		for l := range strings.SplitSeq(screen, "\n") {
			if strings.Contains(strings.ToLower(l), "needle") {
				line += strings.TrimSpace(strings.Trim(l, " │▌"))
			}
		}
		if line != want {
			t.Fatalf("it shows %q, not %q:\n%s", line, want, screen)
		}
	}
	shows("line 45: needle")
	shows("line 25: needle")
	shows("line 5: needle")
	shows("Where is the Needle?")
	shows("line 45: needle") // past the first message on from the last
	if v.Find("no such words") {
		t.Error("what is not there was found")
	}
	v.Select(-1)
	shows("Where is the Needle?") // from the selected message on
}

func TestWhatWasFoundIsMarked(t *testing.T) {
	v := newView(t, 40, 10)
	v.env.Theme.Match = lipgloss.NewStyle().Reverse(true)
	var c chat.Conversation
	c.Put(prompt("p", "", "one needle and another needle"))
	c.Put(answer("a", "p", "**bold** needle 日本語 needle"))
	v.Show(c)
	for _, want := range []string{"bold", "one"} {
		if !v.Find("needle") {
			t.Fatal("nothing was found")
		}
		for _, l := range v.Lines() {
			if n := strings.Count(l, "\x1b[7mneedle"); strings.Contains(l, want) && n != 2 || !strings.Contains(l, want) && n != 0 {
				t.Errorf("%d words are marked in %q", n, l)
			}
		}
	}
	v.Deselect()
	if strings.Contains(strings.Join(v.Lines(), ""), "\x1b[7m") {
		t.Error("it stays marked")
	}
}

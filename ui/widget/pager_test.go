package widget

import (
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func numbered(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = "line " + strconv.Itoa(i+1)
	}
	return lines
}

func TestAPagerCountsWhatIsBelow(t *testing.T) {
	p := NewPager(plainTheme(t))
	p.SetSize(20, 4)
	p.SetLines(numbered(10))
	if got := p.View(); !strings.Contains(got, "↓ 7") || strings.Contains(got, "line 4") {
		t.Errorf("at the top:\n%s", got)
	}
	p.Update(tea.KeyPressMsg{Code: tea.KeyEnd})
	if got := p.View(); !strings.Contains(got, "line 10") || strings.Contains(got, "↓") {
		t.Errorf("at the end:\n%s", got)
	}
}

func TestAPagerShowsEveryLinePageByPage(t *testing.T) {
	p := NewPager(plainTheme(t))
	p.SetSize(20, 5)
	p.SetLines(numbered(40))
	seen := p.View()
	for range 20 {
		p.Update(tea.KeyPressMsg{Code: tea.KeyPgDown})
		seen += p.View()
	}
	for _, l := range numbered(40) {
		if !strings.Contains(seen, l) {
			t.Errorf("%q was never shown", l)
		}
	}
}

func TestAChoiceKnowsTheRoomItTakes(t *testing.T) {
	c := NewChoice(plainTheme(t))
	c.SetSize(30, 20)
	c.SetQuestion("", []Option{{Label: "a", Explain: "what it means"}, {Label: "b", Explain: "what that means"}})
	if full, least := c.Room(); full != 4 || least != 3 {
		t.Errorf("Room() = %d, %d, want 4, 3", full, least)
	}
}

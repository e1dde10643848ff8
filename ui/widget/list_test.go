package widget

import (
	"fmt"
	"strings"
	"testing"

	"bise/ui/theme"
)

func TestAListSaysThatThereIsMore(t *testing.T) {
	l := NewList(theme.Theme{})
	l.SetSize(20, 3)
	rows := make([]Row, 6)
	for i := range rows {
		rows[i] = Row{ID: fmt.Sprint(i), Text: fmt.Sprintf("row %d", i)}
	}
	l.SetRows(rows)
	for _, tt := range []struct {
		name string
		move int
		want string
	}{
		{"below at the top", 0, "› row 0|  row 1|↓ row 2"},
		{"above in the middle", 3, "↑ row 1|  row 2|› row 3"},
		{"above at the end", 5, "↑ row 3|  row 4|› row 5"},
	} {
		l.Move(-len(rows))
		l.Move(tt.move)
		if got := strings.ReplaceAll(l.View(), "\n", "|"); got != tt.want {
			t.Errorf("%s: %q, not %q", tt.name, got, tt.want)
		}
	}
	l.SetRows(rows[:2])
	l.Move(-1)
	if got := l.View(); strings.Contains(got, "↓") {
		t.Errorf("all that there is: %q", got)
	}
	l.SetMore(true) // of which more can be had
	if got := l.View(); !strings.Contains(got, "↓ row 1") {
		t.Errorf("a page with more to come: %q", got)
	}
}

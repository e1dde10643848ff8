package widget_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"bise/ui/widget"
)

func TestPlacedPicturesAreCellsOfTheRightWidth(t *testing.T) {
	lines := widget.Placed(0x123456, 20, 10)
	if len(lines) != 10 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		if w := ansi.StringWidth(l); w != 20 || !strings.HasPrefix(l, "\x1b[38;2;18;52;86m") {
			t.Errorf("a line is %d wide and begins with %.20q", w, l)
		}
	}
}

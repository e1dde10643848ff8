package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"bise/app/termsafe"
	"bise/ui/theme"
)

// meterCells is the length of a meter's bar.
const meterCells = 8

// Nearly reports whether so much of total is used that a meter warns: four
// fifths. An unknown total (0) never is.
func Nearly(used, total int) bool { return total > 0 && used > 0 && used/4 >= total/5 }

// Meter is a label with a bar that shows how much of total is used, for example
// of a model's context. It is at most width cells wide: the bar goes first, then
// the label is cut. An unknown total (0) has no bar.
func Meter(t theme.Theme, width int, label string, used, total int) string {
	label = termsafe.Line(label)
	style := t.StatusBar
	if Nearly(used, total) {
		style, label = t.Warning, "! "+label
	}
	label = ansi.Truncate(label, max(width, 0), "…")
	if total <= 0 || ansi.StringWidth(label)+1+meterCells > width {
		return style.Render(label)
	}
	full := int(int64(min(max(used, 0), total)) * meterCells / int64(total))
	if full == 0 && used > 0 {
		full = 1
	}
	return style.Render(label+" "+strings.Repeat("━", full)) + t.Border.Render(strings.Repeat("─", meterCells-full))
}

package widget

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi/kitty"
)

// Placed are the cells that stand for a picture which kitty keeps under a
// number: it draws the picture wherever they are, so that it scrolls and is
// covered like text (kitty, "Unicode placeholders"). Each cell names its row and
// column, the colour the number. At most 297 rows and columns can be named.
func Placed(id, columns, rows int) []string {
	lines := make([]string, rows)
	number := fmt.Sprintf("\x1b[38;2;%d;%d;%dm", id>>16&0xff, id>>8&0xff, id&0xff)
	for row := range lines {
		var b strings.Builder
		b.WriteString(number)
		for column := range columns {
			b.WriteRune(kitty.Placeholder)
			b.WriteRune(kitty.Diacritic(row))
			b.WriteRune(kitty.Diacritic(column))
		}
		b.WriteString("\x1b[m")
		lines[row] = b.String()
	}
	return lines
}

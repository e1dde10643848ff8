package picture

import (
	"image"
	"image/color"
	"strconv"
	"strings"
)

// Blocks draws a picture out of half blocks, two pixels a cell: it works
// wherever a terminal has colours. What is see-through stays the terminal's own
// background.
func Blocks(img image.Image, room Cells) []string {
	small := Scale(img, Pixels{room.Columns, 2 * room.Rows})
	lines := make([]string, room.Rows)
	for row := range lines {
		var b strings.Builder
		last := ""
		for x := range room.Columns {
			style, sign := cell(small.RGBAAt(x, 2*row), small.RGBAAt(x, 2*row+1))
			if style != last {
				b.WriteString("\x1b[0" + style + "m")
				last = style
			}
			b.WriteString(sign)
		}
		b.WriteString("\x1b[m")
		lines[row] = b.String()
	}
	return lines
}

// cell is the style and the sign for two pixels, one above the other.
func cell(top, bottom color.RGBA) (style, sign string) {
	switch over, under := top.A >= 128, bottom.A >= 128; {
	case over && under && top == bottom:
		return colour("48", top), " "
	case over && under:
		return colour("38", top) + colour("48", bottom), "▀"
	case over:
		return colour("38", top), "▀"
	case under:
		return colour("38", bottom), "▄"
	default:
		return "", " "
	}
}

func colour(ground string, c color.RGBA) string {
	return ";" + ground + ";2;" + strconv.Itoa(int(c.R)) + ";" + strconv.Itoa(int(c.G)) + ";" + strconv.Itoa(int(c.B))
}

package picture

import (
	"bytes"
	"image"
	"image/color/palette"
	"strconv"

	"golang.org/x/image/draw"
)

// band is how many rows of pixels one row of sixels has.
const band = 6

// sixels encodes a picture in 256 fixed colours, mixed by dots: terminals keep
// no more (DEC STD 070, chapter 9). Its size is told first, so that a terminal
// makes room at once.
func sixels(img image.Image) []byte {
	size := SizeOf(img)
	flat := image.NewPaletted(image.Rect(0, 0, size.Width, size.Height), palette.Plan9)
	draw.FloydSteinberg.Draw(flat, flat.Bounds(), img, img.Bounds().Min)
	var b bytes.Buffer
	b.WriteString(`"1;1;` + strconv.Itoa(size.Width) + ";" + strconv.Itoa(size.Height))
	var used [256]bool
	for _, index := range flat.Pix {
		used[index] = true
	}
	for i, c := range palette.Plan9 {
		if used[i] {
			r, g, bl, _ := c.RGBA()
			b.WriteString("#" + strconv.Itoa(i) + ";2;" + percent(r) + ";" + percent(g) + ";" + percent(bl))
		}
	}
	for top := 0; top < size.Height; top += band {
		writeBand(&b, flat, top, size)
		b.WriteByte('-')
	}
	return b.Bytes()
}

func percent(c uint32) string { return strconv.Itoa(int((c*100 + 0x7fff) / 0xffff)) }

// writeBand writes six rows of pixels, once for each colour they have.
func writeBand(b *bytes.Buffer, flat *image.Paletted, top int, size Pixels) {
	var present [256]bool
	bottom := min(top+band, size.Height)
	for _, index := range flat.Pix[top*flat.Stride : bottom*flat.Stride] {
		present[index] = true
	}
	first := true
	for c := range present {
		if !present[c] {
			continue
		}
		if !first {
			b.WriteByte('$')
		}
		first = false
		b.WriteString("#" + strconv.Itoa(c))
		last, count := byte(0), 0
		for x := range size.Width {
			sign := byte('?')
			for y := top; y < bottom; y++ {
				if int(flat.Pix[y*flat.Stride+x]) == c {
					sign += 1 << (y - top)
				}
			}
			if sign != last && count > 0 {
				writeRun(b, last, count)
				count = 0
			}
			last = sign
			count++
		}
		writeRun(b, last, count)
	}
}

func writeRun(b *bytes.Buffer, sign byte, count int) {
	if count > 3 {
		b.WriteString("!" + strconv.Itoa(count))
		count = 1
	}
	for range count {
		b.WriteByte(sign)
	}
}

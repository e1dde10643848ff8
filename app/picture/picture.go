// Package picture reads pictures that come from outside, marks them as made by
// a model, and draws them in a terminal: by kitty's, iTerm2's or the sixel
// protocol, or out of half blocks where there is nothing better.
//
// It performs no I/O. A picture is untrusted: its size is looked at before
// anything is decoded.
package picture

import (
	"bytes"
	"image"
	_ "image/gif"  // decoders for image.Decode
	_ "image/jpeg" // decoders for image.Decode
	_ "image/png"  // decoders for image.Decode
	"math"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoders for image.Decode

	"bise/app/fault"
)

// The largest picture that is decoded: more than any service makes, little
// enough that a hostile file does not fill the memory.
const (
	maxPixels = 24 << 20 // 96 MB as RGBA
	maxSide   = 1 << 14  // pixels
)

// Size is the width and height of a picture in pixels, without decoding it.
func Size(data []byte) (width, height int, err error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return 0, 0, fault.E("picture.Size", fault.Invalid, err, "field", "picture")
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide || c.Width > maxPixels/c.Height {
		return 0, 0, fault.E("picture.Size", fault.Invalid, nil, "field", "size of the picture")
	}
	return c.Width, c.Height, nil
}

// Decode reads a PNG, JPEG, GIF (its first frame) or WebP picture.
func Decode(data []byte) (image.Image, error) {
	if _, _, err := Size(data); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fault.E("picture.Decode", fault.Invalid, err, "field", "picture")
	}
	return img, nil
}

// Cells is a size in cells of a terminal.
type Cells struct{ Columns, Rows int }

// Pixels is a size in pixels.
type Pixels struct{ Width, Height int }

// UsualCell is the size of a cell where the terminal does not tell its own.
var UsualCell = Pixels{8, 16}

// Fit is the room a picture of a size takes within a limit, its shape kept. A
// small picture is not made larger.
func Fit(size, cell Pixels, limit Cells) Cells {
	if cell.Width < 1 || cell.Height < 1 {
		cell = UsualCell
	}
	limit.Columns, limit.Rows = max(limit.Columns, 1), max(limit.Rows, 1)
	wide := float64(size.Width) / float64(cell.Width)
	high := float64(size.Height) / float64(cell.Height)
	scale := min(1, float64(limit.Columns)/wide, float64(limit.Rows)/high)
	return Cells{
		Columns: min(limit.Columns, max(1, int(math.Round(wide*scale)))),
		Rows:    min(limit.Rows, max(1, int(math.Round(high*scale)))),
	}
}

// Scale draws a picture at another size.
func Scale(img image.Image, to Pixels) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, max(1, to.Width), max(1, to.Height)))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

// SizeOf is the size of a decoded picture.
func SizeOf(img image.Image) Pixels { return Pixels{img.Bounds().Dx(), img.Bounds().Dy()} }

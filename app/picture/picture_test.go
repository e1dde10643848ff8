package picture_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"bise/app/picture"
)

const made = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

// sample is red above and blue below.
func sample(width, height int) image.Image {
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}})
	for y := height / 2; y < height; y++ {
		for x := range width {
			img.SetColorIndex(x, y, 1)
		}
	}
	return img
}

func encoded(t testing.TB, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, sample(64, 32))
	case "jpeg":
		err = jpeg.Encode(&b, sample(64, 32), nil)
	case "gif":
		err = gif.Encode(&b, sample(64, 32), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAMarkedPictureSaysThatAModelMadeItAndStillOpens(t *testing.T) {
	for _, format := range []string{"png", "jpeg", "gif"} {
		marked, extension, err := picture.Mark(encoded(t, format), made)
		if err != nil {
			t.Fatal(format, err)
		}
		if got := picture.SourceType(marked); got != made {
			t.Errorf("%s says %q", format, got)
		}
		if _, err := picture.Decode(marked); err != nil {
			t.Errorf("%s does not open any more: %v", format, err)
		}
		want := map[string]string{"png": ".png", "jpeg": ".jpg", "gif": ".png"}[format]
		if extension != want {
			t.Errorf("%s becomes %s", format, extension)
		}
	}
	if _, _, err := picture.Mark(encoded(t, "png"), `"><script>`); err == nil {
		t.Error("a mark with markup was taken")
	}
}

// bomb is a PNG whose header claims a size.
func bomb(width, height uint32) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, sample(2, 2))
	data := b.Bytes()
	binary.BigEndian.PutUint32(data[16:], width)
	binary.BigEndian.PutUint32(data[20:], height)
	return data
}

func TestAPictureWithAMarkOfItsOwnStaysAsItIs(t *testing.T) {
	const made = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
	once, _, err := picture.Mark(encoded(t, "jpeg"), made)
	if err != nil {
		t.Fatal(err)
	}
	signed := append(encoded(t, "png"), "jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"...)
	for extension, data := range map[string][]byte{".jpg": once, ".png": signed} {
		out, got, err := picture.Mark(data, made)
		if err != nil || got != extension || !bytes.Equal(out, data) {
			t.Errorf("%s: it became %s of %d bytes, %v", extension, got, len(out), err)
		}
	}
}

func TestHostilePicturesAreRefusedBeforeTheyAreDecoded(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing":               nil,
		"no picture":            []byte("<svg/>"),
		"a cut picture":         encoded(t, "png")[:40],
		"a claim of 4 billion":  bomb(1<<31-1, 2),
		"a very large square":   bomb(16000, 16000),
		"a damaged header":      append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0xff}, 64)...),
		"a picture of no width": bomb(0, 2),
	} {
		if _, err := picture.Decode(data); err == nil {
			t.Errorf("%s was decoded", name)
		}
	}
}

func TestFitKeepsTheShapeWithinTheRoom(t *testing.T) {
	for name, tc := range map[string]struct {
		size picture.Pixels
		room picture.Cells
		want picture.Cells
	}{
		"a square in a wide room":         {picture.Pixels{1024, 1024}, picture.Cells{80, 20}, picture.Cells{40, 20}},
		"a wide one in a narrow room":     {picture.Pixels{1600, 400}, picture.Cells{40, 30}, picture.Cells{40, 5}},
		"a small one stays small":         {picture.Pixels{80, 32}, picture.Cells{80, 20}, picture.Cells{10, 2}},
		"a hair's breadth has one cell":   {picture.Pixels{1, 4000}, picture.Cells{80, 20}, picture.Cells{1, 20}},
		"a room of nothing has one cell":  {picture.Pixels{100, 100}, picture.Cells{}, picture.Cells{1, 1}},
		"a speck is one cell, not nought": {picture.Pixels{1, 1}, picture.Cells{80, 20}, picture.Cells{1, 1}},
	} {
		if got := picture.Fit(tc.size, picture.UsualCell, tc.room); got != tc.want {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestBlocksFillExactlyTheirRoom(t *testing.T) {
	lines := picture.Blocks(sample(64, 64), picture.Cells{Columns: 10, Rows: 3})
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		if w := strings.Count(l, "▀") + strings.Count(l, " "); w != 10 {
			t.Errorf("a line is %d cells wide: %q", w, l)
		}
	}
	if !strings.Contains(lines[0], ";255;0;0") || !strings.Contains(lines[2], ";0;0;255") {
		t.Errorf("red above and blue below became %q", lines)
	}
	if l := picture.Blocks(image.NewRGBA(image.Rect(0, 0, 4, 4)), picture.Cells{Columns: 4, Rows: 1})[0]; strings.ContainsAny(l, "▀▄") || strings.Contains(l, ";2;") {
		t.Errorf("what is see-through was painted: %q", l)
	}
}

func TestEveryProtocolDraws(t *testing.T) {
	for protocol, begins := range map[picture.Protocol]string{
		picture.Kitty: "\x1b_Ga=T,f=100,q=2,c=8,r=2", picture.ITerm: "\x1b]1337;File=", picture.Sixel: "\x1bP0;1", picture.HalfBlocks: "\x1b[0;",
	} {
		var b bytes.Buffer
		if err := picture.Draw(&b, sample(64, 32), protocol, picture.Cells{Columns: 8, Rows: 2}, picture.Pixels{}); err != nil || !strings.HasPrefix(b.String(), begins) {
			t.Errorf("%q begins with %.40q, %v", protocol, b.String(), err)
		}
	}
}

func TestAPictureForKittyComesInPiecesThatEndOnce(t *testing.T) {
	noisy := image.NewRGBA(image.Rect(0, 0, 200, 200))
	for i := range noisy.Pix {
		noisy.Pix[i] = byte(i * i * 31 >> 3)
	}
	sent := picture.Transmit(noisy, 0x123456, picture.Cells{Columns: 20, Rows: 10}, picture.UsualCell)
	for part := range strings.SplitSeq(strings.TrimSuffix(sent, "\x1b\\"), "\x1b\\") {
		if len(part) > 4200 || !strings.HasPrefix(part, "\x1b_G") || !strings.Contains(part, "q=2") {
			t.Errorf("a piece of %d bytes begins with %.30q", len(part), part)
		}
	}
	if !strings.HasPrefix(sent, "\x1b_Ga=T,U=1,i=1193046,") || strings.Count(sent, "m=0;") != 1 {
		t.Errorf("it begins with %.40q", sent)
	}
}

func TestDetection(t *testing.T) {
	for name, tc := range map[string]struct {
		env        map[string]string
		attributes []int
		want       picture.Protocol
	}{
		"kitty":                           {map[string]string{"TERM": "xterm-kitty"}, nil, picture.Kitty},
		"kitty within tmux":               {map[string]string{"TERM": "tmux-256color", "TMUX": "x", "KITTY_WINDOW_ID": "1"}, []int{62, 4}, picture.HalfBlocks},
		"iTerm2":                          {map[string]string{"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, nil, picture.ITerm},
		"foot":                            {map[string]string{"TERM": "foot"}, nil, picture.Sixel},
		"an xterm that tells of sixels":   {map[string]string{"TERM": "xterm-256color"}, []int{63, 1, 2, 4, 6}, picture.Sixel},
		"an xterm that does not":          {map[string]string{"TERM": "xterm-256color"}, []int{64, 1, 2}, picture.HalfBlocks},
		"a terminal that answers nothing": {map[string]string{"TERM": "linux"}, nil, picture.HalfBlocks},
	} {
		env := func(name string) string { return tc.env[name] }
		if got := picture.Detect(env).Told(env, tc.attributes); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, format := range []string{"png", "jpeg", "gif"} {
		f.Add(encoded(f, format))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if w, h, err := picture.Size(data); err != nil || w*h > 1<<16 {
			return // large ones only take time here
		}
		img, err := picture.Decode(data)
		if err != nil {
			return
		}
		room := picture.Fit(picture.SizeOf(img), picture.UsualCell, picture.Cells{Columns: 20, Rows: 10})
		if n := len(picture.Blocks(img, room)); n != room.Rows {
			t.Errorf("%d lines for %d rows", n, room.Rows)
		}
		if marked, _, err := picture.Mark(data, made); err == nil && picture.SourceType(marked) == "" {
			t.Error("marked without a mark")
		}
	})
}

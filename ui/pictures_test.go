package ui

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"bise/app/chat"
	"bise/app/picture"
	"bise/ui/chatview"
)

func samplePNG(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 80, 64))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	img.Set(1, 1, color.RGBA{255, 0, 0, 255})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPictureIsBlocksOrCellsThatStandForIt(t *testing.T) {
	w := chatview.Wanted{Message: "m", Part: 1, Data: samplePNG(t), Columns: 40, Rows: 20}
	blocks := drawn(w, false, picture.UsualCell)
	if blocks.send != "" || len(blocks.lines) != 4 || strings.Contains(blocks.lines[0], "\U0010EEEE") {
		t.Errorf("%d lines of blocks", len(blocks.lines))
	}
	placed := drawn(w, true, picture.UsualCell)
	if !strings.HasPrefix(placed.send, "\x1b_G") || len(placed.lines) != 4 || !strings.Contains(placed.lines[0], "\U0010EEEE") {
		t.Errorf("%d lines of cells, sent %.10q", len(placed.lines), placed.send)
	}
	w.Data = []byte("no picture")
	if broken := drawn(w, true, picture.UsualCell); broken.lines == nil || len(broken.lines) > 0 || broken.send != "" {
		t.Errorf("a broken picture became %d lines", len(broken.lines))
	}
}

func TestWhichTerminalsHoldPicturesInPlace(t *testing.T) {
	for name, want := range map[string]bool{
		"kitty(0.26.5)": false, "kitty(0.28.0)": true, "kitty(0.46.1)": true, "kitty(1.0.0)": true,
		"ghostty 1.2.3": true, "XTerm(379)": false, "WezTerm 20240203": false, "kitty(": false, "": false,
	} {
		if got := placesPictures(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestTheTerminalsAnswersChangeHowPicturesAreShown(t *testing.T) {
	s := start(t, 80, 24)
	env := func(name string) string { return map[string]string{"TERM": "xterm-256color"}[name] }
	s.root.openGallery(env)
	s.send(uv.PrimaryDeviceAttributesEvent{63, 4})
	if s.root.gallery.protocol != picture.Sixel {
		t.Errorf("told of sixels, it is %q", s.root.gallery.protocol)
	}
	s.send(uv.CellSizeEvent{Width: 10, Height: 22})
	if s.root.gallery.cell != (picture.Pixels{Width: 10, Height: 22}) {
		t.Errorf("a cell is %+v", s.root.gallery.cell)
	}
	s.root.openGallery(func(name string) string { return map[string]string{"TERM": "xterm-kitty"}[name] })
	s.send(tea.TerminalVersionMsg{Name: "kitty(0.35.2)"})
	if !s.root.gallery.places {
		t.Error("kitty holds no pictures")
	}
}

// hangup is a keyboard that is gone.
type hangup struct{}

func (hangup) Read([]byte) (int, error) { return 0, io.EOF }

func TestTheViewerGivesTheScreenBack(t *testing.T) {
	for name, in := range map[string]io.Reader{"after enter": strings.NewReader("abc\rmore"), "when the keyboard is gone": hangup{}} {
		var out bytes.Buffer
		v := &viewer{data: samplePNG(t), protocol: picture.Sixel, room: picture.Cells{Columns: 40, Rows: 10}, hint: "Enter goes back."}
		v.SetStdin(in)
		v.SetStdout(&out)
		if err := v.Run(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := out.String(); !strings.HasPrefix(got, "\x1b[?1049h") || !strings.Contains(got, "\x1bP0;1q") || !strings.HasSuffix(got, "\x1b[?1049l") {
			t.Errorf("%s: %.20q … %q", name, got, got[max(0, len(got)-20):])
		}
	}
	var out bytes.Buffer
	broken := &viewer{data: []byte("no picture"), protocol: picture.Sixel, room: picture.Cells{Columns: 40, Rows: 10}}
	broken.SetStdin(hangup{})
	broken.SetStdout(&out)
	if err := broken.Run(); err == nil || out.Len() > 0 {
		t.Errorf("a broken picture: %v, and %q on the screen", err, out.String())
	}
}

func TestKeysOnAnAnswerWithAPicture(t *testing.T) {
	s := start(t, 80, 24)
	c := s.root.session.Snapshot()
	c.Put(chat.Message{ID: "p", Role: chat.User, Parts: []chat.Part{{Kind: chat.TextPart, Text: "draw"}}})
	c.Put(chat.Message{ID: "a", Parent: "p", Role: chat.Assistant, Provider: "guide", Parts: []chat.Part{
		{Kind: chat.ImagePart, Origin: chat.Image, MediaType: "image/png", Data: samplePNG(t)},
	}})
	s.root.chat.Show(c)
	s.root.openGallery(func(string) string { return "" })
	s.root.read("a")
	if cmd, taken := s.root.messageKey("v"); !taken || cmd != nil || !strings.Contains(s.root.banner.line, "not drawn without colours") {
		t.Errorf("v without colours says %q", s.root.banner.line)
	}
	s.root.noColor = false
	if cmd, taken := s.root.messageKey("v"); !taken || cmd == nil {
		t.Error("v does nothing")
	}
	s.root.chat.Pictures(true)
	if cmd := s.root.drawPictures(); cmd == nil || !s.root.gallery.asked {
		t.Error("a picture in sight is not drawn")
	}
}

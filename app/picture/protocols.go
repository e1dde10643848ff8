package picture

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"strconv"
	"strings"
)

// Draw writes a picture where the cursor stands, in the given room. Nothing of
// the picture's own bytes reaches the terminal: it is encoded anew.
func Draw(w io.Writer, img image.Image, p Protocol, room Cells, at Pixels) error {
	if at.Width < 1 || at.Height < 1 {
		at = UsualCell
	}
	size := Pixels{room.Columns * at.Width, room.Rows * at.Height}
	switch p {
	case Kitty:
		_, err := io.WriteString(w, transmission(img, size, room, "a=T")+"\n")
		return err
	case ITerm:
		var b bytes.Buffer
		if err := png.Encode(&b, Scale(img, size)); err != nil {
			return err
		}
		_, err := io.WriteString(w, "\x1b]1337;File=inline=1;size="+strconv.Itoa(b.Len())+
			";width="+strconv.Itoa(room.Columns)+";height="+strconv.Itoa(room.Rows)+":"+base64Of(b.Bytes())+"\a\n")
		return err
	case Sixel:
		_, err := io.WriteString(w, "\x1bP0;1q"+string(sixels(Scale(img, size)))+"\x1b\\\n")
		return err
	default:
		_, err := io.WriteString(w, strings.Join(Blocks(img, room), "\n")+"\n")
		return err
	}
}

// chunk is how many bytes of base64 one escape sequence of kitty's protocol may
// carry (kitty, "Terminal graphics protocol").
const chunk = 4096

// transmission is kitty's escape sequences for a picture. q=2 asks the terminal
// to answer nothing, neither success nor failure.
func transmission(img image.Image, size Pixels, room Cells, action string) string {
	var b bytes.Buffer
	if png.Encode(&b, Scale(img, size)) != nil {
		return "" // an image in memory can always be encoded
	}
	data := base64Of(b.Bytes())
	head := action + ",f=100,q=2,c=" + strconv.Itoa(room.Columns) + ",r=" + strconv.Itoa(room.Rows)
	var out strings.Builder
	for first := true; first || data != ""; first = false {
		part := data[:min(chunk, len(data))]
		data = data[len(part):]
		last := ",m=0"
		if data != "" {
			last = ",m=1"
		}
		if !first {
			head = "q=2"
		}
		out.WriteString("\x1b_G" + head + last + ";" + part + "\x1b\\")
	}
	return out.String()
}

// Transmit sends a picture to kitty under a number, from 1 to 1<<24-1, for
// cells that name it: nothing is drawn yet.
func Transmit(img image.Image, id int, room Cells, at Pixels) string {
	if at.Width < 1 || at.Height < 1 {
		at = UsualCell
	}
	size := Pixels{room.Columns * at.Width, room.Rows * at.Height}
	return transmission(img, size, room, "a=T,U=1,i="+strconv.Itoa(id))
}

// Forget is what makes kitty drop a picture from its memory.
func Forget(id int) string { return "\x1b_Ga=d,d=I,q=2,i=" + strconv.Itoa(id) + "\x1b\\" }

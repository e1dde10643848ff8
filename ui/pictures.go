package ui

import (
	"fmt"
	"hash/fnv"
	"io"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"bise/app/chat"
	"bise/app/picture"
	"bise/ui/chatview"
	"bise/ui/widget"
)

// gallery is how this terminal shows pictures.
type gallery struct {
	env      func(string) string
	protocol picture.Protocol
	cell     picture.Pixels
	// places says that cells can stand for a picture that the terminal keeps.
	places bool
	// asked says that the terminal was asked what it can; not before there is a
	// picture, so that no answer comes to a shell after a short visit.
	asked bool
	ids   map[int]bool // the numbers of the pictures that kitty keeps
}

func (r *Root) openGallery(env func(string) string) {
	r.gallery = gallery{env: env, protocol: picture.Detect(env), cell: picture.UsualCell, ids: make(map[int]bool)}
	r.chat.Pictures(!r.noColor && !picture.Colourless(env))
}

// forget makes kitty drop what it keeps for this run.
func (g *gallery) forget() string {
	var b strings.Builder
	for id := range g.ids {
		b.WriteString(picture.Forget(id))
	}
	return b.String()
}

// requestCellSize asks a terminal for the size of a cell in pixels (xterm,
// "Window manipulation", 16).
const requestCellSize = 16

// drawnMsg is a picture drawn for the conversation.
type drawnMsg struct {
	wanted chatview.Wanted
	lines  []string
	send   string // what the terminal is told first
}

// drawPictures starts the drawing of what has come into view.
func (r *Root) drawPictures() tea.Cmd {
	if r.width == 0 {
		return nil
	}
	var cmds []tea.Cmd
	for _, w := range r.chat.Undrawn() {
		places, cell := r.gallery.places, r.gallery.cell
		if places {
			r.gallery.ids[pictureID(w)] = true
		}
		cmds = append(cmds, func() tea.Msg { return drawn(w, places, cell) })
	}
	if len(cmds) > 0 && !r.gallery.asked {
		r.gallery.asked = true
		cmds = append(cmds, tea.RequestTerminalVersion,
			tea.Raw(ansi.RequestPrimaryDeviceAttributes+ansi.WindowOp(requestCellSize)))
	}
	return tea.Batch(cmds...)
}

// pictureID is the number of a picture within this terminal: the same for the
// same picture, and unlikely to be another program's.
func pictureID(w chatview.Wanted) int {
	h := fnv.New32a()
	_, _ = io.WriteString(h, string(w.Message)+"/"+strconv.Itoa(w.Part))
	return int(h.Sum32()&0xffffff | 0x010101)
}

// drawn draws a picture for the conversation: as cells that stand for it where
// the terminal knows such, out of half blocks everywhere else, since only those
// two scroll with the text.
func drawn(w chatview.Wanted, places bool, cell picture.Pixels) drawnMsg {
	img, err := picture.Decode(w.Data)
	if err != nil {
		return drawnMsg{wanted: w, lines: []string{}}
	}
	room := picture.Fit(picture.SizeOf(img), cell, picture.Cells{Columns: w.Columns, Rows: w.Rows})
	if !places {
		return drawnMsg{wanted: w, lines: picture.Blocks(img, room)}
	}
	id := pictureID(w)
	return drawnMsg{
		wanted: w,
		lines:  widget.Placed(id, room.Columns, room.Rows),
		send:   picture.Transmit(img, id, room, cell),
	}
}

func (r *Root) pictureDrawn(msg drawnMsg) tea.Cmd {
	r.chat.Drawn(msg.wanted, msg.lines)
	if msg.send == "" {
		return nil
	}
	return tea.Raw(msg.send)
}

// terminalTold takes in what the terminal says that it can.
func (r *Root) terminalTold(attributes uv.PrimaryDeviceAttributesEvent) tea.Cmd {
	r.gallery.protocol = r.gallery.protocol.Told(r.gallery.env, attributes)
	return nil
}

// versionTold takes in which terminal it is.
func (r *Root) versionTold(msg tea.TerminalVersionMsg) tea.Cmd {
	if places := r.gallery.protocol == picture.Kitty && placesPictures(msg.Name); places != r.gallery.places {
		r.gallery.places = places
		r.chat.Redraw()
	}
	return nil
}

// placesPictures reports whether a terminal, by the name it tells, lets cells
// stand for a picture: kitty does from 0.28 on (its changelog), Ghostty always.
func placesPictures(name string) bool {
	if strings.HasPrefix(name, "ghostty ") {
		return true
	}
	version, ok := strings.CutPrefix(name, "kitty(")
	if !ok {
		return false
	}
	var major, minor int
	_, err := fmt.Sscanf(version, "%d.%d", &major, &minor)
	return err == nil && (major > 0 || minor >= 28)
}

// cellsTold takes in the size of a cell.
func (r *Root) cellsTold(size uv.CellSizeEvent) tea.Cmd {
	cell := picture.Pixels{Width: size.Width, Height: size.Height}
	if cell == r.gallery.cell || cell.Width < 1 || cell.Height < 1 {
		return nil
	}
	r.gallery.cell = cell
	r.chat.Redraw()
	return nil
}

// viewPicture shows the picture of an answer as large as the terminal can.
func (r *Root) viewPicture(id chat.MessageID) tea.Cmd {
	part, ok := r.chat.Image(id)
	if !ok {
		r.tell(r.env.Words.T("picture.none"))
		return nil
	}
	if r.noColor || picture.Colourless(r.gallery.env) {
		r.tell(r.env.Words.T("picture.no_colour"))
		return nil
	}
	return tea.Exec(&viewer{
		data: part.Data, protocol: r.gallery.protocol, cell: r.gallery.cell,
		room: picture.Cells{Columns: r.width, Rows: max(1, r.height-2)},
		hint: r.env.Words.T("picture.enter"),
	}, func(err error) tea.Msg { return doneMsg{err: err} })
}

// viewer shows one picture on the whole screen until the person presses enter.
// It has the terminal for itself, so that nothing draws over it.
type viewer struct {
	data     []byte // of a picture file
	protocol picture.Protocol
	cell     picture.Pixels
	room     picture.Cells
	hint     string
	in       io.Reader
	out      io.Writer
}

// SetStdin gives it the keyboard.
func (v *viewer) SetStdin(r io.Reader) { v.in = r }

// SetStdout gives it the screen.
func (v *viewer) SetStdout(w io.Writer) { v.out = w }

// SetStderr is not needed.
func (v *viewer) SetStderr(io.Writer) {}

// Run shows the picture. One that cannot be read leaves the screen as it is.
func (v *viewer) Run() error {
	img, err := picture.Decode(v.data)
	if err != nil {
		return err
	}
	const enter, leave = ansi.SetModeAltScreenSaveCursor + ansi.EraseEntireScreen + ansi.CursorHomePosition, ansi.ResetModeAltScreenSaveCursor
	if _, err := io.WriteString(v.out, enter); err != nil {
		return err
	}
	err = picture.Draw(v.out, img, v.protocol, picture.Fit(picture.SizeOf(img), v.cell, v.room), v.cell)
	if err == nil {
		_, err = io.WriteString(v.out, "\r\n"+v.hint)
	}
	if err == nil {
		err = untilEnter(v.in)
	}
	_, _ = io.WriteString(v.out, leave)
	return err
}

// untilEnter reads to the end of a line.
func untilEnter(r io.Reader) error {
	one := make([]byte, 1)
	for {
		n, err := r.Read(one)
		if n == 1 && (one[0] == '\n' || one[0] == '\r') || err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

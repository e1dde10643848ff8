package chatview

import (
	"strconv"

	"bise/app"
	"bise/app/chat"
	"bise/app/termsafe"
)

// Wanted is a picture that is seen and not drawn yet, and the room for it.
type Wanted struct {
	Message       chat.MessageID
	Part          int
	Data          []byte
	Columns, Rows int // at most
}

// drawn is a picture of an answer.
type drawn struct {
	lines []string // nil until it is drawn
	asked bool
}

// Pictures says whether pictures are drawn; else a line of text names them.
func (v *View) Pictures(on bool) { v.pictures = on }

// The most room a picture takes in a conversation: it is seen whole, together
// with some of the text.
const (
	widestPicture  = 64
	highestPicture = 24
)

// Undrawn lists the pictures on the screen that are not drawn yet, each once.
// It draws the view, since only that tells what is seen.
func (v *View) Undrawn() []Wanted {
	if !v.pictures {
		return nil
	}
	has := false
	for _, it := range v.items {
		has = has || it.images > 0
	}
	if !has {
		return nil
	}
	v.Lines()
	wanted := v.wanted
	v.wanted = nil
	return wanted
}

// Drawn takes the lines of a picture; of one that is not shown any more, and
// for a width that is not the view's any more, nothing.
func (v *View) Drawn(w Wanted, lines []string) {
	it := v.find(w.Message)
	if it == nil || it.made[w.Part] == nil || w.Columns != v.pictureColumns() {
		return
	}
	v.holding(sameTop, func() { it.made[w.Part].lines, it.height = lines, 0 })
}

// Redraw forgets how pictures were drawn, after a change of the terminal.
func (v *View) Redraw() {
	v.holding(sameTop, func() {
		for _, it := range v.items {
			it.made, it.height = nil, 0
		}
	})
}

func (v *View) pictureColumns() int { return min(v.inner()-2, widestPicture) }

// madeSections are the pictures and files of an answer.
func (v *View) madeSections(it *item) []section {
	if it.images == 0 && !it.files {
		return nil
	}
	t, w := &v.env.Theme, v.env.Words
	parts := []section{fixed("")}
	for i, p := range it.message.Parts {
		switch p.Kind {
		case chat.ImagePart:
			parts = append(parts, v.picture(it, i)...)
			parts = append(parts, fixed(margin+t.Muted.Render(v.cut(w.T("picture.line", "Name", v.madeName(p, i))))))
		case chat.FilePart:
			parts = append(parts, fixed(margin+t.Muted.Render(v.cut(w.T("picture.file", "Name", v.madeName(p, i))))))
		default:
		}
	}
	return parts
}

func (v *View) madeName(p chat.Part, i int) string {
	if p.Name != "" {
		return termsafe.Line(p.Name)
	}
	return strconv.Itoa(i + 1)
}

// picture is the drawing of a picture, nothing until there is one.
func (v *View) picture(it *item, part int) []section {
	if !v.pictures {
		return nil
	}
	if it.made == nil {
		it.made = make(map[int]*drawn)
	}
	d := it.made[part]
	if d == nil {
		d = &drawn{}
		it.made[part] = d
	}
	if d.lines == nil {
		return []section{{1, func(int, int) []string {
			if !d.asked {
				d.asked = true
				v.wanted = append(v.wanted, Wanted{
					Message: it.message.ID, Part: part, Data: it.message.Parts[part].Data,
					Columns: v.pictureColumns(), Rows: max(4, min(v.height*2/3, highestPicture)),
				})
			}
			return []string{margin + v.env.Theme.Muted.Render(v.cut(v.env.Words.T("picture.drawing")))}
		}}}
	}
	lines := make([]string, len(d.lines))
	for i, l := range d.lines {
		lines[i] = margin + l
	}
	return []section{fixed(lines...)}
}

// Image is a picture of a message, the first one; false if there is none.
func (v *View) Image(id chat.MessageID) (chat.Part, bool) {
	it := v.find(id)
	if it == nil {
		return chat.Part{}, false
	}
	for _, p := range it.message.Parts {
		if p.Kind == chat.ImagePart {
			return p, true
		}
	}
	return chat.Part{}, false
}

// count notes what a message has besides text, so that a conversation without
// pictures costs nothing. The runs of an answer that has not grown here are
// those that were kept.
func (it *item) count(m chat.Message) {
	it.images, it.files = 0, false
	if m.Role != chat.Assistant {
		return
	}
	fromHistory := len(it.runs) == 0
	for _, p := range m.Parts {
		switch p.Kind {
		case chat.RunPart:
			if fromHistory {
				it.run(app.ToolActivity{ID: p.CallID, Name: p.Name, State: app.ToolDone, Code: p.Text})
			}
		case chat.RunOutputPart:
			for i := range it.runs {
				if fromHistory && it.runs[i].ID == p.CallID {
					it.runs[i].Output = p.Text
				}
			}
		case chat.ImagePart:
			it.images++
		case chat.FilePart:
			it.files = true
		default:
		}
	}
}

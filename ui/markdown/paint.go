package markdown

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/ui/theme"
)

// style is a set of meanings laid over each other; its zero value is plain text.
type style uint32

const (
	bold style = 1 << iota
	italic
	strike
	quoted
	heading1
	heading2
	heading3
	tableHead
	inlineCode
	linked
	muted
	marker
	ruled
	keyword
	typeName
	function
	literal
	number
	comment
	operator
	inserted
	deleted
)

// painter turns meanings into control sequences for one theme. Sequences are
// worked out once: a lipgloss style costs microseconds a call, and a screen has
// hundreds of pieces.
type painter struct {
	looks map[style]lipgloss.Style
	inks  map[style]string
}

func newPainter(t *theme.Theme) *painter {
	return &painter{
		inks: make(map[style]string),
		looks: map[style]lipgloss.Style{
			0:          t.Text,
			bold:       lipgloss.NewStyle().Bold(true),
			italic:     lipgloss.NewStyle().Italic(true),
			strike:     lipgloss.NewStyle().Strikethrough(true),
			quoted:     t.Quote,
			heading1:   t.Heading1,
			heading2:   t.Heading2,
			heading3:   t.Heading3,
			tableHead:  t.TableHead,
			inlineCode: t.Code,
			linked:     t.Link,
			muted:      t.Muted,
			marker:     t.Marker,
			ruled:      t.Rule,
			keyword:    t.Syntax.Keyword,
			typeName:   t.Syntax.Type,
			function:   t.Syntax.Function,
			literal:    t.Syntax.String,
			number:     t.Syntax.Number,
			comment:    t.Syntax.Comment,
			operator:   t.Syntax.Operator,
			inserted:   t.Syntax.Inserted,
			deleted:    t.Syntax.Deleted,
		},
	}
}

// ink is the sequence that switches st on, "" if it looks like plain text.
func (p *painter) ink(st style) string {
	s, ok := p.inks[st]
	if !ok {
		s = p.mix(st)
		p.inks[st] = s
	}
	return s
}

// mix lays the looks of st over each other, later ones over earlier ones.
func (p *painter) mix(st style) string {
	look := p.looks[0]
	for bit := bold; bit <= deleted; bit <<= 1 {
		if st&bit != 0 {
			look = p.looks[bit].Inherit(look)
		}
	}
	var s ansi.Style
	if look.GetBold() {
		s = s.Bold()
	}
	if look.GetFaint() {
		s = s.Faint()
	}
	if look.GetItalic() {
		s = s.Italic(true)
	}
	if look.GetUnderline() {
		s = s.Underline(true)
	}
	if look.GetReverse() {
		s = s.Reverse(true)
	}
	if look.GetStrikethrough() {
		s = s.Strikethrough(true)
	}
	if fg := look.GetForeground(); fg != (lipgloss.NoColor{}) {
		s = s.ForegroundColor(fg)
	}
	if bg := look.GetBackground(); bg != (lipgloss.NoColor{}) {
		s = s.BackgroundColor(bg)
	}
	if len(s) == 0 {
		return ""
	}
	return s.String()
}

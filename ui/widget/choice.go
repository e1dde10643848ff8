package widget

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app/termsafe"
	"bise/ui/theme"
)

// Option is one answer to a question.
type Option struct {
	Label   string
	Explain string // one sentence on what it means
	Off     string // why it cannot be chosen, "" if it can
}

// Choice is a question with a few answers. Its first answer should be the safe
// one: it is the one selected at the start.
type Choice struct {
	theme         theme.Theme
	width, height int
	question      string
	options       []Option
	selected      int
}

// NewChoice makes a question without text.
func NewChoice(t theme.Theme) *Choice { return &Choice{theme: t, width: 60, height: 12} }

// SetTheme changes the styles.
func (c *Choice) SetTheme(t theme.Theme) { c.theme = t }

// SetSize gives the room there is.
func (c *Choice) SetSize(width, height int) { c.width, c.height = max(width, 8), max(height, 1) }

// SetQuestion sets the question, which may have several lines, and its answers.
func (c *Choice) SetQuestion(question string, options []Option) {
	c.question = termsafe.Text(question)
	c.options = make([]Option, len(options))
	for i, o := range options {
		c.options[i] = Option{Label: termsafe.Line(o.Label), Explain: termsafe.Line(o.Explain), Off: termsafe.Line(o.Off)}
	}
	c.selected = 0
}

// Selected is the number of the answer the keys act on, from 0; false if it
// cannot be chosen or there is none.
func (c *Choice) Selected() (int, bool) {
	if c.selected >= len(c.options) {
		return 0, false
	}
	return c.selected, c.options[c.selected].Off == ""
}

// Select selects an answer.
func (c *Choice) Select(i int) { c.selected = max(0, min(i, len(c.options)-1)) }

// Update takes a key and reports whether it was one of the widget's: arrows, and
// the number of an answer, which selects it. Enter is left to the caller.
func (c *Choice) Update(msg tea.KeyPressMsg) bool {
	switch s := msg.String(); s {
	case "up", "shift+tab":
		c.Select(c.selected - 1)
	case "down", "tab":
		c.Select(c.selected + 1)
	default:
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > len(c.options) {
			return false
		}
		c.Select(n - 1)
	}
	return true
}

// View draws the question and its answers. Where room is short, explanations of
// the answers that are not selected go first, then the question's beginning.
func (c *Choice) View() string {
	question := c.wrapped(c.question, 0)
	lines, at := c.draw(true)
	if len(question)+1+len(lines) > c.height {
		lines, at = c.draw(false)
	}
	if len(lines) > c.height { // keep the selected answer in sight
		from := max(0, min(at, len(lines)-c.height))
		lines = lines[from : from+c.height]
	}
	room := c.height - len(lines) - 1
	if room > 0 && c.question != "" {
		question = question[:min(len(question), room)]
		lines = append(append(question, ""), lines...)
	}
	return strings.Join(lines, "\n")
}

// draw draws the answers and returns the line the selected one begins on.
func (c *Choice) draw(all bool) (lines []string, at int) {
	t := &c.theme
	for i, o := range c.options {
		sign, style := "  ", t.Text
		if o.Off != "" {
			style, o.Explain = t.Disabled, o.Off
		}
		if i == c.selected {
			sign, style, at = "› ", t.Selected, len(lines)
		}
		label := ansi.Truncate(strconv.Itoa(i+1)+" "+o.Label, c.width-2, "…")
		lines = append(lines, t.Accent.Render(sign)+style.Render(label))
		if o.Explain == "" || !all && i != c.selected {
			continue
		}
		for _, l := range c.wrapped(o.Explain, 4) {
			lines = append(lines, "    "+t.Muted.Render(l))
		}
	}
	return lines, at
}

func (c *Choice) wrapped(s string, indent int) []string {
	return strings.Split(ansi.Wrap(s, max(c.width-indent, 4), ""), "\n")
}

package dialog

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app/termsafe"
	"bise/ui/markdown"
	"bise/ui/screen"
	"bise/ui/widget"
)

// code asks which block of code to copy, and shows its beginning.
type code struct {
	*Panel
	blocks []markdown.Code
	list   *widget.List
}

// Code asks which block of code to copy. It is answered with CodeQuestion, whose
// text is the code.
func Code(env *screen.Env, blocks []markdown.Code) screen.Overlay {
	w := env.Words
	c := &code{Panel: NewPanel(env, w.T("dialog.code.title")), blocks: blocks, list: widget.NewList(env.Theme)}
	rows := make([]widget.Row, len(blocks))
	for i, b := range blocks {
		lang := b.Lang
		if lang == "" {
			lang = w.T("dialog.code.plain")
		}
		first, _, _ := strings.Cut(strings.TrimSpace(b.Text), "\n")
		rows[i] = widget.Row{
			ID:     strconv.Itoa(i),
			Text:   strconv.Itoa(i+1) + " " + lang + " · " + w.N("dialog.code.lines", strings.Count(strings.TrimSuffix(b.Text, "\n"), "\n")+1),
			Detail: first,
		}
	}
	c.list.SetRows(rows)
	c.SetHints(Hint{"enter", w.T("dialog.code.copy")}, Hint{"esc", w.T("dialog.back")})
	return c
}

// Unasked says that the person opened it.
func (c *code) Unasked() bool { return false }

// Init starts nothing.
func (c *code) Init() tea.Cmd { return nil }

// Resize lays it out: a third of the room for the list, the rest for the code.
func (c *code) Resize(width, height int) {
	c.Panel.Resize(width, height)
	c.list.SetTheme(c.Env.Theme)
	w, h := c.Inner()
	c.list.SetSize(w, max(1, min(len(c.blocks), h/2)))
}

// Update takes keys; the number of a block copies it at once.
func (c *code) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return screen.Stay{}, nil
	}
	switch pressed := key.String(); pressed {
	case "esc":
		return screen.Close{}, nil
	case "enter":
		return c.pick(c.selected())
	default:
		if n, err := strconv.Atoi(pressed); err == nil {
			return c.pick(n - 1)
		}
		c.list.Update(key)
	}
	return screen.Stay{}, nil
}

func (c *code) selected() int {
	row, ok := c.list.Selected()
	if !ok {
		return -1
	}
	n, err := strconv.Atoi(row.ID)
	if err != nil {
		return -1
	}
	return n
}

func (c *code) pick(n int) (screen.Action, tea.Cmd) {
	if n < 0 || n >= len(c.blocks) {
		return screen.Stay{}, nil
	}
	return screen.Answered{Question: CodeQuestion, Choice: Yes, Text: c.blocks[n].Text}, nil
}

// View draws the list and the beginning of the selected block.
func (c *code) View() string {
	t := &c.Env.Theme
	width, height := c.Inner()
	body := append(strings.Split(c.list.View(), "\n"), "")
	if n := c.selected(); n >= 0 && n < len(c.blocks) {
		for line := range strings.SplitSeq(strings.TrimSuffix(c.blocks[n].Text, "\n"), "\n") {
			if len(body) >= height {
				break
			}
			line = termsafe.Line(strings.ReplaceAll(line, "\t", "    "))
			body = append(body, t.Border.Render("│ ")+t.Code.Render(ansi.Truncate(line, max(1, width-2), "…")))
		}
	}
	return c.DrawFull(body)
}

// Cursor hides the terminal's cursor.
func (c *code) Cursor() *tea.Cursor { return nil }

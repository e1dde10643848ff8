package dialog

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/ui/screen"
	"bise/ui/widget"
)

// Ask is a frame with a text and a few answers below it. Where the text does
// not fit it scrolls; the answers always stay in sight.
type Ask struct {
	*Panel
	text    []paragraph
	pager   *widget.Pager
	choice  *widget.Choice
	options []widget.Option
	gap     int // lines between text and answers
}

type paragraph struct {
	text  string
	muted bool
	warn  bool
}

// NewAsk makes an empty question.
func NewAsk(env *screen.Env, title string) *Ask {
	a := &Ask{Panel: NewPanel(env, title), pager: widget.NewPager(env.Theme), choice: widget.NewChoice(env.Theme)}
	w := env.Words
	a.SetHints(Hint{"enter", w.T("dialog.choose")}, Hint{"esc", w.T("dialog.back")})
	return a
}

// Say sets the text: paragraphs, "" between them is left out.
func (a *Ask) Say(paragraphs ...string) {
	a.text = a.text[:0]
	for _, s := range paragraphs {
		if s != "" {
			a.text = append(a.text, paragraph{text: s})
		}
	}
	a.lay()
}

// Add adds a paragraph of second rank.
func (a *Ask) Add(text string) {
	if text != "" {
		a.text = append(a.text, paragraph{text: text, muted: true})
		a.lay()
	}
}

// Warn adds a paragraph that needs a look.
func (a *Ask) Warn(text string) {
	if text != "" {
		a.text = append(a.text, paragraph{text: "! " + text, warn: true})
		a.lay()
	}
}

// SetOptions sets the answers; the first is selected.
func (a *Ask) SetOptions(options ...widget.Option) {
	a.options = options
	a.choice.SetQuestion("", options)
	a.lay()
}

// Select selects an answer.
func (a *Ask) Select(i int) {
	a.choice.Select(i)
	a.lay()
}

// Selected is the answer the keys act on.
func (a *Ask) Selected() int {
	i, _ := a.choice.Selected()
	return i
}

// Resize lays everything out for the size of the screen.
func (a *Ask) Resize(width, height int) {
	a.Panel.Resize(width, height)
	a.lay()
}

// lay gives the answers what they need and the text the rest.
func (a *Ask) lay() {
	t := &a.Env.Theme
	a.pager.SetTheme(*t)
	a.choice.SetTheme(*t)
	var lines []string
	for _, p := range a.text {
		style := t.Text
		switch {
		case p.warn:
			style = t.Warning
		case p.muted:
			style = t.Muted
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, a.Wrap(style, p.text)...)
	}
	width, height := a.Inner()
	if height < 14 { // blank lines are the first thing a small screen can spare
		lines = dropBlank(lines)
	}
	a.choice.SetSize(width, height+2) // room for the question it does not have
	full, least := a.choice.Room()
	a.gap = 1
	if len(lines)+1+least > height { // then nothing is spared for looks
		a.gap = 0
	}
	answers := full
	if len(lines)+a.gap+full > height {
		answers = max(1, min(least, height-min(len(lines), 2)))
		a.choice.SetSize(width, answers)
	}
	a.pager.SetSize(width, max(1, height-answers-a.gap))
	a.pager.SetLines(lines)
}

func dropBlank(lines []string) []string {
	out := lines[:0]
	for _, l := range lines {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}

// Key takes a key: it moves among the answers or scrolls the text. chosen is
// the answer that enter confirmed, -1 if none was.
func (a *Ask) Key(msg tea.KeyPressMsg) (chosen int) {
	switch msg.String() {
	case "enter":
		if i, ok := a.choice.Selected(); ok {
			return i
		}
		return -1
	case "pgup", "pgdown":
		a.pager.Update(msg)
		return -1
	}
	if a.choice.Update(msg) {
		a.lay()
	}
	return -1
}

// View draws the screen.
func (a *Ask) View() string {
	var body []string
	if len(a.text) > 0 {
		body = strings.Split(a.pager.View(), "\n")
		if a.gap > 0 {
			body = append(body, "")
		}
	}
	if len(a.options) > 0 {
		body = append(body, strings.Split(a.choice.View(), "\n")...)
	}
	return a.Draw(body)
}

// Cursor hides the terminal's cursor: nothing is typed here.
func (a *Ask) Cursor() *tea.Cursor { return nil }

// Init starts nothing.
func (a *Ask) Init() tea.Cmd { return nil }

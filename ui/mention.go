package ui

import (
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/termsafe"
)

// mention is the choice of files below an "@path" that is being written.
type mention struct {
	word  string   // behind the sign, as it was typed
	names []string // that fit; folders with a slash behind them
	at    int      // the chosen one
	// left is a word, with its sign, whose choice the person has closed.
	left string
}

// mentionMsg is what fits a word.
type mentionMsg struct {
	word  string
	names []string
}

// lookUp finds the files that fit what is written behind an "@".
func (r *Root) lookUp() tea.Cmd {
	word, ok := r.composer.Mention()
	if !ok || "@"+word == r.mention.left {
		r.closeMention()
		return nil
	}
	r.mention.left = ""
	a := r.env.App
	return func() tea.Msg {
		_, names := a.CompletePath(app.UnescapePath(word))
		return mentionMsg{word, names}
	}
}

func (msg mentionMsg) reach(r *Root) tea.Cmd {
	if word, ok := r.composer.Mention(); !ok || word != msg.word {
		return nil // more was typed since
	}
	r.mention = mention{word: msg.word, names: msg.names}
	r.layout()
	return nil
}

func (r *Root) closeMention() {
	if len(r.mention.names) > 0 {
		r.mention.names = nil
		r.layout()
	}
}

// choosing reports whether files are offered for what stands before the cursor.
func (r *Root) choosing() bool {
	if len(r.mention.names) == 0 || r.reading {
		return false
	}
	word, ok := r.composer.Mention()
	return ok && word == r.mention.word
}

// mentionKey takes a key for the choice of files; taken says that it was one.
func (r *Root) mentionKey(pressed string) (cmd tea.Cmd, taken bool) {
	if !r.choosing() {
		return nil, false
	}
	m := &r.mention
	switch pressed {
	case "up":
		m.at = max(0, m.at-1)
	case "down":
		m.at = min(len(m.names)-1, m.at+1)
	case "tab", "enter":
		return r.takeMention(m.names[m.at]), true
	case "esc":
		m.left = "@" + m.word
		r.closeMention()
	default:
		return nil, false
	}
	return nil, true
}

// takeMention goes into a folder, or attaches a file and leaves its name in the
// sentence.
func (r *Root) takeMention(name string) tea.Cmd {
	word := r.mention.word
	dir, _ := filepath.Split(app.UnescapePath(word))
	if strings.HasSuffix(name, string(filepath.Separator)) {
		r.composer.Replace("@"+word, "@"+app.EscapePath(dir+name))
		return tea.Batch(r.composed(), r.lookUp())
	}
	r.composer.Replace("@"+word, name)
	r.closeMention()
	return tea.Batch(r.composed(), r.attachPath(app.ExpandPath(dir+name)))
}

// mentionRows is how many files are offered at once.
const mentionRows = 6

// mentionLines draws the choice, the chosen one among them.
func (r *Root) mentionLines() []string {
	if !r.choosing() {
		return nil
	}
	m, t := &r.mention, &r.env.Theme
	rows := min(len(m.names), mentionRows, max(1, r.height/4))
	from := max(0, min(m.at-rows/2, len(m.names)-rows))
	lines := make([]string, 0, rows)
	for i := from; i < from+rows; i++ {
		sign, style := "  ", t.Muted
		if i == m.at {
			sign, style = "› ", t.Selected
		}
		lines = append(lines, t.Accent.Render(sign)+style.Render(ansi.Truncate(termsafe.Line(m.names[i]), max(1, r.width-2), "…")))
	}
	return lines
}

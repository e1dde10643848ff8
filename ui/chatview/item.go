package chatview

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/termsafe"
	"bise/ui/markdown"
	"bise/ui/screen"
)

// foldedLines is how many lines of a long prompt are shown until it is selected
// and opened: enough to recognise it, few enough to find the answer.
const foldedLines = 12

// item is one message on the screen. Its lines are laid out when they are first
// drawn, and kept.
type item struct {
	message  chat.Message
	branches int // alternatives at its place, itself included
	branch   int // its position among them, from 0

	built    bool           // body and thinking are there, if there is anything for them
	body     *markdown.View // the answer's text; nil for a prompt
	thinking *markdown.View // the reasoning; nil if there is none
	growing  bool
	prompt   []string // a prompt's wrapped lines
	more     int      // prompt lines folded away
	opened   bool     // shows all of a folded prompt
	width    int
	height   int // lines it takes, blank line included; 0 is not known

	runs   []app.ToolActivity // of the service's tools, while it grew here
	images int                // pictures that the answer brought
	files  bool               // it brought files
	made   map[int]*drawn     // the pictures, by the number of their part
}

// newItem costs nothing but itself: a conversation has thousands.
func newItem(m chat.Message, width int) *item {
	it := &item{message: m, width: width}
	it.count(m)
	return it
}

// anew makes the item one of a message, in the place it has.
func (it *item) anew(m chat.Message) {
	branches, branch := it.branches, it.branch
	*it = *newItem(m, it.width)
	it.branches, it.branch = branches, branch
}

// ready makes what an answer is drawn with.
func (it *item) ready(env *screen.Env) {
	if it.built {
		return
	}
	it.built = true
	if it.message.Role != chat.Assistant {
		return
	}
	for _, p := range it.message.Parts {
		switch p.Kind {
		case chat.TextPart:
			it.text(env).Append(string(p.Text))
		case chat.ThinkingPart:
			it.reasoning(env).Append(string(p.Text))
		default: // drawn from the message itself
		}
	}
	it.finish()
}

func (it *item) text(env *screen.Env) *markdown.View {
	if it.body == nil {
		it.body = markdown.New(markdown.Options{Width: it.width, Theme: env.Theme})
	}
	return it.body
}

func (it *item) reasoning(env *screen.Env) *markdown.View {
	if it.thinking == nil {
		it.thinking = markdown.New(markdown.Options{Width: it.width - 2, Theme: env.Theme})
	}
	return it.thinking
}

func (it *item) finish() {
	it.growing = false
	if it.body != nil {
		it.body.Finish()
	}
	if it.thinking != nil {
		it.thinking.Finish()
	}
}

func (it *item) resize(width int) {
	if width == it.width {
		return
	}
	it.width, it.prompt, it.height, it.made = width, nil, 0, nil
	if it.body != nil {
		it.body.SetWidth(width)
	}
	if it.thinking != nil {
		it.thinking.SetWidth(width - 2)
	}
}

func (it *item) retheme(env *screen.Env) {
	if it.body != nil {
		it.body.SetTheme(env.Theme)
	}
	if it.thinking != nil {
		it.thinking.SetTheme(env.Theme)
	}
}

// promptLines wraps a prompt. Only as much of a folded one is looked at as is
// shown, so that a prompt of megabytes costs no more than a short one.
func (it *item) promptLines() []string {
	if it.prompt != nil {
		return it.prompt
	}
	text := string(it.message.Text())
	hidden := 0
	if !it.opened {
		text, hidden = head(text, foldedLines, it.width)
	}
	lines := strings.Split(ansi.Wrap(termsafe.Text(text), max(1, it.width-2), ""), "\n")
	if !it.opened && len(lines) > foldedLines {
		hidden += len(lines) - foldedLines
		lines = lines[:foldedLines]
	}
	it.prompt, it.more = lines, hidden
	return lines
}

// head is the beginning of text that can fill n lines of the given width, and
// how many line breaks the rest has.
func head(text string, n, width int) (string, int) {
	room := 4 * n * max(width, 1) // four bytes a cell is the most UTF-8 needs
	end, breaks := 0, 0
	for end < len(text) && end < room && breaks < n+1 {
		if text[end] == '\n' {
			breaks++
		}
		end++
	}
	rest := strings.Count(text[end:], "\n")
	if end < len(text) && rest == 0 {
		rest = 1
	}
	return strings.ToValidUTF8(text[:end], ""), rest
}

// attachments names what was sent along with a prompt.
func (it *item) attachments() []string {
	var names []string
	for _, p := range it.message.Parts {
		if p.Kind == chat.ImagePart || p.Kind == chat.FilePart {
			names = append(names, termsafe.Line(p.Name))
		}
	}
	return names
}

// calls lists the tools that the model asked for. bise offers none of its own,
// so a call ends an answer; it is shown, so that nobody wonders.
func (it *item) calls() []string {
	var calls []string
	for _, p := range it.message.Parts {
		if p.Kind == chat.ToolCallPart {
			calls = append(calls, termsafe.Line(p.Name+" "+string(p.Text)))
		}
	}
	return calls
}

// sources lists the references that an answer cites.
func (it *item) sources() []chat.Part {
	var refs []chat.Part
	for _, p := range it.message.Parts {
		if p.Kind == chat.ReferencePart {
			refs = append(refs, p)
		}
	}
	return refs
}

// note is why an answer ended early, as a wording key, "" if it did not.
func (it *item) note() string {
	if it.growing {
		return ""
	}
	switch it.message.State {
	case chat.Stopped:
		return "chat.note.stopped"
	case chat.Cut:
		switch it.message.Ended {
		case "length", "model_length":
			return "chat.note.length"
		case string(fault.Interrupted):
			return "chat.note.interrupted"
		}
		return "chat.note.cut"
	case chat.Withheld:
		return "chat.note.withheld"
	default:
		return ""
	}
}

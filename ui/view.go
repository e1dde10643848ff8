package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/theme"
	"bise/ui/widget"
)

// banner is a message above the composer: an error or a refusal stays until a
// key is pressed, a passing line until its time is over.
type banner struct {
	line, remedy string
	lasting      bool
	told         int  // which passing line this is
	timed        bool // its end has been arranged
}

// toldMsg ends a passing line.
type toldMsg struct{ told int }

// toastTime is how long a passing line stays: time enough to read it twice.
const toastTime = 5 * time.Second

func (r *Root) untell(msg toldMsg) tea.Cmd {
	if !r.banner.lasting && r.banner.told == msg.told {
		r.banner = banner{}
		r.layout()
	}
	return nil
}

func (r *Root) resize(width, height int) tea.Cmd {
	first := r.width == 0
	r.width, r.height = width, height
	for _, o := range r.overlays {
		o.Resize(width, height)
	}
	r.layout()
	if first {
		return r.openHistory()
	}
	return nil
}

func (r *Root) retheme(dark bool) tea.Cmd {
	t, err := theme.For(dark, r.noColor, r.env.App.Config().Theme)
	if err != nil {
		return nil // the built-in theme stays
	}
	r.env.Theme = t
	r.composer.SetTheme(t)
	r.chat.Retheme()
	for _, o := range r.overlays {
		o.Resize(r.width, r.height)
	}
	r.layout()
	return nil
}

// layout divides the screen: the conversation, a banner if there is one, the
// composer, the status line.
func (r *Root) layout() {
	if r.width == 0 {
		return
	}
	r.composer.SetSize(r.width, max(1, r.height*2/5))
	used := r.composer.Height() + len(r.bannerLines()) + len(r.mentionLines()) + 2 // rule and status line
	r.chat.Resize(r.width, max(1, r.height-used))
}

// View draws the screen.
func (r *Root) View() tea.View {
	v := tea.NewView("")
	v.AltScreen = true
	v.WindowTitle = "bise" // never a conversation's title: others can see it
	if r.width == 0 {
		return v
	}
	if o := r.top(); o != nil {
		v.Content = o.View()
		v.Cursor = o.Cursor()
		return v
	}
	lines := r.chat.Lines()
	banner := append(r.bannerLines(), r.mentionLines()...)
	var b strings.Builder
	b.Grow(8 * r.width * r.height)
	for _, l := range lines {
		b.WriteString(l)
		b.WriteByte('\n')
	}
	for _, l := range banner {
		b.WriteString(l)
		b.WriteByte('\n')
	}
	b.WriteString(r.rule())
	b.WriteByte('\n')
	b.WriteString(r.composer.View())
	b.WriteByte('\n')
	b.WriteString(r.status())
	v.Content = b.String()
	if c := r.composer.Cursor(); c != nil && !r.reading {
		c.Y += len(lines) + len(banner) + 1
		v.Cursor = c
	}
	return v
}

// rule separates the conversation from the composer and says what the composer
// is about to do.
func (r *Root) rule() string {
	w, t := r.env.Words, &r.env.Theme
	label := ""
	switch {
	case r.edits != nil:
		label = w.T("chat.rule.editing")
	case r.sending != nil:
		label = w.T("chat.rule.sending")
	case r.turn != nil:
		label = w.T("chat.rule.answering")
	case r.reading:
		label = w.T("chat.rule.reading") + " · "
		label += r.readingHints(r.width - 8 - ansi.StringWidth(label))
	}
	if n := r.chat.Below(); n > 0 && !r.reading {
		label = strings.TrimSuffix(w.N("chat.rule.below", n)+" · "+label, " · ")
	}
	if attached := r.attachedLabel(r.width - 8 - ansi.StringWidth(label)); attached != "" {
		label = strings.TrimSuffix(attached+" · "+label, " · ")
	}
	if r.tools != "" {
		label = strings.TrimSuffix(r.tools+" · "+label, " · ")
	}
	if label == "" {
		return t.Border.Render(strings.Repeat("─", r.width))
	}
	label = ansi.Truncate(" "+label+" ", max(0, r.width-4), "…")
	return t.Border.Render("──") + t.Muted.Render(label) + t.Border.Render(strings.Repeat("─", max(0, r.width-2-ansi.StringWidth(label))))
}

// readingLine is the line of keys drawn last, and what it was made of: the next
// frame has the same one unless something of this has changed.
type readingLine struct {
	id    chat.MessageID
	state chat.State
	parts int
	found bool
	width int
	line  string
}

// readingHints names the keys for the selected message, as many as fit into width.
func (r *Root) readingHints(width int) string {
	m, _ := r.chat.Selected()
	now := readingLine{m.ID, m.State, len(m.Parts), r.sought != "", width, r.readingLine.line}
	if now != r.readingLine {
		now.line = r.readingKeys(m, width)
		r.readingLine = now
	}
	return now.line
}

func (r *Root) readingKeys(m chat.Message, width int) string {
	w := r.env.Words
	hints := []dialog.Hint{{Key: "tab", Does: w.T("chat.reading.back")}, {Key: "↑ ↓", Does: w.T("chat.reading.choose")}}
	add := func(key, does string) {
		hints = append(hints, dialog.Hint{Key: key, Does: w.T(does)})
	}
	if r.sought != "" {
		add("n", "chat.reading.find")
	}
	add("c", "chat.reading.copy")
	if m.Role == chat.User {
		add("e", "chat.reading.edit")
		add("r", "chat.reading.ask")
	} else {
		if m.State == chat.Cut || m.State == chat.Stopped {
			add("g", "chat.reading.continue")
		}
		add("r", "chat.reading.retry")
		if len(r.chat.Code(m.ID)) > 0 {
			add("y", "chat.reading.code")
		}
		if len(r.env.App.Sources(r.session, m.ID)) > 0 {
			add("o", "chat.reading.sources")
		}
		if len(r.env.App.Files(r.session, m.ID)) > 0 {
			add("s", "chat.reading.save")
		}
	}
	c := r.session.Snapshot()
	if ids, _ := c.Siblings(m.ID); len(ids) > 1 {
		add("← →", "chat.reading.branches")
	}
	add("i", "chat.reading.details")
	return dialog.Footer(hints, width)
}

// bannerLines wraps the banner to at most four lines.
func (r *Root) bannerLines() []string {
	if r.banner.line == "" {
		return nil
	}
	t := &r.env.Theme
	style, sign := t.Muted, "  "
	if r.banner.lasting {
		style, sign = t.Warning, "! "
	}
	text := termsafe.Line(r.banner.line)
	if r.banner.remedy != "" {
		text += "\n" + termsafe.Line(r.banner.remedy)
	}
	lines := strings.Split(ansi.Wrap(text, max(6, r.width-len(sign)), ""), "\n")
	lines = lines[:min(len(lines), 4)]
	for i, l := range lines {
		lines[i] = style.Render(sign + l)
		sign = "  "
	}
	return lines
}

// status is the last line: where answers come from, what happens to the words,
// which model, and how full its context is.
func (r *Root) status() string {
	w := r.env.Words
	segments := []widget.Segment{{Text: r.whereabouts(), Priority: 1}}
	if r.place.Plan != "" {
		segments = append(segments, widget.Segment{Text: r.place.Plan, Priority: 6})
	}
	segments = append(segments, widget.Segment{Text: r.place.Consequence, Priority: 2, Warn: r.place.Trains})
	if now, rehearsing := r.env.App.Clock(); rehearsing {
		segments = append(segments, widget.Segment{Text: w.T("status.rehearsing", "Time", now.Format("2006-01-02 15:04")), Priority: 1, Warn: true})
	}
	if r.env.App.LocalOnly() {
		segments = append(segments, widget.Segment{Text: w.T("status.local_only"), Priority: 3})
	}
	if r.history == app.HistoryOff {
		text := w.T("status.not_kept")
		if a := r.env.App; a.Admin().NoHistory {
			text = w.T("status.not_kept_by", "Organisation", termsafe.Line(a.Organisation()))
		}
		segments = append(segments, widget.Segment{Text: text, Priority: 3, Warn: true})
	}
	var right []widget.Segment
	if model := r.choice.Model; model != "" && model != r.choice.Provider {
		right = append(right, widget.Segment{Text: termsafe.Line(r.env.App.ModelName(model)), Priority: 4})
	}
	if r.used > 0 && r.window > 0 {
		right = append(right, widget.Segment{Text: w.T("status.context", "Used", app.Tokens(r.used), "Window", app.Tokens(r.window)), Priority: 5, Warn: r.used*5 > r.window*4})
	}
	right = append(right, widget.Segment{Text: w.T("status.help"), Priority: 7})
	return widget.StatusLine(r.env.Theme, r.width, segments, right)
}

// whereabouts is the place, shortened where its name would leave no room for
// what happens there: the consequence has up to half of the line.
func (r *Root) whereabouts() string {
	needed := ansi.StringWidth(" · ") + min(ansi.StringWidth(r.place.Consequence)+len("! "), r.width/2)
	return ansi.Truncate(termsafe.Line(r.place.Where), max(r.width-needed, 1), "…")
}

// tell shows a line for a moment.
func (r *Root) tell(line string) {
	r.told++
	r.banner = banner{line: line, told: r.told}
	r.layout()
}

// fail shows an error: what happened, and what to do next.
func (r *Root) fail(err error) {
	message, remedy := r.env.Words.Fault(err)
	r.banner = banner{line: message, remedy: remedy, lasting: true}
	r.layout()
}

// notice is the wording of a provider's notice.
func (r *Root) notice(n app.Notice) string {
	args := make([]any, 0, 2*len(n.Args))
	for name, value := range n.Args {
		args = append(args, name, termsafe.Line(value))
	}
	return r.env.Words.T(n.Key, args...)
}

// leftLine says what the rules left out of a request.
func (r *Root) leftLine(left []policy.Left) string {
	return r.env.Words.N("chat.left_out", len(left))
}

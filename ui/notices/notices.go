// Package notices is the inbox: what services and partners have told the
// person, with the days that are left to act, and the documents the person
// keeps. Nothing is sent from here: the mail program is opened only when it is
// asked for, with an address and a subject.
package notices

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"bise/app"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// The rows of the list are named by what they show.
const (
	noticeRow = "notice:"
	draftRow  = "draft:"
)

// View is the inbox.
type View struct {
	*dialog.Panel
	ctx   context.Context
	list  *widget.List
	pager *widget.Pager
	// shown says that one row is read in full.
	shown   bool
	reading bool

	notices []app.Received
	drafts  []app.SavedDraft
	// done are the notices dismissed here, the last one first to come back.
	done []string
	err  error
}

// New makes the inbox.
func New(env *screen.Env, ctx context.Context) *View {
	v := &View{
		Panel: dialog.NewPanel(env, env.Words.T("inbox.title")), ctx: ctx,
		list: widget.NewList(env.Theme), pager: widget.NewPager(env.Theme), reading: true,
	}
	v.dress()
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init reads the notices and the documents.
func (v *View) Init() tea.Cmd { return v.read(nil) }

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.list.SetTheme(v.Env.Theme)
	v.pager.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.list.SetSize(w, h)
	v.pager.SetSize(w, h)
	if v.shown {
		v.open()
	}
}

// readMsg is what the history has.
type readMsg struct {
	owner   *View
	notices []app.Received
	drafts  []app.SavedDraft
	told    string // what a change has done
	err     error
}

// read makes a change, if there is one, and reads everything anew.
func (v *View) read(change func(*app.App) (told string, err error)) tea.Cmd {
	a, ctx := v.Env.App, v.ctx
	msg := readMsg{owner: v}
	return func() tea.Msg {
		if change != nil {
			if msg.told, msg.err = change(a); msg.err != nil {
				return msg
			}
		}
		if msg.notices, msg.err = a.Inbox(ctx, "", false); msg.err == nil {
			msg.drafts, msg.err = a.Drafts(ctx, "")
		}
		return msg
	}
}

func (v *View) wasRead(msg readMsg) screen.Action {
	if msg.owner != v {
		return screen.Stay{}
	}
	v.reading, v.err = false, msg.err
	if msg.err == nil {
		v.notices, v.drafts = msg.notices, msg.drafts
		v.list.SetRows(v.rows())
	}
	v.dress()
	if msg.told != "" {
		return screen.Tell{Line: msg.told}
	}
	return screen.Stay{}
}

func (v *View) rows() []widget.Row {
	w := v.Env.Words
	rows := make([]widget.Row, 0, len(v.notices)+len(v.drafts))
	for _, n := range v.notices {
		rows = append(rows, widget.Row{
			ID: noticeRow + n.ID, Group: w.T("inbox.notices"),
			Text: join(v.countdown(n), w.T("inbox.kind."+string(n.Kind)), string(n.About)),
		})
	}
	for _, d := range v.drafts {
		state := w.T("inbox.draft")
		if d.Sent != "" {
			state = w.T("inbox.sent", "Date", d.Sent)
		}
		rows = append(rows, widget.Row{ID: draftRow + d.ID, Group: w.T("inbox.drafts"), Text: join(state, string(d.Kind), d.Subject)})
	}
	return rows
}

// join puts what a row says in its order of importance: a narrow screen cuts
// its end.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// countdown says how long there is, or when the notice came.
func (v *View) countdown(n app.Received) string {
	w := v.Env.Words
	switch days, ok := n.DaysLeft(); {
	case !ok:
		return n.On
	case days < 0:
		return w.T("inbox.over")
	default:
		return w.N("inbox.days", days)
	}
}

// dress sets the words that depend on what there is to do.
func (v *View) dress() {
	w := v.Env.Words
	back := dialog.Hint{Key: "esc", Does: w.T("dialog.back")}
	row, _ := v.list.Selected()
	hints := []dialog.Hint{back}
	if !v.shown && row.ID != "" {
		hints = []dialog.Hint{{Key: "enter", Does: w.T("inbox.read")}, back}
	}
	switch {
	case strings.HasPrefix(row.ID, noticeRow):
		hints = append(hints, dialog.Hint{Key: "ctrl+x", Does: w.T("inbox.dismiss")})
	case strings.HasPrefix(row.ID, draftRow):
		hints = append(hints, dialog.Hint{Key: "ctrl+o", Does: w.T("inbox.mail")}, dialog.Hint{Key: "ctrl+s", Does: w.T("inbox.mark")})
	}
	if len(v.done) > 0 {
		hints = append(hints, dialog.Hint{Key: "ctrl+z", Does: w.T("inbox.undo")})
	}
	v.SetHints(hints...)
	empty := w.T("inbox.empty")
	if v.reading {
		empty = w.T("inbox.reading")
	}
	v.list.SetEmpty(empty)
}

// Update takes keys and what was read.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case readMsg:
		return v.wasRead(msg), nil
	case tea.KeyPressMsg:
		return v.key(msg)
	}
	return screen.Stay{}, nil
}

func (v *View) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	failed := v.err != nil
	v.err = nil
	defer v.dress()
	switch pressed := msg.String(); {
	case pressed == "esc" && v.shown:
		v.shown = false
	case pressed == "esc":
		return screen.Close{}, nil
	case failed && v.list.Len() == 0: // there is nothing to act on
		return screen.Stay{}, v.read(nil)
	case pressed == "enter" && !v.shown:
		v.open()
	case pressed == "ctrl+x":
		return screen.Stay{}, v.dismiss()
	case pressed == "ctrl+z":
		return screen.Stay{}, v.bringBack()
	case pressed == "ctrl+o":
		return screen.Stay{}, v.mail()
	case pressed == "ctrl+s":
		return screen.Stay{}, v.mark()
	case v.shown:
		v.pager.Update(msg)
	default:
		v.list.Update(msg)
	}
	return screen.Stay{}, nil
}

func (v *View) notice() (app.Received, bool) {
	row, _ := v.list.Selected()
	id, ok := strings.CutPrefix(row.ID, noticeRow)
	for _, n := range v.notices {
		if ok && n.ID == id {
			return n, true
		}
	}
	return app.Received{}, false
}

func (v *View) draft() (app.SavedDraft, bool) {
	row, _ := v.list.Selected()
	id, ok := strings.CutPrefix(row.ID, draftRow)
	for _, d := range v.drafts {
		if ok && d.ID == id {
			return d, true
		}
	}
	return app.SavedDraft{}, false
}

func (v *View) dismiss() tea.Cmd {
	n, ok := v.notice()
	if !ok {
		return nil
	}
	v.shown = false
	v.done = append(v.done, n.ID)
	return v.read(func(a *app.App) (string, error) { return "", a.DismissNotice(v.ctx, n.ID, false) })
}

func (v *View) bringBack() tea.Cmd {
	if len(v.done) == 0 {
		return nil
	}
	id := v.done[len(v.done)-1]
	v.done = v.done[:len(v.done)-1]
	return v.read(func(a *app.App) (string, error) { return "", a.DismissNotice(v.ctx, id, true) })
}

// mail opens the mail program for the selected draft, because the person asks.
func (v *View) mail() tea.Cmd {
	d, ok := v.draft()
	if !ok {
		return nil
	}
	w := v.Env.Words
	return v.read(func(a *app.App) (string, error) { return w.T("inbox.mail_opened"), a.Mail(v.ctx, d) })
}

// mark notes that the person has sent the selected draft today.
func (v *View) mark() tea.Cmd {
	d, ok := v.draft()
	if !ok {
		return nil
	}
	return v.read(func(a *app.App) (string, error) { return "", a.MarkSent(v.ctx, d.ID, "") })
}

// open shows the selected row in full.
func (v *View) open() {
	if n, ok := v.notice(); ok {
		v.shown = true
		v.pager.SetLines(v.noticeLines(n))
	} else if d, ok := v.draft(); ok {
		v.shown = true
		v.pager.SetLines(v.draftLines(d))
	}
}

func (v *View) noticeLines(n app.Received) []string {
	t, w := &v.Env.Theme, v.Env.Words
	var lines []string
	say := func(style lipgloss.Style, text string) { lines = append(lines, v.Wrap(style, text)...) }
	say(t.Heading3, join(w.T("inbox.kind."+string(n.Kind)), string(n.About)))
	say(t.Muted, w.T("inbox.received_by", "Date", n.On, "Profile", n.Profile))
	lines = append(lines, "")
	if n.Deadline != nil {
		style := t.Text
		if days, ok := n.DaysLeft(); ok && days >= 0 {
			style = t.Warning
			say(style, "! "+v.countdown(n))
		} else if ok {
			say(style, v.countdown(n))
		}
		say(t.Text, dialog.Sentence(w, n.Deadline.Reason))
		say(t.Text, dialog.Sentence(w, n.Deadline.Remedy))
		if day, _ := n.Deadline.Fields["first_new_price"].(string); day != "" {
			say(t.Text, w.T("inbox.new_price", "Date", day))
		}
		if n.Deadline.Fields["flag"] != nil {
			say(t.Warning, "! "+w.T("inbox.short"))
		}
		say(t.Muted, dialog.Clauses(*n.Deadline))
	}
	for _, name := range n.Needs {
		say(t.Text, w.T("inbox.needs_fact", "Name", name))
	}
	for _, item := range n.Lacks {
		say(t.Text, w.T("inbox.lacks_item", "Item", w.T("inbox.item."+item)))
	}
	lines = append(lines, "")
	say(t.Text, w.T("inbox.advice."+n.Advice()))
	return lines
}

// recipient is whom a draft goes to in words: an address stays as it is.
func (v *View) recipient(to string) string {
	if key := "inbox.recipient." + to; v.Env.Words.Has(key) {
		return v.Env.Words.T(key)
	}
	return to
}

func (v *View) draftLines(d app.SavedDraft) []string {
	t, w := &v.Env.Theme, v.Env.Words
	var lines []string
	if d.To != "" {
		lines = append(lines, v.Wrap(t.Text, w.T("inbox.to", "To", strings.Join(append([]string{v.recipient(d.To)}, d.CC...), ", ")))...)
	}
	lines = append(lines, v.Wrap(t.Heading3, d.Subject)...)
	state := w.T("inbox.written", "Date", d.Created.Local().Format(time.DateOnly), "Profile", d.Profile)
	if d.Sent != "" {
		state += " " + w.T("inbox.sent", "Date", d.Sent)
	} else if !d.Complete {
		state += " " + w.T("inbox.incomplete")
	}
	lines = append(append(lines, v.Wrap(t.Muted, state)...), "")
	return append(lines, v.Wrap(t.Text, strings.TrimRight(string(d.Text), "\n"))...)
}

// View draws the inbox.
func (v *View) View() string {
	switch {
	case v.err != nil:
		return v.DrawFull(v.Fault(v.err))
	case v.shown:
		return v.DrawFull(strings.Split(v.pager.View(), "\n"))
	}
	return v.DrawFull(strings.Split(v.list.View(), "\n"))
}

// Cursor hides the terminal's cursor.
func (v *View) Cursor() *tea.Cursor { return nil }

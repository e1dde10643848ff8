package share

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// Ledger is what was shared: when, how, until when, and what was left out. It
// outlives the conversations.
type Ledger struct {
	*dialog.Panel
	ctx   context.Context
	list  *widget.List
	pager *widget.Pager
	// shown says that one share is read in full; sure that revoking it is being
	// confirmed.
	shown, sure bool
	copied      bool // the link of the share that is read
	reading     bool
	shares      []app.Shared
	err         error
}

// NewLedger lists the shares.
func NewLedger(env *screen.Env, ctx context.Context) *Ledger {
	l := &Ledger{
		Panel: dialog.NewPanel(env, env.Words.T("share.ledger_title")), ctx: ctx,
		list: widget.NewList(env.Theme), pager: widget.NewPager(env.Theme), reading: true,
	}
	l.dress()
	return l
}

// Unasked says that the person opened it.
func (l *Ledger) Unasked() bool { return false }

// ledgerMsg is the ledger as it is now.
type ledgerMsg struct {
	owner  *Ledger
	shares []app.Shared
	told   string
	err    error
}

// Init reads the ledger.
func (l *Ledger) Init() tea.Cmd { return l.read(nil) }

// read makes a change, if there is one, and reads everything anew.
func (l *Ledger) read(change func() (told string, err error)) tea.Cmd {
	a, ctx := l.Env.App, l.ctx
	msg := ledgerMsg{owner: l}
	return func() tea.Msg {
		if change != nil {
			if msg.told, msg.err = change(); msg.err != nil {
				return msg
			}
		}
		msg.shares, msg.err = a.Shares(ctx)
		return msg
	}
}

// Resize lays it out.
func (l *Ledger) Resize(width, height int) {
	l.Panel.Resize(width, height)
	l.list.SetTheme(l.Env.Theme)
	l.pager.SetTheme(l.Env.Theme)
	w, h := l.Inner()
	l.list.SetSize(w, h)
	l.pager.SetSize(w, h)
	if l.shown {
		l.pager.SetLines(l.lines())
	}
}

func (l *Ledger) dress() {
	w := l.Env.Words
	back := dialog.Hint{Key: "esc", Does: w.T("dialog.back")}
	empty := w.T("share.ledger_empty")
	if l.reading {
		empty = w.T("share.working")
	}
	l.list.SetEmpty(empty)
	s, ok := l.selected()
	switch {
	case l.sure:
		l.SetHints(dialog.Hint{Key: "y", Does: w.T("share.revoke_yes")}, back)
	case ok && l.shown && s.Revoked.IsZero():
		l.SetHints(back, dialog.Hint{Key: "c", Does: w.T("share.copy")}, dialog.Hint{Key: "ctrl+x", Does: w.T("share.revoke")})
	case ok && !l.shown:
		l.SetHints(dialog.Hint{Key: "enter", Does: w.T("share.look")}, back)
	default:
		l.SetHints(back)
	}
}

func (l *Ledger) selected() (app.Shared, bool) {
	row, ok := l.list.Selected()
	for _, s := range l.shares {
		if ok && s.ID == row.ID {
			return s, true
		}
	}
	return app.Shared{}, false
}

func (l *Ledger) rows() []widget.Row {
	w := l.Env.Words
	var rows []widget.Row
	for _, s := range l.shares {
		title := s.Title
		if title == "" {
			title = w.T("share.page.untitled")
		}
		rows = append(rows, widget.Row{
			ID:   s.ID,
			Text: s.Created.Local().Format(time.DateOnly) + " · " + w.T("share.state."+l.state(s)) + " · " + w.T("share.way."+string(s.Way)) + " · " + title,
		})
	}
	return rows
}

func (l *Ledger) state(s app.Shared) string {
	switch {
	case !s.Revoked.IsZero():
		return "revoked"
	case s.Over(l.Env.App.Now()):
		return "expired"
	default:
		return "standing"
	}
}

// lines tell all of the selected share.
func (l *Ledger) lines() []string {
	s, _ := l.selected()
	t, w := &l.Env.Theme, l.Env.Words
	var lines []string
	if l.sure {
		lines = append(lines, l.Wrap(t.Warning, "! "+w.T("cli.share.revoke.question"))...)
		lines = append(append(lines, l.Wrap(t.Text, w.T("share.revoke_means"))...), "")
	}
	lines = append(lines, l.Wrap(t.Heading3, s.Title)...)
	lines = append(lines, l.Wrap(t.Muted, w.N("share.summary", s.Messages, "Date", s.Created.Local().Format("2006-01-02 15:04"),
		"Way", w.T("share.way."+string(s.Way)), "State", w.T("share.state."+l.state(s))))...)
	if !s.Expires.IsZero() {
		lines = append(lines, l.Wrap(t.Muted, w.T("share.until", "Time", s.Expires.Local().Format("2006-01-02 15:04")))...)
	}
	lines = append(lines, "")
	if s.Revoked.IsZero() {
		lines = append(lines, link(l.Panel, s)...)
		if l.copied {
			lines = append(lines, l.Wrap(t.Success, w.T("share.copied"))...)
		}
		lines = append(lines, "")
	}
	for _, o := range (app.Snapshot{LeftOut: s.LeftOut}).Omitted(w) {
		lines = append(lines, l.Wrap(t.Text, o)...)
	}
	return append(lines, l.Wrap(t.Muted, "SHA-256 "+s.SHA256)...)
}

// Update takes keys and what was read.
func (l *Ledger) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case ledgerMsg:
		return l.wasRead(msg), nil
	case tea.KeyPressMsg:
		defer l.dress()
		return l.key(msg)
	}
	return screen.Stay{}, nil
}

func (l *Ledger) wasRead(msg ledgerMsg) screen.Action {
	if msg.owner != l {
		return screen.Stay{}
	}
	l.reading, l.err, l.sure = false, msg.err, false
	if msg.err == nil {
		l.shares = msg.shares
		l.list.SetRows(l.rows())
	}
	if l.shown {
		l.pager.SetLines(l.lines())
	}
	l.dress()
	if msg.told != "" {
		return screen.Tell{Line: msg.told}
	}
	return screen.Stay{}
}

func (l *Ledger) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	pressed := msg.String()
	s, ok := l.selected()
	switch {
	case l.err != nil && len(l.shares) > 0:
		l.err = nil
	case pressed == "esc" && l.sure, l.sure && pressed != "y":
		l.sure = false
		l.pager.SetLines(l.lines())
	case l.sure:
		return screen.Stay{}, l.revoke(s)
	case pressed == "esc" && l.shown:
		l.shown = false
	case pressed == "esc":
		return screen.Close{}, nil
	case pressed == "enter" && !l.shown && ok:
		l.shown, l.copied = true, false
		l.pager.SetLines(l.lines())
	case pressed == "ctrl+x" && l.shown && ok && s.Revoked.IsZero():
		l.sure = true
		l.pager.SetLines(l.lines())
	case pressed == "c" && l.shown && ok && s.Revoked.IsZero():
		l.copied = true
		l.pager.SetLines(l.lines())
		return screen.Copy{Text: string(s.Link())}, nil
	case l.shown:
		l.pager.Update(msg)
	default:
		l.list.Update(msg)
	}
	return screen.Stay{}, nil
}

func (l *Ledger) revoke(s app.Shared) tea.Cmd {
	a, w, ctx := l.Env.App, l.Env.Words, l.ctx
	return l.read(func() (string, error) {
		what, err := a.RevokeShare(ctx, s)
		if err != nil {
			return "", err
		}
		return w.T("share.revoked."+string(what), "Path", s.Address), nil
	})
}

// View draws the ledger.
func (l *Ledger) View() string {
	switch {
	case l.err != nil:
		return l.DrawFull(l.Fault(l.err))
	case l.shown:
		return l.DrawFull(strings.Split(l.pager.View(), "\n"))
	}
	return l.DrawFull(strings.Split(l.list.View(), "\n"))
}

// Cursor hides the terminal's cursor.
func (l *Ledger) Cursor() *tea.Cursor { return nil }

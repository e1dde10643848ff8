// Package share gives a conversation to others, step by step: what looks
// personal or secret, each in its place; exactly what the reader will see; how
// it is given, with what that means; and the link. Its other screen is the
// ledger of what was given, where a share is taken back.
package share

import (
	"context"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// step is where a share has got to.
type step uint8

const (
	reading step = iota
	empty        // nothing to share
	refused
	findings
	preview
	choosing
	naming // the server
	working
	made
)

// View shares one conversation.
type View struct {
	*dialog.Panel
	ctx     context.Context
	session *app.Session
	sharing *app.Sharing
	step    step
	list    *widget.List
	pager   *widget.Pager
	ask     *dialog.Ask
	offered []way // the ways that ask offers, in its order
	server  *widget.Prompt
	line    int // of the server's prompt
	verdict policy.Verdict
	shared  app.Shared
	copied  bool
	err     error
}

// New shares the active branch of a conversation.
func New(env *screen.Env, ctx context.Context, s *app.Session) *View {
	v := &View{
		Panel: dialog.NewPanel(env, env.Words.T("share.title")), ctx: ctx, session: s,
		list: widget.NewList(env.Theme), pager: widget.NewPager(env.Theme), server: widget.NewPrompt(env.Theme),
	}
	v.server.SetPlaceholder("https://")
	v.server.Focus()
	v.dress()
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// draftedMsg is the conversation as it may be shared.
type draftedMsg struct {
	owner   *View
	sharing *app.Sharing
	verdict policy.Verdict
	err     error
}

// sharedMsg is a share that was made.
type sharedMsg struct {
	owner   *View
	shared  app.Shared
	verdict policy.Verdict
	err     error
}

// Init freezes the conversation and looks through it.
func (v *View) Init() tea.Cmd {
	a, s := v.Env.App, v.session
	if len(s.Snapshot().Messages) == 0 {
		v.to(empty)
		return nil
	}
	return func() tea.Msg {
		sharing, verdict, err := a.DraftShare(s, app.ShareTo{})
		return draftedMsg{v, sharing, verdict, err}
	}
}

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	w, h := v.Inner()
	v.list.SetTheme(v.Env.Theme)
	v.pager.SetTheme(v.Env.Theme)
	v.server.SetTheme(v.Env.Theme)
	v.list.SetSize(w, max(1, h-v.around()))
	v.pager.SetSize(w, h)
	v.server.SetSize(w)
	if v.ask != nil {
		v.ask.Resize(width, height)
	}
	if v.step == preview {
		v.lay()
	}
}

// wideAround is how many lines stand around the list of findings: two above it
// and five with the selected one in its place below.
const wideAround = 7

// around is wideAround, or one line where there is not the room.
func (v *View) around() int {
	if _, h := v.Inner(); h < wideAround+4 {
		return 1
	}
	return wideAround
}

// dress sets the words that depend on the step.
func (v *View) dress() {
	w := v.Env.Words
	back := dialog.Hint{Key: "esc", Does: w.T("dialog.back")}
	switch v.step {
	case findings:
		v.SetTitle(w.T("share.findings_title"))
		v.SetHints(dialog.Hint{Key: "enter", Does: w.T("share.next")}, dialog.Hint{Key: "space", Does: w.T("share.toggle")}, back)
	case preview:
		v.SetTitle(w.T("share.preview_title"))
		v.SetHints(dialog.Hint{Key: "enter", Does: w.T("share.next")}, back, dialog.Hint{Key: "pgdown", Does: w.T("share.scroll")})
	case naming:
		v.SetTitle(w.T("share.server_title"))
		v.SetHints(dialog.Hint{Key: "enter", Does: w.T("share.do")}, back)
	case made:
		v.SetTitle(w.T("share.made_title"))
		v.SetHints(dialog.Hint{Key: "c", Does: w.T("share.copy")}, dialog.Hint{Key: "esc", Does: w.T("dialog.back")})
	default:
		v.SetTitle(w.T("share.title"))
		v.SetHints(back)
	}
}

func (v *View) to(s step) {
	v.step = s
	v.err = nil
	v.dress()
	v.lay()
}

// lay fills the parts of the step.
func (v *View) lay() {
	switch v.step {
	case findings:
		v.list.SetRows(v.rows())
	case preview:
		v.pager.SetLines(v.seen())
	case choosing:
		v.ask = v.ways()
		w, h := v.Size()
		v.ask.Resize(w, h)
	default:
	}
}

// rows are the findings, each with what becomes of it.
func (v *View) rows() []widget.Row {
	w := v.Env.Words
	var rows []widget.Row
	for i, f := range v.sharing.Findings() {
		fate := w.T("share.out")
		if f.Keep {
			fate = w.T("share.in")
		}
		rows = append(rows, widget.Row{
			ID: strconv.Itoa(i), Text: fate + " · " + w.T("findings.kind."+string(f.Kind)) + ": " + string(f.Shown()), Marked: f.Keep,
		})
	}
	return rows
}

// seen are the lines of exactly what the reader will see.
func (v *View) seen() []string {
	t, w := &v.Env.Theme, v.Env.Words
	snap, err := v.sharing.Preview()
	if err != nil {
		return v.Fault(err)
	}
	title := snap.Title
	if title == "" {
		title = w.T("share.page.untitled")
	}
	lines := v.Wrap(t.Heading1, title)
	for _, note := range append([]string{w.T("share.page.made", "Date", snap.Made, "Ruleset", snap.Ruleset), w.T("share.page.notice")}, snap.Omitted(w)...) {
		lines = append(lines, v.Wrap(t.Muted, note)...)
	}
	for _, turn := range snap.Turns {
		lines = append(append(lines, ""), v.Wrap(t.Heading3, turn.Speaker(w)+" · "+turn.Day)...)
		lines = append(lines, v.Wrap(t.Text, strings.TrimRight(turn.Text, "\n"))...)
		for _, s := range turn.Sources {
			lines = append(lines, v.Wrap(t.Link, strings.TrimSpace(s.Title+" "+s.URL))...)
		}
		for range turn.Images {
			lines = append(lines, v.Wrap(t.Muted, w.T("share.page.image"))...)
		}
		for _, note := range turn.Notes(w) {
			lines = append(lines, v.Wrap(t.Muted, note)...)
		}
	}
	return lines
}

// way is a way of sharing.
type way int

// The ways, in the order in which they are offered.
const (
	notNow way = iota
	sealedFile
	server
	plainFile
)

// ways asks how to share. A way that the rules refuse is not offered, and the
// question says why.
func (v *View) ways() *dialog.Ask {
	w := v.Env.Words
	a := dialog.NewAsk(v.Env, w.T("share.ways_title"))
	a.Say(w.T("cli.share.anyone"))
	v.offered = []way{notNow, sealedFile, server, plainFile}
	if link := v.sharing.Link(); link.Decision == policy.Block {
		v.offered = slices.DeleteFunc(v.offered, func(to way) bool { return to == server })
		a.Add(dialog.Sentence(w, link.Reason))
	}
	a.Add(strings.TrimSpace(w.T("dialog.consent.basis", "Ruleset", v.verdict.Ruleset) + " " + dialog.Clauses(v.verdict)))
	options := make([]widget.Option, len(v.offered))
	for i, to := range v.offered {
		options[i] = [...]widget.Option{
			notNow:     {Label: w.T("share.ways.not_now"), Explain: w.T("share.ways.not_now_means")},
			sealedFile: {Label: w.T("share.ways.sealed"), Explain: w.T("share.ways.sealed_means")},
			server:     {Label: w.T("share.ways.server"), Explain: w.T("share.ways.server_means")},
			plainFile:  {Label: w.T("share.ways.plain"), Explain: w.T("share.ways.plain_means")},
		}[to]
	}
	a.SetOptions(options...)
	return a
}

// publish gives the conversation to others: the person has seen what it is and
// chosen how.
func (v *View) publish(to app.ShareTo) tea.Cmd {
	v.to(working)
	a, ctx, sharing := v.Env.App, v.ctx, v.sharing
	return func() tea.Msg {
		shared, verdict, err := a.Publish(ctx, sharing, to, policy.ShareTurn)
		return sharedMsg{v, shared, verdict, err}
	}
}

// View draws the step.
func (v *View) View() string {
	t, w := &v.Env.Theme, v.Env.Words
	if v.err != nil {
		return v.DrawFull(v.Fault(v.err))
	}
	switch v.step {
	case refused:
		lines := v.Wrap(t.Warning, "! "+dialog.Sentence(w, v.verdict.Reason))
		lines = append(lines, v.Wrap(t.Text, dialog.Sentence(w, v.verdict.Remedy))...)
		return v.DrawFull(append(lines, v.Wrap(t.Muted, dialog.Clauses(v.verdict))...))
	case empty:
		return v.DrawFull(v.Wrap(t.Text, w.T("share.empty")))
	case findings:
		return v.DrawFull(v.found())
	case preview:
		return v.DrawFull(strings.Split(v.pager.View(), "\n"))
	case choosing:
		return v.ask.View()
	case naming:
		lines := v.Wrap(t.Text, w.T("share.server_question"))
		v.line = len(lines) + 1
		lines = append(lines, "", v.server.View(), "")
		return v.DrawFull(append(lines, v.Wrap(t.Muted, w.T("share.server_means"))...))
	case made:
		return v.DrawFull(v.told())
	default:
		return v.DrawFull(v.Wrap(t.Muted, w.T("share.working")))
	}
}

// found draws the findings, and the selected one in its line.
func (v *View) found() []string {
	t, w := &v.Env.Theme, v.Env.Words
	all := v.sharing.Findings()
	if v.around() < wideAround {
		line := ansi.Truncate(t.Text.Render(w.N("share.found", len(all))), v.width(), "…")
		return append([]string{line}, strings.Split(v.list.View(), "\n")...)
	}
	lines := v.Wrap(t.Text, w.N("share.found", len(all)))
	lines = append(lines, strings.Split(v.list.View(), "\n")...)
	row, _ := v.list.Selected()
	i, err := strconv.Atoi(row.ID)
	if err != nil || i >= len(all) {
		return lines
	}
	f := all[i]
	where := w.T("share.where." + place(f))
	lines = append(lines, "", t.Muted.Render(where))
	context := t.Text.Render(termsafe.Line(string(f.Before))) + t.Match.Render(termsafe.Line(string(f.Shown()))) + t.Text.Render(termsafe.Line(string(f.After)))
	wrapped := strings.Split(ansi.Wrap(context, v.width(), ""), "\n")
	return append(lines, wrapped[:min(len(wrapped), 3)]...)
}

func (v *View) width() int {
	w, _ := v.Inner()
	return w
}

// place says where a finding is.
func place(f app.Finding) string {
	switch {
	case f.Message == "":
		return "title"
	case f.Role == chat.User:
		return "prompt"
	default:
		return "answer"
	}
}

// told is what was made, and how it is taken back.
func (v *View) told() []string {
	t, w := &v.Env.Theme, v.Env.Words
	var lines []string
	say := func(text string) { lines = append(lines, v.Wrap(t.Text, text)...) }
	switch s := v.shared; {
	case s.Way == app.FileShare && s.Encrypted():
		say(w.T("cli.share.made.sealed", "Path", s.Address))
	case s.Way == app.FileShare:
		say(w.T("cli.share.made.plain", "Path", s.Address))
	case !s.Expires.IsZero():
		say(w.T("cli.share.made.until", "Time", s.Expires.Local().Format("2006-01-02 15:04")))
	}
	lines = append(lines, "")
	lines = append(lines, link(v.Panel, v.shared)...)
	lines = append(lines, "")
	if v.copied {
		lines = append(lines, v.Wrap(t.Success, w.T("share.copied"))...)
	}
	return append(lines, v.Wrap(t.Muted, w.T("share.take_back"))...)
}

// link lays out the link of a share, cut where the line ends: it is no text with
// words.
func link(p *dialog.Panel, s app.Shared) []string {
	width, _ := p.Inner()
	lines := strings.Split(ansi.Hardwrap(termsafe.Line(string(s.Link())), width, true), "\n")
	for i, l := range lines {
		lines[i] = p.Env.Theme.Link.Render(l)
	}
	return lines
}

// Cursor is that of the server's address.
func (v *View) Cursor() *tea.Cursor {
	if v.step != naming || v.err != nil {
		return nil
	}
	return v.Place(v.server.Cursor(), v.line)
}

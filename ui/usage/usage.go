// Package usage shows what the account and the conversation have used: the
// limits that the service told last, tokens, an estimate of their cost, and the
// service's own pages for what bise cannot reach, each with what the person has
// declared. Nothing is asked of the service here.
package usage

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// pageRow begins the name of a row that stands for a page.
const pageRow = "page:"

// View is the screen.
type View struct {
	*dialog.Panel
	ctx     context.Context
	session *app.Session
	list    *widget.List
	report  readMsg
}

// readMsg is all there is to show.
type readMsg struct {
	owner  *View
	limits []app.LimitsSeen
	usage  app.UsageReport
	pages  []app.AccountPage
	err    error
}

// openedMsg says whether the browser could be opened.
type openedMsg struct {
	owner *View
	page  app.AccountPage
	err   error
}

// New makes the screen for the conversation on the screen.
func New(env *screen.Env, ctx context.Context, session *app.Session) *View {
	w := env.Words
	v := &View{Panel: dialog.NewPanel(env, w.T("usage.title")), ctx: ctx, session: session, list: widget.NewList(env.Theme)}
	v.list.SetEmpty(w.T("usage.reading"))
	v.dress()
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init reads what is known.
func (v *View) Init() tea.Cmd {
	a, session := v.Env.App, v.session
	return func() tea.Msg {
		msg := readMsg{owner: v, limits: a.Limits()}
		if msg.usage, msg.err = a.UsageOf(session); msg.err == nil {
			msg.pages, msg.err = a.AccountPages(v.profile())
		}
		return msg
	}
}

func (v *View) profile() string { return v.Env.App.ProfileOf(v.session.Choice().Provider) }

// Resize lays it out: the list, and below it what the selected row means.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.list.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.list.SetSize(w, max(2, h-detailRoom))
}

// detailRoom is how many lines the selected row is explained in, a rule
// included.
const detailRoom = 4

// dress names the keys that do something.
func (v *View) dress() {
	w := v.Env.Words
	hints := []dialog.Hint{{Key: "esc", Does: w.T("dialog.back")}}
	if _, ok := v.page(); ok {
		hints = append([]dialog.Hint{{Key: "enter", Does: w.T("usage.open")}}, hints...)
	}
	v.SetHints(hints...)
}

// page is the page that is selected.
func (v *View) page() (app.AccountPage, bool) {
	row, _ := v.list.Selected()
	name, ok := strings.CutPrefix(row.ID, pageRow)
	for _, page := range v.report.pages {
		if ok && page.Name == name {
			return page, true
		}
	}
	return app.AccountPage{}, false
}

// Update takes keys and what was read.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	defer v.dress()
	switch msg := msg.(type) {
	case readMsg:
		if msg.owner == v {
			v.report = msg
			v.list.SetEmpty("")
			v.list.SetRows(v.rows())
		}
	case openedMsg:
		switch {
		case msg.owner != v:
		case msg.err != nil:
			return screen.Fail{Err: msg.err}, nil
		default:
			return screen.Tell{Line: v.Env.Words.T("usage.opened", "URL", msg.page.URL)}, nil
		}
	case tea.KeyPressMsg:
		switch msg.String() {
		case "esc":
			return screen.Close{}, nil
		case "enter":
			page, ok := v.page()
			if !ok {
				return screen.Stay{}, nil
			}
			a, profile := v.Env.App, v.profile()
			return screen.Stay{}, func() tea.Msg {
				_, err := a.OpenPage(v.ctx, profile, page.Name)
				return openedMsg{v, page, err}
			}
		}
		v.list.Update(msg)
	}
	return screen.Stay{}, nil
}

func (v *View) rows() []widget.Row {
	w, a := v.Env.Words, v.Env.App
	var rows []widget.Row
	add := func(group, id, text, detail string) {
		rows = append(rows, widget.Row{ID: id, Group: w.T(group), Text: text, Detail: detail})
	}
	u := v.report.usage
	add("usage.group_conversation", "tokens", w.T("usage.row_tokens"), w.N("usage.tokens_short", u.Answers, "Total", u.Total()))
	switch {
	case u.Priced > 0:
		add("usage.group_conversation", "estimate", w.T("usage.row_estimate"), w.T("usage.about", "Amount", app.Money(u.Amount), "Currency", u.Currency))
	case u.Unpriced > 0:
		add("usage.group_conversation", "estimate", w.T("usage.row_estimate"), w.T("usage.no_price"))
	}
	told := false
	for _, seen := range v.report.limits {
		for _, l := range seen.Limits {
			told = true
			add("usage.group_limits", "limit:"+seen.Provider+":"+l.Name, seen.Provider+": "+a.LimitName(l.Name), w.T("usage.left", "Left", l.Remaining, "Of", l.Limit))
		}
	}
	if !told {
		add("usage.group_limits", "limits", w.T("usage.none_told"), "")
	}
	for _, page := range v.report.pages {
		add("usage.group_pages", pageRow+page.Name, w.T("account.title."+page.Name), page.Declared)
	}
	return rows
}

// detail explains the selected row.
func (v *View) detail() []string {
	t, w := &v.Env.Theme, v.Env.Words
	row, _ := v.list.Selected()
	if page, ok := v.page(); ok {
		lines := v.Wrap(t.Text, page.URL)
		return append(lines, v.Wrap(t.Muted, page.Text)...)
	}
	u := v.report.usage
	switch {
	case row.ID == "tokens":
		return v.Wrap(t.Muted, w.N("usage.tokens", u.Answers, "Total", u.Total(), "Prompt", u.Prompt, "Completion", u.Completion))
	case row.ID == "estimate":
		return v.Wrap(t.Muted, strings.Join(v.Env.App.EstimateLines(u), " "))
	case row.ID == "limits":
		return v.Wrap(t.Muted, w.T("usage.no_limits"))
	}
	for _, seen := range v.report.limits {
		if strings.HasPrefix(row.ID, "limit:"+seen.Provider+":") {
			return v.Wrap(t.Muted, strings.TrimSuffix(w.T("usage.told", "Provider", seen.Provider, "Host", seen.Host,
				"Time", seen.At.Local().Format("2006-01-02 15:04"), "Model", seen.Model), ":"))
		}
	}
	return nil
}

// View draws the screen.
func (v *View) View() string {
	if v.report.err != nil {
		return v.DrawFull(v.Fault(v.report.err))
	}
	width, height := v.Inner()
	body := strings.Split(v.list.View(), "\n")
	for len(body) < height-detailRoom {
		body = append(body, "")
	}
	body = append(body, v.Env.Theme.Border.Render(strings.Repeat("─", width)))
	detail := v.detail()
	return v.DrawFull(append(body, detail[:min(len(detail), detailRoom-1)]...))
}

// Cursor hides the terminal's cursor.
func (v *View) Cursor() *tea.Cursor { return nil }

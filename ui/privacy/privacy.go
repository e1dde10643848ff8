// Package privacy is one page on what becomes of the words at a provider: where
// it is, whether it trains on them and who can change that, what the person
// declared, how long it keeps them, and which companies see them. The use case
// makes the page out of the rules; here it is laid out, and its switches and
// declarations are written.
package privacy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"bise/app"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// View is the page for one provider.
type View struct {
	*dialog.Panel
	provider, profile string
	page              app.PrivacyPage
	pager             *widget.Pager
	lines             []string
	width             int
	ask               *fact // a question in the place of the page, nil if none
	removed           []app.Removed
	err               error
}

// New makes the page for a provider.
func New(env *screen.Env, provider string) *View {
	v := &View{
		Panel:    dialog.NewPanel(env, env.Words.T("privacy.title", "Name", env.App.Describe(provider).Name)),
		provider: provider,
		profile:  env.App.ProfileOf(provider),
		pager:    widget.NewPager(env.Theme),
	}
	v.read()
	return v
}

// read makes the page anew, after a change of the facts.
func (v *View) read() {
	page, err := v.Env.App.Privacy(v.profile, v.provider)
	if err != nil {
		v.err = err
		return
	}
	v.page = page
	v.hints()
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init starts nothing.
func (v *View) Init() tea.Cmd { return nil }

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.pager.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.width = w
	v.pager.SetSize(w, h)
	v.render()
	if v.ask != nil {
		v.ask.Resize(width, height)
	}
}

// service says whose terms govern the provider.
func (v *View) service() policy.Service { return v.page.Service }

// render lays the page out anew.
func (v *View) render() {
	v.lines = v.lines[:0]
	if v.err != nil {
		v.lines = append(v.Fault(v.err), "")
	}
	if n := len(v.removed); n > 0 {
		v.signed(v.Env.Theme.Warning, "! ", v.Env.Words.N("privacy.removed", n))
		for _, r := range v.removed {
			v.signed(v.Env.Theme.Text, "· ", r.At.Local().Format(time.DateOnly)+" "+r.Title)
		}
		v.lines = append(v.lines, "")
	}
	for i, s := range v.page.Sections {
		if i > 0 {
			v.lines = append(v.lines, "")
		}
		v.lines = append(v.lines, dialog.WrapTo(v.width, v.Env.Theme.Heading3, s.Title)...)
		number := 0
		for _, l := range s.Lines {
			if l.Style == app.SwitchLine {
				number++
			}
			v.line(l, number)
		}
	}
	v.pager.SetLines(slices.Clone(v.lines))
}

// line lays out one line; a switch has the number of its key before it.
func (v *View) line(l app.PrivacyLine, number int) {
	t := &v.Env.Theme
	switch l.Style {
	case app.WarningLine:
		v.signed(t.Warning, "! ", l.Text)
	case app.ItemLine:
		v.signed(t.Text, "· ", l.Text)
	case app.SwitchLine:
		v.signed(t.Text, strconv.Itoa(number)+" ", l.Text)
	case app.QuietLine:
		v.signed(t.Muted, "", l.Text)
	case app.PlainLine:
		v.signed(t.Text, "", l.Text)
	}
}

// signed adds text with a sign before its first line.
func (v *View) signed(style lipgloss.Style, sign, text string) {
	for i, l := range dialog.WrapTo(v.width-len([]rune(sign)), style, text) {
		before := style.Render(sign)
		if i > 0 {
			before = strings.Repeat(" ", len([]rune(sign)))
		}
		v.lines = append(v.lines, before+l)
	}
}

// View draws the page.
func (v *View) View() string {
	if v.ask != nil {
		return v.ask.View()
	}
	return v.Draw(strings.Split(v.pager.View(), "\n"))
}

// Cursor hides the terminal's cursor.
func (v *View) Cursor() *tea.Cursor { return nil }

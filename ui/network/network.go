// Package network is a list of every connection of this run: to whom, for what,
// how many bytes each way, and when. It reads the record once a second while it
// is open, and never what was said.
package network

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"bise/app"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// refresh is how often the record is read while the view is open.
const refresh = time.Second

// View is the list.
type View struct {
	*dialog.Panel
	pager  *widget.Pager
	record func() []app.Connection
	seen   []app.Connection
	// beat numbers the row of readings that counts; a key starts a new one,
	// since an overlay above this one swallows the reading under way.
	beat int
}

// New makes the list.
func New(env *screen.Env) *View { return newView(env, env.App.Connections) }

func newView(env *screen.Env, record func() []app.Connection) *View {
	w := env.Words
	v := &View{
		Panel:  dialog.NewPanel(env, w.T("network.title")),
		pager:  widget.NewPager(env.Theme),
		record: record,
		seen:   record(),
	}
	v.SetHints(dialog.Hint{Key: "esc", Does: w.T("dialog.close")}, dialog.Hint{Key: "↑ ↓", Does: w.T("dialog.scroll")})
	return v
}

// readMsg is a reading of the record.
type readMsg struct {
	owner *View
	beat  int
	seen  []app.Connection
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init starts the readings.
func (v *View) Init() tea.Cmd { return v.next() }

// next reads the record in a second. A view that was closed gets no message
// any more, and so asks for none.
func (v *View) next() tea.Cmd {
	record, beat := v.record, v.beat
	return tea.Tick(refresh, func(time.Time) tea.Msg { return readMsg{v, beat, record()} })
}

// Update takes readings and keys.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case readMsg:
		if msg.owner != v || msg.beat != v.beat {
			return screen.Stay{}, nil
		}
		v.seen = msg.seen
		v.render()
		return screen.Stay{}, v.next()
	case tea.KeyPressMsg:
		switch msg.String() {
		case "esc", "q", "enter":
			return screen.Close{}, nil
		}
		v.pager.Update(msg)
		v.beat++
		return screen.Stay{}, v.next()
	}
	return screen.Stay{}, nil
}

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.pager.SetTheme(v.Env.Theme)
	v.pager.SetSize(v.Inner())
	v.render()
}

// render lays the record out, the newest connection first.
func (v *View) render() {
	w, t := v.Env.Words, &v.Env.Theme
	var lines []string
	add := func(style lipgloss.Style, text string) { lines = append(lines, v.Wrap(style, text)...) }
	made, up, down := 0, int64(0), int64(0)
	for _, c := range v.seen {
		if !c.Refused {
			made, up, down = made+1, up+c.Sent, down+c.Received
		}
	}
	if made == 0 {
		add(t.Text, w.T("network.none"))
	} else {
		add(t.Text, w.N("network.total", made, "Sent", app.Bytes(up), "Received", app.Bytes(down)))
	}
	for _, c := range slices.Backward(v.seen) {
		state := app.ConnectionState(c)
		style := t.Text
		if state == "failed" || state == "refused" {
			style = t.Warning
		}
		lines = append(lines, "")
		add(style, w.T("network.entry", "Host", termsafe.Line(c.Host), "Purpose", v.purpose(c), "State", w.T("network.state."+state)))
		end := ""
		if !c.End.IsZero() {
			end = c.End.Local().Format(time.TimeOnly)
		}
		add(t.Muted, w.T("network.line", "Start", c.Start.Local().Format(time.TimeOnly), "End", end, "Sent", app.Bytes(c.Sent), "Received", app.Bytes(c.Received)))
		if c.Proxied {
			add(t.Muted, w.T("network.via", "Address", termsafe.Line(c.Address)))
		}
	}
	lines = append(lines, "")
	add(t.Muted, w.T("network.what"))
	v.pager.SetLines(lines)
}

// purpose is the provider's name, else what the connection says it is for.
func (v *View) purpose(c app.Connection) string {
	if name := v.Env.App.Describe(c.Purpose).Name; name != "" {
		return name
	}
	return termsafe.Line(c.Purpose)
}

// View draws the list.
func (v *View) View() string { return v.DrawFull(strings.Split(v.pager.View(), "\n")) }

// Cursor hides the terminal's cursor.
func (v *View) Cursor() *tea.Cursor { return nil }

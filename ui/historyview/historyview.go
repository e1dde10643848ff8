// Package historyview is the history: conversations by day, found by their
// titles or by what was said in them, renamed, pinned, deleted and brought back.
//
// What is typed filters; everything else has a key with ctrl, so that no letter
// does anything by surprise.
package historyview

import (
	"context"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

const (
	// page is how many conversations are read at a time.
	page = 60
	// hits is how many messages a search gives.
	hits = 100
	// typing is how long the search waits for the next letter.
	typing = 120 * time.Millisecond
)

// View is the history panel.
type View struct {
	*dialog.Panel
	ctx    context.Context
	cancel context.CancelFunc // of the reading under way
	filter *widget.Prompt
	list   *widget.List
	rename *widget.Prompt // nil unless a title is being written

	// inside says that messages are searched, not titles.
	inside bool
	// change counts readings; an older one is not heard.
	change  int
	reading bool
	rows    []app.Summary
	found   []app.Hit
	err     error // why nothing could be read
	wrong   error // why a change was not made
	// deleted can be brought back, the last one first.
	deleted  []app.Summary
	restored string // the conversation that was brought back last, to select it again
}

// New makes the history panel.
func New(env *screen.Env, ctx context.Context) *View {
	v := &View{
		Panel: dialog.NewPanel(env, env.Words.T("history.title")), ctx: ctx, cancel: func() {},
		filter: widget.NewPrompt(env.Theme), list: widget.NewList(env.Theme), reading: true,
	}
	v.filter.Focus()
	v.dress()
	return v
}

// dress sets the words that depend on what is being done.
func (v *View) dress() {
	w := v.Env.Words
	back := dialog.Hint{Key: "esc", Does: w.T("dialog.back")}
	switch {
	case v.rename != nil:
		v.SetHints(dialog.Hint{Key: "enter", Does: w.T("history.rename")}, back)
		return
	case v.err != nil:
		v.SetHints(back)
	case v.inside:
		v.filter.SetPlaceholder(w.T("history.search_placeholder"))
		v.SetHints(dialog.Hint{Key: "enter", Does: w.T("history.open")}, back, dialog.Hint{Key: "tab", Does: w.T("history.titles")})
	default:
		v.filter.SetPlaceholder(w.T("history.filter_placeholder"))
		hints := []dialog.Hint{{Key: "enter", Does: w.T("history.open")}, back}
		if len(v.deleted) > 0 {
			hints = append(hints, dialog.Hint{Key: "ctrl+z", Does: w.T("history.undo")})
		}
		v.SetHints(append(hints,
			dialog.Hint{Key: "tab", Does: w.T("history.inside")},
			dialog.Hint{Key: "ctrl+e", Does: w.T("history.rename")},
			dialog.Hint{Key: "ctrl+x", Does: w.T("history.delete")},
			dialog.Hint{Key: "ctrl+t", Does: w.T("history.pin")},
		)...)
	}
	v.list.SetEmpty(v.emptiness())
}

// emptiness says why there is nothing to see.
func (v *View) emptiness() string {
	w := v.Env.Words
	switch {
	case v.err != nil:
		return ""
	case v.reading:
		return w.T("history.reading")
	case v.inside && strings.TrimSpace(v.filter.Value()) == "":
		return w.T("history.search_what")
	case v.inside:
		return w.T("history.not_found")
	case v.filter.Value() != "":
		return w.T("history.no_title")
	}
	return w.T("history.empty")
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init reads the first page.
func (v *View) Init() tea.Cmd { return v.read(0) }

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.filter.SetTheme(v.Env.Theme)
	v.list.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.filter.SetSize(w)
	v.list.SetSize(w, max(1, h-2-v.below()))
	if v.rename != nil {
		v.rename.SetTheme(v.Env.Theme)
		v.rename.SetSize(w)
	}
}

// below is how many lines the list leaves to what is under it.
func (v *View) below() int {
	if !v.inside {
		return 0
	}
	return hitLines + 1
}

// show makes the rows of the list.
func (v *View) show() {
	w, h := v.Inner()
	v.list.SetSize(w, max(1, h-2-v.below()))
	v.list.SetMore(!v.inside && len(v.rows) > 0 && len(v.rows)%page == 0)
	if v.inside {
		v.list.SetRows(v.hitRows())
	} else {
		v.list.SetRows(v.titleRows())
	}
	v.dress()
}

func (v *View) titleRows() []widget.Row {
	now := v.Env.App.Now()
	rows := make([]widget.Row, len(v.rows))
	for i, s := range v.rows {
		at := s.Updated.Local()
		rows[i] = widget.Row{
			ID: string(s.ID), Text: v.title(s.Title), Detail: at.Format("15:04"),
			Group: v.day(at, now), Marked: s.Pinned,
		}
		if s.Pinned {
			rows[i].Group, rows[i].Detail = v.Env.Words.T("history.pinned"), at.Format(time.DateOnly)
		}
	}
	return rows
}

func (v *View) hitRows() []widget.Row {
	rows := make([]widget.Row, len(v.found))
	for i, h := range v.found {
		rows[i] = widget.Row{
			ID:    strconv.Itoa(i),
			Text:  hitText(h),
			Group: v.title(h.Title) + " · " + h.At.Local().Format(time.DateOnly),
		}
	}
	return rows
}

func (v *View) title(title string) string {
	if strings.TrimSpace(title) == "" {
		return v.Env.Words.T("history.untitled")
	}
	return title
}

// weekdays are the wording keys of time.Weekday.
var weekdays = [...]string{
	"history.day.sunday", "history.day.monday", "history.day.tuesday", "history.day.wednesday",
	"history.day.thursday", "history.day.friday", "history.day.saturday",
}

// day is the heading for a time: today, yesterday, a weekday within the last
// week, else the date.
func (v *View) day(at, now time.Time) string {
	w := v.Env.Words
	midnight := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	days := int(midnight(now.Local()).Sub(midnight(at)).Hours()) / 24
	switch {
	case days == 0:
		return w.T("history.day.today")
	case days == 1:
		return w.T("history.day.yesterday")
	case days > 1 && days < 7:
		return w.T(weekdays[at.Weekday()])
	}
	return at.Format(time.DateOnly)
}

// View draws the panel.
func (v *View) View() string {
	body := []string{v.filter.View(), ""}
	switch {
	case v.rename != nil:
		body = append(body, v.Env.Theme.Muted.Render(v.Env.Words.T("history.new_title")), v.rename.View())
	case v.err != nil:
		body = append(body, v.Fault(v.err)...)
	case v.wrong != nil:
		body = append(body, v.Fault(v.wrong)...)
	default:
		body = append(body, strings.Split(v.list.View(), "\n")...)
		if hit := v.hit(); len(hit) > 0 {
			_, height := v.Inner()
			for len(body) < height-len(hit) {
				body = append(body, "")
			}
			body = append(body, hit...)
		}
	}
	return v.DrawFull(body)
}

// Cursor is in the line being typed.
func (v *View) Cursor() *tea.Cursor {
	if v.rename != nil {
		return v.Place(v.rename.Cursor(), 3)
	}
	return v.Place(v.filter.Cursor(), 0)
}

// selected is the conversation the keys act on.
func (v *View) selected() (app.Summary, bool) {
	row, ok := v.list.Selected()
	if !ok || v.inside {
		return app.Summary{}, false
	}
	for _, s := range v.rows {
		if string(s.ID) == row.ID {
			return s, true
		}
	}
	return app.Summary{}, false
}

// selectedHit is the message the keys act on.
func (v *View) selectedHit() (app.Hit, bool) {
	row, ok := v.list.Selected()
	if !ok || !v.inside {
		return app.Hit{}, false
	}
	n, err := strconv.Atoi(row.ID)
	if err != nil || n < 0 || n >= len(v.found) {
		return app.Hit{}, false
	}
	return v.found[n], true
}

// open opens the selected conversation, at the message that was found.
func (v *View) open() screen.Action {
	if v.inside {
		h, ok := v.selectedHit()
		if !ok {
			return screen.Stay{}
		}
		v.cancel()
		return screen.Open{Conversation: h.Conversation, Message: h.Message}
	}
	s, ok := v.selected()
	if !ok {
		return screen.Stay{}
	}
	v.cancel()
	return screen.Open{Conversation: s.ID, Message: chat.MessageID("")}
}

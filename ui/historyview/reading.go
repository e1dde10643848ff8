package historyview

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/screen"
	"bise/ui/widget"
)

// readMsg is a page of conversations, or what a search found.
type readMsg struct {
	owner  *View
	change int
	more   bool // the page goes on after the rows there are
	rows   []app.Summary
	found  []app.Hit
	err    error
}

// changedMsg says what became of a change to a conversation.
type changedMsg struct {
	owner *View
	// deleted is the conversation that was taken out of the list.
	deleted *app.Summary
	err     error
}

// read reads from the top after a pause, in which a further letter makes it
// void. What was being read is given up.
func (v *View) read(pause time.Duration) tea.Cmd {
	v.cancel()
	ctx, cancel := context.WithCancel(v.ctx)
	v.cancel = cancel
	v.change++
	v.reading = true
	msg := readMsg{owner: v, change: v.change}
	a, inside, words := v.Env.App, v.inside, strings.TrimSpace(v.filter.Value())
	if inside && words == "" {
		v.reading, v.found = false, nil
		v.show()
		return nil
	}
	v.dress()
	return func() tea.Msg {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		if inside {
			msg.found, msg.err = a.Search(ctx, words, hits)
		} else {
			msg.rows, msg.err = a.Conversations(ctx, app.Query{Filter: words, Limit: page})
		}
		return msg
	}
}

// readOn reads the next page.
func (v *View) readOn() tea.Cmd {
	if v.reading || v.inside || !v.list.WantsMore() {
		return nil
	}
	v.reading = true
	ctx, a := v.ctx, v.Env.App
	msg := readMsg{owner: v, change: v.change, more: true}
	q := app.Query{Filter: strings.TrimSpace(v.filter.Value()), After: v.rows[len(v.rows)-1].Cursor(), Limit: page}
	return func() tea.Msg {
		msg.rows, msg.err = a.Conversations(ctx, q)
		return msg
	}
}

func (v *View) wasRead(msg readMsg) tea.Cmd {
	if msg.owner != v || msg.change != v.change {
		return nil
	}
	v.reading, v.err = false, msg.err
	switch {
	case msg.err != nil:
		v.dress()
		return nil
	case v.inside:
		v.found = msg.found
	case msg.more:
		v.rows = append(v.rows, msg.rows...)
	default:
		v.rows = msg.rows
	}
	v.show()
	if v.restored != "" {
		v.list.Select(v.restored)
		v.restored = ""
	}
	if msg.more && len(msg.rows) == 0 {
		v.list.SetMore(false)
	}
	return v.readOn()
}

// Update takes keys, pastes and what was read.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case readMsg:
		return screen.Stay{}, v.wasRead(msg)
	case changedMsg:
		return v.changed(msg)
	case tea.KeyPressMsg:
		if v.rename != nil {
			return screen.Stay{}, v.renaming(msg)
		}
		return v.key(msg)
	case tea.PasteMsg:
		if v.rename != nil {
			v.rename.Update(msg)
			return screen.Stay{}, nil
		}
		return screen.Stay{}, v.write(msg)
	}
	return screen.Stay{}, nil
}

func (v *View) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	v.wrong = nil
	switch pressed := msg.String(); pressed {
	case "esc":
		if v.filter.Value() != "" {
			v.filter.Reset()
			return screen.Stay{}, v.read(0)
		}
		v.cancel()
		return screen.Close{}, nil
	case "enter":
		return v.open(), nil
	case "tab":
		v.inside = !v.inside
		v.rows, v.found = nil, nil
		v.show()
		return screen.Stay{}, v.read(0)
	case "ctrl+e":
		v.startRename()
		return screen.Stay{}, nil
	case "ctrl+t":
		return screen.Stay{}, v.pin()
	case "ctrl+x", "delete":
		return screen.Stay{}, v.remove()
	case "ctrl+z":
		return screen.Stay{}, v.undo()
	case "home", "end": // these move in the filter
	default:
		if v.list.Update(msg) {
			return screen.Stay{}, v.readOn()
		}
	}
	return screen.Stay{}, v.write(msg)
}

// write changes the filter.
func (v *View) write(msg tea.Msg) tea.Cmd {
	if !v.filter.Update(msg) {
		return nil
	}
	return v.read(typing)
}

func (v *View) startRename() {
	s, ok := v.selected()
	if !ok {
		return
	}
	v.rename = widget.NewPrompt(v.Env.Theme)
	width, _ := v.Inner()
	v.rename.SetSize(width)
	v.rename.SetValue(s.Title)
	v.rename.Focus()
	v.filter.Blur()
	v.dress()
}

func (v *View) renaming(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "esc":
		v.endRename()
	case "enter":
		title := strings.TrimSpace(v.rename.Value())
		s, ok := v.selected()
		v.endRename()
		if ok && title != "" && title != s.Title {
			return v.do(nil, func(a *app.App) error { return a.Rename(v.ctx, s.ID, title) })
		}
	default:
		v.rename.Update(msg)
	}
	return nil
}

func (v *View) endRename() {
	v.rename = nil
	v.filter.Focus()
	v.dress()
}

func (v *View) pin() tea.Cmd {
	s, ok := v.selected()
	if !ok {
		return nil
	}
	return v.do(nil, func(a *app.App) error { return a.Pin(v.ctx, s.ID, !s.Pinned) })
}

func (v *View) remove() tea.Cmd {
	s, ok := v.selected()
	if !ok {
		return nil
	}
	return v.do(&s, func(a *app.App) error { return a.Delete(v.ctx, s.ID) })
}

func (v *View) undo() tea.Cmd {
	if len(v.deleted) == 0 {
		return nil
	}
	s := v.deleted[len(v.deleted)-1]
	v.deleted = v.deleted[:len(v.deleted)-1]
	v.restored = string(s.ID)
	return v.do(nil, func(a *app.App) error { return a.Restore(v.ctx, s.ID) })
}

func (v *View) do(deleted *app.Summary, change func(*app.App) error) tea.Cmd {
	a := v.Env.App
	return func() tea.Msg { return changedMsg{v, deleted, change(a)} }
}

// changed reads the list anew; the selected row stays selected if it is there.
func (v *View) changed(msg changedMsg) (screen.Action, tea.Cmd) {
	if msg.owner != v {
		return screen.Stay{}, nil
	}
	if msg.err != nil {
		v.wrong = msg.err
		return screen.Stay{}, nil
	}
	again := v.read(0)
	if msg.deleted != nil {
		v.deleted = append(v.deleted, *msg.deleted)
		v.dress()
		return screen.Deleted{Conversation: msg.deleted.ID}, again
	}
	return screen.Stay{}, again
}

// Package libraries is the screen for the document libraries at the service:
// the list, the documents of one, files added and deleted, and which of them the
// conversation searches. Nothing is sent before the person has said so.
package libraries

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// patience is how long the service is waited for; an upload has no limit.
const patience = 30 * time.Second

// View is the list of libraries, or the documents of one.
type View struct {
	*dialog.Panel
	ctx      context.Context
	stop     context.CancelFunc
	session  *app.Session
	provider string
	list     *widget.List

	libraries []app.Library
	// shown is the library whose documents are listed; nil is the list of
	// libraries.
	shown     *app.Library
	documents []app.LibraryDocument
	name      *widget.Prompt // while a name is typed for a new library
	front     screen.Overlay // a question or a path, in the place of everything else
	// pending is what the question in front is about.
	pending pending
	busy    string // what is being done, in words; "" is nothing
	err     error
}

// listedMsg is what lies there, after a change if there was one.
type listedMsg struct {
	owner     *View
	libraries []app.Library
	shown     *app.Library
	documents []app.LibraryDocument
	told      string
	err       error
}

// New makes the screen for a conversation.
func New(env *screen.Env, ctx context.Context, s *app.Session) *View {
	v := &View{
		Panel: dialog.NewPanel(env, env.Words.T("libraries.title")), session: s, list: widget.NewList(env.Theme),
	}
	v.ctx, v.stop = context.WithCancel(ctx)
	v.provider, v.err = env.App.LibraryService(s.Choice().Provider)
	if v.err != nil { // this conversation cannot search them; they can be looked after
		v.provider, v.err = env.App.LibraryService("")
	}
	v.dress()
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init asks for the libraries.
func (v *View) Init() tea.Cmd {
	if v.err != nil {
		return nil
	}
	return v.after(v.Env.Words.T("libraries.asking"), nil)
}

// after makes a change, if there is one, and reads what lies there anew.
func (v *View) after(doing string, change func(*listedMsg)) tea.Cmd {
	a, provider, parent := v.Env.App, v.provider, v.ctx
	v.busy, v.err = doing, nil
	v.dress()
	msg := listedMsg{owner: v, shown: v.shown}
	return func() tea.Msg {
		if change != nil {
			change(&msg)
		}
		ctx, cancel := context.WithTimeout(parent, patience)
		defer cancel()
		if msg.err != nil {
			return msg
		}
		if msg.libraries, msg.err = a.Libraries(ctx, provider); msg.err != nil || msg.shown == nil {
			return msg
		}
		at := slices.IndexFunc(msg.libraries, func(l app.Library) bool { return l.ID == msg.shown.ID })
		if at < 0 {
			msg.shown = nil
			return msg
		}
		msg.shown = &msg.libraries[at]
		msg.documents, msg.err = a.LibraryDocuments(ctx, provider, msg.shown.ID)
		return msg
	}
}

func (v *View) listed(msg listedMsg) screen.Action {
	v.busy, v.err = "", msg.err
	if msg.err == nil {
		v.libraries, v.shown, v.documents = msg.libraries, msg.shown, msg.documents
		v.rows()
	}
	v.dress()
	if msg.told != "" {
		return screen.Tell{Line: msg.told}
	}
	return screen.Stay{}
}

// used are the libraries that the conversation searches.
func (v *View) used() []string {
	c := v.session.Snapshot()
	return c.Settings.Libraries
}

// here reports whether the conversation's provider can search them.
func (v *View) here() bool { return v.session.Choice().Provider == v.provider }

func (v *View) rows() {
	w := v.Env.Words
	var rows []widget.Row
	if v.shown != nil {
		for _, d := range v.documents {
			rows = append(rows, widget.Row{ID: string(d.ID), Text: d.Name, Detail: app.Bytes(d.Size) + " · " + v.state(d.State)})
		}
		v.list.SetRows(rows)
		return
	}
	used := v.used()
	for _, l := range v.libraries {
		rows = append(rows, widget.Row{
			ID: string(l.ID), Text: l.Name, Detail: w.N("libraries.documents", l.Documents),
			Marked: slices.Contains(used, string(l.ID)),
		})
	}
	v.list.SetRows(rows)
}

// state is how far the service is with a document, in words.
func (v *View) state(s app.DocumentState) string {
	if key := "libraries.state." + string(s); v.Env.Words.Has(key) {
		return v.Env.Words.T(key)
	}
	return string(s)
}

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.list.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.list.SetSize(w, max(1, h-v.headRoom()))
	if v.name != nil {
		v.name.SetTheme(v.Env.Theme)
		v.name.SetSize(w)
	}
	if v.front != nil {
		v.front.Resize(width, height)
	}
}

// headRoom is what stands above the list.
func (v *View) headRoom() int {
	if v.shown == nil {
		return 0
	}
	return len(v.head())
}

// head says which library is shown.
func (v *View) head() []string {
	t, w := &v.Env.Theme, v.Env.Words
	line := w.T("libraries.not_searched")
	if slices.Contains(v.used(), string(v.shown.ID)) {
		line = w.T("libraries.searched")
	}
	if _, h := v.Inner(); h < 10 {
		return v.Wrap(t.Heading3, termsafe.Line(v.shown.Name))[:1]
	}
	return append(append(v.Wrap(t.Heading3, termsafe.Line(v.shown.Name))[:1], v.Wrap(t.Muted, line)...), "")
}

// dress sets the words that depend on what there is to do.
func (v *View) dress() {
	w := v.Env.Words
	back := dialog.Hint{Key: "esc", Does: w.T("dialog.back")}
	hints := []dialog.Hint{back}
	_, any := v.list.Selected()
	remove := dialog.Hint{Key: "ctrl+x", Does: w.T("libraries.delete")}
	switch {
	case v.busy != "" || v.provider == "":
	case v.name != nil:
		hints = []dialog.Hint{{Key: "enter", Does: w.T("libraries.create")}, back}
	case v.shown != nil:
		use := w.T("libraries.use")
		if slices.Contains(v.used(), string(v.shown.ID)) {
			use = w.T("libraries.leave")
		}
		hints = []dialog.Hint{back, {Key: "ctrl+n", Does: w.T("libraries.add")}}
		if v.here() {
			hints = append([]dialog.Hint{{Key: "enter", Does: use}}, hints...)
		}
		if any {
			hints = append(hints, remove)
		}
	case any:
		hints = []dialog.Hint{{Key: "enter", Does: w.T("libraries.open")}, back, {Key: "ctrl+n", Does: w.T("libraries.new")}, remove}
	default:
		hints = []dialog.Hint{back, {Key: "ctrl+n", Does: w.T("libraries.new")}}
	}
	v.SetHints(hints...)
	empty := w.T("libraries.empty")
	switch {
	case v.busy != "":
		empty = v.busy
	case v.err != nil:
		empty = "" // what is there is not known
	case v.shown != nil:
		empty = w.T("libraries.no_documents")
	}
	v.list.SetEmpty(empty)
	if width, height := v.Size(); width > 0 {
		v.Resize(width, height)
	}
}

// Update takes keys, pastes and results.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case listedMsg:
		if msg.owner != v {
			return screen.Stay{}, nil
		}
		return v.listed(msg), nil
	case doneMsg:
		if msg.owner != v {
			return screen.Stay{}, nil
		}
		return v.done(msg)
	}
	if v.front != nil {
		return v.inFront(msg)
	}
	key, ok := msg.(tea.KeyPressMsg)
	switch {
	case v.name != nil:
		return screen.Stay{}, v.typeName(msg)
	case ok:
		return v.key(key)
	}
	return screen.Stay{}, nil
}

func (v *View) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	v.err = nil
	defer v.dress()
	switch pressed := msg.String(); {
	case pressed == "esc" && v.shown != nil && v.busy == "":
		id := string(v.shown.ID)
		v.shown = nil
		v.rows()
		v.list.Select(id)
	case pressed == "esc":
		v.stop() // what was begun at the service goes on there
		return screen.Close{}, nil
	case v.busy != "" || v.provider == "":
	case pressed == "ctrl+n" && v.shown != nil:
		v.put(dialog.Path(v.Env), pending{})
	case pressed == "ctrl+n":
		v.name = widget.NewPrompt(v.Env.Theme)
		v.name.SetPlaceholder(v.Env.Words.T("libraries.name"))
		v.name.Focus()
	case pressed == "ctrl+x":
		v.askDelete()
	case pressed == "enter" && v.shown != nil && v.here():
		return screen.Stay{}, v.use()
	case pressed == "enter" && v.shown == nil:
		return screen.Stay{}, v.open()
	default:
		v.list.Update(msg)
	}
	return screen.Stay{}, nil
}

// open lists the documents of the selected library.
func (v *View) open() tea.Cmd {
	row, ok := v.list.Selected()
	at := slices.IndexFunc(v.libraries, func(l app.Library) bool { return string(l.ID) == row.ID })
	if !ok || at < 0 {
		return nil
	}
	v.shown, v.documents = &v.libraries[at], nil
	v.rows()
	return v.after(v.Env.Words.T("libraries.asking"), nil)
}

// use lets the conversation search the library, or leaves it out again.
func (v *View) use() tea.Cmd {
	var ids []app.LibraryID
	found := false
	for _, id := range v.used() {
		if id == string(v.shown.ID) {
			found = true
			continue
		}
		ids = append(ids, app.LibraryID(id))
	}
	if !found {
		ids = append(ids, v.shown.ID)
	}
	a, ctx, s := v.Env.App, v.ctx, v.session
	return func() tea.Msg {
		return doneMsg{owner: v, err: a.UseLibraries(ctx, s, ids)}
	}
}

// typeName takes the name of a new library.
func (v *View) typeName(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyPressMsg)
	switch {
	case ok && key.String() == "esc":
		v.name = nil
		v.dress()
	case ok && key.String() == "enter":
		if name := strings.TrimSpace(v.name.Value()); name != "" {
			v.name = nil
			return v.create(name)
		}
	default:
		v.name.Update(msg)
	}
	return nil
}

// View draws the screen.
func (v *View) View() string {
	if v.front != nil {
		return v.front.View()
	}
	t, w := &v.Env.Theme, v.Env.Words
	var body []string
	if v.name != nil {
		body = append(v.Wrap(t.Text, w.T("libraries.name_question")), "", v.name.View(), "")
		return v.DrawFull(append(body, v.Wrap(t.Muted, w.T("libraries.retained"))...))
	}
	if v.shown != nil {
		body = v.head()
	}
	body = append(body, strings.Split(v.list.View(), "\n")...)
	if v.busy != "" && v.list.Len() > 0 {
		body = append(body, t.Muted.Render(v.busy))
	}
	if _, h := v.Inner(); v.err != nil {
		fault := v.Fault(v.err)
		body = append(body[:max(0, min(len(body), h-len(fault)))], fault...)
	}
	return v.DrawFull(body)
}

// Cursor is in the name being typed, or where the question in front has it.
func (v *View) Cursor() *tea.Cursor {
	switch {
	case v.front != nil:
		return v.front.Cursor()
	case v.name != nil:
		return v.Place(v.name.Cursor(), len(v.Wrap(v.Env.Theme.Text, v.Env.Words.T("libraries.name_question")))+1)
	}
	return nil
}

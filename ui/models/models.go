// Package models is the list of models of all providers: where each answers,
// what happens to the words there, and what it can do. Every provider is asked
// for itself, so that a slow one keeps no other waiting.
package models

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/fault"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// patience is how long a provider is waited for.
const patience = 20 * time.Second

// View is the model picker.
type View struct {
	*dialog.Panel
	ctx    context.Context
	stop   context.CancelFunc
	using  app.Choice
	filter *widget.Prompt
	list   *widget.List

	providers []app.Descriptor
	lists     map[string]app.ModelList // by provider; one not there is awaited
	round     int                      // of asking; an older answer is not heard
	rows      map[string]row
}

// row is what stands behind a line of the list.
type row struct {
	provider app.Descriptor
	model    app.Model
	err      error
	waiting  bool
}

// listedMsg is the models of one provider.
type listedMsg struct {
	owner    *View
	round    int
	provider string
	list     app.ModelList
}

// New makes the picker; using is the choice in use.
func New(env *screen.Env, ctx context.Context, using app.Choice) *View {
	w := env.Words
	v := &View{
		Panel: dialog.NewPanel(env, w.T("models.title")), using: using,
		filter: widget.NewPrompt(env.Theme), list: widget.NewList(env.Theme),
		providers: env.App.Providers(),
	}
	v.ctx, v.stop = context.WithCancel(ctx)
	v.filter.SetPlaceholder(w.T("models.placeholder"))
	v.filter.Focus()
	v.list.SetEmpty(w.T("models.none"))
	v.SetHints(
		dialog.Hint{Key: "enter", Does: w.T("models.use")},
		dialog.Hint{Key: "esc", Does: w.T("dialog.back")},
		dialog.Hint{Key: "ctrl+l", Does: w.T("models.local")},
		dialog.Hint{Key: "ctrl+r", Does: w.T("models.refresh")},
	)
	v.lists = make(map[string]app.ModelList, len(v.providers))
	v.show()
	v.list.Select(rowID(using.Provider, using.Model))
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init asks every provider.
func (v *View) Init() tea.Cmd { return v.ask(false) }

func (v *View) ask(fresh bool) tea.Cmd {
	v.round++
	round, a := v.round, v.Env.App
	cmds := make([]tea.Cmd, 0, len(v.providers))
	for _, d := range v.providers {
		id := string(d.ID)
		cmds = append(cmds, func() tea.Msg {
			ctx, cancel := context.WithTimeout(v.ctx, patience)
			defer cancel()
			list, err := a.ModelsOf(ctx, id, fresh)
			if err != nil {
				list.Err = err
			}
			return listedMsg{v, round, id, list}
		})
	}
	return tea.Batch(cmds...)
}

// Resize lays it out: the filter, the list, and what the selected model is.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.filter.SetTheme(v.Env.Theme)
	v.list.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.filter.SetSize(w)
	v.list.SetSize(w, max(2, h-1-v.detailRoom()))
}

// detailRoom is how many lines the selected model gets, a rule above included.
func (v *View) detailRoom() int {
	if _, h := v.Inner(); h < 12 {
		return 3
	}
	return 5
}

// Update takes keys, pastes and lists.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case listedMsg:
		if msg.owner == v && msg.round == v.round {
			first := len(v.lists) == 0
			v.lists[msg.provider] = msg.list
			v.show()
			if first || msg.provider == v.using.Provider {
				v.list.Select(rowID(v.using.Provider, v.using.Model))
			}
		}
		return screen.Stay{}, nil
	case tea.KeyPressMsg:
		switch pressed := msg.String(); {
		case pressed == "esc" && v.filter.Value() != "":
			v.filter.Reset()
			v.list.SetFilter("")
			return screen.Stay{}, nil
		case pressed == "esc":
			v.stop()
			return screen.Close{}, nil
		case pressed == "ctrl+r":
			clear(v.lists)
			v.show()
			return screen.Stay{}, v.ask(true)
		case pressed == "ctrl+l":
			return v.manage(), nil
		case pressed == "enter":
			if action, cmd, ok := v.local(); ok {
				return action, cmd
			}
			return v.pick(), nil
		case pressed != "home" && pressed != "end" && v.list.Update(msg):
			return screen.Stay{}, nil
		}
	}
	if v.filter.Update(msg) {
		v.list.SetFilter(v.filter.Value())
	}
	return screen.Stay{}, nil
}

func (v *View) pick() screen.Action {
	r, ok := v.selected()
	if ok && needsKey(r.err) {
		v.stop()
		return screen.SignIn{Profile: v.Env.App.ProfileOf(string(r.provider.ID))}
	}
	if !ok || r.waiting || r.err != nil || !r.model.Chat {
		return screen.Stay{}
	}
	v.stop()
	return screen.Use{Choice: app.Choice{Provider: string(r.provider.ID), Model: r.model.ID}}
}

// needsKey reports whether a provider gave no list for want of a good key.
func needsKey(err error) bool {
	return fault.Is(err, fault.NotSignedIn) || fault.Is(err, fault.KeyRefused) || fault.Is(err, fault.KeyExpired)
}

func (v *View) selected() (row, bool) {
	selected, ok := v.list.Selected()
	if !ok {
		return row{}, false
	}
	r, ok := v.rows[selected.ID]
	return r, ok
}

func rowID(provider, model string) string { return provider + "\x00" + model }

// show makes the rows out of what the providers have said so far.
func (v *View) show() {
	v.rows = make(map[string]row)
	var rows []widget.Row
	add := func(r row, shown widget.Row) {
		shown.ID, shown.Group = rowID(string(r.provider.ID), r.model.ID), v.heading(r.provider)
		if _, twice := v.rows[shown.ID]; twice {
			return
		}
		v.rows[shown.ID] = r
		rows = append(rows, shown)
	}
	w := v.Env.Words
	for _, d := range v.providers {
		list, answered := v.lists[string(d.ID)]
		switch {
		case !answered:
			add(row{provider: d, waiting: true}, widget.Row{Text: w.T("models.asking")})
		case list.Err != nil:
			message, _ := w.Fault(list.Err)
			add(row{provider: d, err: list.Err}, widget.Row{Text: message})
		default:
			n := len(rows)
			for _, m := range list.Models {
				if !m.Chat && m.Badge != app.ArchivedModel {
					continue
				}
				add(row{provider: d, model: m}, widget.Row{
					Text:   title(m),
					Detail: v.brief(m),
					Marked: v.using == app.Choice{Provider: string(d.ID), Model: m.ID},
				})
			}
			if len(rows) == n {
				add(row{provider: d, waiting: true}, widget.Row{Text: w.T("models.empty")})
			}
		}
	}
	v.list.SetRows(rows)
}

// heading names a provider with its place and what happens to the words there.
func (v *View) heading(d app.Descriptor) string {
	place := v.Env.App.Place(string(d.ID), false)
	parts := []string{d.Name}
	if place.Where != d.Name {
		parts = append(parts, strings.TrimSpace(strings.TrimPrefix(place.Where, d.Name)))
	}
	if place.Consequence != "" {
		parts = append(parts, place.Consequence)
	}
	return strings.Join(parts, " · ")
}

// title is what people call a model: an agent by its name, since its id says
// nothing.
func title(m app.Model) string {
	if m.Badge == app.AgentModel && m.Name != "" {
		return m.Name
	}
	return m.ID
}

// brief is what stands beside a model in the list.
func (v *View) brief(m app.Model) string {
	w := v.Env.Words
	var parts []string
	add := func(yes bool, word string) {
		if yes {
			parts = append(parts, word)
		}
	}
	add(!m.Retires.IsZero(), w.T("models.ends", "Date", m.Retires.Format(time.DateOnly)))
	if m.Badge != "" {
		parts = append(parts, w.T("models.badge."+string(m.Badge)))
	}
	add(m.Remote, w.T("models.remote"))
	add(m.Loaded, w.T("models.loaded"))
	add(m.Images, w.T("models.sees"))
	add(m.Thinking, w.T("models.thinks"))
	add(m.Context > 0, app.Tokens(m.Context))
	return strings.Join(parts, " · ")
}

// View draws the picker.
func (v *View) View() string {
	width, height := v.Inner()
	room := v.detailRoom()
	body := append([]string{v.filter.View()}, strings.Split(v.list.View(), "\n")...)
	for len(body) < height-room {
		body = append(body, "")
	}
	body = append(body, v.Env.Theme.Border.Render(strings.Repeat("─", width)))
	detail := v.detail()
	return v.DrawFull(append(body, detail[:min(len(detail), room-1)]...))
}

// detail says what the selected model is, the most important line first.
func (v *View) detail() []string {
	r, ok := v.selected()
	if !ok {
		return nil
	}
	t, w := &v.Env.Theme, v.Env.Words
	switch {
	case r.err != nil:
		return v.Fault(r.err)
	case r.waiting:
		return nil
	}
	place := v.Env.App.PlaceOfModel(string(r.provider.ID), r.model)
	style := t.Text
	if place.Trains || r.model.Remote {
		style = t.Warning
	}
	where := []string{place.Where}
	for _, part := range []string{place.Plan, place.Consequence} {
		if part != "" {
			where = append(where, part)
		}
	}
	lines := v.Wrap(style, strings.Join(where, " · "))
	if !r.model.Retires.IsZero() {
		key := w.T("models.retires", "Date", r.model.Retires.Format(time.DateOnly))
		if r.model.Replacement != "" {
			key = w.T("models.retires_for", "Date", r.model.Retires.Format(time.DateOnly), "Model", termsafe.Line(r.model.Replacement))
		}
		lines = append(lines, v.Wrap(t.Warning, "! "+key)...)
	}
	if badge := r.model.Badge; badge != "" {
		style := t.Text
		if badge == app.LabsModel {
			style = t.Warning
		}
		lines = append(lines, v.Wrap(style, w.T("models.note."+string(badge)))...)
	}
	return append(lines, v.Wrap(t.Muted, v.traits(r.model))...)
}

// traits are what a model is and can do, in words.
func (v *View) traits(m app.Model) string {
	w := v.Env.Words
	var parts []string
	add := func(yes bool, word string) {
		if yes {
			parts = append(parts, word)
		}
	}
	add(m.Name != "" && m.Name != m.ID && m.Badge != app.AgentModel, m.Name)
	add(m.Base != "", w.T("models.base", "Model", m.Base))
	add(m.Detail != "", strings.TrimSuffix(m.Detail, "."))
	add(m.Context > 0, w.T("models.context", "Tokens", app.Tokens(m.Context)))
	add(m.Size > 0, bytes(m.Size))
	add(m.Images, w.T("models.sees"))
	add(m.Thinking, w.T("models.thinks"))
	add(len(m.Efforts) > 0, w.T("models.efforts", "Efforts", strings.Join(m.Efforts, " ")))
	add(len(m.Aliases) > 0 && m.Badge == "", w.T("models.aliases", "Names", strings.Join(m.Aliases, " ")))
	add(m.Loaded, w.T("models.loaded"))
	add(m.Licence != "", m.Licence)
	return strings.Join(parts, " · ")
}

// Cursor is in the filter.
func (v *View) Cursor() *tea.Cursor { return v.Place(v.filter.Cursor(), 0) }

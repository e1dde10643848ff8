// Package agents is the screen for the agents that a service keeps for the
// account: their instructions and versions, a form to make and change them, and
// their end. Nothing is sent before the person has said so.
package agents

import (
	"context"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// patience is how long the service is waited for.
const patience = 30 * time.Second

// View is the list of agents, or one of them read in full, or the form.
type View struct {
	*dialog.Panel
	ctx      context.Context
	stop     context.CancelFunc
	provider string
	using    app.Choice
	list     *widget.List
	pager    *widget.Pager

	agents []app.Agent
	// shown is the agent that is read in full, with its versions once they have
	// come; nil is the list.
	shown    *app.Agent
	versions []app.Agent
	form     *form          // nil while none is filled in
	question *question      // in the place of everything else
	consent  screen.Overlay // what the rules want confirmed first
	change   app.AgentChange
	busy     bool
	err      error
}

// question is asked before something is done.
type question struct {
	*dialog.Ask
	do []func() tea.Cmd // for each answer; nil goes back
}

// listedMsg is the agents of the account, after a change if there was one.
type listedMsg struct {
	owner  *View
	agents []app.Agent
	told   string
	shown  app.AgentID // read this one in full
	err    error
}

// versionsMsg is the versions of an agent.
type versionsMsg struct {
	owner    *View
	agent    app.AgentID
	versions []app.Agent
	err      error
}

// putMsg says what became of a new agent or version.
type putMsg struct {
	owner   *View
	agent   app.Agent
	verdict policy.Verdict
	err     error
}

// New makes the screen; using is the choice in use.
func New(env *screen.Env, ctx context.Context, using app.Choice) *View {
	v := &View{
		Panel: dialog.NewPanel(env, env.Words.T("agents.title")), using: using,
		provider: env.App.AgentProvider(using.Provider),
		list:     widget.NewList(env.Theme), pager: widget.NewPager(env.Theme), busy: true,
	}
	v.ctx, v.stop = context.WithCancel(ctx)
	v.dress()
	return v
}

// Unasked says that the person opened it.
func (v *View) Unasked() bool { return false }

// Init asks for the agents.
func (v *View) Init() tea.Cmd {
	return v.after("", func(context.Context, *app.App) (string, error) { return "", nil })
}

// after makes a change and reads the agents anew; show is the agent to read in
// full then.
func (v *View) after(show app.AgentID, change func(context.Context, *app.App) (told string, err error)) tea.Cmd {
	a, provider, parent := v.Env.App, v.provider, v.ctx
	v.busy, v.err = true, nil
	v.dress()
	msg := listedMsg{owner: v, shown: show}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, patience)
		defer cancel()
		if msg.told, msg.err = change(ctx, a); msg.err != nil {
			return msg
		}
		msg.agents, msg.err = a.Agents(ctx, provider)
		return msg
	}
}

func (v *View) listed(msg listedMsg) (screen.Action, tea.Cmd) {
	if msg.owner != v {
		return screen.Stay{}, nil
	}
	v.busy, v.err = false, msg.err
	var cmd tea.Cmd
	if msg.err == nil {
		v.agents = msg.agents
		v.rows()
		v.shown, v.versions = nil, nil
		if msg.shown != "" && v.list.Select(string(msg.shown)) {
			cmd = v.open()
		}
	}
	v.dress()
	if msg.told != "" {
		return screen.Tell{Line: msg.told}, cmd
	}
	return screen.Stay{}, cmd
}

func (v *View) rows() {
	rows := make([]widget.Row, 0, len(v.agents))
	for _, agent := range v.agents {
		rows = append(rows, widget.Row{
			ID: string(agent.ID), Text: agent.Name,
			Detail: strings.Join(append([]string{agent.Model}, v.toolNames(agent.Tools)...), " · "),
			Marked: v.using == v.choice(agent),
		})
	}
	v.list.SetRows(rows)
}

func (v *View) choice(agent app.Agent) app.Choice {
	return app.Choice{Provider: v.provider, Model: chat.AgentModel(string(agent.ID))}
}

// toolNames are tools as people call them.
func (v *View) toolNames(tools []string) []string {
	names := make([]string, len(tools))
	for i, tool := range tools {
		names[i] = strings.ReplaceAll(tool, "_", " ")
	}
	return names
}

// Resize lays it out.
func (v *View) Resize(width, height int) {
	v.Panel.Resize(width, height)
	v.list.SetTheme(v.Env.Theme)
	v.pager.SetTheme(v.Env.Theme)
	w, h := v.Inner()
	v.list.SetSize(w, h)
	v.pager.SetSize(w, h)
	if v.shown != nil {
		v.pager.SetLines(v.lines())
	}
	if v.form != nil {
		v.form.Resize(width, height)
	}
	if v.question != nil {
		v.question.Resize(width, height)
	}
	if v.consent != nil {
		v.consent.Resize(width, height)
	}
}

// dress sets the words that depend on what there is to do.
func (v *View) dress() {
	w := v.Env.Words
	back := dialog.Hint{Key: "esc", Does: w.T("dialog.back")}
	create := dialog.Hint{Key: "ctrl+n", Does: w.T("agents.new")}
	hints := []dialog.Hint{back}
	_, any := v.selected()
	switch {
	case v.shown != nil:
		hints = []dialog.Hint{
			{Key: "enter", Does: w.T("agents.use")},
			back,
			{Key: "ctrl+e", Does: w.T("agents.edit")},
			{Key: "ctrl+v", Does: w.T("agents.versions")},
			{Key: "ctrl+x", Does: w.T("agents.delete")},
		}
	case any:
		hints = []dialog.Hint{{Key: "enter", Does: w.T("agents.read")}, back, create}
	case !v.busy && v.err == nil:
		hints = []dialog.Hint{back, create}
	}
	v.SetHints(hints...)
	empty := w.T("agents.empty")
	if v.busy {
		empty = w.T("agents.asking")
	}
	v.list.SetEmpty(empty)
}

func (v *View) selected() (app.Agent, bool) {
	row, _ := v.list.Selected()
	for _, agent := range v.agents {
		if string(agent.ID) == row.ID {
			return agent, true
		}
	}
	return app.Agent{}, false
}

// Update takes keys, pastes and results.
func (v *View) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	switch msg := msg.(type) {
	case listedMsg:
		return v.listed(msg)
	case versionsMsg:
		if msg.owner == v && v.shown != nil && v.shown.ID == msg.agent {
			v.versions, v.err = msg.versions, msg.err
			v.pager.SetLines(v.lines())
		}
		return screen.Stay{}, nil
	case putMsg:
		return v.wasPut(msg)
	}
	switch {
	case v.consent != nil:
		return v.consented(msg)
	case v.question != nil:
		return screen.Stay{}, v.answer(msg)
	case v.form != nil:
		return screen.Stay{}, v.fill(msg)
	}
	if key, ok := msg.(tea.KeyPressMsg); ok {
		return v.key(key)
	}
	return screen.Stay{}, nil
}

func (v *View) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	failed := v.err != nil
	v.err = nil
	defer v.dress()
	switch pressed := msg.String(); {
	case pressed == "esc" && v.shown != nil:
		v.shown = nil
	case pressed == "esc":
		v.stop()
		return screen.Close{}, nil
	case v.busy:
	case failed && len(v.agents) == 0: // there is nothing to act on
		return screen.Stay{}, v.Init()
	case pressed == "ctrl+n":
		v.begin(app.Agent{})
	case v.shown == nil && pressed == "enter":
		return screen.Stay{}, v.open()
	case v.shown == nil:
		v.list.Update(msg)
	case pressed == "enter":
		v.stop()
		return screen.Use{Choice: v.choice(*v.shown)}, nil
	case pressed == "ctrl+e":
		v.begin(*v.shown)
	case pressed == "ctrl+v":
		v.chooseVersion()
	case pressed == "ctrl+x":
		v.askDelete()
	default:
		v.pager.Update(msg)
	}
	return screen.Stay{}, nil
}

// open reads the selected agent in full and asks for its versions.
func (v *View) open() tea.Cmd {
	agent, ok := v.selected()
	if !ok {
		return nil
	}
	v.shown, v.versions = &agent, nil
	v.pager.SetLines(v.lines())
	v.dress()
	a, provider, parent := v.Env.App, v.provider, v.ctx
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, patience)
		defer cancel()
		versions, err := a.AgentVersions(ctx, provider, agent.ID)
		return versionsMsg{v, agent.ID, versions, err}
	}
}

// lines is an agent in full.
func (v *View) lines() []string {
	t, w, agent := &v.Env.Theme, v.Env.Words, v.shown
	lines := v.Wrap(t.Heading3, agent.Name)
	lines = append(lines, v.Wrap(t.Muted, agent.Description)...)
	facts := append([]string{agent.Model}, v.toolNames(agent.Tools)...)
	if agent.InChat {
		facts = append(facts, w.T("agents.published"))
	}
	lines = append(lines, v.Wrap(t.Text, strings.Join(facts, " · "))...)
	lines = append(lines, "")
	if agent.Instructions == "" {
		lines = append(lines, v.Wrap(t.Muted, w.T("agents.no_instructions"))...)
	}
	lines = append(lines, v.Wrap(t.Text, strings.TrimRight(string(agent.Instructions), "\n"))...)
	lines = append(lines, "")
	for _, version := range v.versions {
		lines = append(lines, v.Wrap(t.Muted, v.versionLine(version))...)
	}
	if v.err != nil {
		lines = append(lines, v.Fault(v.err)...)
	}
	return lines
}

// versionLine says a version in a line; the one in use is marked.
func (v *View) versionLine(version app.Agent) string {
	line := v.Env.Words.T("agents.version", "Number", strconv.Itoa(int(version.Version)))
	if v.shown != nil && version.Version == v.shown.Version {
		line = v.Env.Words.T("agents.version_used", "Number", strconv.Itoa(int(version.Version)))
	}
	for _, part := range []string{version.Updated.Local().Format(time.DateOnly), version.Model, version.Note} {
		if part != "" {
			line += " · " + termsafe.Line(part)
		}
	}
	return line
}

// View draws what is on top.
func (v *View) View() string {
	switch {
	case v.consent != nil:
		return v.consent.View()
	case v.question != nil:
		return v.question.View()
	case v.form != nil:
		return v.form.View()
	case v.shown != nil:
		return v.DrawFull(strings.Split(v.pager.View(), "\n"))
	case v.err != nil:
		return v.DrawFull(v.Fault(v.err))
	}
	return v.DrawFull(strings.Split(v.list.View(), "\n"))
}

// Cursor is in the form.
func (v *View) Cursor() *tea.Cursor {
	switch {
	case v.consent != nil:
		return v.consent.Cursor()
	case v.question == nil && v.form != nil:
		return v.form.Cursor()
	}
	return nil
}

package agents

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// The lines of the form, in their order; the instructions come last.
const (
	nameLine = iota
	modelLine
	toolsLine
	aboutLine
	noteLine
	instructionsField
)

// form is an agent being written.
type form struct {
	*dialog.Panel
	agent app.Agent // that is changed; without an id a new one
	lines [instructionsField]*widget.Prompt
	names [instructionsField + 1]string // of the fields, in words
	text  *widget.Composer
	at    int // the field with the keys
	err   error
	// refused is why the rules say no.
	refused string
	cursor  int // the line of the body that the cursor is in
}

func newForm(env *screen.Env, agent app.Agent) *form {
	w := env.Words
	title := w.T("agents.form_new")
	if agent.ID != "" {
		title = w.T("agents.form_edit", "Name", agent.Name)
	}
	f := &form{Panel: dialog.NewPanel(env, title), agent: agent, text: widget.NewComposer(env.Theme)}
	f.names = [instructionsField + 1]string{
		nameLine: w.T("agents.field_name"), modelLine: w.T("agents.field_model"), toolsLine: w.T("agents.field_tools"),
		aboutLine: w.T("agents.field_about"), noteLine: w.T("agents.field_note"), instructionsField: w.T("agents.field_instructions"),
	}
	values := [instructionsField]string{
		nameLine: agent.Name, modelLine: agent.Model, toolsLine: strings.Join(agent.Tools, " "), aboutLine: agent.Description,
	}
	for i := range f.lines {
		f.lines[i] = widget.NewPrompt(env.Theme)
		f.lines[i].SetPlaceholder(f.names[i])
		f.lines[i].SetValue(values[i])
	}
	f.text.SetPlaceholder(f.names[instructionsField])
	f.text.SetPasteLabel(func(n, lines int) string { return w.N("chat.pasted", lines, "Number", n) })
	f.text.SetValue(string(agent.Instructions))
	f.SetHints(
		dialog.Hint{Key: "ctrl+s", Does: w.T("agents.save")}, dialog.Hint{Key: "tab", Does: w.T("agents.next")},
		dialog.Hint{Key: "esc", Does: w.T("dialog.back")}, dialog.Hint{Key: "ctrl+j", Does: w.T("agents.newline")},
	)
	f.focus(nameLine)
	return f
}

// focus gives the keys to a field.
func (f *form) focus(at int) {
	f.at = (at + instructionsField + 1) % (instructionsField + 1)
	f.text.Blur()
	for i, l := range f.lines {
		l.Blur()
		if i == f.at {
			l.Focus()
		}
	}
	if f.at == instructionsField {
		_ = f.text.Focus() // the terminal's own cursor needs no command
	}
}

// definition is what has been written.
func (f *form) definition() app.AgentDefinition {
	tools := strings.FieldsFunc(f.lines[toolsLine].Value(), func(r rune) bool { return r == ' ' || r == ',' })
	return app.AgentDefinition{
		Name: strings.TrimSpace(f.lines[nameLine].Value()), Description: strings.TrimSpace(f.lines[aboutLine].Value()),
		Model: strings.TrimSpace(f.lines[modelLine].Value()), Instructions: chat.Text(strings.TrimSpace(f.text.Value())),
		Tools: tools, Libraries: f.agent.Libraries, Note: strings.TrimSpace(f.lines[noteLine].Value()),
	}
}

// changed reports whether there is something to lose.
func (f *form) changed() bool {
	d := f.definition()
	return d.Name != f.agent.Name || d.Description != f.agent.Description || d.Model != f.agent.Model ||
		string(d.Instructions) != strings.TrimSpace(string(f.agent.Instructions)) || !slices.Equal(d.Tools, f.agent.Tools) || d.Note != ""
}

// Resize lays it out.
func (f *form) Resize(width, height int) {
	f.Panel.Resize(width, height)
	w, h := f.Inner()
	for _, l := range f.lines {
		l.SetTheme(f.Env.Theme)
		l.SetSize(w)
		l.SetValue(l.Value()) // shows the beginning where it was shown cut
	}
	f.text.SetTheme(f.Env.Theme)
	f.text.SetSize(w, max(2, h-len(f.lines)-4))
}

// Update takes keys and pastes.
func (f *form) Update(msg tea.Msg) {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch pressed := key.String(); {
		case pressed == "tab", pressed == "enter", pressed == "down" && f.at != instructionsField:
			f.focus(f.at + 1)
			return
		case pressed == "shift+tab", pressed == "up" && (f.at != instructionsField || f.text.AtTop()):
			f.focus(f.at - 1)
			return
		}
	}
	f.err, f.refused = nil, ""
	if f.at == instructionsField {
		f.text.Update(msg)
		return
	}
	f.lines[f.at].Update(msg)
}

// View draws the fields. Where the screen is low, the lines that are not being
// written give way to the instructions.
func (f *form) View() string {
	_, height := f.Inner()
	var body []string
	switch {
	case f.refused != "":
		body = f.Wrap(f.Env.Theme.Warning, "! "+f.refused)
	case f.err != nil:
		body = f.Fault(f.err)
	}
	// What is written in looks alike; its name says which it is.
	body = append(body, f.Wrap(f.Env.Theme.Muted, f.names[f.at])...)
	from := 0
	if short := len(body) + len(f.lines) + 2 - height; short > 0 { // keep the field with the keys in sight
		from = min(short, f.at, len(f.lines))
	}
	for i, l := range f.lines[from:] {
		if from+i == f.at {
			f.cursor = len(body)
		}
		body = append(body, l.View())
	}
	if f.at == instructionsField {
		f.cursor = len(body)
	}
	body = append(body, strings.Split(f.text.View(), "\n")...)
	return f.DrawFull(body[:min(len(body), max(height, 1))])
}

// Cursor is in the field with the keys.
func (f *form) Cursor() *tea.Cursor {
	if f.at == instructionsField {
		return f.Place(f.text.Cursor(), f.cursor)
	}
	return f.Place(f.lines[f.at].Cursor(), f.cursor)
}

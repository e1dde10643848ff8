// Package export is the screen on which a conversation is written to a file: its
// form, what the rules leave out of it, and where it goes. It draws and asks;
// what is written is decided and done by app.
package export

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/fault"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// step is where the person is.
type step int

const (
	choosing step = iota // the form
	looking              // bise finds out what will be in the file
	placing              // where it goes
	writing
)

// view is the overlay.
type view struct {
	*dialog.Panel
	ctx     context.Context //nolint:containedctx // that of the program, which ends with it
	session *app.Session
	step    step
	choice  *widget.Choice
	prompt  *widget.Prompt
	plan    *app.ExportPlan
	err     error
	// replace is the path of a file that the next Enter replaces.
	replace string
	line    int
	empty   bool // there is nothing to export
}

// forms are the formats for people; a dataset is for the command line, where its
// purpose is said.
var forms = []policy.Format{policy.Markdown, policy.HTML, policy.PlainText, policy.JSON}

type plannedMsg struct {
	owner *view
	plan  *app.ExportPlan
	err   error
}

type writtenMsg struct {
	owner *view
	done  app.Exported
	err   error
}

// New asks how to export the conversation of a session.
func New(env *screen.Env, ctx context.Context, s *app.Session) screen.Overlay {
	v := &view{
		Panel: dialog.NewPanel(env, env.Words.T("export.screen.title")), ctx: ctx, session: s,
		choice: widget.NewChoice(env.Theme), prompt: widget.NewPrompt(env.Theme),
	}
	w := env.Words
	explain := map[policy.Format]string{
		policy.Markdown: w.T("export.screen.markdown"), policy.HTML: w.T("export.screen.html"),
		policy.PlainText: w.T("export.screen.txt"), policy.JSON: w.T("export.screen.json"),
	}
	options := make([]widget.Option, 0, len(forms))
	for _, f := range forms {
		o := widget.Option{Label: string(f), Explain: explain[f]}
		if verdict := env.App.MayExport(f); verdict.Decision == policy.Block {
			o.Off = dialog.Sentence(w, verdict.Reason)
		}
		options = append(options, o)
	}
	v.choice.SetQuestion(w.T("export.screen.question"), options)
	v.empty = len(s.Snapshot().Messages) == 0
	v.hint()
	return v
}

// Unasked says that the person opened it.
func (v *view) Unasked() bool { return false }

// Init starts nothing.
func (v *view) Init() tea.Cmd { return nil }

// Resize lays it out.
func (v *view) Resize(width, height int) {
	v.Panel.Resize(width, height)
	w, h := v.Inner()
	v.choice.SetTheme(v.Env.Theme)
	v.choice.SetSize(w, h)
	v.prompt.SetTheme(v.Env.Theme)
	v.prompt.SetSize(w)
}

func (v *view) hint() {
	w := v.Env.Words
	back := dialog.Hint{Key: "esc", Does: w.T("dialog.back")}
	switch v.step {
	case choosing:
		if v.empty {
			v.SetHints(back)
			return
		}
		v.SetHints(dialog.Hint{Key: "enter", Does: w.T("export.screen.next")}, back)
	case placing:
		does := w.T("export.screen.write")
		if v.replace != "" {
			does = w.T("export.screen.replace")
		}
		v.SetHints(dialog.Hint{Key: "enter", Does: does}, back)
	case looking, writing:
		v.SetHints(back)
	}
}

// Update takes keys and what the work gave.
func (v *view) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	defer v.hint()
	switch msg := msg.(type) {
	case plannedMsg:
		if msg.owner == v && v.step == looking {
			v.planned(msg.plan, msg.err)
		}
	case writtenMsg:
		if msg.owner == v {
			return v.written(msg)
		}
	case tea.PasteMsg:
		if v.step == placing {
			v.prompt.Update(msg)
		}
	case tea.KeyPressMsg:
		return v.key(msg)
	}
	return screen.Stay{}, nil
}

func (v *view) key(msg tea.KeyPressMsg) (screen.Action, tea.Cmd) {
	pressed := msg.String()
	if pressed == "esc" {
		if v.step == placing {
			v.step, v.err, v.replace = choosing, nil, ""
			return screen.Stay{}, nil
		}
		return screen.Close{}, nil
	}
	if v.empty {
		return screen.Stay{}, nil
	}
	switch v.step {
	case choosing:
		if pressed != "enter" {
			v.choice.Update(msg)
			return screen.Stay{}, nil
		}
		if i, ok := v.choice.Selected(); ok {
			v.step, v.err = looking, nil
			return screen.Stay{}, v.look(forms[i])
		}
	case placing:
		if pressed != "enter" {
			if v.prompt.Update(msg) {
				v.replace, v.err = "", nil
			}
			return screen.Stay{}, nil
		}
		if path := strings.TrimSpace(v.prompt.Value()); path != "" {
			v.step = writing
			return screen.Stay{}, v.write(path)
		}
	case looking, writing:
	}
	return screen.Stay{}, nil
}

// look finds out what will be in the file.
func (v *view) look(format policy.Format) tea.Cmd {
	a, ctx, s := v.Env.App, v.ctx, v.session
	return func() tea.Msg {
		plan, err := a.PlanExport(ctx, app.ExportRequest{Session: s, Format: format})
		return plannedMsg{v, plan, err}
	}
}

func (v *view) planned(plan *app.ExportPlan, err error) {
	if v.plan, v.err = plan, err; err != nil {
		v.step = choosing
		return
	}
	v.step = placing
	v.prompt.SetValue("~" + string(filepath.Separator) + v.Env.App.ExportName(plan))
	v.prompt.Focus()
}

// write writes the file; the second time in a row to the same place replaces it.
func (v *view) write(path string) tea.Cmd {
	a, ctx, plan, replace := v.Env.App, v.ctx, v.plan, v.replace == path
	return func() tea.Msg {
		done, err := a.ExportFile(ctx, plan, path, replace, nil)
		return writtenMsg{v, done, err}
	}
}

func (v *view) written(msg writtenMsg) (screen.Action, tea.Cmd) {
	if msg.err == nil {
		return screen.Tell{Line: v.Env.Words.T("export.screen.done", "Path", msg.done.Path), Close: true}, nil
	}
	v.step, v.err = placing, msg.err
	if fault.Is(msg.err, fault.FileExists) {
		v.replace, v.err = strings.TrimSpace(v.prompt.Value()), nil
	}
	return screen.Stay{}, nil
}

// View draws the question, or what will be in the file and its place.
func (v *view) View() string {
	t, w := &v.Env.Theme, v.Env.Words
	if v.empty {
		return v.Draw(v.Wrap(t.Text, w.T("export.screen.empty")))
	}
	switch v.step {
	case choosing:
		body := strings.Split(v.choice.View(), "\n")
		return v.DrawFull(append(body, v.trouble()...))
	case looking:
		return v.DrawFull(v.Wrap(t.Muted, w.T("export.screen.looking")))
	case placing, writing:
	}
	body := v.Wrap(t.Text, w.N("export.screen.holds", v.plan.Messages))
	for _, r := range v.plan.Left {
		body = append(body, v.Wrap(t.Warning, "! "+strings.TrimSpace(app.LeftOut(w, r)+" "+r.Reason))...)
	}
	body = append(body, "")
	body = append(body, v.Wrap(t.Text, w.T("export.screen.where"))...)
	body = append(body, v.prompt.View())
	v.line = len(body) - 1
	switch {
	case v.replace != "":
		body = append(append(body, ""), v.Wrap(t.Warning, "! "+w.T("export.screen.exists"))...)
	case v.step == writing:
		body = append(append(body, ""), v.Wrap(t.Muted, w.T("export.screen.writing"))...)
	default:
		body = append(body, v.trouble()...)
	}
	return v.DrawFull(body)
}

// trouble lays out what went wrong: a refusal of the rules, or a failure.
func (v *view) trouble() []string {
	if v.err == nil {
		return nil
	}
	var refusal *policy.Refusal
	if errors.As(v.err, &refusal) {
		t, w, verdict := &v.Env.Theme, v.Env.Words, refusal.Verdict
		lines := v.Wrap(t.Warning, "! "+dialog.Sentence(w, verdict.Reason)+" "+dialog.Clauses(verdict))
		return append(append([]string{""}, lines...), v.Wrap(t.Muted, dialog.Sentence(w, verdict.Remedy))...)
	}
	return append([]string{""}, v.Fault(v.err)...)
}

// Cursor is in the line being typed.
func (v *view) Cursor() *tea.Cursor {
	if v.step != placing {
		return nil
	}
	return v.Place(v.prompt.Cursor(), v.line)
}

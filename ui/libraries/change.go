package libraries

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/policy"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/screen"
	"bise/ui/widget"
)

// pending is a change that waits for a yes.
type pending struct {
	// do makes it with what has been confirmed.
	do        func(confirmed []policy.Act) tea.Cmd
	confirmed []policy.Act
}

// doneMsg says what became of a change at the service or of the conversation.
type doneMsg struct {
	owner   *View
	told    string
	verdict policy.Verdict
	again   pending
	added   *app.LibraryDocument
	changed bool // read again what lies there
	err     error
}

func (v *View) done(msg doneMsg) (screen.Action, tea.Cmd) {
	v.busy, v.err = "", msg.err
	defer v.dress()
	var cmd tea.Cmd
	switch {
	case msg.err != nil:
	case msg.verdict.Decision == policy.Confirm && msg.verdict.Act == policy.StartChat:
		v.put(dialog.Consent(v.Env, v.Env.App.ProfileOf(v.provider), msg.verdict), msg.again)
	case msg.verdict.Decision == policy.Confirm:
		v.put(dialog.Confirm(v.Env, msg.verdict), msg.again)
	case msg.added != nil:
		cmd = v.await(*msg.added)
	case msg.changed:
		cmd = v.after(v.Env.Words.T("libraries.asking"), nil)
	default:
		v.rows()
	}
	if msg.told != "" {
		return screen.Tell{Line: msg.told}, cmd
	}
	return screen.Stay{}, cmd
}

// put shows a question in the place of everything else.
func (v *View) put(o screen.Overlay, p pending) {
	v.front, v.pending = o, p
	width, height := v.Size()
	o.Resize(width, height)
}

// inFront gives a message to the question in front and does what it answers.
func (v *View) inFront(msg tea.Msg) (screen.Action, tea.Cmd) {
	action, cmd := v.front.Update(msg)
	switch action := action.(type) {
	case screen.Close:
		v.front = nil
	case screen.Answered:
		v.front = nil
		cmd = tea.Batch(cmd, v.answered(action))
	case screen.Tell, screen.Fail:
		return action, cmd
	}
	v.dress()
	return screen.Stay{}, cmd
}

func (v *View) answered(a screen.Answered) tea.Cmd {
	p := v.pending
	switch a.Question {
	case dialog.PathQuestion:
		return v.add(a.Text)
	case dialog.ConsentQuestion:
		if a.Choice != dialog.Yes {
			return nil
		}
		profile, env := v.Env.App.ProfileOf(v.provider), v.Env.App
		next := p.do(p.confirmed)
		return func() tea.Msg {
			if err := env.Accept(profile); err != nil {
				return doneMsg{owner: v, err: err}
			}
			return next()
		}
	case dialog.ConfirmQuestion:
		if a.Choice == dialog.Yes && a.Verdict != nil {
			return p.do(append(p.confirmed, a.Verdict.Act))
		}
	case deleteQuestion:
		if a.Choice == dialog.Yes {
			return p.do(nil)
		}
	}
	return nil
}

// begin shows what is being done.
func (v *View) begin(doing string) {
	v.busy, v.err = doing, nil
	v.dress()
}

// create makes a library.
func (v *View) create(name string) tea.Cmd {
	a, provider, ctx, w := v.Env.App, v.provider, v.ctx, v.Env.Words
	var do func(confirmed []policy.Act) tea.Cmd
	do = func(confirmed []policy.Act) tea.Cmd {
		v.begin(w.T("libraries.creating"))
		return func() tea.Msg {
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			_, verdict, err := a.CreateLibrary(ctx, provider, name, "", confirmed...)
			return doneMsg{owner: v, verdict: verdict, again: pending{do: do, confirmed: confirmed}, changed: true, err: refused(verdict, err)}
		}
	}
	return do(nil)
}

// refused makes an error of a verdict that nothing can be confirmed of.
func refused(v policy.Verdict, err error) error {
	if err == nil && !v.Decision.Permits() && v.Decision != policy.Confirm {
		return &policy.Refusal{Verdict: v}
	}
	return err
}

// add puts a file into the library that is shown.
func (v *View) add(path string) tea.Cmd {
	a, provider, ctx, w, id := v.Env.App, v.provider, v.ctx, v.Env.Words, v.shown.ID
	var do func(confirmed []policy.Act) tea.Cmd
	do = func(confirmed []policy.Act) tea.Cmd {
		v.begin(w.T("libraries.adding", "Path", termsafe.Line(path)))
		return func() tea.Msg {
			part, err := a.ReadFile(path)
			if err != nil {
				return doneMsg{owner: v, err: err}
			}
			d, verdict, err := a.AddDocument(ctx, provider, id, part, confirmed...)
			msg := doneMsg{owner: v, verdict: verdict, again: pending{do: do, confirmed: confirmed}, err: refused(verdict, err)}
			if d.ID != "" {
				d.Library = id
				msg.added = &d
			}
			return msg
		}
	}
	return do(nil)
}

// await waits until the service has read a document.
func (v *View) await(d app.LibraryDocument) tea.Cmd {
	a, provider, ctx, w := v.Env.App, v.provider, v.ctx, v.Env.Words
	v.documents = append(v.documents, d)
	v.rows()
	return v.after(w.T("libraries.reading", "Name", termsafe.Line(d.Name)), func(msg *listedMsg) {
		state, err := a.AwaitDocument(ctx, provider, d, func(app.DocumentState) {})
		msg.err = err
		if err == nil && state == app.DocumentFailed {
			msg.told = w.T("libraries.failed", "Name", termsafe.Line(d.Name))
		}
	})
}

// deleteQuestion asks before something at the service is deleted.
const deleteQuestion = "libraries_delete"

// question asks it.
type question struct{ *dialog.Ask }

// Unasked says that the person opened it.
func (q question) Unasked() bool { return false }

// Update takes keys.
func (q question) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return screen.Stay{}, nil
	}
	if key.String() == "esc" {
		return screen.Close{}, nil
	}
	if chosen := q.Key(key); chosen >= 0 {
		return screen.Answered{Question: deleteQuestion, Choice: chosen}, nil
	}
	return screen.Stay{}, nil
}

// askDelete asks before the selected document or library is deleted.
func (v *View) askDelete() {
	row, ok := v.list.Selected()
	if !ok {
		return
	}
	w, a, provider, ctx := v.Env.Words, v.Env.App, v.provider, v.ctx
	q := question{dialog.NewAsk(v.Env, w.T("libraries.delete_title"))}
	shown := v.shown
	if shown != nil {
		q.Say(w.T("libraries.delete_document", "Name", row.Text, "Library", termsafe.Line(shown.Name)))
	} else {
		q.Say(w.T("libraries.delete_library", "Name", row.Text, "Documents", row.Detail))
	}
	q.SetOptions(widget.Option{Label: w.T("libraries.keep")}, widget.Option{Label: w.T("libraries.delete_yes")})
	v.put(q, pending{do: func([]policy.Act) tea.Cmd {
		v.begin(w.T("libraries.deleting"))
		return func() tea.Msg {
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			var err error
			if shown != nil {
				err = a.DeleteDocument(ctx, provider, shown.ID, app.DocumentID(row.ID))
			} else {
				err = a.DeleteLibrary(ctx, provider, app.LibraryID(row.ID))
			}
			return doneMsg{owner: v, changed: true, err: err}
		}
	}})
}

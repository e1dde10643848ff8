package ui

import (
	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/ui/dialog"
	"bise/ui/screen"
)

// checkedMsg is what was found in the prompt that is being written.
type checkedMsg struct{ found []app.Finding }

func (msg checkedMsg) reach(r *Root) tea.Cmd { return r.checked(msg) }

// checkPrompt looks for personal data and secrets in what is being written.
func (r *Root) checkPrompt() tea.Cmd {
	a, p := r.env.App, app.Prompt{Text: chat.Text(r.composer.Value()), Attachments: r.attach}
	return func() tea.Msg { return checkedMsg{a.FindIn(p)} }
}

// checked asks what becomes of what was found; where there is nothing, the
// prompt stays where it is.
func (r *Root) checked(msg checkedMsg) tea.Cmd {
	if len(msg.found) == 0 || !r.idle() {
		r.tell(r.env.Words.T("dialog.leaving.nothing"))
		return nil
	}
	r.sending = r.takePrompt()
	r.layout()
	return r.push(dialog.Leaving(r.env, msg.found, r.place.Where, false))
}

// takePrompt takes what is written and attached out of the composer.
func (r *Root) takePrompt() *sending {
	typed := r.composer.Value()
	s := &sending{prompt: app.Prompt{Text: chat.Text(typed), Attachments: r.attach}, typed: typed, attach: r.attach}
	if r.edits != nil {
		s.prompt.After = r.edits
	}
	r.composer.Remember(typed)
	r.composer.Reset()
	r.attach, r.edits = nil, nil
	return s
}

// leavingAnswered sends the prompt as the person has decided, or gives it back.
func (r *Root) leavingAnswered(a screen.Answered) tea.Cmd {
	s := r.sending
	if s == nil || a.Choice == dialog.ChangeIt {
		r.takeBack()
		return nil
	}
	s.prompt.Checked = a.Choice == dialog.SendAsIs
	s.prompt.Placeholders = a.Choice == dialog.SendPlaceholders
	return r.send(s)
}

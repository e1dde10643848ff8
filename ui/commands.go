package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/firstrun"
	"bise/ui/keys"
)

// global does the keys that work whatever has the focus.
func (r *Root) global(pressed string) (tea.Cmd, bool) {
	for _, b := range keys.Table {
		if !b.Matches(pressed) || b.Group == keys.Message && b.ID != keys.Focus || b.Group == keys.Writing && b.ID != keys.Editor && b.ID != keys.Attach {
			continue
		}
		if b.ID == keys.Help && pressed == "?" && (r.composer.Value() != "" || r.reading) {
			continue // a question mark in a prompt
		}
		return r.run(b.ID), true
	}
	return nil, false
}

// run does what a key does, from the key or from the palette.
func (r *Root) run(id keys.ID) tea.Cmd {
	if act := keys.Get(id).Act; act != "" && id != keys.CopyAnswer {
		if v := r.preview(act, chat.Typed); !v.Decision.Permits() && v.Decision != policy.Confirm { // the screen asks what is to confirm
			r.refuse(v)
			return nil
		}
	}
	switch id {
	case keys.Stop:
		return r.escape()
	case keys.New:
		return r.newConversation()
	case keys.Editor:
		return r.openEditor()
	case keys.ToText:
		return r.attachmentsToText()
	case keys.Check:
		return r.checkPrompt()
	case keys.Focus:
		return r.toggleReading()
	case keys.CopyAnswer:
		if m, ok := r.chat.LastAnswer(); ok {
			return r.copyMessage(m.ID)
		}
	case keys.Thinking:
		r.chat.ToggleThinking()
	case keys.ScrollUp:
		r.chat.Scroll(r.chat.Page())
	case keys.ScrollDown:
		r.chat.Scroll(-r.chat.Page())
	case keys.Top:
		r.chat.ScrollTop()
	case keys.Bottom:
		r.chat.ScrollBottom()
	case keys.Quit:
		return tea.Quit
	default:
		if o := r.overlay(id); o != nil {
			return r.push(o)
		}
	}
	return nil
}

// escape stops the answer or the asking for one, else takes back an edit, else
// shows the end.
func (r *Root) escape() tea.Cmd {
	switch {
	case r.stopConversion():
	case r.turn != nil:
		r.turn.answer.Cancel()
	case r.sending != nil:
		r.unsend()
	case r.reading:
		r.leaveReading()
	case r.edits != nil:
		r.edits, r.attach = nil, nil
		r.composer.Reset()
		r.layout()
	default:
		r.banner = banner{}
		r.chat.ScrollBottom()
		r.layout()
	}
	return nil
}

func (r *Root) toggleReading() tea.Cmd {
	if r.reading {
		r.leaveReading()
		return nil
	}
	if r.chat.SelectLast() {
		r.reading = true
		r.composer.Blur()
	}
	return nil
}

// find goes to the message above that holds words, and reads from there.
func (r *Root) find(words string) tea.Cmd {
	switch {
	case words == "":
		return r.run(keys.Find)
	case !r.chat.Find(words):
		r.tell(r.env.Words.T("chat.not_found", "Words", words))
	case !r.reading:
		r.reading = true
		r.composer.Blur()
	}
	return nil
}

func (r *Root) leaveReading() {
	if r.reading {
		r.reading, r.readingLine = false, readingLine{}
		r.chat.Deselect()
		_ = r.composer.Focus() // the terminal's own cursor needs no command
	}
}

// messageKey does the keys that work on the selected message.
func (r *Root) messageKey(pressed string) (tea.Cmd, bool) {
	m, ok := r.chat.Selected()
	if !ok {
		return nil, false
	}
	switch {
	case keys.Is(pressed, keys.Previous):
		r.chat.Select(-1)
	case keys.Is(pressed, keys.Next):
		r.chat.Select(1)
	case keys.Is(pressed, keys.Copy):
		return r.copyMessage(m.ID), true
	case keys.Is(pressed, keys.CopyCode):
		return r.copyCode(m.ID), true
	case keys.Is(pressed, keys.Edit):
		r.edit(m)
	case keys.Is(pressed, keys.Retry):
		return r.again(app.Prompt{Retry: r.answerOf(m)}), true
	case keys.Is(pressed, keys.Continue):
		return r.again(app.Prompt{Continue: r.answerOf(m)}), true
	case keys.Is(pressed, keys.BranchLeft):
		return r.walk(m, -1), true
	case keys.Is(pressed, keys.BranchRight):
		return r.walk(m, 1), true
	case keys.Is(pressed, keys.FindNext):
		return r.find(r.sought), true
	case keys.Is(pressed, keys.Details):
		r.chat.ToggleDetails()
	case keys.Is(pressed, keys.Sources):
		return r.showSources(m.ID), true
	case keys.Is(pressed, keys.SaveFiles):
		return r.askWhereToSave(m.ID), true
	case keys.Is(pressed, keys.Picture):
		return r.viewPicture(m.ID), true
	case pressed == "home":
		r.chat.ScrollTop()
	case pressed == "end":
		r.chat.ScrollBottom()
	case pressed == "enter":
		r.chat.OpenSelected()
	default:
		return nil, false
	}
	return nil, true
}

// answerOf is the selected answer, or the last answer to a selected prompt.
func (r *Root) answerOf(m chat.Message) chat.MessageID {
	if m.Role == chat.Assistant {
		return m.ID
	}
	c := r.session.Snapshot()
	children := c.Children(m.ID)
	if len(children) == 0 {
		return ""
	}
	return children[len(children)-1]
}

// again asks for an answer once more, or goes on with a cut one.
func (r *Root) again(p app.Prompt) tea.Cmd {
	if !r.idle() {
		return nil
	}
	if p.Retry == "" && p.Continue == "" {
		m, ok := r.chat.Selected()
		if !ok || m.Role != chat.User {
			return nil
		}
		p = app.Again(m) // its answer never came
	}
	r.leaveReading()
	return r.send(&sending{prompt: p})
}

// edit puts a sent prompt into the composer; sending it makes a branch.
func (r *Root) edit(m chat.Message) {
	if m.Role != chat.User {
		r.tell(r.env.Words.T("chat.reading.not_yours"))
		return
	}
	if !r.idle() {
		return
	}
	parent := m.Parent
	r.leaveReading()
	r.edits, r.attach = &parent, app.Attachments(m)
	r.composer.SetValue(string(m.Text()))
	r.tell(r.env.Words.T("chat.editing"))
	r.layout()
}

// walk goes to the next alternative at the place of a message.
func (r *Root) walk(m chat.Message, step int) tea.Cmd {
	if !r.idle() {
		return nil
	}
	c := r.session.Snapshot()
	ids, at := c.Siblings(m.ID)
	to := at + step
	if at < 0 || to < 0 || to >= len(ids) {
		return nil
	}
	return r.walkTo(r.session, ids[to])
}

// walkTo shows the branch through a message, and the message selected.
func (r *Root) walkTo(s *app.Session, id chat.MessageID) tea.Cmd {
	if id == "" || !r.idle() {
		return nil // an answer that grows is not left by looking elsewhere
	}
	a := r.env.App
	return func() tea.Msg {
		err := a.Walk(r.ctx, s, id)
		return doneMsg{session: s, err: err, show: true, selectID: id}
	}
}

// doneMsg says that something small is done.
type doneMsg struct {
	session  *app.Session
	err      error
	line     string
	show     bool // the conversation has changed
	selectID chat.MessageID
	clip     string // text for the clipboard
}

func (r *Root) done(msg doneMsg) tea.Cmd {
	var refusal *policy.Refusal
	switch {
	case errors.As(msg.err, &refusal):
		r.refuse(refusal.Verdict)
		return nil
	case msg.err != nil:
		r.fail(msg.err)
		return nil
	}
	if msg.show && msg.session == r.session {
		r.chat.Show(r.session.Snapshot())
		if msg.selectID != "" {
			r.read(msg.selectID)
		}
	}
	if msg.line != "" {
		r.tell(msg.line)
	}
	if msg.clip != "" {
		return toClipboard(msg.clip)
	}
	return nil
}

// toClipboard copies through the terminal and, where there is one, the system's
// own clipboard.
func toClipboard(text string) tea.Cmd {
	return tea.Batch(tea.SetClipboard(text), nativeCopy(text))
}

func (r *Root) copyMessage(id chat.MessageID) tea.Cmd {
	a, s, w := r.env.App, r.session, r.env.Words
	text, v, err := a.CopyMessage(s, id)
	switch {
	case err != nil:
		r.fail(err)
		return nil
	case !v.Decision.Permits():
		r.refuse(v)
		return nil
	}
	return r.done(doneMsg{line: w.T("chat.copied"), clip: string(text)})
}

// copyCode copies the only code block of a message, or asks which.
func (r *Root) copyCode(id chat.MessageID) tea.Cmd {
	_, v, err := r.env.App.CopyMessage(r.session, id)
	switch {
	case err != nil:
		r.fail(err)
		return nil
	case !v.Decision.Permits():
		r.refuse(v)
		return nil
	}
	blocks := r.chat.Code(id)
	switch len(blocks) {
	case 0:
		r.tell(r.env.Words.T("chat.no_code"))
		return nil
	case 1:
		return r.done(doneMsg{line: r.env.Words.T("chat.copied_code"), clip: blocks[0].Text})
	}
	return r.push(dialog.Code(r.env, blocks))
}

// use answers from now on with a choice.
func (r *Root) use(c app.Choice) tea.Cmd {
	a, s := r.env.App, r.session
	return func() tea.Msg {
		left, err := a.Switch(r.ctx, s, c)
		if err == nil {
			err = a.Choose(c)
		}
		return choiceMsg{choice: c, left: left, err: err, asked: true, place: a.PlaceOf(r.ctx, c), window: a.Window(r.ctx, c)}
	}
}

func (r *Root) newConversation() tea.Cmd {
	r.leave()
	_ = r.stopConversion()
	r.attach, r.attaching = nil, attaching{}
	r.used = 0
	r.leaveReading()
	return r.show(r.env.App.NewSession(r.choice), "")
}

// show puts a conversation on the screen.
func (r *Root) show(s *app.Session, at chat.MessageID) tea.Cmd {
	r.session = s
	r.sought, r.banner = "", banner{}
	r.countTools()
	c := s.Snapshot()
	r.chat.Show(c)
	r.chat.ScrollBottom()
	if at != "" {
		r.read(at)
	}
	r.used = 0
	branch := c.Branch()
	for i := len(branch) - 1; i >= 0; i-- {
		if branch[i].Usage.Known {
			r.count(branch[i].Usage)
			break
		}
	}
	r.layout()
	return nil
}

// read selects a message of the branch on the screen.
func (r *Root) read(id chat.MessageID) {
	r.chat.SelectMessage(id)
	if _, ok := r.chat.Selected(); ok && !r.reading {
		r.reading = true
		r.composer.Blur()
	}
}

// first opens the first steps for a person who has not seen them.
func (r *Root) first() tea.Cmd { return r.push(firstrun.New(r.env, r.ctx)) }

// refuse explains a refusal: what, why, and what can be done instead.
func (r *Root) refuse(v policy.Verdict) {
	w := r.env.Words
	r.banner = banner{
		line:    dialog.Sentence(w, v.Reason) + " " + dialog.Clauses(v),
		remedy:  dialog.Sentence(w, v.Remedy),
		lasting: true,
	}
	r.layout()
}

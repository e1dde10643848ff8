package ui

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/app/termsafe"
	"bise/ui/dialog"
	"bise/ui/screen"
)

// attaching is what becomes of files on their way to the next prompt: those that
// the model cannot take are turned into text first, one after the other.
type attaching struct {
	waiting []*conversion
	// now is being asked about, or under way; nil is nothing.
	now *conversion
}

// conversion is an attachment that is to become text.
type conversion struct {
	part     chat.Part
	need     app.Need
	provider string
	model    string // that could not take it; "" where the person wants the text
	// confirmed are acts that the person has confirmed for it.
	confirmed []policy.Act
	cancel    context.CancelFunc // nil while it is asked about
}

// attachPath reads a file for the next prompt, and finds out whether the model
// takes it as it is.
func (r *Root) attachPath(path string) tea.Cmd {
	a, ctx, choice := r.env.App, r.ctx, r.choice
	return func() tea.Msg {
		part, err := a.ReadFile(path)
		if err != nil {
			return attachedMsg{err: err}
		}
		choice := choice
		if app.ConversionOf(part) != app.NeedsNothing {
			choice = a.Resolved(ctx, choice)
		}
		c := &conversion{part: part, need: a.NeedOf(ctx, choice, part), model: choice.Model}
		if c.need != app.NeedsNothing {
			if c.model == "" {
				c.model = a.Describe(choice.Provider).Name
			}
			c.provider, err = a.Converter(c.need, choice.Provider)
		}
		return attachedMsg{c: c, err: err}
	}
}

// attachTyped is attachPath for a path that was typed: it is asked for again where
// it cannot be read.
func (r *Root) attachTyped(path string) tea.Cmd {
	attach := r.attachPath(path)
	return func() tea.Msg {
		msg := attach()
		if m, ok := msg.(attachedMsg); ok && m.err != nil && m.c == nil {
			m.path = path
			return m
		}
		return msg
	}
}

// attachedMsg is a file that the next prompt takes along.
type attachedMsg struct {
	c    *conversion
	path string // that was typed and cannot be read, "" for none
	err  error
}

func (msg attachedMsg) reach(r *Root) tea.Cmd {
	switch {
	case msg.path != "":
		return r.push(dialog.PathAgain(r.env, msg.path, msg.err))
	case msg.err != nil:
		r.fail(msg.err)
	case msg.c.need == app.NeedsNothing:
		r.attach = append(r.attach, msg.c.part)
		r.layout()
	default:
		r.attaching.waiting = append(r.attaching.waiting, msg.c)
		return r.offerConversion()
	}
	return nil
}

// offerConversion asks about the next attachment that waits.
func (r *Root) offerConversion() tea.Cmd {
	at := &r.attaching
	if at.now != nil || len(at.waiting) == 0 {
		return nil
	}
	at.now, at.waiting = at.waiting[0], at.waiting[1:]
	return r.push(dialog.Convert(r.env, dialog.Conversion{
		File: at.now.part.Name, Size: int64(len(at.now.part.Data)), Need: at.now.need,
		Provider: at.now.provider, Model: at.now.model,
	}))
}

// conversionAnswered goes on after a question about the attachment; taken says
// that the question was one.
func (r *Root) conversionAnswered(a screen.Answered) (cmd tea.Cmd, taken bool) {
	c := r.attaching.now
	if c == nil || c.cancel != nil {
		return nil, false
	}
	if a.Choice != dialog.Yes {
		return r.endConversion(c, true), true
	}
	accept := false
	switch {
	case a.Question == dialog.ConsentQuestion:
		accept = true
	case a.Question == dialog.ConfirmQuestion && a.Verdict != nil:
		c.confirmed = append(c.confirmed, a.Verdict.Act)
	}
	return r.convert(c, accept), true
}

// convertedMsg is the text of an attachment.
type convertedMsg struct {
	c       *conversion
	part    chat.Part
	verdict policy.Verdict
	err     error
}

func (r *Root) convert(c *conversion, accept bool) tea.Cmd {
	ctx, cancel := context.WithCancel(r.ctx)
	c.cancel = cancel
	r.layout()
	a := r.env.App
	return func() tea.Msg {
		if accept {
			if err := a.Accept(a.ProfileOf(c.provider)); err != nil {
				return convertedMsg{c: c, err: err}
			}
		}
		part, v, err := a.Convert(ctx, c.provider, c.need, c.part, c.confirmed...)
		return convertedMsg{c, part, v, err}
	}
}

func (msg convertedMsg) reach(r *Root) tea.Cmd {
	c := msg.c
	if c != r.attaching.now || c.cancel == nil {
		return nil // the person has given it up
	}
	c.cancel()
	c.cancel = nil
	switch {
	case msg.err != nil:
		cmd := r.endConversion(c, true)
		r.fail(msg.err)
		return cmd
	case msg.verdict.Decision == policy.Confirm && msg.verdict.Act == policy.StartChat:
		return r.push(dialog.Consent(r.env, r.env.App.ProfileOf(c.provider), msg.verdict))
	case msg.verdict.Decision == policy.Confirm:
		return r.push(dialog.Confirm(r.env, msg.verdict))
	case !msg.verdict.Decision.Permits():
		cmd := r.endConversion(c, true)
		r.refuse(msg.verdict)
		return cmd
	}
	r.attach = append(r.attach, msg.part)
	r.tell(r.env.Words.T("chat.converted", "Name", msg.part.Name, "Size", app.Bytes(int64(len(msg.part.Text)))))
	return r.endConversion(c, false)
}

// endConversion lets go of an attachment. One that the person wanted as text and
// that stays as it was is attached again.
func (r *Root) endConversion(c *conversion, back bool) tea.Cmd {
	r.attaching.now = nil
	if back && c.model == "" {
		r.attach = append(r.attach, c.part)
	}
	r.layout()
	return r.offerConversion()
}

// stopConversion gives up the one under way and reports whether there was one.
func (r *Root) stopConversion() bool {
	c := r.attaching.now
	if c == nil || c.cancel == nil {
		return false
	}
	c.cancel()
	c.cancel = nil
	_ = r.endConversion(c, true)
	return true
}

// attachmentsToText turns what is attached into text, as far as it is none.
func (r *Root) attachmentsToText() tea.Cmd {
	a := r.env.App
	var rest []chat.Part
	for _, part := range r.attach {
		need := app.ConversionOf(part)
		if need == app.NeedsNothing {
			rest = append(rest, part)
			continue
		}
		provider, err := a.Converter(need, r.choice.Provider)
		if err != nil {
			r.fail(err)
			return nil
		}
		r.attaching.waiting = append(r.attaching.waiting, &conversion{part: part, need: need, provider: provider})
	}
	if len(rest) == len(r.attach) {
		r.tell(r.env.Words.T("chat.nothing_to_convert"))
		return nil
	}
	r.attach = rest
	r.layout()
	return r.offerConversion()
}

// detach takes the last attachment off, and reports whether there was one.
func (r *Root) detach() bool {
	n := len(r.attach)
	if n == 0 {
		return false
	}
	r.tell(r.env.Words.T("chat.detached", "Name", r.attach[n-1].Name))
	r.attach = slices.Clone(r.attach[:n-1])
	r.layout()
	return true
}

// attachedLabel says what goes along with the next prompt, in at most room cells
// where a number says it as well, and what is being turned into text; "" is
// nothing.
func (r *Root) attachedLabel(room int) string {
	w := r.env.Words
	var labels []string
	if c := r.attaching.now; c != nil && c.cancel != nil {
		labels = append(labels, w.T("chat.rule.converting", "Name", termsafe.Line(c.part.Name)))
	}
	var names []string
	for _, part := range r.attach {
		names = append(names, termsafe.Line(part.Name)+" "+app.Bytes(int64(len(part.Text)+len(part.Data))))
	}
	if len(names) > 0 {
		label := w.N("chat.rule.attached", len(names), "Names", strings.Join(names, ", "))
		if ansi.StringWidth(label) > room {
			label = w.N("chat.rule.files", len(names))
		}
		labels = append(labels, label)
	}
	return strings.Join(labels, " · ")
}

// droppedMsg says which files a pasted text names.
type droppedMsg struct {
	text  string
	paths []string
}

// dropped looks whether a text just pasted is what a terminal types for a file
// that was dragged onto it.
func (r *Root) dropped(text string) tea.Cmd {
	if !app.MayBeDropped(text) {
		return nil
	}
	return func() tea.Msg { return droppedMsg{text, app.Dropped(text)} }
}

func (msg droppedMsg) reach(r *Root) tea.Cmd {
	// Pasted again, a path that is attached already is wanted as text.
	known := func(path string) bool {
		return slices.ContainsFunc(r.attach, func(p chat.Part) bool { return p.Name == filepath.Base(path) })
	}
	if len(msg.paths) == 0 || !slices.ContainsFunc(msg.paths, func(p string) bool { return !known(p) }) {
		return nil
	}
	if v := r.preview(policy.Attach, chat.Attached); !v.Decision.Permits() || !r.composer.Replace(msg.text, "") {
		return nil
	}
	r.layout()
	var cmds []tea.Cmd
	for _, path := range msg.paths {
		cmds = append(cmds, r.attachPath(path))
	}
	return tea.Batch(cmds...)
}

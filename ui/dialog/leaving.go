package dialog

import (
	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/ui/screen"
	"bise/ui/widget"
)

// The answers to LeavingQuestion.
const (
	// ChangeIt takes the prompt back into the composer.
	ChangeIt = iota
	// SendPlaceholders sends placeholders instead of what was found.
	SendPlaceholders
	// SendAsIs sends it as it is.
	SendAsIs
)

// leaving asks what becomes of personal data and secrets in a prompt.
type leaving struct {
	*Ask
	unasked bool
}

// Leaving shows what was found in a prompt before it leaves this machine. It is
// answered with LeavingQuestion. unasked says that it opens by itself.
func Leaving(env *screen.Env, found []app.Finding, where string, unasked bool) screen.Overlay {
	w := env.Words
	l := &leaving{NewAsk(env, w.T("dialog.leaving.title")), unasked}
	l.Say(w.N("dialog.leaving.found", len(found), "Where", where))
	for _, f := range found {
		l.Add(w.T("cli.share.finding", "Kind", w.T("findings.kind."+string(f.Kind)), "Before", string(f.Before), "Text", string(f.Shown()), "After", string(f.After)))
	}
	l.SetOptions(
		widget.Option{Label: w.T("dialog.leaving.change"), Explain: w.T("dialog.leaving.change_means")},
		widget.Option{Label: w.T("dialog.leaving.placeholders"), Explain: w.T("dialog.leaving.placeholders_means")},
		widget.Option{Label: w.T("dialog.leaving.as_is"), Explain: w.T("dialog.leaving.as_is_means")},
	)
	return l
}

// Unasked says whether it opened by itself.
func (l *leaving) Unasked() bool { return l.unasked }

// Update takes keys.
func (l *leaving) Update(msg tea.Msg) (screen.Action, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return screen.Stay{}, nil
	}
	if key.String() == "esc" {
		return screen.Answered{Question: LeavingQuestion, Choice: ChangeIt}, nil
	}
	if chosen := l.Key(key); chosen >= 0 {
		return screen.Answered{Question: LeavingQuestion, Choice: chosen}, nil
	}
	return screen.Stay{}, nil
}

package tools

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"bise/app"
	"bise/app/chat"
	"bise/app/policy"
	"bise/ui/dialog"
	"bise/ui/widget"
)

// askFilter is the question before the filter is switched off; it is no
// question about a tool.
const askFilter app.ToolAsk = "filter"

// asked shows the question before a tool is used, or switches it on.
func (v *View) asked(msg askedMsg) tea.Cmd {
	v.busy = false
	switch {
	case msg.err != nil:
		v.err = msg.err
		return nil
	case msg.kind == app.AskNothing && !msg.verdict.Decision.Permits():
		v.line = dialog.Sentence(v.Env.Words, msg.verdict.Reason)
		return nil
	case msg.kind == app.AskNothing:
		return v.set(msg.tool, true, msg.once)
	}
	v.ask(msg.kind, msg.tool, msg.verdict, msg.once)
	return nil
}

// ask puts a question into the place of the list. Its first answer changes
// nothing.
func (v *View) ask(kind app.ToolAsk, tool string, verdict policy.Verdict, once bool) {
	w := v.Env.Words
	title := w.T("tools.filter.name")
	if kind != askFilter {
		title = w.T("tools.name." + tool)
	}
	q := &asking{Ask: dialog.NewAsk(v.Env, title), kind: kind, tool: tool, verdict: verdict, once: once}
	options := []widget.Option{{Label: w.T("tools.leave"), Explain: w.T("tools.leave_means")}}
	switch kind {
	case app.AskMedia:
		q.Say(w.T("tools.media.question"))
		q.Add(w.T("tools.media.means"))
		options = append(options, widget.Option{Label: w.T("tools.media.no")}, widget.Option{Label: w.T("tools.media.yes")})
	case app.AskPurpose:
		q.Say(w.T("tools.purpose.question"))
		q.Add(w.T("tools.purpose.means"))
		options = append(options,
			widget.Option{Label: w.T("tools.purpose.non_editorial"), Explain: w.T("tools.purpose.recorded")},
			widget.Option{Label: w.T("tools.purpose.editorial")})
	default:
		q.Say(dialog.Sentence(w, verdict.Reason), dialog.Sentence(w, verdict.Remedy))
		options = append(options, widget.Option{Label: w.T("tools.confirm")})
	}
	q.Add(dialog.Clauses(verdict))
	q.SetOptions(options...)
	q.Resize(v.Size())
	v.asking = q
}

// answer takes a key of the question; its answer may lead to another question.
func (v *View) answer(msg tea.KeyPressMsg) tea.Cmd {
	q := v.asking
	chosen := 0
	if msg.String() != "esc" {
		if chosen = q.Key(msg); chosen < 0 {
			return nil
		}
	}
	v.asking = nil
	if chosen == 0 {
		return nil
	}
	a, s := v.Env.App, v.session
	profile := a.ProfileOf(s.Choice().Provider)
	var do func() error
	switch q.kind {
	case askFilter:
		return v.change("", func(a *app.App) error { return a.SetFilter(profile, chat.FilterOff) })
	case app.AskMedia:
		word := []string{"", "no", "yes"}[chosen]
		do = func() error { return a.SetProfile(profile, []string{"media_customer=" + word}) }
	case app.AskPurpose:
		word := []string{"", "non_editorial", "editorial"}[chosen]
		if word == "editorial" {
			v.line = v.Env.Words.T("tools.purpose.refused")
			return nil
		}
		do = func() error { return a.DeclarePurpose(context.Background(), s, word) }
	default:
		do = func() error { return a.Agree(context.Background(), s, q.verdict, "") }
	}
	v.busy = true
	return func() tea.Msg {
		if err := do(); err != nil {
			return askedMsg{owner: v, tool: q.tool, once: q.once, err: err}
		}
		kind, verdict, err := a.ToolQuestion(s, q.tool)
		return askedMsg{v, q.tool, q.once, kind, verdict, err}
	}
}

// nextFilter goes from the account's own setting to on, to off and back; off is
// confirmed first.
func (v *View) nextFilter() tea.Cmd {
	a := v.Env.App
	profile := a.ProfileOf(v.session.Choice().Provider)
	switch a.Filter(profile) {
	case chat.FilterDefault:
		return v.change("", func(a *app.App) error { return a.SetFilter(profile, chat.FilterOn) })
	case chat.FilterOn:
		verdict := a.Preview(profile, "use_feature:no_filter", 0)
		if verdict.Decision == policy.Block {
			v.line = dialog.Sentence(v.Env.Words, verdict.Reason)
			return v.change(v.line, func(a *app.App) error { return a.SetFilter(profile, chat.FilterDefault) })
		}
		v.ask(askFilter, "", verdict, false)
		return nil
	default:
		return v.change("", func(a *app.App) error { return a.SetFilter(profile, chat.FilterDefault) })
	}
}

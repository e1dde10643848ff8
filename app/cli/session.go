package cli

import (
	"context"
	"strings"

	"bise/app"
	"bise/app/chat"
	"bise/app/fault"
)

// session is the conversation that the flags name, or a new one.
func (p *program) session(ctx context.Context, a *app.App, f chatFlags, dry bool) (*app.Session, error) {
	id := chat.ConversationID(f.conversation)
	if f.last {
		last, err := p.last(ctx, a)
		if err != nil {
			return nil, err
		}
		id = last
	}
	var s *app.Session
	if id == "" {
		s = a.NewSession(a.DefaultChoice(ctx))
	} else {
		opened, err := a.OpenSession(ctx, id)
		if err != nil {
			return nil, err
		}
		s = opened
	}
	preset, err := p.presetOf(a, &f)
	if err != nil {
		return nil, err
	}
	if s, err = p.answeredBy(ctx, a, s, f, id == ""); err != nil {
		return nil, err
	}
	if preset != nil {
		if err := a.UsePreset(ctx, s, *preset); err != nil {
			return nil, err
		}
	}
	if f.system != "" {
		if err := a.SetSystem(ctx, s, chat.Text(strings.ToValidUTF8(f.system, "\uFFFD"))); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// answeredBy has a conversation answered by the model or the weights that the
// flags name.
func (p *program) answeredBy(ctx context.Context, a *app.App, s *app.Session, f chatFlags, isNew bool) (*app.Session, error) {
	if f.weights != "" {
		if err := p.guardWeights(a, f.weights); err != nil {
			return nil, err
		}
		choice, err := a.RunWeights(ctx, f.weights)
		if err != nil {
			return nil, err
		}
		f.model = choice.Provider + "/" + choice.Model
	}
	if f.model == "" {
		if isNew {
			return p.displaced(a, s, f)
		}
		return s, nil
	}
	choice, err := a.FindModel(ctx, f.model, s.Choice().Provider)
	if err != nil {
		return nil, err
	}
	if isNew {
		return a.NewSession(choice), nil
	}
	left, err := a.Switch(ctx, s, choice)
	if err != nil {
		return nil, err
	}
	_ = p.tellLeft(left, nil)
	return s, nil
}

// displaced deals with a new conversation whose service the organisation has
// switched off. Where the organisation has put another in its place, or a person
// reads along, it is told who answers instead. A script would take the answer for
// that of the model it wanted, so it gets the refusal.
func (p *program) displaced(a *app.App, s *app.Session, f chatFlags) (*app.Session, error) {
	wanted, err := a.Displaced()
	if err == nil {
		return s, nil
	}
	if !a.Provides() && (!f.talks || !p.console.interactive()) {
		return a.NewSession(wanted), nil // which the rules refuse, with why
	}
	told := p.describe(err).Message + " " + p.words.T("cli.chat.instead", "Name", a.Describe(s.Choice().Provider).Name)
	if p.globals.json {
		return s, p.output.json(event{"type", "notice", "notice", "switched_off", "message", told})
	}
	p.output.note(told)
	return s, nil
}

// last is the conversation that changed last. The list shows pinned ones first,
// so both groups are looked at.
func (p *program) last(ctx context.Context, a *app.App) (chat.ConversationID, error) {
	q := app.Query{Limit: 60}
	var newest *app.Summary
	for {
		page, err := a.Conversations(ctx, q)
		if err != nil {
			return "", err
		}
		for i, s := range page {
			if newest == nil || s.Updated.After(newest.Updated) {
				newest = &page[i]
			}
			if !s.Pinned {
				return newest.ID, nil
			}
		}
		if len(page) == 0 {
			break
		}
		q.After = page[len(page)-1].Cursor()
	}
	if newest == nil {
		return "", fault.E("cli.last", fault.NotFound, nil, "what", "conversation", "name", "")
	}
	return newest.ID, nil
}

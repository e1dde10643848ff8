package app

import (
	"context"
	"errors"
	"iter"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/share"
	"bise/client"
)

// CheckAsk is the word of the setting check_before_send that looks for personal
// data and secrets in every prompt; "off" is the other.
const CheckAsk = "ask"

// Unchecked is a prompt with personal data or secrets in it that nobody has
// decided about. Nothing was stored or sent: ask again with Prompt.Checked or
// Prompt.Placeholders, or after a change of the prompt.
type Unchecked struct{ Found []Finding }

// Error describes it for a log.
func (u *Unchecked) Error() string { return u.Unwrap().Error() }

// Unwrap gives its fault.
func (u *Unchecked) Unwrap() error {
	return fault.E("app.Ask", fault.NeedsAnswer, nil, "what", "findings", "count", itoa(len(u.Found)), "flag", "--yes")
}

// checks reports whether prompts of a profile are looked through before they
// leave this machine.
func (a *App) checks(profile string) bool {
	p, err := a.Profile(profile)
	return err == nil && p.CheckBeforeSend == CheckAsk
}

// FindIn looks for personal data and secrets in a prompt and its attachments.
// What is only in a picture is not found.
func (a *App) FindIn(p Prompt) []Finding {
	prompt, err := newPrompt(p, "", "")
	if err != nil {
		return nil
	}
	return a.look().FindIn(prompt)
}

// beforeLeaving looks through a prompt that is about to leave this machine, and
// puts placeholders into the request where the person has chosen them, for this
// prompt or for an earlier one of the conversation. A prompt that stays here is
// left alone.
func (a *App) beforeLeaving(ctx context.Context, s *Session, p Prompt, ask *asking, turn chat.Turn) (chat.Turn, error) {
	hidden := p.Placeholders || s.Snapshot().Settings.Placeholders
	prompt := a.unseen(s, p, ask)
	wanted := !hidden && !p.Checked && prompt != nil && (p.Check || a.checks(a.ProfileOf(ask.choice.Provider)))
	if !hidden && !wanted || !a.leaves(ctx, *ask) {
		return turn, nil
	}
	look := a.look()
	if wanted {
		if found := look.FindIn(*prompt); len(found) > 0 {
			return turn, &Unchecked{Found: found}
		}
	}
	if hidden {
		turn, ask.cloak = look.Hide(turn)
	}
	return turn, nil
}

// unseen is the prompt that the service has not had yet: a new one, or one that
// is asked again and was not answered, or by another. Nil is none.
func (a *App) unseen(s *Session, p Prompt, ask *asking) *chat.Message {
	if ask.prompt != nil || p.Retry == "" {
		return ask.prompt
	}
	c := s.Snapshot()
	old, _ := c.Message(p.Retry)
	if old.Role == chat.Assistant && old.Provider == ask.choice.Provider {
		return nil
	}
	prompt, ok := c.Message(ask.answer.Parent)
	if !ok {
		return nil
	}
	return &prompt
}

// leaves reports whether a prompt leaves this machine, by way of a service, a
// runner elsewhere, or a runner here that passes it on.
func (a *App) leaves(ctx context.Context, ask asking) bool {
	p, err := a.Profile(a.ProfileOf(ask.choice.Provider))
	return err != nil || outside(p, ask.facts.Service()) || !ask.provider.Describe().Destination().Local || a.passedOn(ctx, ask.choice)
}

// hide remembers that a conversation goes out with placeholders: what was hidden
// once is in the context of every later prompt.
func (s *Session) hide() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.c.Settings.Placeholders = true
}

// restored is a stream with the placeholders of its request taken back out. The
// end of a piece may be the beginning of a placeholder; it waits for the next.
func restored(stream iter.Seq2[Delta, error], cloak share.Cloak) iter.Seq2[Delta, error] {
	if cloak.Hides() == 0 {
		return stream
	}
	return func(yield func(Delta, error) bool) {
		r := cloak.NewRestorer()
		var last Delta
		flush := func() bool {
			if last.Text = chat.Text(r.Flush()); last.Text != "" {
				return yield(last, nil)
			}
			return true
		}
		for d, err := range stream {
			grows := err == nil && (d.Kind == client.TextDelta || d.Kind == client.ThinkingDelta)
			other := d.Kind != last.Kind || d.Origin != last.Origin
			if (grows && other || d.Kind == client.PartDelta || d.Kind == client.DoneDelta || err != nil) && !flush() {
				return
			}
			switch {
			case grows:
				last = d
				if d.Text = chat.Text(r.Push(string(d.Text))); d.Text == "" {
					continue
				}
			case d.Kind == client.PartDelta:
				d.Part.Text = chat.Text(cloak.Restore(string(d.Part.Text)))
				d.Part.Name = cloak.Restore(d.Part.Name)
			case d.Kind == client.ToolDelta:
				d.Tool.Code, d.Tool.Output = chat.Text(cloak.Restore(string(d.Tool.Code))), chat.Text(cloak.Restore(string(d.Tool.Output)))
			default:
			}
			if !yield(d, err) {
				return
			}
		}
		flush()
	}
}

// UncheckedIn finds an Unchecked in an error.
func UncheckedIn(err error) (*Unchecked, bool) {
	var u *Unchecked
	ok := errors.As(err, &u)
	return u, ok
}

package app

import (
	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// What leaves bise piece by piece: the clipboard and the editor. Both are
// exports to the rules.

// CopyMessage clears the text of a message for the clipboard.
func (a *App) CopyMessage(s *Session, id chat.MessageID) (chat.Text, policy.Verdict, error) {
	m, err := a.taken(s, id, policy.Clipboard)
	if err != nil || !m.verdict.Decision.Permits() {
		return "", m.verdict, err
	}
	return m.message.Text(), m.verdict, nil
}

// EditMessage clears the text of a message for the temporary file of $EDITOR.
func (a *App) EditMessage(s *Session, id chat.MessageID) (chat.Text, policy.Verdict, error) {
	m, err := a.taken(s, id, policy.Editor)
	if err != nil || !m.verdict.Decision.Permits() {
		return "", m.verdict, err
	}
	return m.message.Text(), m.verdict, nil
}

type taken struct {
	message chat.Message
	verdict policy.Verdict
}

func (a *App) taken(s *Session, id chat.MessageID, format policy.Format) (taken, error) {
	const op = "app.take"
	c := s.Snapshot()
	m, ok := c.Message(id)
	if !ok {
		return taken{}, fault.E(op, fault.NotFound, nil, "what", "message", "name", string(id))
	}
	f, err := a.factsFor(c.Provider)
	if err != nil {
		return taken{}, err
	}
	m.Parent = ""
	permit, v := a.Rules().Export(f, chat.Conversation{ID: c.ID, Messages: []chat.Message{m}, Leaf: m.ID}, format)
	if !v.Decision.Permits() {
		return taken{verdict: v}, nil
	}
	out, _, err := permit.Open()
	if err != nil {
		return taken{verdict: v}, err
	}
	if len(out.Messages) != 1 {
		return taken{verdict: v}, fault.E(op, fault.NotFound, nil, "what", "message", "name", string(id))
	}
	return taken{message: out.Messages[0], verdict: v}, nil
}

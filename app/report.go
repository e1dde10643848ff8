package app

import (
	"context"
	"maps"
	"time"

	"bise/app/chat"
	"bise/app/document"
	"bise/app/fault"
	"bise/app/policy"
)

// ContentReport is a report of a message of the history (G5).
type ContentReport struct {
	Conversation chat.ConversationID
	Message      chat.MessageID
	Profile      string
	Draft        document.Draft
	// ID is what the draft is kept under; "" where it quotes the message, since
	// what is reported may not be stored.
	ID string
	// Quoted says that the text of the message is part of the draft.
	Quoted bool
}

// LastAnswer is the last answer on the active branch of a conversation.
func (a *App) LastAnswer(ctx context.Context, id chat.ConversationID) (chat.MessageID, error) {
	s, err := a.OpenSession(ctx, id)
	if err != nil {
		return "", err
	}
	c := s.Snapshot()
	branch := c.Branch()
	for i := len(branch) - 1; i >= 0; i-- {
		if branch[i].Role == chat.Assistant {
			return branch[i].ID, nil
		}
	}
	return "", fault.E("app.LastAnswer", fault.NotFound, nil, "what", "answer", "name", string(id))
}

// Report drafts a report of a message of the history: its place and time, and
// its text only where in says include_text and the category may be quoted
// (TOS-3.j, TOS-3.k). Where the rules know nobody to report to, the draft's
// verdict is NotApplicable. Nothing is sent, kept or marked.
func (a *App) Report(ctx context.Context, id chat.MessageID, in document.Input) (ContentReport, error) {
	s, m, err := a.sessionOf(ctx, id)
	if err != nil {
		return ContentReport{}, err
	}
	c := s.Snapshot()
	r := ContentReport{Conversation: c.ID, Message: id, Profile: c.Profile}
	if m.Provider != "" {
		r.Profile = a.ProfileOf(m.Provider)
	}
	if in.Facts, err = a.factsOfMessage(r.Profile, m); err != nil {
		return r, err
	}
	in.Kind, in.Rules = document.Report, a.Rules()
	in.Values = maps.Clone(in.Values)
	in.Values["conversation"], in.Values["message"] = string(c.ID), string(id)
	in.Values["time"] = m.At.Format(time.RFC3339)
	delete(in.Values, "message_text")
	if in.Values["include_text"] == "yes" && document.Quotable(in.Values["category"]) {
		in.Values["message_text"] = string(m.Text())
	}
	r.Draft, err = Write(in)
	r.Quoted = in.Values["message_text"] != ""
	return r, err
}

// KeepReport keeps the draft of a report, unless it quotes the message.
func (a *App) KeepReport(ctx context.Context, r *ContentReport) error {
	if r.Quoted {
		return nil
	}
	saved, err := a.KeepDraft(ctx, r.Profile, r.Draft)
	r.ID = saved.ID
	return err
}

// MarkReported marks a message as reported. The rules then leave no text of it
// in the history, only its place and time; a title that was made from it goes
// too.
func (a *App) MarkReported(ctx context.Context, id chat.MessageID) error {
	s, m, err := a.sessionOf(ctx, id)
	if err != nil {
		return err
	}
	c := s.Snapshot()
	profile := c.Profile
	if m.Provider != "" {
		profile = a.ProfileOf(m.Provider)
	}
	f, err := a.factsOfMessage(profile, m)
	if err != nil {
		return err
	}
	title := m.Role == chat.User && !c.Named && c.Title == chat.TitleFrom(m.Text(), TitleLength)
	m.Parts = append([]chat.Part(nil), m.Parts...)
	for i := range m.Parts {
		m.Parts[i].Origin |= chat.Reported
	}
	s.put(m)
	if err := a.keep(ctx, s, f, m); err != nil {
		return err
	}
	if title {
		return a.Rename(ctx, c.ID, a.word("report.title"))
	}
	return nil
}

// sessionOf opens the conversation that holds a message of the history.
func (a *App) sessionOf(ctx context.Context, id chat.MessageID) (*Session, chat.Message, error) {
	db, err := a.history.db(ctx)
	if err != nil {
		return nil, chat.Message{}, err
	}
	conversation, _, err := db.Holding(ctx, id)
	if err != nil {
		return nil, chat.Message{}, err
	}
	s, err := a.OpenSession(ctx, conversation)
	if err != nil {
		return nil, chat.Message{}, err
	}
	c := s.Snapshot()
	m, ok := c.Message(id)
	if !ok {
		return nil, m, fault.E("app.sessionOf", fault.NotFound, nil, "what", "message", "name", string(id))
	}
	return s, m, nil
}

// factsOfMessage are the facts of the profile a message was made with, at the
// service where it was made; of a profile that is gone only the service is
// known.
func (a *App) factsOfMessage(profile string, m chat.Message) (policy.Facts, error) {
	f, err := a.Facts(profile)
	if fault.Is(err, fault.NotFound) {
		f, err = policy.NewFacts(nil, a.Now())
	}
	if err != nil || m.Service == "" {
		return f, err
	}
	return f.With("service", m.Service)
}

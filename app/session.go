package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Session is one live conversation. What the rules forbid to keep lives here
// and nowhere else. Its methods are safe for concurrent use.
type Session struct {
	mu sync.Mutex
	c  chat.Conversation
	// kept says that the history has a row for the conversation.
	kept bool
	// fit is how contexts that are too long are made to fit.
	fit fitting
	// agreed are the acts that the person has confirmed for the conversation.
	agreed []policy.Act
	// once are the tools of the next prompt alone.
	once []string
}

// NewSession starts a conversation; nothing is stored before its first prompt.
func (a *App) NewSession(c Choice) *Session {
	now := a.Now()
	return &Session{c: chat.Conversation{
		ID:       chat.ConversationID(newID(now)),
		Created:  now,
		Updated:  now,
		Profile:  a.ProfileOf(c.Provider),
		Provider: c.Provider,
		Model:    c.Model,
		Settings: a.usualSettings(c.Provider),
	}}
}

// OpenSession reads a conversation from the history.
func (a *App) OpenSession(ctx context.Context, id chat.ConversationID) (*Session, error) {
	db, err := a.history.past(ctx)
	if err != nil {
		return nil, err
	}
	c, err := db.Conversation(ctx, id)
	if err != nil {
		return nil, err
	}
	// An answer still growing in the history belongs to a program that died,
	// or to another window; here it has ended.
	for i, m := range c.Messages {
		if m.Role == chat.Assistant && m.State == chat.Growing {
			c.Messages[i].State, c.Messages[i].Ended = chat.Cut, string(fault.Interrupted)
		}
	}
	return &Session{c: c, kept: true}, nil
}

// Snapshot is a copy of the conversation as it is now.
func (s *Session) Snapshot() chat.Conversation {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.c
	c.Messages = slices.Clone(c.Messages)
	return c
}

// ID names the conversation.
func (s *Session) ID() chat.ConversationID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.c.ID
}

// Choice is the provider and model of the next prompt.
func (s *Session) Choice() Choice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Choice{s.c.Provider, s.c.Model}
}

func (s *Session) put(m chat.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.c.Put(m)
	if m.At.After(s.c.Updated) {
		s.c.Updated = m.At
	}
}

// Switch changes provider and model for the next prompts of a conversation and
// says what of the context may not travel there.
func (a *App) Switch(ctx context.Context, s *Session, c Choice) ([]policy.Left, error) {
	if _, err := a.provider(c.Provider); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if c != (Choice{s.c.Provider, s.c.Model}) {
		s.c.Settings.Options.Effort = "" // each model has its own
	}
	if a.ProfileOf(c.Provider) != s.c.Profile {
		s.agreed = nil // it was said of another account
	}
	s.c.Provider, s.c.Model, s.c.Profile = c.Provider, c.Model, a.ProfileOf(c.Provider)
	s.mu.Unlock()
	if err := a.keepMeta(ctx, s); err != nil {
		return nil, err
	}
	f, err := a.factsFor(c.Provider)
	if err != nil {
		return nil, err
	}
	snapshot := s.Snapshot()
	out, _ := a.Rules().Send(f, chat.Turn{
		Conversation: snapshot.ID,
		Model:        c.Model,
		System:       snapshot.System,
		Messages:     snapshot.Branch(),
	}, a.Describe(c.Provider).Destination())
	return out.Left(), nil
}

// Walk makes the branch through message the active one.
func (a *App) Walk(ctx context.Context, s *Session, message chat.MessageID) error {
	s.mu.Lock()
	if _, ok := s.c.Message(message); !ok {
		s.mu.Unlock()
		return fault.E("app.Walk", fault.NotFound, nil, "what", "message", "name", string(message))
	}
	s.c.Leaf = s.c.LeafBelow(message)
	leaf, id, kept := s.c.Leaf, s.c.ID, s.kept
	s.mu.Unlock()
	if !kept {
		return nil
	}
	db, err := a.history.db(ctx)
	if err != nil {
		return err
	}
	return db.SetLeaf(ctx, id, leaf)
}

// SetSystem sets the system instructions of a conversation.
func (a *App) SetSystem(ctx context.Context, s *Session, system chat.Text) error {
	s.mu.Lock()
	s.c.System = system
	s.mu.Unlock()
	return a.keepMeta(ctx, s)
}

var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// newID makes an id of 26 characters: 48 bits of milliseconds, so that ids sort
// by time, and 80 random bits, so that nobody can guess one.
func newID(now time.Time) string {
	var b [16]byte
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(0, now.UnixMilli())))
	copy(b[:6], ms[2:])
	_, _ = rand.Read(b[6:]) // never fails since Go 1.24
	return idEncoding.EncodeToString(b[:])
}

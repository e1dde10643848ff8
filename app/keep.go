package app

import (
	"context"
	"strings"
	"time"

	"bise/app/chat"
	"bise/app/policy"
	"bise/localstore"
)

// keep writes what the rules allow of a message to the history. Without a
// history it does nothing.
func (a *App) keep(ctx context.Context, s *Session, f policy.Facts, m chat.Message) error {
	if !a.history.keeps() {
		return nil
	}
	permit, v := a.Rules().Store(f, m)
	if v.Decision == policy.Block {
		return nil // nothing of it may be kept; it lives in the session
	}
	db, err := a.history.db(ctx)
	if err != nil && !a.history.keeps() {
		return nil // found out just now: the person chose to keep nothing
	}
	if err != nil {
		return err
	}
	return db.Append(ctx, s.ID(), permit)
}

// keepMeta writes the conversation's own row: title, choice, instructions.
func (a *App) keepMeta(ctx context.Context, s *Session) error {
	if !a.history.keeps() {
		return nil
	}
	c := s.Snapshot()
	if len(c.Messages) == 0 && !s.isKept() {
		return nil // a conversation nobody has begun leaves no trace
	}
	f, err := a.factsFor(c.Provider)
	if err != nil {
		return err
	}
	db, err := a.history.db(ctx)
	if err != nil && !a.history.keeps() {
		return nil
	}
	if err != nil {
		return err
	}
	write := db.Begin
	if s.isKept() {
		write = db.SetMeta
	}
	if err := write(ctx, a.meta(f, c)); err != nil {
		return err
	}
	s.mu.Lock()
	s.kept = true
	s.mu.Unlock()
	return nil
}

// meta is the row of a conversation. A title that the rules forbid to keep is
// left out; of instructions they forbid, as of none, an empty text is kept, so
// that earlier ones do not come back.
func (a *App) meta(f policy.Facts, c chat.Conversation) localstore.Meta {
	m := localstore.Meta{
		ID: c.ID, Named: c.Named, Created: c.Created, Updated: c.Updated,
		Pinned: c.Pinned, Folder: c.Folder, Tags: c.Tags,
		Profile: c.Profile, Provider: c.Provider, Model: c.Model,
		Settings: c.Settings,
	}
	if c.Title != "" {
		m.Title = a.keepable(f, chat.Text(c.Title))
	}
	if m.System = a.keepable(f, c.System); m.System == nil {
		m.System = a.keepable(f, "")
	}
	return m
}

// keepable clears a text that the person typed; nil is one that may not be kept.
func (a *App) keepable(f policy.Facts, text chat.Text) *policy.Keepable {
	k, v := a.Rules().Keep(f, chat.Part{Kind: chat.TextPart, Origin: chat.Typed, Text: text})
	if !v.Decision.Permits() {
		return nil
	}
	return &k
}

func (s *Session) isKept() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept
}

// The times between two checkpoints of a growing answer: at most a second is
// lost when the program is killed, and a fast answer is not written more often
// than four times a second.
const (
	checkpointAtLeast = time.Second
	checkpointAtMost  = 250 * time.Millisecond
)

// keeper writes a growing answer to the history from time to time.
type keeper struct {
	answer *Answer
	poke   chan struct{}
	quit   chan struct{}
	ended  chan struct{}
	begun  bool
	// wanted says that there is a history to write to, and nothing in the
	// conversation that the answer might repeat and must not: only a whole
	// answer can be compared.
	wanted bool
}

func newKeeper(an *Answer) *keeper {
	k := &keeper{answer: an, poke: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{})}
	k.wanted = !an.ask.ephemera && an.app.history.keeps()
	if !k.wanted {
		return k
	}
	for _, m := range an.session.Snapshot().Messages {
		if m.Role == chat.Assistant && m.Origin().Any(chat.WebSearch|chat.News|chat.ThirdParty) {
			k.wanted = false
		}
	}
	return k
}

// grown tells the keeper that text has arrived; the end of a block is a good
// moment to write.
func (k *keeper) grown(text string) {
	if !k.wanted {
		return
	}
	if !k.begun {
		k.begun = true
		go k.run()
	}
	if strings.Contains(text, "\n") {
		select {
		case k.poke <- struct{}{}:
		default:
		}
	}
}

func (k *keeper) stop() {
	if k.begun {
		close(k.quit)
		<-k.ended
	}
}

func (k *keeper) run() {
	defer close(k.ended)
	tick := time.NewTicker(checkpointAtLeast)
	defer tick.Stop()
	last, written := time.Now(), 0
	for {
		select {
		case <-k.quit:
			return
		case <-tick.C:
		case <-k.poke:
			if time.Since(last) < checkpointAtMost {
				continue
			}
		}
		m := k.answer.current()
		if n := size(m); n == written || m.Empty() {
			continue
		} else {
			written = n
		}
		// A failed checkpoint is not the end: the last write reports it.
		_ = k.answer.app.keep(context.Background(), k.answer.session, k.answer.ask.facts, m)
		last = time.Now()
	}
}

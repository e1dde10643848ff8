package app

import (
	"context"
	"time"

	"bise/app/chat"
	"bise/app/policy"
	"bise/localstore/keys"
)

// Removed is a message that lost text which may no longer be kept. The prompt
// before it stays, and so does the record of the answer.
type Removed struct {
	Message      chat.MessageID
	Conversation chat.ConversationID
	// Title is the conversation's.
	Title   string
	At      time.Time
	Clauses []string
}

// recheck asks rules about every message that is kept, with the facts of the
// profile it was made with, and removes what they now forbid. changed replaces
// the facts of the profiles it names. Where nothing is kept there is nothing to
// do.
func (a *App) recheck(ctx context.Context, rules policy.Rules, changed map[string]policy.Facts) ([]Removed, error) {
	s, err := a.history.vault.State(ctx)
	if err != nil || !s.HistoryExists || s.Backend == keys.Off {
		return nil, err
	}
	db, err := a.history.past(ctx)
	if err != nil {
		return nil, err
	}
	facts := a.factsOnce()
	cut := make(map[chat.MessageID]Removed)
	ids, err := db.Recheck(ctx, func(m chat.Message) (policy.Storable, policy.Verdict) {
		profile := a.ProfileOf(m.Provider)
		f, ok := changed[profile]
		if !ok {
			f = facts(profile)
		}
		permit, v := rules.Store(f, m)
		cut[m.ID] = Removed{Message: m.ID, At: m.At, Clauses: v.Clauses}
		return permit, v
	})
	removed := make([]Removed, 0, len(ids))
	for _, id := range ids {
		r := cut[id]
		conversation, title, findErr := db.Holding(ctx, id)
		if findErr == nil {
			r.Conversation, r.Title = conversation, string(title)
		}
		removed = append(removed, r)
	}
	return removed, err
}

// factsOnce reads the facts of each profile once. A profile that is gone leaves
// the service that the message itself names.
func (a *App) factsOnce() func(profile string) policy.Facts {
	known := make(map[string]policy.Facts)
	return func(profile string) policy.Facts {
		if f, ok := known[profile]; ok {
			return f
		}
		f, err := a.Facts(profile)
		if err != nil {
			f = policy.Facts{Now: a.Now()}
		}
		known[profile] = f
		return f
	}
}

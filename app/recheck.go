package app

import (
	"context"
	"encoding/json"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
	"bise/localstore"
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
	return a.recheckIn(ctx, db, rules, changed)
}

func (a *App) recheckIn(ctx context.Context, db *localstore.DB, rules policy.Rules, changed map[string]policy.Facts) ([]Removed, error) {
	facts := a.factsOnce()
	cut := make(map[chat.MessageID]Removed)
	ids, err := db.Recheck(ctx, func(m chat.Message) (policy.Storable, policy.Verdict) {
		profile := a.ProfileOf(m.Provider)
		f, ok := changed[profile]
		if !ok {
			f = facts(profile)
		}
		permit, v := rules.Store(f, m)
		if v.Decision == policy.Block || v.Decision == policy.Redact {
			cut[m.ID] = Removed{Message: m.ID, At: m.At, Clauses: v.Clauses}
		}
		return permit, v
	})
	removed := make([]Removed, 0, len(ids))
	for _, id := range ids {
		r := cut[id]
		r.Message = id
		conversation, title, findErr := db.Holding(ctx, id)
		if findErr == nil {
			r.Conversation, r.Title = conversation, string(title)
		}
		removed = append(removed, r)
	}
	return removed, err
}

// keptUnder is the name of the setting in the history that says under which
// rules and facts it was last asked.
const keptUnder = "kept_under"

// keptState is what decides about a history: the rules, and for each profile
// what they let be kept with its facts.
type keptState struct {
	Ruleset  string            `json:"ruleset"`
	Profiles map[string]string `json:"profiles"`
}

func (a *App) keptState() keptState {
	rules := a.Rules()
	s := keptState{Ruleset: rules.ID(), Profiles: make(map[string]string)}
	for _, p := range a.Profiles() {
		if f, err := a.Facts(p.Name); err == nil {
			s.Profiles[p.Name] = rules.Keeps(f)
		}
	}
	return s
}

// covers reports whether a history that was asked under s need not be asked
// under now: the rules are the same, and so are the answers for each profile of
// s. A profile that is new has made no message yet.
func (s keptState) covers(now keptState) bool {
	if s.Ruleset != now.Ruleset {
		return false
	}
	for name, answers := range s.Profiles {
		if now.Profiles[name] != answers {
			return false
		}
	}
	return true
}

// settle asks a history again that was last asked under other rules or facts:
// they may have changed in a file, by an administrator or in another window.
func (a *App) settle(ctx context.Context, db *localstore.DB) error {
	word, err := db.Setting(ctx, keptUnder)
	if err != nil {
		return err
	}
	now := a.keptState()
	var was keptState
	if json.Unmarshal([]byte(word), &was) == nil && was.covers(now) && len(was.Profiles) == len(now.Profiles) {
		return nil
	}
	if !was.covers(now) {
		removed, err := a.recheckIn(ctx, db, a.Rules(), nil)
		a.mu.Lock()
		a.removed = append(a.removed, removed...)
		a.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return now.save(ctx, db)
}

func (s keptState) save(ctx context.Context, db *localstore.DB) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fault.E("app.keptState", fault.Invalid, err)
	}
	return db.SetSetting(ctx, keptUnder, string(data))
}

// settled notes that the open history has been asked under what is in force.
func (a *App) settled(ctx context.Context) error {
	if a.HistoryState() != HistoryOpen {
		return nil
	}
	return a.withDB(ctx, func(db *localstore.DB) error { return a.keptState().save(ctx, db) })
}

// TakeRemoved gives what was removed when the history was opened, because rules
// or facts had changed since it was last open; the next call gives nothing.
func (a *App) TakeRemoved() []Removed {
	a.mu.Lock()
	defer a.mu.Unlock()
	removed := a.removed
	a.removed = nil
	return removed
}

// factsOnce reads the facts of each profile once. A profile that is gone leaves
// the service that the message itself names, and what the administrator's file
// locks for everybody.
func (a *App) factsOnce() func(profile string) policy.Facts {
	known := make(map[string]policy.Facts)
	return func(profile string) policy.Facts {
		if f, ok := known[profile]; ok {
			return f
		}
		f, err := a.Facts(profile)
		if err != nil {
			f = policy.Facts{Now: a.Now()}.Locked(a.admin.locks(Profile{}, "")...)
		}
		known[profile] = f
		return f
	}
}

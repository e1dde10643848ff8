package app

import (
	"context"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore"
)

// Holdings counts what bise holds in the history.
type Holdings = localstore.Holdings

// Holdings counts what bise holds in the history.
func (a *App) Holdings(ctx context.Context) (h Holdings, err error) {
	err = a.withPast(ctx, func(db *localstore.DB) (err error) {
		h, err = db.Holdings(ctx)
		return err
	})
	return h, err
}

// Before lists the conversations that last changed before a time.
func (a *App) Before(ctx context.Context, t time.Time) (ids []chat.ConversationID, err error) {
	err = a.withPast(ctx, func(db *localstore.DB) (err error) {
		ids, err = db.Before(ctx, t)
		return err
	})
	return ids, err
}

// EraseEverything destroys every conversation and draft, every notice and
// document, and the ledgers of shares, uploads and requests. What lies at a
// service stays there; the configuration and the keys stay here. locked says
// that an administrator has fixed how long the ledger of requests is kept, so
// that it stays too.
func (a *App) EraseEverything(ctx context.Context) (locked bool, err error) {
	_, err = a.PurgeActivity(ctx, time.Time{})
	if locked = fault.Is(err, fault.LockedByAdmin); err != nil && !locked {
		return locked, err
	}
	return locked, a.withPast(ctx, func(db *localstore.DB) error { return db.Erase(ctx) })
}

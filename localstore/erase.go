package localstore

import (
	"context"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
)

// Holdings counts what is kept.
type Holdings struct {
	Conversations, Messages     int
	Notices, Documents, Uploads int
	// Shares counts the ledger, Standing those of them that were not revoked.
	Shares, Standing int
	// Activity counts the entries of the ledger of requests.
	Activity int
}

// Holdings counts what is kept, what is deleted and can be restored included.
func (db *DB) Holdings(ctx context.Context) (Holdings, error) {
	var h Holdings
	err := db.read(ctx, "localstore.Holdings", func(s session) error {
		_, err := s.one(`SELECT (SELECT count(*) FROM conversation), (SELECT count(*) FROM message), (SELECT count(*) FROM notice),
			(SELECT count(*) FROM document), (SELECT count(*) FROM upload WHERE deleted = 0), (SELECT count(*) FROM share),
			(SELECT count(*) FROM share WHERE revoked = 0), (SELECT count(*) FROM activity)`,
			nil, func(stmt *sqlite3.Stmt) {
				for i, n := range []*int{&h.Conversations, &h.Messages, &h.Notices, &h.Documents, &h.Uploads, &h.Shares, &h.Standing, &h.Activity} {
					*n = stmt.ColumnInt(i)
				}
			})
		return err
	})
	return h, err
}

// Before lists the conversations that last changed before a time, deleted ones
// included.
func (db *DB) Before(ctx context.Context, t time.Time) ([]chat.ConversationID, error) {
	return list(ctx, db, "localstore.Before", `SELECT id FROM conversation WHERE updated < ? ORDER BY updated`, []any{t},
		func(stmt *sqlite3.Stmt) chat.ConversationID { return chat.ConversationID(stmt.ColumnText(0)) })
}

// Erase wipes all that PurgeAll wipes, and the notices, the documents and the
// ledgers of shares and uploads too. Settings stay, and the ledger of requests,
// which has a call of its own: PurgeActivity.
func (db *DB) Erase(ctx context.Context) error {
	err := db.write(ctx, "localstore.Erase", func(s session) error {
		for _, table := range []string{"notice", "document", "share", "upload"} {
			if err := s.exec(`DELETE FROM ` + table); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return db.PurgeAll(ctx)
}

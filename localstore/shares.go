package localstore

import (
	"context"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Share is an entry of the ledger: something that was given to others. It stays
// when its conversation goes.
type Share struct {
	ID           string
	Conversation chat.ConversationID
	Title        policy.Keepable
	Created      time.Time
	Expires      time.Time // zero is never
	Revoked      time.Time // zero while it stands
	// Way is how it was published: file, privatebin.
	Way string
	// Address is a path or a URL, with the key behind its #.
	Address     string
	DeleteToken string
	SHA256      string // of what was published, in hexadecimal
	Messages    int
	// LeftOut says what is not in it, one word and number a line.
	LeftOut []string
	// Findings is what was found and what became of it, as JSON.
	Findings string
}

// ShareRow is a share as it was kept.
type ShareRow struct {
	Share
	Title string
}

// AddShare keeps an entry of the ledger.
func (db *DB) AddShare(ctx context.Context, s Share) error {
	const op = "localstore.AddShare"
	title, err := s.Title.Open()
	if err != nil {
		return fault.E(op, fault.Refused, err)
	}
	return db.write(ctx, op, func(tx session) error {
		return tx.exec(`INSERT INTO share (id, conversation, title, title_origin, created, expires, revoked, way, address, delete_token, sha256, messages, left_out, findings)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			s.ID, s.Conversation, title.Text, title.Origin, s.Created, s.Expires, s.Revoked, s.Way, s.Address, s.DeleteToken, s.SHA256, s.Messages, s.LeftOut, s.Findings)
	})
}

const shareColumns = `id, conversation, title, created, expires, revoked, way, address, delete_token, sha256, messages, left_out, findings`

func scanShare(stmt *sqlite3.Stmt) ShareRow {
	return ShareRow{
		Share: Share{
			ID: stmt.ColumnText(0), Conversation: chat.ConversationID(stmt.ColumnText(1)),
			Created: instant(stmt.ColumnInt64(3)), Expires: instant(stmt.ColumnInt64(4)), Revoked: instant(stmt.ColumnInt64(5)),
			Way: stmt.ColumnText(6), Address: stmt.ColumnText(7), DeleteToken: stmt.ColumnText(8), SHA256: stmt.ColumnText(9),
			Messages: stmt.ColumnInt(10), LeftOut: lines(stmt.ColumnText(11)), Findings: stmt.ColumnText(12),
		},
		Title: stmt.ColumnText(2),
	}
}

// Shares lists the ledger, the newest first.
func (db *DB) Shares(ctx context.Context) ([]ShareRow, error) {
	return list(ctx, db, "localstore.Shares", `SELECT `+shareColumns+` FROM share ORDER BY n DESC`, nil, scanShare)
}

// Share finds an entry of the ledger; the kind NotFound says that it is not
// there.
func (db *DB) Share(ctx context.Context, id string) (ShareRow, error) {
	return find(ctx, db, "localstore.Share", "share", `SELECT `+shareColumns+` FROM share WHERE id = ?`, id, scanShare)
}

// RevokeShare notes when a share was revoked.
func (db *DB) RevokeShare(ctx context.Context, id string, at time.Time) error {
	return db.alter(ctx, "localstore.RevokeShare", "share", id, `UPDATE share SET revoked = ? WHERE id = ?`, at, id)
}

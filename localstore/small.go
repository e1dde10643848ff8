package localstore

import (
	"context"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// SaveDraft keeps what is being typed for a conversation; "" is one that does
// not exist yet. An empty draft is removed.
func (db *DB) SaveDraft(ctx context.Context, id chat.ConversationID, draft policy.Keepable) error {
	const op = "localstore.SaveDraft"
	p, err := draft.Open()
	if err != nil {
		return fault.E(op, fault.Refused, err)
	}
	return db.write(ctx, op, func(s session) error {
		if p.Text == "" {
			return s.exec(`DELETE FROM draft WHERE conversation = ?`, id)
		}
		return s.exec(`INSERT OR REPLACE INTO draft (conversation, text, origin) VALUES (?, ?, ?)`,
			id, p.Text, p.Origin)
	})
}

// Draft is what SaveDraft kept, a part without text if nothing.
func (db *DB) Draft(ctx context.Context, id chat.ConversationID) (chat.Part, error) {
	p := chat.Part{Kind: chat.TextPart}
	err := db.read(ctx, "localstore.Draft", func(s session) error {
		_, err := s.one(`SELECT text, origin FROM draft WHERE conversation = ?`, []any{id},
			func(stmt *sqlite3.Stmt) {
				p.Text, p.Origin = chat.Text(stmt.ColumnText(0)), chat.Origin(stmt.ColumnInt(1))
			})
		return err
	})
	return p, err
}

// SetSetting keeps a small value under a name. It is no place for secrets: they
// belong in package keys.
func (db *DB) SetSetting(ctx context.Context, name, value string) error {
	return db.write(ctx, "localstore.SetSetting", func(s session) error {
		return s.exec(`INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)`, name, value)
	})
}

// Setting is what SetSetting kept, "" if nothing.
func (db *DB) Setting(ctx context.Context, name string) (value string, err error) {
	err = db.read(ctx, "localstore.Setting", func(s session) error {
		_, err := s.one(`SELECT value FROM setting WHERE name = ?`, []any{name}, func(stmt *sqlite3.Stmt) {
			value = stmt.ColumnText(0)
		})
		return err
	})
	return value, err
}

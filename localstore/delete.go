package localstore

import (
	"context"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
)

// grace is how long a deleted conversation can be restored at least. It is
// wiped at the first Open afterwards.
const grace = 10 * time.Minute

// Delete takes a conversation out of the list and the search. Restore brings it
// back until it is wiped, at the first Open ten minutes later or more.
func (db *DB) Delete(ctx context.Context, id chat.ConversationID) error {
	return db.change(ctx, "localstore.Delete", id,
		`UPDATE conversation SET deleted = ? WHERE id = ?`, time.Now())
}

// Restore undoes Delete. The kind NotFound says that it is too late.
func (db *DB) Restore(ctx context.Context, id chat.ConversationID) error {
	return db.change(ctx, "localstore.Restore", id,
		`UPDATE conversation SET deleted = ? WHERE id = ?`, 0)
}

// Known tells whether each conversation is there to be wiped, those that are out
// of the list included: the kind NotFound names the first that is not.
func (db *DB) Known(ctx context.Context, ids ...chat.ConversationID) error {
	const op = "localstore.Known"
	return db.read(ctx, op, func(s session) error {
		for _, id := range ids {
			if _, err := s.row(op, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Purge wipes conversations at once, with their words in the index, their
// drafts, and the copies of the history made before migrations. What they
// occupied in the file is overwritten. An id that is not there is not an error.
func (db *DB) Purge(ctx context.Context, ids ...chat.ConversationID) error {
	const op = "localstore.Purge"
	err := db.write(ctx, op, func(s session) error {
		for _, id := range ids {
			n, err := s.row(op, id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if err := s.wipe(n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return wrap(ctx, op, db.path, dropBackups(db.path))
}

// PurgeAll wipes every conversation and draft and gives the room back to the
// disk. Settings stay.
func (db *DB) PurgeAll(ctx context.Context) error {
	const op = "localstore.PurgeAll"
	err := db.write(ctx, op, func(s session) error {
		for _, sql := range []string{
			`INSERT INTO message_text (message_text) VALUES ('delete-all')`,
			`DELETE FROM part`, `DELETE FROM message`, `DELETE FROM conversation`, `DELETE FROM draft`,
		} {
			if err := s.exec(sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := dropBackups(db.path); err != nil {
		return wrap(ctx, op, db.path, err)
	}
	return db.use(ctx, op, func(s session) error { return s.exec(`VACUUM`) })
}

// wipe removes conversation n and all that belongs to it.
func (s session) wipe(n int64) error {
	var indexed []int64
	err := s.each(`SELECT n FROM message WHERE conversation = ? AND indexed = 1`, []any{n},
		func(stmt *sqlite3.Stmt) error {
			indexed = append(indexed, stmt.ColumnInt64(0))
			return nil
		})
	if err != nil {
		return err
	}
	for _, m := range indexed {
		if err := s.clear(m, true); err != nil {
			return err
		}
	}
	for _, sql := range []string{
		`DELETE FROM part WHERE message IN (SELECT n FROM message WHERE conversation = ?)`,
		`DELETE FROM message WHERE conversation = ?`,
		`DELETE FROM draft WHERE conversation = (SELECT id FROM conversation WHERE n = ?)`,
		`DELETE FROM conversation WHERE n = ?`,
	} {
		if err := s.exec(sql, n); err != nil {
			return err
		}
	}
	return nil
}

// tidy does at Open what was left to do: it wipes what was deleted long enough
// ago and indexes answers whose program died.
func (db *DB) tidy(ctx context.Context) error {
	const op = "localstore.Open"
	before := time.Now().Add(-grace)
	var gone, waiting []int64
	err := db.read(ctx, op, func(s session) error {
		err := s.numbers(&gone, `SELECT n FROM conversation WHERE deleted > 0 AND deleted < ?`, before)
		if err != nil {
			return err
		}
		return s.numbers(&waiting, `SELECT n FROM message WHERE indexed = 0`)
	})
	if err != nil || len(gone)+len(waiting) == 0 {
		return err
	}
	return db.write(ctx, op, func(s session) error {
		gone, waiting = nil, nil // another process may have been here
		if err := s.numbers(&waiting, `SELECT n FROM message WHERE indexed = 0`); err != nil {
			return err
		}
		for _, n := range waiting {
			if err := s.index(n); err != nil {
				return err
			}
		}
		err := s.numbers(&gone, `SELECT n FROM conversation WHERE deleted > 0 AND deleted < ?`, before)
		if err != nil {
			return err
		}
		for _, n := range gone {
			if err := s.wipe(n); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s session) numbers(to *[]int64, sql string, args ...any) error {
	return s.each(sql, args, func(stmt *sqlite3.Stmt) error {
		*to = append(*to, stmt.ColumnInt64(0))
		return nil
	})
}

package localstore

import (
	"context"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Imported says what became of an imported conversation.
type Imported struct {
	// New says that there was none of its id, Back that it was deleted and is
	// restored, and Added how many of its messages were not there.
	New, Back bool
	Added     int
}

// Import writes a conversation with its messages as one commit. One that is
// there, and its messages that are there, stay as they are: only what is missing
// is added, so that importing again adds nothing. One that is deleted and can
// still be restored comes back. leaf becomes the end of the active branch of a
// new conversation.
func (db *DB) Import(ctx context.Context, m Meta, leaf chat.MessageID, messages []policy.Storable) (Imported, error) {
	const op = "localstore.Import"
	opened := make([]chat.Message, 0, len(messages))
	for _, permit := range messages {
		message, err := permit.Open()
		if err != nil {
			return Imported{}, fault.E(op, fault.Refused, err)
		}
		opened = append(opened, message)
	}
	title, system, err := m.open(op)
	if err != nil {
		return Imported{}, err
	}
	var done Imported
	err = db.write(ctx, op, func(s session) error {
		done = Imported{}
		if done.New, err = s.begin(m, title, system); err != nil {
			return err
		}
		conversation, err := s.row(op, m.ID)
		if err != nil {
			return err
		}
		before, deleted, err := s.leafOf(conversation)
		if err != nil {
			return err
		}
		done.Back = deleted
		for _, message := range opened {
			there, err := s.holds(message.ID)
			if err != nil {
				return err
			}
			if there {
				continue
			}
			if err := s.put(conversation, message); err != nil {
				return err
			}
			done.Added++
		}
		if done.New {
			before = leaf
		}
		return s.exec(`UPDATE conversation SET leaf = ?, deleted = 0 WHERE n = ?`, before, conversation)
	})
	return done, err
}

// leafOf is the end of the active branch of a conversation, and whether that is
// deleted.
func (s session) leafOf(conversation int64) (leaf chat.MessageID, deleted bool, err error) {
	_, err = s.one(`SELECT leaf, deleted <> 0 FROM conversation WHERE n = ?`, []any{conversation}, func(stmt *sqlite3.Stmt) {
		leaf, deleted = chat.MessageID(stmt.ColumnText(0)), stmt.ColumnBool(1)
	})
	return leaf, deleted, err
}

// holds reports whether a message of an id is in the history, in whatever
// conversation.
func (s session) holds(id chat.MessageID) (bool, error) {
	return s.one(`SELECT 1 FROM message WHERE id = ?`, []any{id}, func(*sqlite3.Stmt) {})
}

// Missing says what Import would do with a conversation and messages of these
// ids.
func (db *DB) Missing(ctx context.Context, id chat.ConversationID, messages []chat.MessageID) (Imported, error) {
	var would Imported
	err := db.read(ctx, "localstore.Missing", func(s session) error {
		would = Imported{}
		found, err := s.one(`SELECT deleted <> 0 FROM conversation WHERE id = ?`, []any{id}, func(stmt *sqlite3.Stmt) {
			would.Back = stmt.ColumnBool(0)
		})
		if err != nil {
			return err
		}
		would.New = !found
		for _, m := range messages {
			there, err := s.holds(m)
			if err != nil {
				return err
			}
			if !there {
				would.Added++
			}
		}
		return nil
	})
	return would, err
}

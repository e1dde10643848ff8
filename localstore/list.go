package localstore

import (
	"context"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
)

// pageSize is a page of the list when a query names no limit: more rows than a
// tall screen shows.
const pageSize = 60

// Query asks for a page of the list. The zero value asks for the first page of
// everything.
type Query struct {
	// Filter is part of a title, in any case; "" is any title.
	Filter string
	// Folder and Tag limit the list; "" is all.
	Folder string
	Tag    string
	// Pinned limits the list to pinned conversations.
	Pinned bool
	// After is the cursor of the last row seen; the zero value starts at the
	// top.
	After Cursor
	// Limit is the number of rows; 0 is 60.
	Limit int
}

// Cursor is a place in the list: pinned conversations first, each group newest
// first.
type Cursor struct {
	pinned  bool
	updated int64
	id      chat.ConversationID
}

// Summary is a row of the list.
type Summary struct {
	ID       chat.ConversationID
	Title    string
	Named    bool
	Created  time.Time
	Updated  time.Time
	Pinned   bool
	Folder   string
	Tags     []string
	Profile  string
	Provider string
	Model    string
	// Messages counts those of all branches.
	Messages int
}

// Cursor is where the list goes on after s.
func (s Summary) Cursor() Cursor { return Cursor{s.Pinned, micros(s.Updated), s.ID} }

// List gives a page of conversations: pinned first, then the newest.
func (db *DB) List(ctx context.Context, q Query) ([]Summary, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = pageSize
	}
	after := q.After
	if after == (Cursor{}) {
		after = Cursor{pinned: true, updated: 1<<63 - 1}
	}
	return list(ctx, db, "localstore.List", `SELECT id, title, named, created, updated, pinned, folder, tags, profile, provider,
			model, (SELECT count(*) FROM message WHERE conversation = c.n)
		FROM conversation c
		WHERE deleted = 0 AND (pinned, updated, id) < (?, ?, ?)
			AND (? = '' OR instr(title_folded, ?) > 0)
			AND (? = '' OR folder = ?)
			AND (? = '' OR instr(char(10) || tags || char(10), char(10) || ? || char(10)) > 0)
			AND pinned >= ?
		ORDER BY pinned DESC, updated DESC, id DESC LIMIT ?`,
		[]any{
			after.pinned, after.updated, after.id, fold(q.Filter), fold(q.Filter),
			q.Folder, q.Folder, q.Tag, q.Tag, q.Pinned, limit,
		},
		func(stmt *sqlite3.Stmt) Summary {
			return Summary{
				ID: chat.ConversationID(stmt.ColumnText(0)), Title: stmt.ColumnText(1),
				Named: stmt.ColumnBool(2), Created: instant(stmt.ColumnInt64(3)),
				Updated: instant(stmt.ColumnInt64(4)), Pinned: stmt.ColumnBool(5),
				Folder: stmt.ColumnText(6), Tags: lines(stmt.ColumnText(7)),
				Profile: stmt.ColumnText(8), Provider: stmt.ColumnText(9), Model: stmt.ColumnText(10),
				Messages: stmt.ColumnInt(11),
			}
		})
}

// Count is the number of conversations and of their messages.
func (db *DB) Count(ctx context.Context) (conversations, messages int, err error) {
	err = db.read(ctx, "localstore.Count", func(s session) error {
		_, err := s.one(`SELECT (SELECT count(*) FROM conversation WHERE deleted = 0),
			(SELECT count(*) FROM message m JOIN conversation c ON c.n = m.conversation WHERE c.deleted = 0)`,
			nil, func(stmt *sqlite3.Stmt) {
				conversations, messages = stmt.ColumnInt(0), stmt.ColumnInt(1)
			})
		return err
	})
	return conversations, messages, err
}

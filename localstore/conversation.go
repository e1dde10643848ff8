package localstore

import (
	"context"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Meta is a conversation without its messages.
type Meta struct {
	ID chat.ConversationID
	// Title and System are permits; nil is none.
	Title   *policy.Keepable
	System  *policy.Keepable
	Named   bool
	Created time.Time
	Updated time.Time
	Pinned  bool
	Folder  string
	// Tags hold no line breaks.
	Tags     []string
	Profile  string
	Provider string
	Model    string
	// Settings hold names and numbers, nothing of what was said.
	Settings chat.Settings
}

// Begin makes the conversation m. The kind Invalid says that there is one of
// that id.
func (db *DB) Begin(ctx context.Context, m Meta) error {
	const op = "localstore.Begin"
	title, system, err := m.open(op)
	if err != nil {
		return err
	}
	return db.write(ctx, op, func(s session) error {
		made, err := s.begin(m, title, system)
		if err == nil && !made {
			err = fault.E(op, fault.Invalid, nil, "what", "conversation", "name", string(m.ID))
		}
		return err
	})
}

// begin makes the row of a conversation; made is false where there is one.
func (s session) begin(m Meta, title, system chat.Part) (made bool, err error) {
	err = s.exec(`INSERT OR IGNORE INTO conversation (id, title, title_origin, title_folded, named, created,
			updated, pinned, folder, tags, profile, provider, model, system, system_origin, settings, leaf, deleted)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0)`,
		m.ID, title.Text, title.Origin, fold(string(title.Text)), m.Named, m.Created,
		latest(m.Updated, m.Created), m.Pinned, m.Folder, m.Tags, m.Profile, m.Provider, m.Model,
		system.Text, system.Origin, encodeSettings(m.Settings))
	return err == nil && s.changes() > 0, err
}

// SetMeta replaces the choice of conversation m.ID (profile, provider, model
// and settings), System where it is not nil, and Title where it is not nil and nobody
// has named the conversation. What has a call of its own stays (Rename, Pin,
// Move, Tag): it may have changed in another window since m was read.
func (db *DB) SetMeta(ctx context.Context, m Meta) error {
	const op = "localstore.SetMeta"
	title, system, err := m.open(op)
	if err != nil {
		return err
	}
	settings := encodeSettings(m.Settings)
	return db.write(ctx, op, func(s session) error {
		n, err := s.row(op, m.ID)
		if err != nil {
			return err
		}
		err = s.exec(`UPDATE conversation SET updated = max(updated, ?), profile = ?, provider = ?, model = ?,
				settings = ? WHERE n = ?`,
			m.Updated, m.Profile, m.Provider, m.Model, settings, n)
		if err == nil && m.Title != nil {
			err = s.exec(`UPDATE conversation SET title = ?, title_origin = ?, title_folded = ?
				WHERE n = ? AND named = 0`,
				title.Text, title.Origin, fold(string(title.Text)), n)
		}
		if err == nil && m.System != nil {
			err = s.exec(`UPDATE conversation SET system = ?, system_origin = ? WHERE n = ?`,
				system.Text, system.Origin, n)
		}
		return err
	})
}

func (m Meta) open(op string) (title, system chat.Part, err error) {
	if m.Title != nil {
		if title, err = m.Title.Open(); err != nil {
			return title, system, fault.E(op, fault.Refused, err)
		}
	}
	if m.System != nil {
		if system, err = m.System.Open(); err != nil {
			return title, system, fault.E(op, fault.Refused, err)
		}
	}
	return title, system, nil
}

// fold makes titles comparable whatever their case.
func fold(s string) string { return strings.ToLower(s) }

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// SetLeaf makes the branch that ends at leaf the active one.
func (db *DB) SetLeaf(ctx context.Context, id chat.ConversationID, leaf chat.MessageID) error {
	return db.change(ctx, "localstore.SetLeaf", id, `UPDATE conversation SET leaf = ? WHERE id = ?`, leaf)
}

// Rename gives a conversation a title; named says that a person chose it.
func (db *DB) Rename(ctx context.Context, id chat.ConversationID, title policy.Keepable, named bool) error {
	const op = "localstore.Rename"
	p, err := title.Open()
	if err != nil {
		return fault.E(op, fault.Refused, err)
	}
	return db.write(ctx, op, func(s session) error {
		n, err := s.row(op, id)
		if err != nil {
			return err
		}
		return s.exec(`UPDATE conversation SET title = ?, title_origin = ?, title_folded = ?, named = ? WHERE n = ?`,
			p.Text, p.Origin, fold(string(p.Text)), named, n)
	})
}

// Pin keeps a conversation at the top of the list, or no longer.
func (db *DB) Pin(ctx context.Context, id chat.ConversationID, pinned bool) error {
	return db.change(ctx, "localstore.Pin", id, `UPDATE conversation SET pinned = ? WHERE id = ?`, pinned)
}

// Move puts a conversation into a folder; "" is none.
func (db *DB) Move(ctx context.Context, id chat.ConversationID, folder string) error {
	return db.change(ctx, "localstore.Move", id, `UPDATE conversation SET folder = ? WHERE id = ?`, folder)
}

// Tag replaces the tags of a conversation.
func (db *DB) Tag(ctx context.Context, id chat.ConversationID, tags []string) error {
	return db.change(ctx, "localstore.Tag", id, `UPDATE conversation SET tags = ? WHERE id = ?`, tags)
}

// change runs an update of one conversation with its new value.
func (db *DB) change(ctx context.Context, op string, id chat.ConversationID, sql string, value any) error {
	return db.write(ctx, op, func(s session) error {
		if _, err := s.row(op, id); err != nil {
			return err
		}
		return s.exec(sql, value, id)
	})
}

// Conversation reads the conversation id with every message of every branch.
// One that is deleted, and can still be restored, is not found.
func (db *DB) Conversation(ctx context.Context, id chat.ConversationID) (chat.Conversation, error) {
	const op = "localstore.Conversation"
	var c chat.Conversation
	err := db.read(ctx, op, func(s session) error {
		var n int64
		found, err := s.one(`SELECT n, id, title, named, created, updated, pinned, folder, tags, profile,
				provider, model, system, leaf, settings FROM conversation WHERE id = ? AND deleted = 0`,
			[]any{id}, func(stmt *sqlite3.Stmt) {
				n = stmt.ColumnInt64(0)
				c = chat.Conversation{
					ID: chat.ConversationID(stmt.ColumnText(1)), Title: stmt.ColumnText(2),
					Named: stmt.ColumnBool(3), Created: instant(stmt.ColumnInt64(4)),
					Updated: instant(stmt.ColumnInt64(5)), Pinned: stmt.ColumnBool(6),
					Folder: stmt.ColumnText(7), Tags: lines(stmt.ColumnText(8)),
					Profile: stmt.ColumnText(9), Provider: stmt.ColumnText(10), Model: stmt.ColumnText(11),
					System: chat.Text(stmt.ColumnText(12)), Leaf: chat.MessageID(stmt.ColumnText(13)),
					Settings: decodeSettings(stmt.ColumnText(14)),
				}
			})
		if err != nil {
			return err
		}
		if !found {
			return fault.E(op, fault.NotFound, nil, "what", "conversation", "name", string(id))
		}
		_, c.Messages, err = s.messages(
			`SELECT `+messageColumns+` FROM message WHERE conversation = ? ORDER BY n`,
			`SELECT `+partColumns+` FROM part WHERE message IN
				(SELECT n FROM message WHERE conversation = ?) ORDER BY message, seq`, n)
		return err
	})
	if err != nil {
		return chat.Conversation{}, err
	}
	return c, nil
}

package localstore

import (
	"context"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Notice is something that a service or a partner has told the person.
type Notice struct {
	ID       string
	Profile  string
	Kind     string
	Received string // YYYY-MM-DD
	About    policy.Keepable
	// Facts are dates and answers of the notice by the names of the rules,
	// NAME=VALUE.
	Facts []string
	// Items names what the notice contains, where that matters.
	Items     []string
	Added     time.Time
	Dismissed time.Time // zero while it is open
}

// NoticeRow is a notice as it was kept.
type NoticeRow struct {
	Notice
	About chat.Text
}

// AddNotice keeps a notice.
func (db *DB) AddNotice(ctx context.Context, n Notice) error {
	const op = "localstore.AddNotice"
	about, err := n.About.Open()
	if err != nil {
		return fault.E(op, fault.Refused, err)
	}
	return db.write(ctx, op, func(s session) error {
		return s.exec(`INSERT INTO notice (id, profile, kind, received, about, about_origin, facts, items, added, dismissed)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			n.ID, n.Profile, n.Kind, n.Received, about.Text, about.Origin, n.Facts, n.Items, n.Added, n.Dismissed)
	})
}

// Notices lists the notices, the newest first.
func (db *DB) Notices(ctx context.Context) ([]NoticeRow, error) {
	return list(ctx, db, "localstore.Notices", `SELECT id, profile, kind, received, about, facts, items, added, dismissed
		FROM notice ORDER BY received DESC, n DESC`, nil, func(stmt *sqlite3.Stmt) NoticeRow {
		return NoticeRow{
			Notice: Notice{
				ID: stmt.ColumnText(0), Profile: stmt.ColumnText(1), Kind: stmt.ColumnText(2), Received: stmt.ColumnText(3),
				Facts: lines(stmt.ColumnText(5)), Items: lines(stmt.ColumnText(6)),
				Added: instant(stmt.ColumnInt64(7)), Dismissed: instant(stmt.ColumnInt64(8)),
			},
			About: chat.Text(stmt.ColumnText(4)),
		}
	})
}

// DismissNotice marks a notice as done with; the zero time opens it again. The
// kind NotFound says that there is no such notice.
func (db *DB) DismissNotice(ctx context.Context, id string, at time.Time) error {
	return db.alter(ctx, "localstore.DismissNotice", "notice", id, `UPDATE notice SET dismissed = ? WHERE id = ?`, at, id)
}

// Document is a draft that the person keeps.
type Document struct {
	ID           string
	Profile      string
	Kind         string
	To           string
	CC           []string
	Alternatives []string
	Text         policy.Keepable
	Subject      policy.Keepable
	Complete     bool
	Created      time.Time
	Sent         string // YYYY-MM-DD, "" while it is a draft
}

// DocumentRow is a document as it was kept.
type DocumentRow struct {
	Document
	Text    chat.Text
	Subject string
}

// AddDocument keeps a document.
func (db *DB) AddDocument(ctx context.Context, d Document) error {
	const op = "localstore.AddDocument"
	text, err := d.Text.Open()
	if err != nil {
		return fault.E(op, fault.Refused, err)
	}
	subject, err := d.Subject.Open()
	if err != nil {
		return fault.E(op, fault.Refused, err)
	}
	return db.write(ctx, op, func(s session) error {
		return s.exec(`INSERT INTO document (id, profile, kind, recipient, copies, alternatives, subject, text, origin, complete, created, sent)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			d.ID, d.Profile, d.Kind, d.To, d.CC, d.Alternatives, subject.Text, text.Text, text.Origin, d.Complete, d.Created, d.Sent)
	})
}

const documentColumns = `id, profile, kind, recipient, copies, alternatives, subject, text, complete, created, sent`

func scanDocument(stmt *sqlite3.Stmt) DocumentRow {
	return DocumentRow{
		Document: Document{
			ID: stmt.ColumnText(0), Profile: stmt.ColumnText(1), Kind: stmt.ColumnText(2), To: stmt.ColumnText(3),
			CC: lines(stmt.ColumnText(4)), Alternatives: lines(stmt.ColumnText(5)), Complete: stmt.ColumnBool(8),
			Created: instant(stmt.ColumnInt64(9)), Sent: stmt.ColumnText(10),
		},
		Subject: stmt.ColumnText(6), Text: chat.Text(stmt.ColumnText(7)),
	}
}

// Documents lists the documents, the newest first.
func (db *DB) Documents(ctx context.Context) ([]DocumentRow, error) {
	return list(ctx, db, "localstore.Documents", `SELECT `+documentColumns+` FROM document ORDER BY n DESC`, nil, scanDocument)
}

// Document finds a document; the kind NotFound says that it is not there.
func (db *DB) Document(ctx context.Context, id string) (DocumentRow, error) {
	return find(ctx, db, "localstore.Document", "document", `SELECT `+documentColumns+` FROM document WHERE id = ?`, id, scanDocument)
}

// MarkSent notes the day on which the person sent a document; "" makes it a
// draft again.
func (db *DB) MarkSent(ctx context.Context, id, day string) error {
	return db.alter(ctx, "localstore.MarkSent", "document", id, `UPDATE document SET sent = ? WHERE id = ?`, day, id)
}

// RemoveDocument destroys a document, the copies of the history made before
// migrations included.
func (db *DB) RemoveDocument(ctx context.Context, id string) error {
	const op = "localstore.RemoveDocument"
	if err := db.alter(ctx, op, "document", id, `DELETE FROM document WHERE id = ?`, id); err != nil {
		return err
	}
	return wrap(ctx, op, db.path, dropBackups(db.path))
}

// alter changes the one row that args end with; what and id name it when it is
// not there.
func (db *DB) alter(ctx context.Context, op, what, id, sql string, args ...any) error {
	return db.write(ctx, op, func(s session) error {
		if err := s.exec(sql, args...); err != nil {
			return err
		}
		if s.changes() == 0 {
			return fault.E(op, fault.NotFound, nil, "what", what, "name", id)
		}
		return nil
	})
}

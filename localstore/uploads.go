package localstore

import (
	"context"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Upload is something that lies at a service because bise put it there.
type Upload struct {
	Profile string
	Remote  string // the service's id
	Library string // the service's id; "" outside a library
	Name    policy.Keepable
	Size    int64 // bytes
	Purpose string
	At      time.Time
	// Expires is when the service deletes it; zero is not told.
	Expires time.Time
	Deleted time.Time // zero while it lies there
}

// UploadRow is an upload as it was noted.
type UploadRow struct {
	Upload
	Name chat.Text
}

// AddUpload notes an upload. The same one again replaces the note.
func (db *DB) AddUpload(ctx context.Context, u Upload) error {
	const op = "localstore.AddUpload"
	name, err := u.Name.Open()
	if err != nil {
		return fault.E(op, fault.Refused, err)
	}
	return db.write(ctx, op, func(s session) error {
		return s.exec(`INSERT OR REPLACE INTO upload (profile, remote, library, name, size, purpose, at, expires, deleted)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			u.Profile, u.Remote, u.Library, name.Text, u.Size, u.Purpose, u.At, u.Expires, u.Deleted)
	})
}

// Uploads lists what was uploaded with a profile, the newest first, what was
// deleted again included.
func (db *DB) Uploads(ctx context.Context, profile string) ([]UploadRow, error) {
	return list(ctx, db, "localstore.Uploads", `SELECT profile, remote, library, name, size, purpose, at, expires, deleted
		FROM upload WHERE profile = ? ORDER BY at DESC, n DESC`, []any{profile}, func(stmt *sqlite3.Stmt) UploadRow {
		return UploadRow{
			Upload: Upload{
				Profile: stmt.ColumnText(0), Remote: stmt.ColumnText(1), Library: stmt.ColumnText(2),
				Size: stmt.ColumnInt64(4), Purpose: stmt.ColumnText(5), At: instant(stmt.ColumnInt64(6)),
				Expires: instant(stmt.ColumnInt64(7)), Deleted: instant(stmt.ColumnInt64(8)),
			},
			Name: chat.Text(stmt.ColumnText(3)),
		}
	})
}

// UploadDeleted notes that what a profile had uploaded does not lie there any
// more: the file, or the document of a library, or all of a library. What bise
// did not put there is no error.
func (db *DB) UploadDeleted(ctx context.Context, profile, remote string, at time.Time) error {
	return db.write(ctx, "localstore.UploadDeleted", func(s session) error {
		return s.exec(`UPDATE upload SET deleted = ? WHERE profile = ? AND (remote = ? OR library = ?) AND deleted = 0`,
			at, profile, remote, remote)
	})
}

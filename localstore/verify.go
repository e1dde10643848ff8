package localstore

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"

	"bise/app/fault"
)

// Verify reads the whole history at path and checks every page, every table and
// the full-text index against the messages. The kind Damaged says that
// something is wrong; other kinds are those of Open.
func Verify(ctx context.Context, path string, key Key) error {
	db, err := Open(ctx, path, key)
	if err != nil {
		return err
	}
	err = db.use(ctx, "localstore.Verify", func(s session) error { return verify(s.db.conn, path) })
	return errors.Join(err, db.Close())
}

// verify checks an open file.
func verify(conn *sqlite3.Conn, path string) error {
	stmt, _, err := conn.Prepare(`PRAGMA integrity_check(1)`)
	if err != nil {
		return err
	}
	sound := stmt.Step() && stmt.ColumnText(0) == "ok"
	if err := errors.Join(stmt.Err(), stmt.Close()); err != nil {
		return err
	}
	if !sound {
		return fault.E("localstore.Verify", fault.Damaged, nil, "path", filepath.Base(path))
	}
	// rank 1 compares with the text as well, not only the index with itself.
	return conn.Exec(`INSERT INTO message_text (message_text, rank) VALUES ('integrity-check', 1)`)
}

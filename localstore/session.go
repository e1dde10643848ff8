package localstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
)

// session is the use of the connection during one turn, inside a transaction.
type session struct{ db *DB }

// read runs fn on one consistent state of the history.
func (db *DB) read(ctx context.Context, op string, fn func(session) error) error {
	return db.transact(ctx, op, `BEGIN`, fn)
}

// write runs fn as one commit. When it returns nil the change is on the disk;
// on an error nothing has changed.
func (db *DB) write(ctx context.Context, op string, fn func(session) error) error {
	return db.transact(ctx, op, `BEGIN IMMEDIATE`, fn)
}

func (db *DB) transact(ctx context.Context, op, begin string, fn func(session) error) error {
	return db.use(ctx, op, func(s session) error {
		err := s.exec(begin)
		if err != nil {
			return err
		}
		if err = fn(s); err == nil {
			err = s.exec(`COMMIT`)
		}
		if err != nil && !db.conn.GetAutocommit() {
			db.conn.SetInterrupt(context.Background())
			err = errors.Join(err, s.exec(`ROLLBACK`))
		}
		return err
	})
}

// use gives fn the connection alone; ctx interrupts what it runs.
func (db *DB) use(ctx context.Context, op string, fn func(session) error) error {
	select {
	case db.turn <- struct{}{}:
	case <-ctx.Done():
		return wrap(ctx, op, db.path, ctx.Err())
	}
	defer func() { <-db.turn }()
	if db.conn == nil {
		return fault.E(op, fault.Unknown, os.ErrClosed)
	}
	if ctx.Err() != nil {
		return wrap(ctx, op, db.path, ctx.Err())
	}
	db.conn.SetInterrupt(ctx)
	defer db.conn.SetInterrupt(context.Background())
	return wrap(ctx, op, db.path, fn(session{db}))
}

// exec runs sql with args in its places.
func (s session) exec(sql string, args ...any) error {
	return s.each(sql, args, func(*sqlite3.Stmt) error { return nil })
}

// each runs sql and row for every row of its result.
func (s session) each(sql string, args []any, row func(*sqlite3.Stmt) error) (err error) {
	stmt, err := s.prepared(sql)
	if err != nil {
		return err
	}
	defer func() {
		// Reset repeats the error of the run; clearing cannot fail.
		_ = stmt.Reset()
		_ = stmt.ClearBindings()
	}()
	for i, arg := range args {
		if err := bind(stmt, i+1, arg); err != nil {
			return err
		}
	}
	for stmt.Step() {
		if err := row(stmt); err != nil {
			return err
		}
	}
	return stmt.Err()
}

// one runs sql and row for its first row; found says whether there was one.
func (s session) one(sql string, args []any, row func(*sqlite3.Stmt)) (found bool, err error) {
	err = s.each(sql, args, func(stmt *sqlite3.Stmt) error {
		if !found {
			row(stmt)
		}
		found = true
		return nil
	})
	return found, err
}

// list is every row of sql on one consistent state of the history.
func list[T any](ctx context.Context, db *DB, op, sql string, args []any, scan func(*sqlite3.Stmt) T) ([]T, error) {
	var rows []T
	err := db.read(ctx, op, func(s session) error {
		return s.each(sql, args, func(stmt *sqlite3.Stmt) error {
			rows = append(rows, scan(stmt))
			return nil
		})
	})
	return rows, err
}

// find is the row of sql for an id; the kind NotFound says that there is no such
// thing, and what it was looked for as.
func find[T any](ctx context.Context, db *DB, op, what, sql, id string, scan func(*sqlite3.Stmt) T) (T, error) {
	var row T
	err := db.read(ctx, op, func(s session) error {
		found, err := s.one(sql, []any{id}, func(stmt *sqlite3.Stmt) { row = scan(stmt) })
		if err == nil && !found {
			err = fault.E(op, fault.NotFound, nil, "what", what, "name", id)
		}
		return err
	})
	return row, err
}

// changes is the number of rows the last exec changed.
func (s session) changes() int64 { return s.db.conn.Changes() }

func (s session) prepared(sql string) (*sqlite3.Stmt, error) {
	if stmt, ok := s.db.stmts[sql]; ok {
		return stmt, nil
	}
	stmt, _, err := s.db.conn.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
	if err == nil {
		s.db.stmts[sql] = stmt
	}
	return stmt, err
}

func bind(stmt *sqlite3.Stmt, at int, arg any) error {
	switch v := arg.(type) {
	case string:
		return stmt.BindText(at, v)
	case chat.Text:
		return stmt.BindText(at, string(v))
	case chat.ConversationID:
		return stmt.BindText(at, string(v))
	case chat.MessageID:
		return stmt.BindText(at, string(v))
	case []string:
		return stmt.BindText(at, strings.Join(v, "\n"))
	case []byte:
		if v == nil {
			return stmt.BindNull(at)
		}
		return stmt.BindBlob(at, v)
	case bool:
		return stmt.BindBool(at, v)
	case int:
		return stmt.BindInt(at, v)
	case int64:
		return stmt.BindInt64(at, v)
	case chat.Origin:
		return stmt.BindInt(at, int(v))
	case time.Time:
		return stmt.BindInt64(at, micros(v))
	case time.Duration:
		return stmt.BindInt64(at, int64(v))
	default:
		return fmt.Errorf("localstore: no column for %T", arg)
	}
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func duration(nanoseconds int64) time.Duration { return time.Duration(nanoseconds) }

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

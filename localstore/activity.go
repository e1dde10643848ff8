package localstore

import (
	"context"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// Activity is a line of the ledger: who was asked what kind of thing, when, and
// how it went. It has no place for what was said.
type Activity struct {
	At                      time.Time
	Profile, Provider, Host string
	Act, Model              string
	Decision                string
	Clauses                 []string
	// Outcome is complete, cut, stopped or a kind of failure.
	Outcome            string
	Prompt, Completion int // tokens, 0 is unknown
}

// AddActivity adds a line, and takes away those that are older than keep; the
// zero time keeps all.
func (db *DB) AddActivity(ctx context.Context, a Activity, keep time.Time) error {
	return db.write(ctx, "localstore.AddActivity", func(s session) error {
		err := s.exec(`INSERT INTO activity (at, profile, provider, host, act, model, decision, clauses, outcome, prompt, completion)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			a.At, a.Profile, a.Provider, a.Host, a.Act, a.Model, a.Decision, a.Clauses, a.Outcome, a.Prompt, a.Completion)
		if err != nil || keep.IsZero() {
			return err
		}
		return s.exec(`DELETE FROM activity WHERE at < ?`, keep)
	})
}

// Activities calls do with every line of since and later, oldest first.
func (db *DB) Activities(ctx context.Context, since time.Time, do func(Activity) error) error {
	return db.read(ctx, "localstore.Activities", func(s session) error {
		return s.each(`SELECT at, profile, provider, host, act, model, decision, clauses, outcome, prompt, completion
			FROM activity WHERE at >= ? ORDER BY at, n`, []any{since}, func(stmt *sqlite3.Stmt) error {
			return do(Activity{
				At: instant(stmt.ColumnInt64(0)), Profile: stmt.ColumnText(1), Provider: stmt.ColumnText(2), Host: stmt.ColumnText(3),
				Act: stmt.ColumnText(4), Model: stmt.ColumnText(5), Decision: stmt.ColumnText(6), Clauses: lines(stmt.ColumnText(7)),
				Outcome: stmt.ColumnText(8), Prompt: stmt.ColumnInt(9), Completion: stmt.ColumnInt(10),
			})
		})
	})
}

// PurgeActivity takes away the lines before a time, the zero time takes all,
// and says how many there were.
func (db *DB) PurgeActivity(ctx context.Context, before time.Time) (n int, err error) {
	err = db.write(ctx, "localstore.PurgeActivity", func(s session) error {
		where, args := ``, []any(nil)
		if !before.IsZero() {
			where, args = ` WHERE at < ?`, []any{before}
		}
		if _, err := s.one(`SELECT count(*) FROM activity`+where, args, func(stmt *sqlite3.Stmt) { n = stmt.ColumnInt(0) }); err != nil {
			return err
		}
		return s.exec(`DELETE FROM activity`+where, args...)
	})
	return n, err
}

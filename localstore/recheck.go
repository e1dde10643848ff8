package localstore

import (
	"context"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// batch is how many messages Recheck reads at a time: enough to be quick,
// little enough that writers get their turn.
const batch = 200

// Recheck asks rule about every message, deleted conversations included, and
// writes back what the permit leaves of those it cuts. A message without a
// permit loses its text and becomes a record. Copies of the history made before
// migrations go too when something was cut. It lists the messages it changed;
// with an error, those changed so far.
func (db *DB) Recheck(ctx context.Context, rule func(chat.Message) (policy.Storable, policy.Verdict)) ([]chat.MessageID, error) {
	const op = "localstore.Recheck"
	var changed []chat.MessageID
	var last int64
	for {
		var rows []int64
		var cut []chat.MessageID
		err := db.write(ctx, op, func(s session) (err error) {
			cut = nil
			rows, cut, err = s.recheck(last, rule)
			return err
		})
		if err != nil {
			return changed, err
		}
		changed = append(changed, cut...)
		if len(rows) == 0 {
			break
		}
		last = rows[len(rows)-1]
	}
	if len(changed) > 0 {
		return changed, wrap(ctx, op, db.path, dropBackups(db.path))
	}
	return nil, nil
}

// recheck handles the messages after row last.
func (s session) recheck(last int64, rule func(chat.Message) (policy.Storable, policy.Verdict)) (rows []int64, cut []chat.MessageID, err error) {
	rows, ms, err := s.messages(
		`SELECT `+messageColumns+` FROM message WHERE n > ? ORDER BY n LIMIT ?`,
		`SELECT `+partColumns+` FROM part WHERE message IN
			(SELECT n FROM message WHERE n > ? ORDER BY n LIMIT ?) ORDER BY message, seq`,
		last, batch)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range ms {
		permit, verdict := rule(m)
		kept, err := permit.Open()
		switch {
		case err != nil:
			kept = m
			kept.State, kept.Parts = chat.Withheld, nil
			kept.Ruleset, kept.Clauses = verdict.Ruleset, verdict.Clauses
			if m.State == chat.Withheld && len(m.Parts) == 0 {
				continue
			}
		case len(permit.Left()) == 0:
			continue
		}
		conversation, err := s.conversationOf(m.ID)
		if err != nil {
			return nil, nil, err
		}
		if err := s.put(conversation, kept); err != nil {
			return nil, nil, err
		}
		cut = append(cut, m.ID)
	}
	return rows, cut, nil
}

func (s session) conversationOf(id chat.MessageID) (n int64, err error) {
	_, err = s.one(`SELECT conversation FROM message WHERE id = ?`, []any{id}, func(stmt *sqlite3.Stmt) {
		n = stmt.ColumnInt64(0)
	})
	return n, err
}

// Holding finds the conversation of a message, and its title. Kinds: NotFound.
func (db *DB) Holding(ctx context.Context, id chat.MessageID) (conversation chat.ConversationID, title chat.Text, err error) {
	const op = "localstore.Holding"
	found := false
	err = db.read(ctx, op, func(s session) (err error) {
		found, err = s.one(`SELECT c.id, c.title FROM message m JOIN conversation c ON c.n = m.conversation WHERE m.id = ?`,
			[]any{id}, func(stmt *sqlite3.Stmt) {
				conversation, title = chat.ConversationID(stmt.ColumnText(0)), chat.Text(stmt.ColumnText(1))
			})
		return err
	})
	if err == nil && !found {
		err = fault.E(op, fault.NotFound, nil, "what", "message", "name", string(id))
	}
	return conversation, title, err
}

package localstore

import (
	"context"
	"encoding/json"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

// Append writes the message s to conversation id, or replaces the message of
// that id: a growing answer is written again and again as it grows. A new
// message becomes the leaf. A new prompt brings back a conversation that was
// deleted, in another window perhaps: whoever goes on with it wants it kept. The
// kind NotFound says that there is no such conversation; see Begin.
//
// The words of an answer enter the index when it has ended. Those of one whose
// program died enter it at the next Open.
func (db *DB) Append(ctx context.Context, id chat.ConversationID, s policy.Storable) error {
	const op = "localstore.Append"
	m, err := s.Open()
	if err != nil {
		return fault.E(op, fault.Refused, err)
	}
	return db.write(ctx, op, func(s session) error {
		conversation, err := s.row(op, id)
		if err != nil {
			return err
		}
		return s.put(conversation, m)
	})
}

// row finds the number of a conversation.
func (s session) row(op string, id chat.ConversationID) (int64, error) {
	var n int64
	found, err := s.one(`SELECT n FROM conversation WHERE id = ?`, []any{id}, func(stmt *sqlite3.Stmt) {
		n = stmt.ColumnInt64(0)
	})
	if err == nil && !found {
		err = fault.E(op, fault.NotFound, nil, "what", "conversation", "name", string(id))
	}
	return n, err
}

// put writes m, its parts and its words.
func (s session) put(conversation int64, m chat.Message) error {
	if m.State == chat.Withheld {
		// The permit already left the text out; a record has no text to index
		// by construction and not by trust.
		m.Parts = nil
	}
	var n int64
	var indexed bool
	exists, err := s.one(`SELECT n, indexed FROM message WHERE id = ?`, []any{m.ID}, func(stmt *sqlite3.Stmt) {
		n, indexed = stmt.ColumnInt64(0), stmt.ColumnBool(1)
	})
	if err != nil {
		return err
	}
	if exists {
		err = s.clear(n, indexed)
	} else {
		n, err = s.insert(conversation, m)
	}
	if err != nil {
		return err
	}
	if err := s.fill(n, m); err != nil {
		return err
	}
	if m.State != chat.Growing {
		if err := s.index(n); err != nil {
			return err
		}
	}
	return s.exec(`UPDATE conversation SET updated = max(updated, ?) WHERE n = ?`, m.At, conversation)
}

// clear takes the parts and words of message n out.
func (s session) clear(n int64, indexed bool) error {
	if indexed {
		err := s.exec(`INSERT INTO message_text (message_text, rowid, words)
			SELECT 'delete', n, words FROM message_words WHERE n = ?`, n)
		if err != nil {
			return err
		}
	}
	return s.exec(`DELETE FROM part WHERE message = ?`, n)
}

// insert makes an empty row for m and makes m the leaf.
func (s session) insert(conversation int64, m chat.Message) (int64, error) {
	err := s.exec(`INSERT INTO message (id, conversation, parent, role, at, state, ended, provider,
			service, asked, model, usage, tools, edited, ruleset, clauses, took, indexed)
		VALUES (?, ?, ?, ?, 0, '', '', '', '', '', '', '', '', 0, '', '', 0, 0)`,
		m.ID, conversation, m.Parent, string(m.Role))
	if err != nil {
		return 0, err
	}
	n := s.db.conn.LastInsertRowID()
	sql := `UPDATE conversation SET leaf = ? WHERE n = ?`
	if m.Role == chat.User {
		sql = `UPDATE conversation SET leaf = ?, deleted = 0 WHERE n = ?`
	}
	return n, s.exec(sql, m.ID, conversation)
}

// fill writes everything of m into its row, and its parts.
func (s session) fill(n int64, m chat.Message) error {
	usage := ""
	if m.Usage != (chat.Usage{}) {
		data, err := json.Marshal(m.Usage)
		if err != nil {
			return err
		}
		usage = string(data)
	}
	err := s.exec(`UPDATE message SET parent = ?, role = ?, at = ?, state = ?, ended = ?, provider = ?,
			service = ?, asked = ?, model = ?, usage = ?, tools = ?, edited = ?, ruleset = ?,
			clauses = ?, took = ?, indexed = 0 WHERE n = ?`,
		m.Parent, string(m.Role), m.At, string(m.State), m.Ended, m.Provider,
		m.Service, m.Asked, m.Model, usage, m.Tools, m.Edited, m.Ruleset,
		m.Clauses, m.Took, n)
	if err != nil {
		return err
	}
	for i, p := range m.Parts {
		err := s.exec(`INSERT INTO part (message, seq, kind, origin, text, name, media_type, data, url,
				call, signature, took) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			n, i, string(p.Kind), p.Origin, p.Text, p.Name, p.MediaType, p.Data, p.URL,
			p.CallID, p.Signature, p.Took)
		if err != nil {
			return err
		}
	}
	return nil
}

// index puts the words of message n into the index.
func (s session) index(n int64) error {
	err := s.exec(`INSERT INTO message_text (rowid, words)
		SELECT n, words FROM message_words WHERE n = ?`, n)
	if err != nil {
		return err
	}
	return s.exec(`UPDATE message SET indexed = 1 WHERE n = ?`, n)
}

const messageColumns = `n, id, parent, role, at, state, ended, provider, service, asked, model, usage,
	tools, edited, ruleset, clauses, took`

func scanMessage(stmt *sqlite3.Stmt) (n int64, m chat.Message) {
	m = chat.Message{
		ID: chat.MessageID(stmt.ColumnText(1)), Parent: chat.MessageID(stmt.ColumnText(2)),
		Role: chat.Role(stmt.ColumnText(3)), At: instant(stmt.ColumnInt64(4)),
		State: chat.State(stmt.ColumnText(5)), Ended: stmt.ColumnText(6),
		Provider: stmt.ColumnText(7), Service: stmt.ColumnText(8), Asked: stmt.ColumnText(9),
		Model: stmt.ColumnText(10), Tools: lines(stmt.ColumnText(12)), Edited: stmt.ColumnBool(13),
		Ruleset: stmt.ColumnText(14), Clauses: lines(stmt.ColumnText(15)),
		Took: duration(stmt.ColumnInt64(16)),
	}
	if usage := stmt.ColumnRawText(11); len(usage) > 0 {
		// A count that cannot be read is an unknown count, not a lost message.
		if err := json.Unmarshal(usage, &m.Usage); err != nil {
			m.Usage = chat.Usage{}
		}
	}
	return stmt.ColumnInt64(0), m
}

const partColumns = `message, kind, origin, text, name, media_type, data, url, call, signature, took`

func scanPart(stmt *sqlite3.Stmt) (message int64, p chat.Part) {
	return stmt.ColumnInt64(0), chat.Part{
		Kind: chat.Kind(stmt.ColumnText(1)), Origin: chat.Origin(stmt.ColumnInt(2)),
		Text: chat.Text(stmt.ColumnText(3)), Name: stmt.ColumnText(4), MediaType: stmt.ColumnText(5),
		Data: stmt.ColumnBlob(6, nil), URL: stmt.ColumnText(7), CallID: stmt.ColumnText(8),
		Signature: stmt.ColumnText(9), Took: duration(stmt.ColumnInt64(10)),
	}
}

// messages reads the messages that sql, a query for messageColumns with args,
// gives, with the parts that partSQL gives in the order of the messages.
func (s session) messages(sql, partSQL string, args ...any) (rows []int64, ms []chat.Message, err error) {
	at := make(map[int64]int)
	err = s.each(sql, args, func(stmt *sqlite3.Stmt) error {
		n, m := scanMessage(stmt)
		at[n] = len(ms)
		rows, ms = append(rows, n), append(ms, m)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = s.each(partSQL, args, func(stmt *sqlite3.Stmt) error {
		n, p := scanPart(stmt)
		if i, ok := at[n]; ok {
			ms[i].Parts = append(ms[i].Parts, p)
		}
		return nil
	})
	return rows, ms, err
}

// Package foreign reads the SQLite files in which other programs keep
// conversations: llm's logs.db and oterm's store.db. It opens them for reading
// alone and as they lie there, runs nothing that a file brings along, and gives
// conversations one by one. What their texts are and whether they may be kept is
// not its matter.
package foreign

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
)

// Program is whose file it is.
type Program string

// The programs.
const (
	LLM   Program = "llm"
	Oterm Program = "oterm"
)

// The limits of what is read.
const (
	maxValue    = 16 << 20  // bytes of one text
	maxText     = 128 << 20 // bytes of one conversation
	maxMessages = 100_000   // in a conversation
)

// Is reports whether a file begins as one of SQLite does.
func Is(head []byte) bool { return bytes.HasPrefix(head, []byte("SQLite format 3\x00")) }

// File is a foreign database that is open.
type File struct {
	conn    *sqlite3.Conn
	program Program
	columns map[string]map[string]bool // of its tables
	path    string
}

// Open opens the database at path. The kind ImportFile says that it is none that
// is known, or damaged.
func Open(ctx context.Context, path string) (*File, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, unreadable("read", err)
	}
	name := filepath.ToSlash(abs)
	if filepath.VolumeName(abs) != "" {
		name = "/" + name
	}
	u := url.URL{Path: name}
	// Immutable: no lock, no journal and no other file is touched.
	conn, err := sqlite3.OpenContext(ctx, "file:"+u.EscapedPath()+"?mode=ro&immutable=1")
	if err != nil {
		return nil, unreadable("database", nil)
	}
	f := &File{conn: conn, path: abs}
	if err := f.prepare(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return f, nil
}

// Close lets the file go.
func (f *File) Close() error { return f.conn.Close() }

// Program is whose file it is.
func (f *File) Program() Program { return f.program }

// Behind reports whether the program has written something that is not in the
// file yet.
func (f *File) Behind() bool {
	info, err := os.Stat(f.path + "-wal")
	return err == nil && info.Size() > 0
}

// prepare takes away from the file's own schema all that could run, and looks
// for the tables that are known.
func (f *File) prepare(ctx context.Context) error {
	f.conn.SetInterrupt(ctx)
	f.conn.Limit(sqlite3.LIMIT_LENGTH, maxValue)
	f.conn.Limit(sqlite3.LIMIT_ATTACHED, 0)
	err := f.conn.Exec(`PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0`)
	if err != nil {
		return unreadable("database", nil)
	}
	f.columns = make(map[string]map[string]bool)
	for _, table := range []string{"conversations", "responses", "chat", "message"} {
		// A view of that name could do more than hold rows.
		var sql string
		err := f.rows(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`, []any{table}, func(s *sqlite3.Stmt) error {
			sql = s.ColumnText(0)
			return nil
		})
		if err != nil {
			return unreadable("database", nil)
		}
		if sql == "" || strings.HasPrefix(strings.ToUpper(strings.TrimSpace(sql)), "CREATE VIRTUAL") {
			continue
		}
		f.columns[table] = make(map[string]bool)
		err = f.rows(`SELECT name FROM pragma_table_info(?)`, []any{table}, func(s *sqlite3.Stmt) error {
			f.columns[table][s.ColumnText(0)] = true
			return nil
		})
		if err != nil {
			return unreadable("database", nil)
		}
	}
	switch {
	case f.has("conversations", "id") && f.has("responses", "conversation_id", "prompt", "response"):
		f.program = LLM
	case f.has("chat", "id", "name", "model") && f.has("message", "chat_id", "author", "text"):
		f.program = Oterm
	default:
		return unreadable("database", nil)
	}
	return nil
}

func (f *File) has(table string, columns ...string) bool {
	for _, c := range columns {
		if !f.columns[table][c] {
			return false
		}
	}
	return true
}

// column is a column where the table has it, else an empty text: older files
// have fewer.
func (f *File) column(table, name string) string {
	if f.has(table, name) {
		return table + `."` + name + `"`
	}
	return "''"
}

// Each gives every conversation with its key in the file. lost takes the keys of
// those that cannot be read; an error of take stops.
func (f *File) Each(ctx context.Context, take func(key string, c chat.Conversation) error, lost func(key string, err error)) error {
	f.conn.SetInterrupt(ctx)
	heads, messages := f.llmHeads(), f.llmMessages
	if f.program == Oterm {
		heads, messages = f.otermHeads(), f.otermMessages
	}
	var keys []string
	found := make(map[string]chat.Conversation)
	err := f.rows(heads, nil, func(s *sqlite3.Stmt) error {
		key := s.ColumnText(0)
		if _, twice := found[key]; !twice {
			keys = append(keys, key)
		}
		found[key] = chat.Conversation{Title: s.ColumnText(1), Model: s.ColumnText(2), System: chat.Text(s.ColumnText(3))}
		return nil
	})
	if err != nil && len(keys) == 0 {
		return unreadable("end", nil)
	}
	if err != nil {
		lost("…", unreadable("end", nil))
	}
	for _, key := range keys {
		c := found[key]
		if err := messages(key, &c); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			lost(key, err)
			if len(c.Messages) == 0 {
				continue
			}
		}
		if err := take(key, c); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) llmHeads() string {
	return `SELECT id, ` + f.column("conversations", "name") + `, ` + f.column("conversations", "model") + `, ''
		FROM conversations ORDER BY rowid`
}

func (f *File) llmMessages(key string, c *chat.Conversation) error {
	size := 0
	order := f.column("responses", "datetime_utc")
	return f.each(`SELECT id, prompt, response, `+f.column("responses", "model")+`, `+order+`, `+f.column("responses", "system")+`,
			`+f.column("responses", "reasoning")+`
		FROM responses WHERE conversation_id = ? ORDER BY `+order+`, rowid`, key, c, &size, func(s *sqlite3.Stmt) {
		id, model, at := s.ColumnText(0), s.ColumnText(3), parseTime(s.ColumnText(4))
		if c.System == "" {
			c.System = chat.Text(s.ColumnText(5))
		}
		if prompt := s.ColumnText(1); prompt != "" {
			c.Messages = append(c.Messages, chat.Message{ID: chat.MessageID(id + "/prompt"), Role: chat.User, At: at, Parts: text(prompt)})
		}
		answer := text(s.ColumnText(2))
		if thought := s.ColumnText(6); thought != "" {
			answer = append([]chat.Part{{Kind: chat.ThinkingPart, Text: chat.Text(thought)}}, answer...)
		}
		if len(answer) > 0 {
			c.Messages = append(c.Messages, chat.Message{ID: chat.MessageID(id), Role: chat.Assistant, At: at, Model: model, Parts: answer})
		}
	})
}

func (f *File) otermHeads() string {
	return `SELECT id, name, model, ` + f.column("chat", "system") + ` FROM chat ORDER BY id`
}

func (f *File) otermMessages(key string, c *chat.Conversation) error {
	size := 0
	return f.each(`SELECT `+f.column("message", "id")+`, author, text, `+f.column("message", "images")+`
		FROM message WHERE chat_id = ? ORDER BY rowid`, key, c, &size, func(s *sqlite3.Stmt) {
		m := chat.Message{ID: chat.MessageID(s.ColumnText(0)), Role: chat.User}
		if m.ID == "" {
			m.ID = chat.MessageID(strconv.Itoa(len(c.Messages)))
		}
		if author := s.ColumnText(1); author != "me" && author != "user" {
			m.Role = chat.Assistant
		}
		m.Parts = append(images(s.ColumnText(3)), text(s.ColumnText(2))...)
		if len(m.Parts) > 0 {
			c.Messages = append(c.Messages, m)
		}
	})
}

// each runs a query about one conversation and stops where it gets too large.
func (f *File) each(sql, key string, c *chat.Conversation, size *int, row func(*sqlite3.Stmt)) error {
	err := f.rows(sql, []any{key}, func(s *sqlite3.Stmt) error {
		for i := range s.ColumnCount() {
			*size += len(s.ColumnRawText(i))
		}
		if *size > maxText || len(c.Messages) >= maxMessages {
			return unreadable("large", nil)
		}
		row(s)
		return nil
	})
	if err == nil || fault.Is(err, fault.ImportFile) {
		return err
	}
	return unreadable("end", nil)
}

// rows runs a query and row for every row of its result.
func (f *File) rows(sql string, args []any, row func(*sqlite3.Stmt) error) error {
	stmt, _, err := f.conn.Prepare(sql)
	if err != nil {
		return err
	}
	for i, arg := range args {
		if word, ok := arg.(string); ok {
			err = errors.Join(err, stmt.BindText(i+1, word))
		}
	}
	for err == nil && stmt.Step() {
		err = row(stmt)
	}
	return errors.Join(err, stmt.Err(), stmt.Close())
}

// unreadable says what is wrong with a file. SQLite's own words are dropped:
// they may quote what is in it.
func unreadable(why string, cause error) error {
	return fault.E("foreign.Open", fault.ImportFile, cause, "why", why)
}

func text(s string) []chat.Part {
	if s == "" {
		return nil
	}
	return []chat.Part{{Kind: chat.TextPart, Text: chat.Text(s)}}
}

// images are pictures in base64, as oterm keeps those that a prompt had.
func images(list string) []chat.Part {
	var encoded []string
	if list == "" || json.Unmarshal([]byte(list), &encoded) != nil {
		return nil
	}
	var parts []chat.Part
	for _, e := range encoded {
		data, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, strings.NewReader(e)))
		if err != nil || len(data) == 0 {
			continue
		}
		parts = append(parts, chat.Part{Kind: chat.ImagePart, Data: data})
	}
	return parts
}

func parseTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999", "2006-01-02 15:04:05.999999"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1970 {
			return t.UTC().Truncate(time.Microsecond)
		}
	}
	return time.Time{}
}

package foreign_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore/foreign"
)

// made writes a database as another program would.
func made(t testing.TB, sql string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	conn, err := sqlite3.Open("file:" + filepath.ToSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(conn.Exec(sql), conn.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

const llm = `CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, response TEXT, conversation_id TEXT, datetime_utc TEXT);
INSERT INTO conversations VALUES ('c1', 'Tides', 'gpt-4o'), ('c2', 'Empty', 'm');
INSERT INTO responses VALUES
 ('r2', 'gpt-4o', 'And why?', NULL, 'Gravity.', 'c1', '2024-05-01T10:01:00.5+00:00'),
 ('r1', 'gpt-4o', 'How?', 'Be brief.', 'The moon.', 'c1', '2024-05-01T10:00:00+00:00');`

const oterm = `CREATE TABLE chat (id INTEGER PRIMARY KEY, name TEXT, model TEXT NOT NULL, system TEXT);
CREATE TABLE message (id INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL, images TEXT DEFAULT '[]');
INSERT INTO chat VALUES (1, 'Picture', 'llava', 'S');
INSERT INTO message VALUES (1, 1, 'me', 'What is it?', '["iVBORw0KGgo="]'), (2, 1, 'assistant', 'A boat.', '[]');`

func read(t testing.TB, path string) (string, foreign.Program, error) {
	t.Helper()
	f, err := foreign.Open(t.Context(), path)
	if err != nil {
		return "", "", err
	}
	var b strings.Builder
	err = f.Each(t.Context(), func(key string, c chat.Conversation) error {
		fmt.Fprintf(&b, "%s %s %s %s\n", key, c.Title, c.Model, string(c.System))
		for _, m := range c.Messages {
			fmt.Fprintf(&b, " %s:", m.Role)
			for _, p := range m.Parts {
				fmt.Fprintf(&b, " %s %s%d", p.Kind, string(p.Text), len(p.Data))
			}
			b.WriteString("\n")
		}
		return nil
	}, func(key string, err error) { fmt.Fprintf(&b, "lost %s: %v\n", key, fault.KindOf(err)) })
	return b.String(), f.Program(), errors.Join(err, f.Close())
}

func TestDatabasesOfOtherPrograms(t *testing.T) {
	for _, tc := range []struct {
		name, sql string
		program   foreign.Program
		want      string
	}{
		{
			"llm keeps a prompt and its answer in one row, in any order", llm, foreign.LLM,
			"c1 Tides gpt-4o Be brief.\n user: text How?0\n assistant: text The moon.0\n user: text And why?0\n assistant: text Gravity.0\nc2 Empty m \n",
		},
		{
			"oterm keeps pictures beside a prompt", oterm, foreign.Oterm,
			"1 Picture llava S\n user: image 8 text What is it?0\n assistant: text A boat.0\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := made(t, tc.sql)
			before, _ := os.ReadFile(path)
			got, program, err := read(t, path)
			if err != nil || program != tc.program || got != tc.want {
				t.Errorf("%s, %v:\n%swant\n%s", program, err, got, tc.want)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file has changed")
			}
		})
	}
}

func TestHostileDatabasesAreRefused(t *testing.T) {
	for name, sql := range map[string]string{
		"another program's":              `CREATE TABLE notes (id)`,
		"a view in the place of a table": `CREATE TABLE conversations (id, name, model); CREATE VIEW responses AS SELECT 1 AS id, 2 AS conversation_id, 3 AS prompt, 4 AS response`,
		"a table without its columns":    `CREATE TABLE chat (id, name, model); CREATE TABLE message (id)`,
	} {
		if _, _, err := read(t, made(t, sql)); !fault.Is(err, fault.ImportFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	path := filepath.Join(t.TempDir(), "no.db")
	if err := os.WriteFile(path, []byte("SQLite format 3\x00 and rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := read(t, path); !fault.Is(err, fault.ImportFile) {
		t.Errorf("rubbish: %v", err)
	}
}

// FuzzOpen damages a database: reading ends, and nothing but an error or
// conversations comes of it.
func FuzzOpen(f *testing.F) {
	whole, err := os.ReadFile(made(f, llm))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(100, byte(1))
	f.Add(5000, byte(255))
	f.Fuzz(func(t *testing.T, at int, with byte) {
		data := append([]byte(nil), whole...)
		if at < 0 || at >= len(data) {
			return
		}
		data[at] ^= with
		path := filepath.Join(t.TempDir(), "damaged.db")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := read(t, path); err != nil && !fault.Is(err, fault.ImportFile) {
			t.Errorf("byte %d: %v", at, err)
		}
	})
}

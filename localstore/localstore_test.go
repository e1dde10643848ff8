package localstore

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"bise/app/chat"
)

var clock = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func testKey(b byte) Key {
	var k Key
	for i := range k {
		k[i] = b + byte(i)
	}
	return k
}

func newPathIn(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "data", "history.db")
}

func mustOpen(t testing.TB, path string, key Key) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, key)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func newDB(t testing.TB) *DB {
	t.Helper()
	return mustOpen(t, newPathIn(t), testKey(1))
}

func begin(t testing.TB, db *DB, id chat.ConversationID, title string) {
	t.Helper()
	k := keepable(t, title)
	err := db.Begin(t.Context(), Meta{ID: id, Title: &k, Created: clock, Profile: "local", Provider: "ollama", Model: "m"})
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
}

func message(id string, role chat.Role, text string) chat.Message {
	origin := chat.Typed
	if role == chat.Assistant {
		origin = chat.Model
	}
	return chat.Message{
		ID: chat.MessageID(id), Role: role, At: clock, State: chat.Complete, Service: "local",
		Parts: []chat.Part{{Kind: chat.TextPart, Origin: origin, Text: chat.Text(text)}},
	}
}

func add(t testing.TB, db *DB, id chat.ConversationID, m chat.Message) {
	t.Helper()
	if err := db.Append(t.Context(), id, storable(t, m)); err != nil {
		t.Fatalf("append: %v", err)
	}
}

func found(t testing.TB, db *DB, query string) []string {
	t.Helper()
	hits, err := db.Search(context.Background(), query, 0)
	if err != nil {
		t.Fatalf("search %q: %v", query, err)
	}
	var ids []string
	for _, h := range hits {
		ids = append(ids, string(h.Message))
	}
	return ids
}

func number3(i int) string { return fmt.Sprintf("%03d", i) }

package localstore

import (
	"bytes"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
)

func TestBeforeAMigrationACopyIsMade(t *testing.T) {
	path, key := filled(t, 3)
	conn, err := connect(t.Context(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}()
	// The file has the last schema already, as when another process was here
	// first: the copy is made and there is nothing else to do.
	before := read(t, path)
	if err := upgrade(t.Context(), conn, path, key, 0); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, read(t, path)) {
		t.Fatal("the history was changed")
	}
	backup := backupPath(path, 0)
	if mode := perm(t, backup); mode != 0o600 {
		t.Fatalf("the copy has the mode %v", mode)
	}
	if err := verifyFile(t.Context(), backup, key); err != nil {
		t.Fatal(err)
	}
	if err := verifyFile(t.Context(), backup, testKey(9)); !fault.Is(wrap(t.Context(), "test", backup, err), fault.WrongKey) {
		t.Fatalf("the copy opens with another key: %v", err)
	}
	// What is purged must not live on in the copy.
	db := mustOpen(t, path, key)
	if err := db.Purge(t.Context(), chat.ConversationID("c")); err != nil {
		t.Fatal(err)
	}
	if Exists(backup) {
		t.Fatal("the copy outlived a purge")
	}
}

func TestAMigrationThatFailsChangesNothing(t *testing.T) {
	path, key := filled(t, 3)
	withConn(t, path, `PRAGMA user_version = 0`)
	conn, err := connect(t.Context(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	before := read(t, path)
	if err := migrate(conn, 0); err == nil {
		t.Fatal("the tables were made twice")
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, read(t, path)) {
		t.Fatal("the history was changed")
	}
}

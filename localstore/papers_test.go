package localstore

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"bise/app/fault"
)

func TestNoticesAreKeptUntilTheyAreDoneWith(t *testing.T) {
	path := newPathIn(t)
	db, err := Open(t.Context(), path, testKey(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []Notice{
		{ID: "a", Kind: "terms", Received: "2025-05-07", About: keepable(t, "CANARY"), Facts: []string{"terms_notice=2025-05-07", "materially_adverse=yes"}, Added: clock},
		{ID: "b", Kind: "breach", Received: "2025-06-01", About: keepable(t, "a breach"), Items: []string{"contact_point"}, Added: clock},
	} {
		if err := db.AddNotice(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.DismissNotice(t.Context(), "a", clock); err != nil {
		t.Fatal(err)
	}
	if err := db.DismissNotice(t.Context(), "c", clock); !fault.Is(err, fault.NotFound) {
		t.Errorf("a notice that is not there: %v", err)
	}
	if err := db.AddNotice(t.Context(), Notice{ID: "d"}); !fault.Is(err, fault.Refused) {
		t.Errorf("without a permit: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(read(t, path), []byte("CANARY")) {
		t.Error("the notice is in the file in plain")
	}
	rows, err := mustOpen(t, path, testKey(1)).Notices(t.Context())
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d notices, %v", len(rows), err)
	}
	if b, a := rows[0], rows[1]; b.ID != "b" || !b.Dismissed.IsZero() || !slices.Equal(b.Items, []string{"contact_point"}) ||
		string(a.About) != "CANARY" || !a.Dismissed.Equal(clock) || len(a.Facts) != 2 {
		t.Errorf("%+v", rows)
	}
}

func TestDocumentsAreKeptWithWhatBecameOfThem(t *testing.T) {
	path := newPathIn(t)
	db := mustOpen(t, path, testKey(1))
	d := Document{
		ID: "d", Profile: "mistral", Kind: "G1", To: "support@mistral.ai", CC: []string{"legal@mistral.ai"},
		Text: keepable(t, "CANARY"), Subject: keepable(t, "subject"), Complete: true, Created: clock,
	}
	if err := db.AddDocument(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := db.AddDocument(t.Context(), Document{ID: "e", Text: d.Text}); !fault.Is(err, fault.Refused) {
		t.Errorf("a subject without a permit: %v", err)
	}
	if err := db.MarkSent(t.Context(), "d", "2026-03-02"); err != nil {
		t.Fatal(err)
	}
	row, err := db.Document(t.Context(), "d")
	if err != nil || row.Sent != "2026-03-02" || row.Subject != "subject" || string(row.Text) != "CANARY" || !row.Complete || !row.Created.Equal(clock) {
		t.Errorf("%+v, %v", row, err)
	}
	if err := db.RemoveDocument(t.Context(), "d"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Document(t.Context(), "d"); !fault.Is(err, fault.NotFound) {
		t.Errorf("after its removal: %v", err)
	}
	if rows, err := db.Documents(t.Context()); err != nil || len(rows) != 0 {
		t.Errorf("%d documents, %v", len(rows), err)
	}
}

// TestAHistoryOfTheFirstSchemaIsBroughtUp makes a history as the first version
// left it, opens it, and wants everything that was in it and the new tables.
func TestAHistoryOfTheFirstSchemaIsBroughtUp(t *testing.T) {
	path, key := filled(t, 3)
	withConn(t, path, `DROP TABLE notice; DROP TABLE document; DROP TABLE share; DROP TABLE activity; DROP TABLE upload;
		ALTER TABLE conversation DROP COLUMN settings; PRAGMA user_version = 1`)
	db := mustOpen(t, path, key)
	c, err := db.Conversation(t.Context(), "c")
	if err != nil || len(c.Messages) != 3 {
		t.Fatalf("%d messages are left: %v", len(c.Messages), err)
	}
	err = db.AddNotice(t.Context(), Notice{ID: "n", About: keepable(t, "x"), Added: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if !Exists(backupPath(path, 1)) {
		t.Error("no copy was made before")
	}
	if err := verifyFile(t.Context(), backupPath(path, 1), key); err != nil {
		t.Errorf("the copy: %v", err)
	}
}

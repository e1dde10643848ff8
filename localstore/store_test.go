package localstore

import (
	"reflect"
	"testing"

	"bise/app/chat"
)

func TestWhatIsStoredComesBackTheSameFromAnotherOpening(t *testing.T) {
	path := newPathIn(t)
	db := mustOpen(t, path, testKey(1))
	begin(t, db, "c1", "Über Käse")
	m := message("m1", chat.User, "hello \xff world\x00!")
	add(t, db, "c1", m)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = mustOpen(t, path, testKey(1))
	c, err := db.Conversation(t.Context(), "c1")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c.Messages[0], m) {
		t.Fatalf("got %#v, want %#v", c.Messages[0], m)
	}
	t.Log(found(t, db, "wor"))
}

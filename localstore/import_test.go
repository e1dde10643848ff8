package localstore

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bise/app/chat"
	"bise/app/fault"
	"bise/app/policy"
)

func TestImportAddsOnlyWhatIsMissing(t *testing.T) {
	db := newDB(t)
	title := keepable(t, "Tides")
	meta := Meta{ID: "c1", Title: &title, Created: clock, Tags: []string{"sea"}}
	one, two := message("m1", chat.User, "ebb"), message("m2", chat.Assistant, "flow")
	other := message("m1", chat.User, "something else")
	three := message("m3", chat.User, "and")
	three.Parent = "m2"
	steps := []struct {
		name     string
		do       func() error
		messages []chat.Message
		want     Imported
	}{
		{"a new conversation", nil, []chat.Message{one, two}, Imported{New: true, Added: 2}},
		{"the same again", nil, []chat.Message{one, two}, Imported{}},
		{"one with a message more", nil, []chat.Message{one, two, three}, Imported{Added: 1}},
		{"a message whose id is taken keeps its words", nil, []chat.Message{other}, Imported{}},
		{"one that was deleted comes back", func() error { return db.Delete(t.Context(), "c1") }, []chat.Message{one}, Imported{Back: true}},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			if s.do != nil {
				if err := s.do(); err != nil {
					t.Fatal(err)
				}
			}
			var permits []policy.Storable
			var ids []chat.MessageID
			for _, m := range s.messages {
				permits, ids = append(permits, storable(t, m)), append(ids, m.ID)
			}
			would, err := db.Missing(t.Context(), "c1", ids)
			if err != nil || would != s.want {
				t.Errorf("it would do %+v, %v", would, err)
			}
			did, err := db.Import(t.Context(), meta, "m2", permits)
			if err != nil || did != s.want {
				t.Errorf("it did %+v, %v", did, err)
			}
			c, err := db.Conversation(t.Context(), "c1")
			if err != nil || c.Leaf != "m2" || c.Messages[0].Text() != "ebb" {
				t.Errorf("%v, leaf %q", err, c.Leaf)
			}
		})
	}
	wantKind(t, func() error {
		_, err := db.Import(t.Context(), meta, "", []policy.Storable{{}})
		return err
	}(), fault.Refused)
}

func TestErasingTakesThePapersToo(t *testing.T) {
	db := newDB(t)
	begin(t, db, "old", "Old")
	add(t, db, "old", message("m1", chat.User, "ebb"))
	about := keepable(t, "terms")
	if err := db.AddNotice(t.Context(), Notice{ID: "n", Kind: "terms", About: about, Added: clock}); err != nil {
		t.Fatal(err)
	}
	held, err := db.Holdings(t.Context())
	if err != nil || held.Conversations != 1 || held.Messages != 1 || held.Notices != 1 {
		t.Fatal(held, err)
	}
	ids, err := db.Before(t.Context(), clock.Add(-time.Hour))
	if err != nil || len(ids) != 0 {
		t.Error(ids, err)
	}
	ids, err = db.Before(t.Context(), clock.Add(time.Hour))
	if err != nil || !slices.Equal(ids, []chat.ConversationID{"old"}) {
		t.Error(ids, err)
	}
	if err := db.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if held, err = db.Holdings(t.Context()); err != nil || held != (Holdings{}) {
		t.Error(held, err)
	}
	if got := found(t, db, "ebb"); len(got) > 0 {
		t.Error("the index still knows the words:", got)
	}
}

func TestANewFileIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.txt")
	begun := func(replace bool) (*NewFile, error) {
		f, err := CreateFile(path, replace)
		if err == nil {
			_, err = f.Write([]byte("new"))
		}
		return f, err
	}
	f, err := begun(false)
	if err != nil {
		t.Fatal(err)
	}
	f.Discard()
	wantFiles(t, path)
	if f, err = begun(false); err != nil {
		t.Fatal(err)
	}
	write(t, path, []byte("somebody else's"))
	wantKind(t, f.Commit(), fault.FileExists)
	f.Discard()
	_, err = begun(false)
	wantKind(t, err, fault.FileExists)
	if f, err = begun(true); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if got := string(read(t, path)); got != "new" {
		t.Errorf("the file holds %q", got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
	_, err = CreateFile(filepath.Join(dir, "no", "out.txt"), false)
	wantKind(t, err, fault.NotFound)
	_, err = CreateFile(dir, true)
	wantKind(t, err, fault.ReadOnly)
}

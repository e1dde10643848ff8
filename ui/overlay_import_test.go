package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app"
	"bise/ui/dialog"
	"bise/ui/importview"
	"bise/ui/screen"
)

func TestImportingConversations(t *testing.T) {
	env, _ := historyEnv(t)
	folder := t.TempDir()
	place := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	count := func() int {
		list, err := env.App.Conversations(t.Context(), app.Query{})
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	file := place("conversations.json", searched)
	open := func(t *testing.T, path string) *driver { return drive(t, importview.New(env, t.Context(), path)) }

	t.Run("asks for a file, and says whose files can be read", func(t *testing.T) {
		d := drive(t, dialog.ImportFile(env))
		d.golden("import-file")
		d.keys(file, "enter")
		want := screen.Answered{Question: dialog.ImportQuestion, Choice: dialog.Yes, Text: file}
		if d.last != want {
			t.Errorf("the answer is %#v", d.last)
		}
	})
	t.Run("says what is in the file, and keeps nothing yet", func(t *testing.T) {
		d := open(t, file)
		d.golden("import-holds")
		if count() != 0 {
			t.Error("something was kept")
		}
		d.keys("esc")
		if d.last != (screen.Close{}) || count() != 0 {
			t.Errorf("after Esc: %#v and %d conversations", d.last, count())
		}
	})
	t.Run("keeps it at Enter, and says how much", func(t *testing.T) {
		d := open(t, file).keys("enter")
		told, ok := d.last.(screen.Tell)
		if !ok || !told.Close || !strings.Contains(told.Line, "One conversation read: 1 new") {
			t.Fatalf("the last action is %#v", d.last)
		}
		if count() != 1 {
			t.Errorf("%d conversations were kept", count())
		}
	})
	t.Run("offers nothing where everything is here already", func(t *testing.T) {
		d := open(t, file)
		d.golden("import-nothing-new")
		d.keys("enter")
		if d.last != nil {
			t.Errorf("Enter did %#v", d.last)
		}
	})
	t.Run("names what cannot be read, and imports the rest", func(t *testing.T) {
		var broken []string
		for i := range 40 {
			broken = append(broken, fmt.Sprintf(`{"id":"broken-%d","mapping":[]}`, i))
		}
		path := place("damaged.json", strings.Replace(strings.TrimSuffix(searched, "]"), "c-1", "c-2", 1)+","+strings.Join(broken, ",")+"]")
		d := open(t, path)
		d.golden("import-damaged")
		d.keys("enter")
		if _, ok := d.last.(screen.Tell); !ok || count() != 2 {
			t.Errorf("%#v, and %d conversations", d.last, count())
		}
	})
	t.Run("imports what comes before the place where a file breaks off", func(t *testing.T) {
		path := place("cut.json", strings.Replace(strings.TrimSuffix(searched, "]"), "c-1", "c-3", 1)+`,{"id":"c-4","mapp`)
		before := count()
		d := open(t, path)
		d.shows("One conversation.", "! ", "Enter import")
		d.keys("enter")
		if count() != before+1 {
			t.Errorf("%d conversations after %d", count(), before)
		}
		if told, ok := d.last.(screen.Tell); !ok || !strings.Contains(told.Line, "1 new") {
			t.Errorf("the last action is %#v", d.last)
		}
	})
	t.Run("a remedy that has no room can be scrolled to", func(t *testing.T) {
		d := open(t, place(strings.Repeat("a-long-name-", 8)+".txt", "buy milk"))
		d.overlay.Resize(40, 12)
		before := d.overlay.View()
		if d.keys("pgdown"); d.overlay.View() == before {
			t.Errorf("PgDn does nothing:\n%s", before)
		}
	})
	t.Run("says that a file holds no conversations", func(t *testing.T) {
		d := open(t, place("notes.txt", "buy milk"))
		d.golden("import-unknown")
		if d.keys("enter"); d.last != nil {
			t.Errorf("Enter did %#v", d.last)
		}
	})
	t.Run("what was kept before Esc stays, and is told", func(t *testing.T) {
		var many []string
		for i := range 3000 {
			many = append(many, strings.TrimSuffix(strings.TrimPrefix(strings.Replace(searched, "c-1", fmt.Sprintf("many-%d", i), 1), "["), "]"))
		}
		d := open(t, place("many.json", "["+strings.Join(many, ",")+"]"))
		before := count()
		cmd := d.update(must(keyNamed("enter")))
		d.update(must(keyNamed("esc"))) // the reading has not begun, and is told to end
		d.run(cmd)
		told, ok := d.last.(screen.Tell)
		if !ok || !told.Close || !strings.HasPrefix(told.Line, "Stopped.") || count() > before+1 {
			t.Errorf("%#v, and %d conversations after %d", d.last, count(), before)
		}
	})
}

func must[T any](v T, ok bool) T {
	if !ok {
		panic("no such key")
	}
	return v
}

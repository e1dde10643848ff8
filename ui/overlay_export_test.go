package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bise/app"
	"bise/app/imports"
	"bise/ui/export"
	"bise/ui/screen"
)

// searched is a conversation of another program with an answer that may not be
// kept.
const searched = `[{"id":"c-1","title":"Tides","create_time":1700000000,"current_node":"d","mapping":{
 "a":{"message":{"author":{"role":"user"},"create_time":1700000001,"content":{"content_type":"text","parts":["How do tides work?"]}}},
 "b":{"parent":"a","message":{"author":{"role":"assistant"},"recipient":"web","content":{"content_type":"code","text":"q"}}},
 "c":{"parent":"b","message":{"author":{"role":"assistant"},"recipient":"all","content":{"content_type":"text","parts":["Found."]}}},
 "d":{"parent":"c","message":{"author":{"role":"user"},"create_time":1700000003,"content":{"content_type":"text","parts":["And without a search?"]}}}
}}]`

func TestExportingAConversation(t *testing.T) {
	env, _ := historyEnv(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "conversations.json")
	if err := os.WriteFile(file, []byte(searched), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := env.App.Import(t.Context(), app.ImportRequest{Path: file, From: imports.ChatGPT}); err != nil {
		t.Fatal(err)
	}
	list, err := env.App.Conversations(t.Context(), app.Query{})
	if err != nil || len(list) != 1 {
		t.Fatal(err, list)
	}
	s, err := env.App.OpenSession(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	open := func(t *testing.T) *driver { return drive(t, export.New(env, t.Context(), s)) }
	t.Run("asks for the form first", func(t *testing.T) { open(t).golden("export-form") })
	t.Run("says what is left out and where it goes", func(t *testing.T) { open(t).keys("enter").golden("export-place") })
	t.Run("writes the file, and replaces one only when told twice", func(t *testing.T) {
		path := filepath.Join(folder, "tides.html")
		d := open(t).keys("2", "enter", "ctrl+u", path, "enter")
		told, ok := d.last.(screen.Tell)
		if !ok || !told.Close || !strings.Contains(told.Line, path) {
			t.Fatalf("the last action is %#v", d.last)
		}
		page, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(page), "How do tides work?") || strings.Contains(string(page), "Found.") {
			t.Fatalf("%v\n%s", err, page)
		}
		d = open(t).keys("3", "enter", "ctrl+u", path, "enter")
		if again, err := os.ReadFile(path); err != nil || string(again) != string(page) {
			t.Fatal("the file was replaced at once", err)
		}
		d.keys("enter")
		if again, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(again), "Exported by bise") {
			t.Fatalf("%v\n%s", err, again)
		}
	})
	t.Run("says that an empty conversation is empty", func(t *testing.T) {
		drive(t, export.New(env, t.Context(), env.App.NewSession(app.Choice{Provider: app.GuideProvider}))).golden("export-empty")
	})
}

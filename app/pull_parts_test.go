package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNotesOfAStoppedPullAreWaitedFor(t *testing.T) {
	folder := t.TempDir()
	note := func(n, content string, at time.Time) {
		path := filepath.Join(folder, "sha256-"+strings.Repeat("a", 64)+"-partial-"+n)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Date(2026, 11, 25, 1, 0, 10, 0, time.UTC)
	stopped := now.Add(-2 * time.Second)
	is := func(want bool, when string) {
		t.Helper()
		if got := settled(partNotes(folder), stopped, now); got != want {
			t.Errorf("%s: settled is %v", when, got)
		}
	}
	is(false, "without any note")
	note("0", `{"N":0}`, stopped.Add(-time.Minute))
	is(false, "with a note from before the stop")
	note("1", `{"N":1}`, now)
	is(false, "just after a note was written")
	note("1", `{"N":1}`, now.Add(-time.Second))
	is(true, "a second after the last note")
	note("0", "", stopped)
	is(false, "while a note is empty")
}

func TestWhatAKilledServerLeftIsMended(t *testing.T) {
	models := t.TempDir()
	blobs := filepath.Join(models, "blobs")
	if err := os.Mkdir(blobs, 0o700); err != nil {
		t.Fatal(err)
	}
	good, bad := "sha256-"+strings.Repeat("a", 64), "sha256-"+strings.Repeat("b", 64)
	for name, content := range map[string]string{
		good: "whole", good + "-partial": "x", good + "-partial-0": "{}",
		bad: "whole", bad + "-partial": "x", bad + "-partial-0": "", bad + "-partial-1": "{}",
	} {
		if err := os.WriteFile(filepath.Join(blobs, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a := &App{}
	room := modelRoom{folder: models}
	if a.mend(room) {
		t.Error("the folder of a server that is not ours was touched")
	}
	a.runner.server = &server{done: make(chan struct{})}
	if !a.mend(room) || a.mend(room) {
		t.Error("it was not mended once")
	}
	entries, err := os.ReadDir(blobs)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if got, want := strings.Join(left, " "), strings.Join([]string{good, good + "-partial", good + "-partial-0", bad}, " "); got != want {
		t.Errorf("left is %s, want %s", got, want)
	}
}

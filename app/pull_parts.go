package app

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// A pull that is stopped has its server write down how far each part is. A
// server that ends while it writes leaves an empty note, and from then on
// refuses the model with "EOF" (seen with Ollama 0.34.1). So bise waits for the
// notes before it stops a server of its own, and clears away what a server that
// was killed has left.

// partNote is the name of the note of one part; the blob's name comes first.
var partNote = regexp.MustCompile(`^(sha256-[0-9a-f]{64}-partial)-[0-9]+$`)

const (
	// notesLimit is how long the notes are waited for; they come within
	// milliseconds, or never, when nothing was under way.
	notesLimit = 1500 * time.Millisecond
	// notesQuiet is how long no note may change before all are taken for
	// written.
	notesQuiet = 200 * time.Millisecond
)

// partNotes lists the notes in a folder of blobs.
func partNotes(folder string) []os.FileInfo {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	var notes []os.FileInfo
	for _, e := range entries {
		if partNote.MatchString(e.Name()) {
			if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
				notes = append(notes, info)
			}
		}
	}
	return notes
}

// settled reports whether the notes of a pull that was stopped at a time are
// written: some have changed since, none is empty, none has changed lately.
func settled(notes []os.FileInfo, stopped, now time.Time) bool {
	changed := false
	for _, n := range notes {
		if n.Size() == 0 || now.Sub(n.ModTime()) < notesQuiet {
			return false
		}
		changed = changed || !n.ModTime().Before(stopped)
	}
	return changed
}

// awaitNotes waits until a server that bise started has written down how far a
// stopped pull is. Another server goes on living and needs no waiting for.
func (a *App) awaitNotes(room modelRoom) {
	if a.runner.current() == nil || room.folder == "" {
		return
	}
	stopped := time.Now().Truncate(time.Second) // some file systems keep whole seconds
	ctx, cancel := context.WithTimeout(context.Background(), notesLimit)
	defer cancel()
	tick := time.NewTicker(notesQuiet / 4)
	defer tick.Stop()
	for !settled(partNotes(room.blobs()), stopped, time.Now()) {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// mend clears away the parts of blobs of which a note is empty, so that they are
// fetched anew. It touches only the folder of a server that bise started, where
// no pull is under way. It reports whether there was anything to mend.
func (a *App) mend(room modelRoom) bool {
	if a.runner.current() == nil || room.folder == "" {
		return false
	}
	folder := room.blobs()
	notes := partNotes(folder)
	var broken []string
	for _, n := range notes {
		blob := partNote.FindStringSubmatch(n.Name())[1]
		if n.Size() == 0 && !slices.Contains(broken, blob) {
			broken = append(broken, blob)
		}
	}
	for _, blob := range broken {
		for _, n := range notes {
			if partNote.FindStringSubmatch(n.Name())[1] == blob {
				_ = os.Remove(filepath.Join(folder, n.Name()))
			}
		}
		_ = os.Remove(filepath.Join(folder, blob))
	}
	return len(broken) > 0
}

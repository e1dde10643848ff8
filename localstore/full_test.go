//go:build integration && linux

package localstore

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
)

// It needs root: the disk is a small one in memory.
func TestAFullDiskLosesNothingThatWasAcknowledged(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounting a small disk needs root")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(dir, "history.db")
	db, err := Open(t.Context(), path, testKey(1))
	if err != nil {
		t.Fatal(err)
	}
	begin(t, db, "c", "title")
	acked := 0
	for ; acked < 1000; acked++ {
		m := message(fmt.Sprint(acked), chat.User, strings.Repeat("needle ", 1000))
		if err = db.Append(t.Context(), "c", storable(t, m)); err != nil {
			break
		}
	}
	wantKind(t, err, fault.DiskFull)
	if ids := found(t, db, "needle"); len(ids) != min(acked, maxHits) {
		t.Fatalf("%d acknowledged, %d found", acked, len(ids))
	}
	wantKind(t, Rekey(t.Context(), path, testKey(1), testKey(2)), fault.Locked)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wantKind(t, Rekey(t.Context(), path, testKey(1), testKey(2)), fault.DiskFull)
	if err := Verify(t.Context(), path, testKey(1)); err != nil {
		t.Fatal(err)
	}
}

package disk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bise/app/fault"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestAFileIsReplacedWholeAndLeavesNothingBeside(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, content := range []string{"old", "newer"} {
		if err := WriteFile(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Fatalf("read %q, %v", got, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"f"}) {
		t.Fatalf("files %v", got)
	}
}

func TestAWriteThatFailsLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.Mkdir(path, 0o700); err != nil { // a folder in the way of the rename
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("x")); err == nil {
		t.Fatal("a folder was replaced by a file")
	}
	if got := names(t, dir); !slices.Equal(got, []string{"f"}) {
		t.Fatalf("files %v", got)
	}
	if err := WriteFile(filepath.Join(dir, "none", "f"), nil); err == nil {
		t.Fatal("a file was written into no folder")
	}
}

func TestCreatingDoesNotReplaceAndRemovingTwiceIsNoError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	if err := Create(path); !errors.Is(err, os.ErrExist) {
		t.Fatalf("created twice: %v", err)
	}
	for range 2 {
		if err := Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if Exists(path) {
		t.Fatal("it is still there")
	}
}

func TestAnExclusiveLockKeepsOthersOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	sharers := make([]*Lock, 2)
	for i := range sharers {
		l, err := Shared(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		sharers[i] = l
	}
	if _, err := TryExclusive(path); !Held(err) {
		t.Fatalf("exclusive beside sharers: %v", err)
	}
	for _, l := range sharers {
		if err := l.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
	l, err := TryExclusive(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*poll)
	defer cancel()
	if _, err := Shared(ctx, path); !Held(err) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("shared beside an exclusive lock: %v", err)
	}
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestAWaiterGetsTheLockWhenItIsLetGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	// A lock of the system's orders nothing for the race detector, so the count
	// orders itself.
	var inside atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			l, err := Exclusive(ctx, path)
			if err != nil {
				t.Errorf("lock: %v", err)
				return
			}
			if inside.Add(1) != 1 {
				t.Error("two hold it")
			}
			runtime.Gosched() // a second holder has the time to come
			inside.Add(-1)
			if err := l.Unlock(); err != nil {
				t.Errorf("unlock: %v", err)
			}
		})
	}
	wg.Wait()
}

func TestFailuresOfTheDiskHaveTheirKinds(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"no permission":    {fmt.Errorf("open: %w", os.ErrPermission), fault.ReadOnly},
		"something else":   {errors.New("x"), fault.Damaged},
		"nothing to speak": {nil, fault.Damaged},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Kind(c.err, fault.Damaged); got != c.want {
				t.Fatalf("got %q", got)
			}
		})
	}
}

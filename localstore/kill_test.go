//go:build unix

package localstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
)

// These tests run the test binary again, as another process.

const childEnv = "LOCALSTORE_TEST_CHILD"

func TestMain(m *testing.M) {
	mode, path, _ := strings.Cut(os.Getenv(childEnv), ":")
	switch mode {
	case "write":
		os.Exit(writeUntilKilled(path))
	case "hang":
		os.Exit(hangInWrite(path))
	case "open":
		_, err := Open(context.Background(), path, testKey(1))
		fmt.Print(fault.KindOf(err))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writeUntilKilled appends messages and prints the id of each that was
// acknowledged.
func writeUntilKilled(path string) int {
	ctx := context.Background()
	db, err := Open(ctx, path, testKey(1))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for i := 0; ; i++ {
		id := strconv.Itoa(os.Getpid()) + "-" + strconv.Itoa(i)
		s, err := permit(message(id, chat.User, "acked "+id))
		if err == nil {
			err = db.Append(ctx, "c", s)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(id)
	}
}

// hangInWrite writes more than the page cache holds, so that pages reach the
// file before the commit, says so, and waits to be killed.
func hangInWrite(path string) int {
	db, err := Open(context.Background(), path, testKey(1))
	if err == nil {
		err = db.write(context.Background(), "test", func(s session) error {
			for i := range 400 {
				if err := s.put(1, message("x"+number3(i), chat.User, strings.Repeat(text(i), 10))); err != nil {
					return err
				}
			}
			fmt.Println("ready")
			select {}
		})
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func child(t *testing.T, mode, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+mode+":"+path)
	return cmd
}

func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	path, key := filled(t, 1)
	reader := mustOpen(t, path, key) // another window stays open through it all
	acked := make(map[string]bool)
	for round := range 6 {
		cmd := child(t, "write", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var errs bytes.Buffer
		cmd.Stderr = &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// The kill falls somewhere in the next write: the child does not wait.
		for range 5 + 3*round {
			var id string
			if _, err := fmt.Fscanln(out, &id); err != nil {
				t.Fatalf("%v: %s", err, errs.String())
			}
			acked[id] = true
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed, and says so
		c, err := reader.Conversation(t.Context(), "c")
		if err != nil {
			t.Fatal(err)
		}
		there := make(map[string]bool)
		for _, m := range c.Messages {
			there[string(m.ID)] = string(m.Text()) == "acked "+string(m.ID)
		}
		for id := range acked {
			if !there[id] {
				t.Fatalf("round %d: %s was acknowledged and is lost", round, id)
			}
		}
	}
	if err := Verify(t.Context(), path, key); err != nil {
		t.Fatal(err)
	}
}

func TestAFolderThatCannotBeWrittenIsReadOnly(t *testing.T) {
	// The folders of t.TempDir and of the test binary are closed to others.
	dir, err := os.MkdirTemp("", "localstore")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(os.Chmod(dir, 0o700), os.RemoveAll(dir)); err != nil {
			t.Error(err)
		}
	})
	binary, data := filepath.Join(dir, "test"), filepath.Join(dir, "data")
	write(t, binary, read(t, os.Args[0]))
	if err := errors.Join(os.Mkdir(data, 0o555), os.Chmod(binary, 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd := child(t, "open", filepath.Join(data, "history.db"))
	cmd.Path = binary
	if os.Getuid() == 0 { // rights do not bind root: be somebody else
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("the test binary cannot run as somebody else: %v", err)
	}
	if string(out) != string(fault.ReadOnly) {
		t.Fatalf("got %q", out)
	}
}

func TestAJournalLeftByAKillIsKeptForTheRightKey(t *testing.T) {
	path, key := filled(t, 20)
	want := texts(t, path, key)
	before := read(t, path)
	cmd := child(t, "hang", path)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var word string
	if _, err := fmt.Fscanln(out, &word); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed, and says so
	torn, journal := read(t, path), read(t, path+"-journal")
	if bytes.Equal(before, torn) {
		t.Fatal("the kill came before any page was written")
	}
	_, err = Open(t.Context(), path, testKey(9))
	wantKind(t, err, fault.WrongKey)
	if !bytes.Equal(torn, read(t, path)) || !bytes.Equal(journal, read(t, path+"-journal")) {
		t.Fatal("the wrong key changed something")
	}
	if got := texts(t, path, key); !slices.Equal(got, want) {
		t.Fatal("the right key did not bring the old state back")
	}
	if err := Verify(t.Context(), path, key); err != nil {
		t.Fatal(err)
	}
}

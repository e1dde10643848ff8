package localstore

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore/keys"
)

func size(t testing.TB, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// filled makes a closed history with messages that can be told apart.
func filled(t testing.TB, messages int) (path string, key Key) {
	t.Helper()
	path, key = newPathIn(t), testKey(1)
	db, err := Open(t.Context(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	begin(t, db, "c", "title")
	for i := range messages {
		add(t, db, "c", message(number3(i), chat.User, text(i)))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path, key
}

func text(i int) string { return strings.Repeat(fmt.Sprintf("message %d ", i), 40) }

func TestAFileThatDoesNotOpenIsLeftAsItIs(t *testing.T) {
	cases := map[string]struct {
		spoil func(t *testing.T, path string)
		key   Key
		want  fault.Kind
	}{
		"another key":                     {func(*testing.T, string) {}, testKey(9), fault.WrongKey},
		"an empty file is no new history": {func(t *testing.T, p string) { write(t, p, nil) }, testKey(1), fault.Damaged},
		"a plain database": {func(t *testing.T, p string) {
			plain := p + ".plain"
			conn, err := sqlite3.Open(plain)
			if err == nil {
				err = errors.Join(conn.Exec(`CREATE TABLE t (x)`), conn.Close())
			}
			if err != nil {
				t.Fatal(err)
			}
			write(t, p, read(t, plain))
		}, testKey(1), fault.Damaged},
		"some other file": {func(t *testing.T, p string) {
			write(t, p, bytes.Repeat([]byte("not a history "), 1000))
		}, testKey(1), fault.WrongKey},
		"a file cut in the middle of a page": {func(t *testing.T, p string) {
			write(t, p, read(t, p)[:size(t, p)-1000])
		}, testKey(1), fault.Damaged},
		"a file cut in half": {func(t *testing.T, p string) {
			write(t, p, read(t, p)[:size(t, p)/8192*4096])
		}, testKey(1), fault.Damaged},
		"a newer schema": {func(t *testing.T, p string) {
			withConn(t, p, `PRAGMA user_version = 99`)
		}, testKey(1), fault.NewerSchema},
		"somebody else's encrypted database": {func(t *testing.T, p string) {
			withConn(t, p, `PRAGMA application_id = 1`)
		}, testKey(1), fault.Damaged},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path, _ := filled(t, 5)
			c.spoil(t, path)
			before := read(t, path)
			_, err := Open(t.Context(), path, c.key)
			wantKind(t, err, c.want)
			if !bytes.Equal(before, read(t, path)) {
				t.Fatal("the file was changed")
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, err), hex.EncodeToString(c.key[:])) {
				t.Fatal("the error shows the key")
			}
		})
	}
}

func withConn(t *testing.T, path, sql string) {
	t.Helper()
	conn, err := connect(t.Context(), path, testKey(1))
	if err == nil {
		err = errors.Join(conn.Exec(sql), conn.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheRecordOfTheKeyDecidesWhichKeyAHistoryHas(t *testing.T) {
	dir := t.TempDir()
	v := keys.New(keys.Options{Dir: dir, Work: 2, Passphrase: func(context.Context) (chat.Secret, error) { return "p", nil }})
	if err := v.Choose(t.Context(), keys.Sealed); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Path(dir), testKey(9))
	wantKind(t, err, fault.WrongKey)
	if Exists(Path(dir)) {
		t.Fatal("a wrong key made a history")
	}
	db, err := OpenVault(t.Context(), dir, v)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data := read(t, Path(dir))
	data[100] ^= 1
	write(t, Path(dir), data)
	_, err = OpenVault(t.Context(), dir, v)
	wantKind(t, err, fault.Damaged) // and not WrongKey: the record vouches for it
}

func perm(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func wantFiles(t *testing.T, path string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) {
		t.Fatalf("files %v, want %v", got, want)
	}
}

func TestNoFileEverHoldsTextInClear(t *testing.T) {
	const canary = "kanarienvogel"
	path := newPathIn(t)
	db := mustOpen(t, path, testKey(1))
	check := func() (journal bool) {
		t.Helper()
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			file := filepath.Join(filepath.Dir(path), e.Name())
			data := bytes.ToLower(read(t, file))
			for _, secret := range []string{canary, "sqlite format 3", "create table", "conversation"} {
				if bytes.Contains(data, []byte(secret)) {
					t.Errorf("%s holds %q", e.Name(), secret)
				}
			}
			if mode := perm(t, file); mode != 0o600 {
				t.Errorf("%s has the mode %v", e.Name(), mode)
			}
			journal = journal || strings.HasSuffix(e.Name(), "-journal")
		}
		return journal
	}
	begin(t, db, "c", canary)
	if err := db.SaveDraft(t.Context(), "c", keepable(t, canary)); err != nil {
		t.Fatal(err)
	}
	add(t, db, "c", message("m", chat.User, canary))
	// A transaction larger than the page cache spills before it ends.
	err := db.write(t.Context(), "test", func(s session) error {
		for i := range 400 {
			m := message("x"+number3(i), chat.User, strings.Repeat(canary+" "+number3(i)+" ", 500))
			if err := s.put(1, m); err != nil {
				return err
			}
		}
		if !check() {
			t.Error("there was no journal to look at")
		}
		return s.exec(`UPDATE draft SET text = text || ?`, canary)
	})
	if err != nil {
		t.Fatal(err)
	}
	check()
	if mode := perm(t, filepath.Dir(path)); mode != 0o700 {
		t.Errorf("the folder has the mode %v", mode)
	}
}

func TestAFlippedBitIsNeverSilentlyWrongText(t *testing.T) {
	path, key := filled(t, 60)
	sound := read(t, path)
	want := texts(t, path, key)
	silent, noticed := 0, 0
	for i := range 120 {
		data := bytes.Clone(sound)
		at := (i*7919 + 31*i*i) % len(data)
		data[at] ^= 1 << (i % 8)
		write(t, path, data)
		db, err := Open(t.Context(), path, key)
		if err == nil {
			var c chat.Conversation
			if c, err = db.Conversation(t.Context(), "c"); err == nil && !slices.Equal(textsOf(c), want) {
				silent++
			}
			if err := db.Close(); err != nil && !fault.Is(err, fault.Damaged) {
				t.Errorf("close: %v", err)
			}
		}
		if err != nil {
			noticed++
			if k := fault.KindOf(err); k != fault.Damaged && k != fault.WrongKey {
				t.Errorf("bit at %d: %v", at, err)
			}
		}
	}
	if silent > 0 || noticed == 0 {
		t.Fatalf("%d silently wrong, %d noticed", silent, noticed)
	}
}

func texts(t *testing.T, path string, key Key) []string {
	t.Helper()
	c, err := mustOpen(t, path, key).Conversation(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	return textsOf(c)
}

func textsOf(c chat.Conversation) []string {
	var all []string
	for _, m := range c.Messages {
		all = append(all, string(m.Text()))
	}
	return all
}

func TestVerifyFindsDamageThatAnOpenDoesNot(t *testing.T) {
	path, key := filled(t, 60)
	data := read(t, path)
	data[len(data)-2000] ^= 0x10
	write(t, path, data)
	wantKind(t, Verify(t.Context(), path, key), fault.Damaged)
}

func TestTwoWindowsWriteAtOnce(t *testing.T) {
	path := newPathIn(t)
	var wg sync.WaitGroup
	const windows, each = 3, 25
	for w := range windows {
		wg.Go(func() {
			db, err := Open(t.Context(), path, testKey(1))
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			id := chat.ConversationID(number3(w))
			begin(t, db, id, "title")
			for i := range each {
				if err := db.Append(t.Context(), id, storable(t, message(fmt.Sprintf("%d-%d", w, i), chat.User, "needle"))); err != nil {
					t.Errorf("append: %v", err)
				}
				if _, err := db.List(t.Context(), Query{}); err != nil {
					t.Errorf("list: %v", err)
				}
			}
			if err := db.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	wg.Wait()
	db := mustOpen(t, path, testKey(1))
	if n, m, err := db.Count(t.Context()); n != windows || m != windows*each || err != nil {
		t.Fatalf("%d conversations, %d messages, %v", n, m, err)
	}
	if err := Verify(t.Context(), path, testKey(1)); err != nil {
		t.Fatal(err)
	}
}

func TestASearchStopsWithItsContext(t *testing.T) {
	db := newDB(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := db.Search(ctx, "x", 0)
	wantKind(t, err, fault.Interrupted)
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = db.read(ctx, "test", func(s session) error {
		return s.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n`)
	})
	wantKind(t, err, fault.TimedOut)
	begin(t, db, "c", "the connection is usable afterwards")
}

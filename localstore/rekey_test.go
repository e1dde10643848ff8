package localstore

import (
	"context"
	"errors"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
	"bise/localstore/keys"
)

func TestARotationThroughTheVault(t *testing.T) {
	dir := t.TempDir()
	v := keys.New(keys.Options{Dir: dir, Work: 2, Passphrase: func(context.Context) (chat.Secret, error) { return "p", nil }})
	wantKind(t, Rotate(t.Context(), dir, v), fault.NotFound)
	if err := v.Choose(t.Context(), keys.Sealed); err != nil {
		t.Fatal(err)
	}
	db, err := OpenVault(t.Context(), dir, v)
	if err != nil {
		t.Fatal(err)
	}
	begin(t, db, "c", "title")
	// A window is open: nothing happens, and the vault settles it.
	wantKind(t, Rotate(t.Context(), dir, v), fault.Locked)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := v.DataKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if db, err = OpenVault(t.Context(), dir, v); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Rotate(t.Context(), dir, v); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), Path(dir), old)
	wantKind(t, err, fault.WrongKey)
	if db, err = OpenVault(t.Context(), dir, v); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Conversation(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

var errStopped = errors.New("stopped by the test")

func TestARekeyKilledAtAnyStepLeavesOneWholeHistory(t *testing.T) {
	for _, step := range []string{"copy", "sync", "verify", "backups", "rename", "done"} {
		t.Run("killed before "+step, func(t *testing.T) {
			path, old := filled(t, 5)
			fresh := testKey(7)
			err := rekey(t.Context(), path, old, fresh, func(s string) error {
				if s == step {
					return errStopped
				}
				return nil
			})
			if !errors.Is(err, errStopped) {
				t.Fatal(err)
			}
			right, wrong := old, fresh
			if step == "done" {
				right, wrong = fresh, old
			}
			_, err = Open(t.Context(), path, wrong)
			wantKind(t, err, fault.WrongKey)
			db := mustOpen(t, path, right)
			if ids := found(t, db, "message"); len(ids) != 5 {
				t.Fatalf("found %v", ids)
			}
			wantFiles(t, path, "history.db", "history.db.lock")
			if mode := perm(t, path); mode != 0o600 {
				t.Fatalf("mode %v", mode)
			}
		})
	}
}

func TestARekeyKeepsThePageChecksums(t *testing.T) {
	path, old := filled(t, 3)
	if err := Rekey(t.Context(), path, old, testKey(7)); err != nil {
		t.Fatal(err)
	}
	if err := Verify(t.Context(), path, testKey(7)); err != nil {
		t.Fatal(err)
	}
	db := mustOpen(t, path, testKey(7))
	wantKind(t, Rekey(t.Context(), path, testKey(7), old), fault.Locked)
	add(t, db, "c", message("later", chat.User, "later"))
}

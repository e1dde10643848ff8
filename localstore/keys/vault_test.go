package keys

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"bise/app/chat"
	"bise/app/fault"
)

func touch(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheKeyChosenOnceIsTheKeyOfEveryLaterRun(t *testing.T) {
	for _, backend := range []Backend{Keyring, Sealed} {
		t.Run(string(backend), func(t *testing.T) {
			dir, ring := t.TempDir(), newRing()
			first := mustChoose(t, vaultIn(dir, ring, "pass"), backend, "pass")
			if second := mustKey(t, vaultIn(dir, ring, "pass")); first != second {
				t.Fatal("the second run got another key")
			}
			if again := mustChoose(t, vaultIn(dir, ring, "pass"), backend, "pass"); first != again {
				t.Fatal("choosing again made another key")
			}
		})
	}
}

func TestNoKeyIsEverMadeBesideAnExistingHistory(t *testing.T) {
	cases := map[string]struct {
		setUp func(t *testing.T, dir string, ring *fakeRing)
		want  fault.Kind
	}{
		"a history without a record has lost its key": {
			func(t *testing.T, dir string, _ *fakeRing) { touch(t, dir, HistoryFile) }, fault.KeyMissing,
		},
		"a record without its keyring entry has lost its key": {
			func(t *testing.T, dir string, ring *fakeRing) {
				mustChoose(t, vaultIn(dir, ring, ""), Keyring, "")
				clear(ring.entries)
			}, fault.KeyMissing,
		},
		"a locked keyring is not a lost key": {
			func(t *testing.T, dir string, ring *fakeRing) {
				mustChoose(t, vaultIn(dir, ring, ""), Keyring, "")
				ring.err = errors.New("failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'")
			}, fault.Locked,
		},
		"a keyring that is gone is not a lost key": {
			func(t *testing.T, dir string, ring *fakeRing) {
				mustChoose(t, vaultIn(dir, ring, ""), Keyring, "")
				ring.err = errNoBus
			}, fault.NoKeyring,
		},
		"another key than the recorded one is wrong": {
			func(t *testing.T, dir string, ring *fakeRing) {
				mustChoose(t, vaultIn(dir, ring, ""), Keyring, "")
				for account := range ring.entries {
					ring.entries[account] = Key{1}.hex()
				}
			}, fault.WrongKey,
		},
		"a record that cannot be read is damage, not absence": {
			func(t *testing.T, dir string, _ *fakeRing) { touch(t, dir, RecordFile) }, fault.Damaged,
		},
		"a record of a newer bise is left alone": {
			func(t *testing.T, dir string, _ *fakeRing) {
				if err := os.WriteFile(filepath.Join(dir, RecordFile), []byte(`{"version":2}`), 0o600); err != nil {
					t.Fatal(err)
				}
			}, fault.NewerSchema,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir, ring := t.TempDir(), newRing()
			c.setUp(t, dir, ring)
			before := len(ring.entries)
			_, err := vaultIn(dir, ring, "").DataKey(t.Context())
			wantKind(t, err, c.want)
			// Choosing the other backend would have to make a key.
			err = vaultIn(dir, ring, "pass").Choose(t.Context(), Sealed)
			if err == nil {
				t.Fatal("a key was made")
			}
			if _, err := os.Stat(filepath.Join(dir, SealedFile)); err == nil || len(ring.entries) != before {
				t.Fatal("a key was left behind")
			}
		})
	}
}

func TestBeforeAnyChoiceThereIsNoKeyAndNoFile(t *testing.T) {
	ring := newRing()
	ring.err = errNoBus
	v := vaultIn(filepath.Join(t.TempDir(), "none"), ring, "")
	_, err := v.DataKey(t.Context())
	wantKind(t, err, fault.NeedsAnswer)
	s, err := v.State(t.Context())
	if err != nil || s.Backend != None || s.HistoryExists || s.KeyringUsable {
		t.Fatalf("state %+v, %v", s, err)
	}
}

func TestTheHistoryCanBeOffAndOnAgain(t *testing.T) {
	dir, ring := t.TempDir(), newRing()
	v := vaultIn(dir, ring, "")
	mustChoose(t, v, Keyring, "")
	if err := v.SetAPIKey(t.Context(), "work", "sk"); err != nil {
		t.Fatal(err)
	}
	touch(t, dir, HistoryFile)
	wantKind(t, v.Choose(t.Context(), Off), fault.Invalid)
	if err := os.Remove(filepath.Join(dir, HistoryFile)); err != nil {
		t.Fatal(err)
	}
	if err := v.Choose(t.Context(), Off); err != nil {
		t.Fatal(err)
	}
	_, err := v.DataKey(t.Context())
	wantKind(t, err, fault.NotStored)
	if s, _, err := v.APIKey(t.Context(), "work"); err != nil || s != "sk" {
		t.Fatalf("the API key went with the history: %v", err)
	}
	if len(ring.entries) != 1 {
		t.Fatalf("the history key is still in the keyring: %d entries", len(ring.entries))
	}
	mustChoose(t, vaultIn(dir, ring, ""), Keyring, "")
}

func TestTwoProcessesMakeOneKey(t *testing.T) {
	dir, ring := t.TempDir(), newRing()
	var wg sync.WaitGroup
	got := make([]Key, 8)
	for i := range got {
		wg.Go(func() {
			v := vaultIn(dir, ring, "")
			if err := v.Choose(t.Context(), Keyring); err != nil {
				t.Errorf("choose: %v", err)
				return
			}
			got[i], _ = v.DataKey(t.Context())
		})
	}
	wg.Wait()
	for _, k := range got {
		if k != got[0] {
			t.Fatal("two keys were made")
		}
	}
	if len(ring.entries) != 1 {
		t.Fatalf("%d entries in the keyring, want 1", len(ring.entries))
	}
}

func TestAPIKeysAreReadOncePerRunAndGoneWhenDeleted(t *testing.T) {
	for _, backend := range []Backend{Keyring, Sealed} {
		t.Run(string(backend), func(t *testing.T) {
			dir, ring := t.TempDir(), newRing()
			mustChoose(t, vaultIn(dir, ring, ""), backend, "pass")
			if err := vaultIn(dir, ring, "pass").SetAPIKey(t.Context(), "work", "sk-1"); err != nil {
				t.Fatal(err)
			}
			v := vaultIn(dir, ring, "pass")
			ring.gets = 0
			for range 3 {
				if s, _, err := v.APIKey(t.Context(), "work"); err != nil || s != "sk-1" {
					t.Fatalf("api key: %v", err)
				}
			}
			if ring.gets > 1 {
				t.Fatalf("the keyring was read %d times", ring.gets)
			}
			if err := v.DeleteAPIKey(t.Context(), "work"); err != nil {
				t.Fatal(err)
			}
			_, _, err := v.APIKey(t.Context(), "work")
			wantKind(t, err, fault.NotFound)
			if s, err := v.State(t.Context()); err != nil || len(s.Profiles) != 0 {
				t.Fatalf("state %+v, %v", s, err)
			}
			if err := v.DeleteAPIKey(t.Context(), "work"); err != nil {
				t.Fatalf("deleting what is not there: %v", err)
			}
		})
	}
}

func TestWithoutAKeyringAnAPIKeyGoesIntoASealedFile(t *testing.T) {
	dir, ring := t.TempDir(), newRing()
	ring.err = errNoBus
	_, _, err := vaultIn(dir, ring, "").APIKey(t.Context(), "work")
	wantKind(t, err, fault.NotFound)
	wantKind(t, vaultIn(dir, ring, "").SetAPIKey(t.Context(), "work", "sk"), fault.NoKeyring)
	if err := vaultIn(dir, ring, "pass").SetAPIKey(t.Context(), "work", "sk"); err != nil {
		t.Fatal(err)
	}
	if s, _, err := vaultIn(dir, ring, "pass").APIKey(t.Context(), "work"); err != nil || s != "sk" {
		t.Fatalf("api key: %v", err)
	}
	mustChoose(t, vaultIn(dir, ring, "pass"), Sealed, "pass")
	if s, _, err := vaultIn(dir, ring, "pass").APIKey(t.Context(), "work"); err != nil || s != "sk" {
		t.Fatalf("api key after the choice: %v", err)
	}
}

func TestFaultsOfTheKeyringHaveTheirKinds(t *testing.T) {
	cases := map[string]struct {
		err  error
		want fault.Kind
	}{
		"an absent entry":                {keyring.ErrNotFound, fault.NotFound},
		"an entry that is too big":       {keyring.ErrSetDataTooBig, fault.Invalid},
		"a collection that stays locked": {errors.New("failed to unlock correct collection '/x'"), fault.Locked},
		"a bus without a secret service": {errors.New("The name org.freedesktop.secrets was not provided by any .service files"), fault.NoKeyring},
		"no bus":                         {errNoBus, fault.NoKeyring},
		"a prompt that was dismissed":    {fmt.Errorf("wrapped: %w", errors.New("prompt dismissed")), fault.Locked},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ring := newRing()
			ring.err = c.err
			_, err := newGuard(ring).get(t.Context(), service, "x")
			wantKind(t, err, c.want)
		})
	}
}

func TestAKeyringThatNeverAnswersIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := newRing()
		ring.mute = make(chan struct{})
		v := vaultIn(t.TempDir(), ring, "")
		start := time.Now()
		wantKind(t, v.Probe(t.Context()), fault.Locked)
		if took := time.Since(start); took != unattended {
			t.Fatalf("gave up after %v", took)
		}
		// The hanging call keeps its turn: this one must not start another.
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		wantKind(t, v.Probe(ctx), fault.Locked)
		if took := time.Since(start); took != unattended+time.Minute {
			t.Fatalf("the caller's own limit was not used: %v", took)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		wantKind(t, v.Probe(stopped), fault.Interrupted)
		close(ring.mute)
	})
}

func TestWithoutASessionBusNoDaemonIsStarted(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if err := bus(); !errors.Is(err, errNoBus) {
		t.Skipf("not a system with D-Bus: %v", err)
	}
	wantKind(t, New(Options{Dir: t.TempDir()}).Probe(t.Context()), fault.NoKeyring)
}

func TestSecretsAreInNoFileInClearAndInNoError(t *testing.T) {
	const canary = "canary-6f1d2c"
	dir, ring := t.TempDir(), newRing()
	v := vaultIn(dir, ring, "pass-"+canary)
	k := mustChoose(t, v, Sealed, "pass-"+canary)
	if err := v.SetAPIKey(t.Context(), "work", canary); err != nil {
		t.Fatal(err)
	}
	if _, err := v.MakeRecovery(t.Context()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), canary) || strings.Contains(string(data), k.hex()) {
			t.Errorf("%s holds a secret", e.Name())
		}
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v", e.Name(), info.Mode())
		}
	}
	_, err = vaultIn(dir, ring, "wrong-"+canary).DataKey(t.Context())
	wantKind(t, err, fault.WrongKey)
	if strings.Contains(fmt.Sprintf("%v %+v %#v %v", err, err, k, chat.Secret(canary)), canary) {
		t.Fatal("an error shows a secret")
	}
}

func TestVibesKeyIsReadFromItsOwnEntry(t *testing.T) {
	ring := newRing()
	ring.entries["ai.mistral.vibe/MISTRAL_API_KEY"] = "vibe"
	if s, err := vaultIn(t.TempDir(), ring, "").VibeKey(t.Context()); err != nil || s != "vibe" {
		t.Fatalf("vibe key: %v", err)
	}
}

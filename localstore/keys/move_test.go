package keys

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"bise/app/chat"
	"bise/app/fault"
)

// killedBefore makes v stop before the named step, as a kill would.
func killedBefore(v *Vault, step string) {
	v.stop = func(s string) error {
		if s == step {
			return errStopped
		}
		return nil
	}
}

var moveSteps = []string{"announce", "copy", "verify", "switch", "erase", "never"}

func TestAMoveKilledAtAnyStepLosesNoKeyAndCanBeRepeated(t *testing.T) {
	ways := map[string]struct{ from, to Backend }{
		"from the keyring to the sealed file": {Keyring, Sealed},
		"from the sealed file to the keyring": {Sealed, Keyring},
	}
	for name, way := range ways {
		for _, step := range moveSteps {
			t.Run(name+", killed before "+step, func(t *testing.T) {
				dir, ring := t.TempDir(), newRing()
				v := vaultIn(dir, ring, "pass")
				k := mustChoose(t, v, way.from, "pass")
				if err := v.SetAPIKey(t.Context(), "work", "sk"); err != nil {
					t.Fatal(err)
				}
				touch(t, dir, HistoryFile)
				killedBefore(v, step)
				err := v.Choose(t.Context(), way.to)
				if stopped := errors.Is(err, errStopped); stopped == (step == "never") {
					t.Fatalf("the move: %v", err)
				}
				intact(t, dir, ring, k)
				if err := vaultIn(dir, ring, "pass").Choose(t.Context(), way.to); err != nil {
					t.Fatalf("the move repeated: %v", err)
				}
				intact(t, dir, ring, k)
				onlyIn(t, dir, ring, way.to)
			})
		}
	}
}

// intact checks that a new run finds both keys.
func intact(t *testing.T, dir string, ring *fakeRing, want Key) {
	t.Helper()
	v := vaultIn(dir, ring, "pass")
	if s, _, err := v.APIKey(t.Context(), "work"); err != nil || s != "sk" {
		t.Fatalf("api key: %v", err)
	}
	if mustKey(t, v) != want {
		t.Fatal("another history key")
	}
}

func onlyIn(t *testing.T, dir string, ring *fakeRing, b Backend) {
	t.Helper()
	_, err := os.Stat(filepath.Join(dir, SealedFile))
	if sealed := err == nil; sealed != (b == Sealed) {
		t.Errorf("sealed file there: %v", sealed)
	}
	if inRing := len(ring.entries) > 0; inRing != (b == Keyring) {
		t.Errorf("%d entries in the keyring", len(ring.entries))
	}
	r, _, err := readRecord(dir)
	if err != nil || r.Move != nil {
		t.Errorf("the record still tells of a move: %+v, %v", r.Move, err)
	}
}

func TestTheFirstChoiceKilledAtAnyStepCanBeRepeated(t *testing.T) {
	for _, to := range []Backend{Keyring, Sealed} {
		for _, step := range moveSteps {
			t.Run(string(to)+", killed before "+step, func(t *testing.T) {
				dir, ring := t.TempDir(), newRing()
				v := vaultIn(dir, ring, "pass")
				if err := v.SetAPIKey(t.Context(), "work", "sk"); err != nil {
					t.Fatal(err)
				}
				killedBefore(v, step)
				if err := v.Choose(t.Context(), to); err != nil && !errors.Is(err, errStopped) {
					t.Fatal(err)
				}
				k := mustChoose(t, vaultIn(dir, ring, "pass"), to, "pass")
				intact(t, dir, ring, k)
			})
		}
	}
}

func TestANewPassphraseReplacesTheOldOne(t *testing.T) {
	dir, ring := t.TempDir(), newRing()
	k := mustChoose(t, vaultIn(dir, ring, ""), Sealed, "old")
	wantKind(t, vaultIn(dir, ring, "wrong").ChangePassphrase(t.Context(), "new"), fault.WrongKey)
	if err := vaultIn(dir, ring, "old").ChangePassphrase(t.Context(), "new"); err != nil {
		t.Fatal(err)
	}
	_, err := vaultIn(dir, ring, "old").DataKey(t.Context())
	wantKind(t, err, fault.WrongKey)
	if mustKey(t, vaultIn(dir, ring, "new")) != k {
		t.Fatal("another key")
	}
	wantKind(t, vaultIn(dir, ring, "old").Choose(t.Context(), Sealed), fault.WrongKey)
	_, err = vaultIn(dir, ring, "").DataKey(t.Context())
	wantKind(t, err, fault.NeedsAnswer)
}

func TestARotationKilledAtAnyStepKeepsTheKeyTheHistoryHas(t *testing.T) {
	for _, backend := range []Backend{Keyring, Sealed} {
		for _, step := range []string{"announce", "copy", "verify", "rewrite", "promote", "never"} {
			t.Run(string(backend)+", killed before "+step, func(t *testing.T) {
				dir, ring := t.TempDir(), newRing()
				v := vaultIn(dir, ring, "pass")
				history := mustChoose(t, v, backend, "pass")
				killedBefore(v, step)
				err := v.Rotate(t.Context(), func(old, key Key) error {
					if old != history {
						t.Error("the old key is another one")
					}
					history = key
					return nil
				})
				if stopped := errors.Is(err, errStopped); stopped == (step == "never") {
					t.Fatalf("the rotation: %v", err)
				}
				v = vaultIn(dir, ring, "pass")
				if fit, err := Fits(dir, history); fit != Match || err != nil {
					t.Fatalf("the record does not know the key: %v %v", fit, err)
				}
				if err := v.Settle(t.Context(), opensWith(history)); err != nil {
					t.Fatal(err)
				}
				if mustKey(t, vaultIn(dir, ring, "pass")) != history {
					t.Fatal("the key of the history is lost")
				}
				if s, err := v.State(t.Context()); err != nil || s.Rekeying {
					t.Fatalf("state %+v, %v", s, err)
				}
				if backend == Keyring && len(ring.entries) != 1 {
					t.Fatalf("%d entries in the keyring, want 1", len(ring.entries))
				}
			})
		}
	}
}

func opensWith(right Key) func(Key) error {
	return func(k Key) error {
		if k != right {
			return fault.E("test", fault.WrongKey, nil)
		}
		return nil
	}
}

func TestARecoveryCodeBringsTheKeyBack(t *testing.T) {
	cases := map[string]func(t *testing.T, dir string, ring *fakeRing){
		"when the keyring entry is gone": func(_ *testing.T, _ string, ring *fakeRing) { clear(ring.entries) },
		"when the record is gone": func(t *testing.T, dir string, ring *fakeRing) {
			clear(ring.entries)
			if err := os.Remove(filepath.Join(dir, RecordFile)); err != nil {
				t.Fatal(err)
			}
		},
		"when nothing is gone": func(*testing.T, string, *fakeRing) {},
	}
	for name, lose := range cases {
		for _, to := range []Backend{Keyring, Sealed} {
			t.Run(name+", into "+string(to), func(t *testing.T) {
				dir, ring := t.TempDir(), newRing()
				v := vaultIn(dir, ring, "")
				k := mustChoose(t, v, Keyring, "")
				code, err := v.MakeRecovery(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				touch(t, dir, HistoryFile)
				lose(t, dir, ring)
				if err := vaultIn(dir, ring, "pass").Recover(t.Context(), code, to); err != nil {
					t.Fatal(err)
				}
				if mustKey(t, vaultIn(dir, ring, "pass")) != k {
					t.Fatal("another key")
				}
			})
		}
	}
}

func TestWrongRecoveryCodesAreRefused(t *testing.T) {
	dir, ring := t.TempDir(), newRing()
	v := vaultIn(dir, ring, "")
	mustChoose(t, v, Keyring, "")
	wantKind(t, v.Recover(t.Context(), chat.Secret(newCode()), Keyring), fault.NotFound)
	code, err := v.MakeRecovery(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, v.Recover(t.Context(), chat.Secret(newCode()), Keyring), fault.WrongKey)
	wantKind(t, v.Recover(t.Context(), code[:len(code)-1], Keyring), fault.Invalid)
}

func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	symbols := "0123456789ABCDEFGHJKMNPQRS"
	want := group(symbols + codeCheck(symbols))
	for name, typed := range map[string]string{
		"as printed":          want,
		"in lower case":       "0123-4567-89ab-cdef-ghjk-mnpq-rs" + codeCheck(symbols),
		"with other spaces":   " 0123 4567 89AB CDEF\nGHJK MNPQ RS" + codeCheck(symbols) + "\n",
		"with letter for one": "O i23-4567-89AB-CDEF-GHJK-MNPQ-RS" + codeCheck(symbols),
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := parseCode(typed); !ok || got != want {
				t.Fatalf("got %q, %v", got, ok)
			}
		})
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add(newCode())
	f.Add("0000-0000")
	f.Fuzz(func(t *testing.T, s string) {
		if code, ok := parseCode(s); ok {
			if again, ok := parseCode(code); !ok || again != code {
				t.Fatalf("%q reads as %q, that as %q", s, code, again)
			}
		}
	})
}

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte(`{"version":1,"backend":"keyring","key_id":"a","check":"b"}`))
	f.Add([]byte(`{"version":1,"backend":"elsewhere"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseRecord(data)
		if err == nil && (r.Backend == Keyring || r.Backend == Sealed) && r.Check == "" {
			t.Fatal("a record without a check value was taken")
		}
	})
}

func FuzzParseContents(f *testing.F) {
	f.Add([]byte(`{"version":1,"entries":{"profile/x":"y"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if entries, err := parseContents(data); err == nil && entries == nil {
			t.Fatal("no entries and no error")
		}
	})
}

//go:build integration && linux

package keys

import (
	"testing"

	"bise/app/fault"
)

// These tests ask a real Secret Service. With gnome-keyring and dbus installed,
// unattended:
//
//	export HOME=$(mktemp -d) XDG_RUNTIME_DIR=$(mktemp -d) XDG_DATA_HOME=$(mktemp -d)
//	dbus-run-session -- sh -c 'printf %s ci-password |
//	  gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null &&
//	  exec "$@"' sh go test -tags integration ./localstore/keys/

func TestTheRealKeyringHoldsKeys(t *testing.T) {
	if err := bus(); err != nil {
		t.Skip(err)
	}
	v := New(Options{Dir: t.TempDir(), Passphrase: says("pass"), Work: lowWork})
	if err := v.Probe(t.Context()); err != nil {
		t.Skipf("no usable Secret Service: %v", err)
	}
	if err := v.Choose(t.Context(), Keyring); err != nil {
		t.Fatal(err)
	}
	k := mustKey(t, v)
	if err := v.SetAPIKey(t.Context(), "bise-test", "sk-\x00-é"); err != nil {
		t.Fatal(err)
	}
	next := New(Options{Dir: v.dir, Passphrase: says("pass"), Work: lowWork})
	if mustKey(t, next) != k {
		t.Fatal("another key")
	}
	if s, from, err := next.APIKey(t.Context(), "bise-test"); s != "sk-\x00-é" || from != Keyring || err != nil {
		t.Fatalf("api key from %q, %v", from, err)
	}
	if err := next.Choose(t.Context(), Sealed); err != nil {
		t.Fatal(err)
	}
	_, err := next.ring.guard.get(t.Context(), service, profileAccount("bise-test"))
	wantKind(t, err, fault.NotFound)
	if mustKey(t, next) != k {
		t.Fatal("another key after the move")
	}
	_, err = next.VibeKey(t.Context())
	wantKind(t, err, fault.NotFound)
}

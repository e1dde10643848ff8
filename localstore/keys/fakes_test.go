package keys

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/zalando/go-keyring"

	"bise/app/chat"
	"bise/app/fault"
)

// lowWork keeps the sealed files of tests quick to open.
const lowWork = 2

// fakeRing is a keyring in memory. err, if set, is its answer to everything,
// and a mute one never answers.
type fakeRing struct {
	mu      sync.Mutex
	entries map[string]string
	gets    int
	err     error
	mute    chan struct{}
}

func newRing() *fakeRing { return &fakeRing{entries: make(map[string]string)} }

func (f *fakeRing) answer() error {
	if f.mute != nil {
		<-f.mute
	}
	return f.err
}

func (f *fakeRing) Get(service, account string) (string, error) {
	if err := f.answer(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gets++
	s, ok := f.entries[service+"/"+account]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return s, nil
}

func (f *fakeRing) Set(service, account, secret string) error {
	if err := f.answer(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.entries[service+"/"+account] = secret
	return nil
}

func (f *fakeRing) Delete(service, account string) error {
	if err := f.answer(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.entries[service+"/"+account]; !ok {
		return keyring.ErrNotFound
	}
	delete(f.entries, service+"/"+account)
	return nil
}

var errStopped = errors.New("stopped by the test")

// vaultIn opens a vault on dir as a new run of the program would.
func vaultIn(dir string, ring *fakeRing, passphrase chat.Secret) *Vault {
	return New(Options{Dir: dir, Ring: ring, Work: lowWork, Passphrase: says(passphrase)})
}

func says(passphrase chat.Secret) Passphrase {
	if passphrase == "" {
		return nil
	}
	return func(context.Context) (chat.Secret, error) { return passphrase, nil }
}

func mustChoose(t *testing.T, v *Vault, b Backend, passphrase chat.Secret) Key {
	t.Helper()
	if passphrase != "" {
		v.UsePassphrase(passphrase)
	}
	if err := v.Choose(t.Context(), b); err != nil {
		t.Fatalf("choose %s: %v", b, err)
	}
	return mustKey(t, v)
}

func mustKey(t *testing.T, v *Vault) Key {
	t.Helper()
	k, err := v.DataKey(t.Context())
	if err != nil {
		t.Fatalf("data key: %v", err)
	}
	return k
}

func wantKind(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	if !fault.Is(err, want) {
		t.Fatalf("got %v, want the kind %q", err, want)
	}
}

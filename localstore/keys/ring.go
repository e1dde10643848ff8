package keys

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// Ring is a keyring: texts by service and account. Get and Delete say
// keyring.ErrNotFound for what is not there.
type Ring interface {
	Get(service, account string) (string, error)
	Set(service, account, secret string) error
	Delete(service, account string) error
}

// SystemRing is the keyring of the operating system.
func SystemRing() Ring { return systemRing{} }

type systemRing struct{}

func (systemRing) Get(service, account string) (string, error) {
	if err := bus(); err != nil {
		return "", err
	}
	return keyring.Get(service, account)
}

func (systemRing) Set(service, account, secret string) error {
	if err := bus(); err != nil {
		return err
	}
	return keyring.Set(service, account, secret)
}

func (systemRing) Delete(service, account string) error {
	if err := bus(); err != nil {
		return err
	}
	return keyring.Delete(service, account)
}

var errNoBus = errors.New("there is no session bus")

// bus says why there is no session bus to ask. Without one the D-Bus library
// would start a daemon that outlives the program.
func bus() error {
	if runtime.GOOS != "linux" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return nil
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" || !disk.Exists(filepath.Join(dir, "bus")) {
		return errNoBus
	}
	return nil
}

// unattended is how long a keyring may take when nobody said otherwise. It can
// wait for a person, or for four minutes, or for ever.
const unattended = 3 * time.Second

// guard calls a keyring one call at a time and never longer than allowed.
type guard struct {
	ring  Ring
	turn  chan struct{}
	limit time.Duration
}

func newGuard(r Ring) *guard {
	return &guard{ring: r, turn: make(chan struct{}, 1), limit: unattended}
}

func (g *guard) get(ctx context.Context, service, account string) (string, error) {
	return g.call(ctx, "keys.get", account, func() (string, error) { return g.ring.Get(service, account) })
}

func (g *guard) set(ctx context.Context, account, secret string) error {
	_, err := g.call(ctx, "keys.set", account, func() (string, error) {
		return "", g.ring.Set(service, account, secret)
	})
	return err
}

// remove deletes an entry and makes sure that it is gone. One that was not
// there is not an error.
func (g *guard) remove(ctx context.Context, account string) error {
	_, err := g.call(ctx, "keys.delete", account, func() (string, error) {
		return "", g.ring.Delete(service, account)
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	_, err = g.get(ctx, service, account)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err == nil:
		return fault.E("keys.delete", fault.Unknown, errors.New("the entry is still there"), "account", account)
	default:
		return err
	}
}

// call runs fn until the deadline of ctx, three seconds if it has none. A call
// that hangs keeps its turn: later calls time out instead of piling up.
func (g *guard) call(ctx context.Context, op, account string, fn func() (string, error)) (string, error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, g.limit)
		defer cancel()
	}
	type answer struct {
		secret string
		err    error
	}
	done := make(chan answer, 1)
	select {
	case g.turn <- struct{}{}:
	case <-ctx.Done():
		return "", silent(ctx, op, account)
	}
	go func() {
		defer func() { <-g.turn }()
		secret, err := fn()
		done <- answer{secret, err}
	}()
	select {
	case a := <-done:
		return a.secret, classify(op, account, a.err)
	case <-ctx.Done():
		return "", silent(ctx, op, account)
	}
}

// silent is the fault of a keyring that did not answer: locked, as far as
// anyone can tell, and never a lost key.
func silent(ctx context.Context, op, account string) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fault.E(op, fault.Interrupted, ctx.Err(), "what", "keyring")
	}
	return fault.E(op, fault.Locked, ctx.Err(), "what", "keyring", "account", account)
}

// lockedExits are the exit codes of macOS's security command for a keychain
// that is locked: interaction not allowed, wrong password, cancelled.
var lockedExits = map[int]bool{36: true, 51: true, 128: true}

// classify sorts the errors of the keyring library, which names only two of
// them. Their texts hold no secret.
func classify(op, account string, err error) error {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return fault.E(op, fault.NotFound, nil, "what", "keyring_entry", "name", account)
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return fault.E(op, fault.Invalid, err, "what", "keyring_entry", "name", account)
	case strings.Contains(err.Error(), "failed to unlock correct collection"),
		strings.Contains(err.Error(), "IsLocked"),
		strings.Contains(err.Error(), "prompt dismissed"),
		errors.As(err, &exit) && lockedExits[exit.ExitCode()]:
		return fault.E(op, fault.Locked, err, "what", "keyring", "account", account)
	default:
		return fault.E(op, fault.NoKeyring, err, "account", account)
	}
}

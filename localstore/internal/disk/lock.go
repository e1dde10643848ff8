package disk

import (
	"context"
	"errors"
	"os"
	"time"
)

// errHeld is a lock that somebody else holds.
var errHeld = errors.New("held by another process")

// poll is how often a lock that is held is tried again: short enough that a
// person does not notice, long enough to cost nothing.
const poll = 20 * time.Millisecond

// Lock is a hold on a lock file. The system drops it when the process dies.
type Lock struct{ f *os.File }

// Exclusive takes the lock file at path for this process alone and waits for it
// until ctx is done. Held tells the error when somebody else kept it.
func Exclusive(ctx context.Context, path string) (*Lock, error) {
	l, err := open(path)
	if err != nil {
		return nil, err
	}
	if err := l.wait(ctx, true); err != nil {
		return nil, errors.Join(err, l.f.Close())
	}
	return l, nil
}

// TryExclusive is Exclusive without waiting; Held tells its refusal.
func TryExclusive(path string) (*Lock, error) {
	l, err := open(path)
	if err != nil {
		return nil, err
	}
	if err := lockFile(l.f, true); err != nil {
		return nil, errors.Join(err, l.f.Close())
	}
	return l, nil
}

// Shared takes the lock file at path together with other sharers, and waits
// like Exclusive.
func Shared(ctx context.Context, path string) (*Lock, error) {
	l, err := open(path)
	if err != nil {
		return nil, err
	}
	if err := l.wait(ctx, false); err != nil {
		return nil, errors.Join(err, l.f.Close())
	}
	return l, nil
}

// Held reports whether err says that somebody else has the lock.
func Held(err error) bool { return errors.Is(err, errHeld) }

// Unlock lets the lock go; the file stays, since removing it would let two
// processes lock two different files of one name.
func (l *Lock) Unlock() error { return l.f.Close() }

func open(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &Lock{f: f}, nil
}

func (l *Lock) wait(ctx context.Context, exclusive bool) error {
	for {
		err := lockFile(l.f, exclusive)
		if !Held(err) {
			return err
		}
		if err := Wait(ctx); err != nil {
			return err
		}
	}
}

// Wait passes the time until a held lock is worth another try. Held tells its
// error when ctx is done.
func Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return errors.Join(errHeld, ctx.Err())
	case <-time.After(poll):
		return nil
	}
}

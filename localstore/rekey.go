package localstore

import (
	"context"
	"errors"
	"path/filepath"

	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// Rekey rewrites the history at path under another key. It needs the history
// for itself: the kind Locked says that it is open somewhere. Killed at any
// moment it leaves the history whole, under one of the two keys; the remains
// are removed by the next Open. The disk must have room for a second copy.
func Rekey(ctx context.Context, path string, old, key Key) error {
	return rekey(ctx, path, old, key, func(string) error { return nil })
}

// rekey calls at before each of its steps; an error from at stops it there, as
// a kill would.
func rekey(ctx context.Context, path string, old, key Key, at func(step string) error) (err error) {
	const op = "localstore.Rekey"
	if !disk.Exists(path) {
		return fault.E(op, fault.NotFound, nil, "path", filepath.Base(path))
	}
	lock, err := disk.TryExclusive(lockPath(path))
	if disk.Held(err) {
		return fault.E(op, fault.Locked, nil, "path", filepath.Base(path))
	}
	if err != nil {
		return wrap(ctx, op, path, err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	temp := rekeyPath(path)
	steps := []struct {
		name string
		run  func() error
	}{
		{"copy", func() error { return copyUnder(ctx, path, temp, old, key) }},
		{"sync", func() error { return disk.Sync(temp) }},
		{"verify", func() error { return verifyFile(ctx, temp, key) }},
		// Copies made before a migration are under the old key, which is about
		// to be forgotten.
		{"backups", func() error { return dropBackups(path) }},
		{"rename", func() error { return replace(temp, path) }},
	}
	for _, s := range steps {
		if err := at(s.name); err != nil {
			return err
		}
		if err := s.run(); err != nil {
			return wrap(ctx, op, path, err)
		}
	}
	return at("done")
}

// copyUnder writes the history at path to temp under key.
func copyUnder(ctx context.Context, path, temp string, old, key Key) error {
	conn, err := openHeld(ctx, path, old, false)
	if err != nil {
		return err
	}
	return errors.Join(copyTo(ctx, conn, temp, key), conn.Close())
}

func verifyFile(ctx context.Context, path string, key Key) error {
	conn, err := connect(ctx, path, key)
	if err != nil {
		return err
	}
	conn.SetInterrupt(ctx)
	_, err = checkHeader(conn)
	if err == nil {
		err = verify(conn, path)
	}
	conn.SetInterrupt(context.Background())
	return errors.Join(err, conn.Close())
}

package localstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// WriteFile replaces the small file at path, readable by its owner only, and
// makes its folder. A crash leaves the old or the new file. It is no place for
// secrets or conversation text: the file is in clear. The kinds of its error
// are ReadOnly and DiskFull.
func WriteFile(path string, data []byte) error {
	err := disk.MakeDir(filepath.Dir(path))
	if err == nil {
		err = disk.WriteFile(path, data)
	}
	return unwritten("localstore.WriteFile", path, err)
}

// EditFile replaces the small file at path by what change makes of it, as
// WriteFile does. No other EditFile of that path comes in between, in this
// process or another: what one window writes the next one reads. A file that is
// not there is empty. When change gives an error that is the error, and nothing
// is written. The kind Locked says that another process kept the file.
func EditFile(path string, change func(old []byte) ([]byte, error)) (err error) {
	const op = "localstore.EditFile"
	if err := disk.MakeDir(filepath.Dir(path)); err != nil {
		return unwritten(op, path, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	lock, err := disk.Exclusive(ctx, lockPath(path))
	if disk.Held(err) {
		return fault.E(op, fault.Locked, nil, "path", filepath.Base(path))
	}
	if err != nil {
		return unwritten(op, path, err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unwritten(op, path, err)
	}
	data, err := change(old)
	if err != nil {
		return err
	}
	return WriteFile(path, data)
}

func unwritten(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return fault.E(op, disk.Kind(err, fault.Unknown), err, "path", path)
}

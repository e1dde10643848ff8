// Package disk writes small files so that a crash leaves either the old or the
// new one, holds files against other processes, and names what a disk refused.
//
// It knows nothing of keys or conversations, and never prints what it writes.
package disk

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"bise/app/fault"
)

// MakeDir makes the folder dir for its owner alone. A folder that is there
// keeps its mode: it may be one the person chose.
func MakeDir(dir string) error { return os.MkdirAll(dir, 0o700) }

// Exists reports whether there is anything at path. What cannot be looked at
// counts as there, because taking it for absent would let it be replaced.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// WriteFile replaces path with data, readable by its owner only. When it
// returns without error the new content survives a power cut; on any error or
// crash the old file is untouched.
func WriteFile(path string, data []byte) (err error) {
	f, err := Temp(path)
	if err != nil {
		return err
	}
	temp := f.Name()
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreAbsent(os.Remove(temp)))
		}
	}()
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Create makes an empty file at path, readable by its owner only. It fails when
// there is one.
func Create(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// Temp makes an empty file beside path, readable by its owner only, to be
// written, read again, and given the name of path or removed.
func Temp(path string) (*os.File, error) {
	return os.OpenFile(path+"."+rand.Text()[:8]+".tmp", os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}

// Log makes the file of a log anew, for a program that writes it by itself.
func Log(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
}

// Remove deletes path and makes that lasting. A file that is not there is not
// an error.
func Remove(path string) error {
	if err := os.Remove(path); err != nil {
		return ignoreAbsent(err)
	}
	return SyncDir(filepath.Dir(path))
}

// Sync makes the content of path survive a power cut.
func Sync(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Kind names the failure of a file operation: ReadOnly, DiskFull, or other
// where the system's error says neither.
func Kind(err error, other fault.Kind) fault.Kind {
	switch {
	case full(err):
		return fault.DiskFull
	case errors.Is(err, fs.ErrPermission), readOnly(err):
		return fault.ReadOnly
	default:
		return other
	}
}

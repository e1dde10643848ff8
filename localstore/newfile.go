package localstore

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"bise/app/fault"
	"bise/localstore/internal/disk"
)

// NewFile is a file that the person asked for, on its way to its name: a crash
// or an error leaves what was there before. It is readable by its owner only.
type NewFile struct {
	file    *os.File
	path    string
	replace bool
}

// CreateFile begins the file at path, whose folder must be there. replace lets
// Commit put it in the place of another file; without it the kind FileExists
// says that there is one. Other kinds: NotFound, ReadOnly, DiskFull.
func CreateFile(path string, replace bool) (*NewFile, error) {
	const op = "localstore.CreateFile"
	info, err := os.Lstat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, fault.E(op, fault.ReadOnly, errors.New("it is a folder"), "path", path)
	case err == nil && !replace:
		return nil, fault.E(op, fault.FileExists, nil, "path", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, unwritten(op, path, err)
	}
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fault.E(op, fault.NotFound, nil, "what", "folder", "name", dir)
	}
	f, err := disk.Temp(path)
	if err != nil {
		return nil, unwritten(op, path, err)
	}
	return &NewFile{file: f, path: path, replace: replace}, nil
}

// Write adds to the file.
func (n *NewFile) Write(p []byte) (int, error) {
	written, err := n.file.Write(p)
	return written, unwritten("localstore.NewFile", n.path, err)
}

// Again reads what was written, from the beginning. Nothing may be written
// afterwards.
func (n *NewFile) Again() (io.Reader, error) {
	_, err := n.file.Seek(0, io.SeekStart)
	return n.file, unwritten("localstore.NewFile", n.path, err)
}

// Commit gives the file its name once all of it is on the disk.
func (n *NewFile) Commit() error {
	const op = "localstore.NewFile"
	temp := n.file.Name()
	err := n.file.Sync()
	if err = errors.Join(err, n.file.Close()); err != nil {
		return errors.Join(unwritten(op, n.path, err), os.Remove(temp))
	}
	if err := n.name(temp); err != nil {
		_ = os.Remove(temp) // the error before it is the one that tells
		if errors.Is(err, fs.ErrExist) {
			return fault.E(op, fault.FileExists, nil, "path", n.path)
		}
		return unwritten(op, n.path, err)
	}
	return unwritten(op, n.path, disk.SyncDir(filepath.Dir(n.path)))
}

// name gives the finished file its name. A link fails where another file has
// come to be there in the meantime; not every file system has links.
func (n *NewFile) name(temp string) error {
	if n.replace {
		return os.Rename(temp, n.path)
	}
	err := os.Link(temp, n.path)
	if err == nil {
		return os.Remove(temp)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(n.path); err == nil {
		return fs.ErrExist
	}
	return os.Rename(temp, n.path)
}

// Discard forgets the file; after Commit it does nothing.
func (n *NewFile) Discard() {
	if n.file.Close() == nil { // Commit has closed it otherwise
		_ = os.Remove(n.file.Name()) // nobody waits for it any more
	}
}

package localstore

import (
	"os"
	"path/filepath"

	"bise/localstore/internal/disk"
)

// NewLog makes the file of a log anew, readable by its owner alone, for a
// program that writes it by itself.
func NewLog(path string) (*os.File, error) {
	if err := disk.MakeDir(filepath.Dir(path)); err != nil {
		return nil, unwritten("localstore.NewLog", path, err)
	}
	f, err := disk.Log(path)
	if err != nil {
		return nil, unwritten("localstore.NewLog", path, err)
	}
	return f, nil
}

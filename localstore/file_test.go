package localstore

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

func TestEditsOfAFileComeOneAfterTheOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "count")
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			err := EditFile(path, func(old []byte) ([]byte, error) {
				n, _ := strconv.Atoi(string(old))
				return []byte(strconv.Itoa(n + 1)), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if data, err := os.ReadFile(path); err != nil || string(data) != "10" {
		t.Errorf("ten edits left %q, %v", data, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestAnEditThatFailsWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := WriteFile(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	if err := EditFile(path, func([]byte) ([]byte, error) { return []byte("new"), refused }); !errors.Is(err, refused) {
		t.Errorf("the error is %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
		t.Errorf("the file holds %q, %v", data, err)
	}
}

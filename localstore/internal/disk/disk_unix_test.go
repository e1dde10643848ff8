//go:build unix

package disk

import (
	"os"
	"syscall"
	"testing"

	"bise/app/fault"
)

func TestFailuresOfTheSystemHaveTheirKinds(t *testing.T) {
	for errno, want := range map[syscall.Errno]fault.Kind{
		syscall.ENOSPC: fault.DiskFull, syscall.EDQUOT: fault.DiskFull,
		syscall.EROFS: fault.ReadOnly, syscall.EACCES: fault.ReadOnly, syscall.EIO: fault.Unknown,
	} {
		t.Run(errno.Error(), func(t *testing.T) {
			if got := Kind(&os.PathError{Op: "write", Err: errno}, fault.Unknown); got != want {
				t.Fatalf("got %q", got)
			}
		})
	}
}

func TestFreeRoomIsKnown(t *testing.T) {
	if Free(t.TempDir()) <= 0 || Free("/none") != -1 {
		t.Fatal("the free room is wrong")
	}
}

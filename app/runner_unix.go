//go:build unix

package app

import (
	"os"
	"syscall"
)

// quit asks a server to end.
func quit(p *os.Process) { _ = p.Signal(syscall.SIGTERM) }

// group ends what is left of a server's process group.
func group(p *os.Process) func() {
	return func() { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
}

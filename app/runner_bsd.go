//go:build unix && !linux

package app

import (
	"os/exec"
	"syscall"
)

// apart gives a server a process group of its own. Nothing here ends it when
// bise is killed: then it stays until the person ends it.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

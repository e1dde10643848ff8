package app

import (
	"os/exec"
	"syscall"
)

// apart gives a server a process group of its own, and ends it when bise dies
// without stopping it.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

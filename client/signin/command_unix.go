//go:build unix

package signin

import (
	"os/exec"
	"syscall"
)

// alone gives a program a session of its own: no terminal, and a group that can
// be killed as a whole.
func alone(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// killAll ends a program and what it started.
func killAll(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

package signin

import (
	"os/exec"
	"strconv"
	"syscall"
)

// detached is DETACHED_PROCESS: no console to ask on.
const detached = 0x00000008

func alone(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: detached} }

// killAll ends a program and what it started.
func killAll(cmd *exec.Cmd) error {
	if err := exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run(); err == nil {
		return nil
	}
	return cmd.Process.Kill()
}

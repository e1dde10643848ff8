package app

import "golang.org/x/sys/unix"

// machineMemory tells no available memory: macOS has no single number for it.
func machineMemory() Memory {
	total, err := unix.SysctlUint64("hw.memsize")
	if err != nil || total > 1<<60 {
		return Memory{}
	}
	return Memory{Total: int64(total)}
}

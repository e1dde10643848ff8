package app

import (
	"bufio"
	"bytes"
	"strconv"
	"strings"
)

// Memory is the main memory of this machine, in bytes. 0 is not known.
type Memory struct {
	Total int64
	// Available is what programs may still take without swapping.
	Available int64
}

// Memory looks at the main memory of this machine.
func (a *App) Memory() Memory { return machineMemory() }

// parseMeminfo reads Linux's /proc/meminfo, whose sizes are in units of 1024
// bytes (proc_meminfo(5)). What makes no sense is not known.
func parseMeminfo(data []byte) Memory {
	var m Memory
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		fields := strings.Fields(rest)
		if len(fields) != 2 || fields[1] != "kB" {
			continue
		}
		n, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil || n < 0 || n > 1<<50 {
			continue
		}
		switch name {
		case "MemTotal":
			m.Total = n << 10
		case "MemAvailable":
			m.Available = n << 10
		}
	}
	if m.Available > m.Total {
		m.Available = 0
	}
	return m
}

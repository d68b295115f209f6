package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU times in /proc (USER_HZ, the same on all common machines).
const tick = 10 * time.Millisecond

// cpuTime is what a process has used so far, in user space and in the kernel (proc(5)).
func cpuTime(process int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	if err != nil {
		return 0, err
	}
	// The second field is the name in brackets, which may hold spaces; what follows it begins with the third.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+2:]))
	user, userErr := strconv.Atoi(fields[11])
	system, systemErr := strconv.Atoi(fields[12])
	if userErr != nil || systemErr != nil {
		return 0, fmt.Errorf("the CPU time of process %d can't be read", process)
	}
	return time.Duration(user+system) * tick, nil
}

// residentMemory is what a process has in memory, in bytes.
func residentMemory(process int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmRSS:" {
			kilobytes, err := strconv.Atoi(fields[1])
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("the memory of process %d can't be read", process)
}

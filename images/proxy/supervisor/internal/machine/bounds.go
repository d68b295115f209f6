package machine

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// memoryFiles say how much memory the container may use: version 2 of cgroups, then version 1.
var memoryFiles = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// unlimitedMemory is more than a machine has. Version 1 writes a number near the largest one where there is no limit; version 2 writes "max".
const unlimitedMemory = 1 << 50

// memoryLimit reads the first file that there is. 0 is no limit, or none that can be read.
func memoryLimit(files []string) int {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if bytes, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && bytes > 0 && bytes < unlimitedMemory {
			return bytes
		}
		return 0
	}
	return 0
}

// localPorts reads from which ports the kernel connects to others: "32768\t60999". 0 where that can't be read.
func localPorts(file string) int {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	var first, last int
	if count, err := fmt.Sscan(string(text), &first, &last); err != nil || count != 2 {
		return 0
	}
	return max(last-first+1, 0)
}

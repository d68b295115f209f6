// Package machine fits HAProxy's configuration to the machine that the pod runs on, which the operator can't know.
package machine

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"syscall"
)

// Machine is what a pod may use.
type Machine struct {
	// OpenFiles is how many files a process may have open (RLIMIT_NOFILE).
	OpenFiles int
	// Memory is how many bytes the pod may use, the kernel's for its connections among them (cgroup). 0 is no limit.
	Memory int
	// LocalPorts is how many connections the pod can have to one address at once. 0 is unknown.
	LocalPorts int
	// Threads is how many processors the pod may use at once.
	Threads int
	// HasIPv6 tells whether an IPv6 port can be bound.
	HasIPv6 bool
	// APIServer is where the cluster's API server is reached, as far as the pod is told (Kubernetes documentation, "Service").
	APIServer []netip.Addr
}

// Prepare raises the limit of open files as far as it goes, for this process and HAProxy, forbids core dumps (they would hold keys and
// messages' bytes), and tells what the pod may use.
func Prepare() (Machine, error) {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return Machine{}, fmt.Errorf("forbid core dumps: %w", err)
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return Machine{}, fmt.Errorf("read the limit of open files: %w", err)
	}
	if raised := (syscall.Rlimit{Cur: files.Max, Max: files.Max}); syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised) == nil {
		files = raised
	}
	return Machine{
		OpenFiles:  int(min(files.Cur, 1<<30)),
		Memory:     memoryLimit(memoryFiles),
		LocalPorts: localPorts("/proc/sys/net/ipv4/ip_local_port_range"),
		Threads:    runtime.GOMAXPROCS(0), // Go's own count heeds the pod's CPU limit
		HasIPv6:    canBindIPv6(),
		APIServer:  apiServer(os.Getenv("KUBERNETES_SERVICE_HOST")),
	}, nil
}

func canBindIPv6() bool {
	listener, err := net.Listen("tcp6", "[::]:0")
	if err != nil {
		return false
	}
	listener.Close()
	return true
}

func apiServer(host string) []netip.Addr {
	if address, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{address}
	}
	return nil
}

// Package machine fits HAProxy's configuration to the machine that the pod runs on, which the operator can't know.
package machine

import (
	"fmt"
	"net"
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
	// FromIPv4 and FromIPv6 tell whether the pod has addresses of that family to reach others from.
	FromIPv4, FromIPv6 bool
}

// Families are those in which the pod reaches others, the preferred one first ("ip4", "ip6"). A pod that seems to have none tries IPv4.
func (m Machine) Families() []string {
	switch {
	case m.FromIPv4 && m.FromIPv6:
		return []string{"ip4", "ip6"}
	case m.FromIPv6:
		return []string{"ip6"}
	default:
		return []string{"ip4"}
	}
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
	ipv4, ipv6 := families()
	return Machine{
		OpenFiles:  int(min(files.Cur, 1<<30)),
		Memory:     memoryLimit(memoryFiles),
		LocalPorts: localPorts("/proc/sys/net/ipv4/ip_local_port_range"),
		Threads:    runtime.GOMAXPROCS(0), // Go's own count heeds the pod's CPU limit
		HasIPv6:    canBindIPv6(),
		FromIPv4:   ipv4,
		FromIPv6:   ipv6,
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

// families tells which addresses, other than loopback and link-local ones, this machine has.
func families() (ipv4, ipv6 bool) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false, false
	}
	for _, address := range addresses {
		network, ok := address.(*net.IPNet)
		if !ok || !network.IP.IsGlobalUnicast() {
			continue
		}
		if network.IP.To4() != nil {
			ipv4 = true
		} else {
			ipv6 = true
		}
	}
	return ipv4, ipv6
}

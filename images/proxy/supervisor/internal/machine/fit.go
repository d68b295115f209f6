package machine

import (
	"regexp"
	"strconv"
)

// Fitted is a configuration that runs on this machine.
type Fitted struct {
	Config string
	// Wanted and Granted are the connections that the operator asked for and that the machine allows.
	Wanted, Granted int
	// Tightest is what allows no more, where that is fewer than wanted.
	Tightest Bound
}

// Bound is something that a machine has only so much of.
type Bound string

// What connections need.
const (
	Files      Bound = "files"
	Memory     Bound = "memory"
	LocalPorts Bound = "localPorts"
)

var (
	maxConnections = regexp.MustCompile(`(?m)^(\s+maxconn )(\d+)$`)
	maxPipes       = regexp.MustCompile(`(?m)^(\s+maxpipes )(\d+)$`)
	maxReloads     = regexp.MustCompile(`(?m)^(\s+mworker-max-reloads )\d+$`)
	threads        = regexp.MustCompile(`(?m)^(\s+nbthread )(\d+)$`)
	ipv6Bind       = regexp.MustCompile(`,\[::\]:\d+ v6only`)
	bind           = regexp.MustCompile(`(?m)^\s+bind `)
	chatServer     = regexp.MustCompile(`(?m)^\s+server chat-\S+ .* check( |$)`)
	check          = regexp.MustCompile(`(?m)^\s+server .* check( |$)`)
)

// filesPerPipe is how many files the limit must have for each pipe. A pipe holds two, and is needed only while bytes are on their way through it;
// without one they are copied. So where files are few they go to connections.
const filesPerPipe = 40

// Fit changes what does not fit: connections, pipes and threads are lowered, and IPv6 ports go where there is no IPv6.
func Fit(config string, machine Machine) Fitted {
	config = maxReloads.ReplaceAllString(config, "${1}1000") // the supervisor ends old workers itself, little by little
	if !machine.HasIPv6 {
		config = ipv6Bind.ReplaceAllString(config, "")
	}
	config = lower(threads, config, machine.Threads)
	config = lower(maxPipes, config, max(machine.OpenFiles/filesPerPipe, 1))
	wanted := number(maxConnections, config)
	fitted := Fitted{Wanted: wanted, Granted: wanted}
	fitted.allow(connectionsFor(machine.OpenFiles, config), Files)
	if machine.Memory > 0 {
		fitted.allow(connectionsIn(machine.Memory), Memory)
	}
	if addresses := len(chatServer.FindAllString(config, -1)); machine.LocalPorts > 0 && addresses > 0 {
		fitted.allow(machine.LocalPorts*addresses, LocalPorts)
	}
	fitted.Config = lower(maxConnections, config, fitted.Granted)
	return fitted
}

func (f *Fitted) allow(most int, by Bound) {
	if most < f.Granted {
		f.Granted, f.Tightest = most, by
	}
}

// What a pod needs, in bytes: connectionMemory for a silent chat connection, the kernel's part included (measured with HAProxy 3.0), and
// baseMemory for itself, for bytes on their way, and for what a reload leaves behind. The operator makes the pod's limit of the same two.
const (
	connectionMemory = 37_000
	baseMemory       = 192 << 20
)

// connectionsIn is how many connections a limit of memory holds. Of a small limit, half is for them all the same.
func connectionsIn(memory int) int {
	return max(max(memory-baseMemory, memory/2)/connectionMemory, 1)
}

// connectionsFor is how many connections HAProxy can promise with so many files: two each (client and server), after two for each pipe,
// one for each bound port and each check, three a thread, and 44 for its own sockets (measured with HAProxy 3.0; the rest is reserve).
func connectionsFor(openFiles int, config string) int {
	others := 2*number(maxPipes, config) + len(bind.FindAllString(config, -1)) + len(ipv6Bind.FindAllString(config, -1)) + len(check.FindAllString(config, -1)) +
		4*number(threads, config) + 100
	return max((openFiles-others)/2, 1)
}

func number(pattern *regexp.Regexp, config string) int {
	match := pattern.FindStringSubmatch(config)
	if match == nil {
		return 0
	}
	value, err := strconv.Atoi(match[len(match)-1])
	if err != nil {
		return 0
	}
	return value
}

func lower(pattern *regexp.Regexp, config string, most int) string {
	if number(pattern, config) <= most {
		return config
	}
	return pattern.ReplaceAllString(config, "${1}"+strconv.Itoa(most))
}

package haproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"syscall"
)

// looker is the address from which the supervisor looks whether lanes answer. It is one of loopback's, so nobody outside has it.
const looker = "127.0.0.254"

// laneBind is a lane's frontend with its ports.
var laneBind = regexp.MustCompile(`(?m)^frontend (lane-(\d+)-\w+)\n\s+bind 0\.0\.0\.0:(\d+).*$`)

// Looked makes lanes hang up at once on whoever looks from the pod itself, before anything is counted as a session of theirs.
func Looked(config string) string {
	return laneBind.ReplaceAllString(config, "$0\n    tcp-request connection reject if { src "+looker+" }")
}

// LanePort is one port of a lane.
type LanePort struct {
	Lane int
	Port string
}

// LanePorts tells all ports of lanes in a configuration.
func LanePorts(config string) []LanePort {
	var ports []LanePort
	for _, match := range laneBind.FindAllStringSubmatch(config, -1) {
		if lane, err := strconv.Atoi(match[2]); err == nil {
			ports = append(ports, LanePort{lane, match[3]})
		}
	}
	return ports
}

// ErrLaneClosed says that nobody listens on a port: its lane was closed meanwhile.
var ErrLaneClosed = errors.New("the lane is closed")

// Answers makes a connection to a lane's port, and is nil once the worker has taken it up and hung up, as it does with whoever looks.
func Answers(ctx context.Context, port string) error {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(looker)}}
	connection, err := dialer.DialContext(ctx, "tcp", "127.0.0.1:"+port)
	if err != nil {
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			return ErrLaneClosed
		case errors.Is(err, syscall.ECONNRESET):
			return nil // it hung up before this side saw the connection
		}
		return fmt.Errorf("connect to a lane: %w", err)
	}
	defer connection.Close()
	deadline, _ := ctx.Deadline()
	if err := connection.SetReadDeadline(deadline); err != nil {
		return fmt.Errorf("connect to a lane: %w", err)
	}
	_, err = connection.Read(make([]byte, 1))
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("a lane takes up no connection: %w", err)
	}
	return nil
}

// IsAlive tells whether the current worker answers a command.
func (c Client) IsAlive(ctx context.Context) bool {
	workers, err := c.Workers(ctx)
	if err != nil {
		return false
	}
	_, err = workers[0].ask(ctx, "show version")
	return err == nil
}

// KillWorker ends the current worker at once, and HAProxy with it.
func (c Client) KillWorker(ctx context.Context) error {
	workers, err := c.Workers(ctx)
	if err != nil {
		return err
	}
	if err := syscall.Kill(workers[0].PID, syscall.SIGKILL); err != nil {
		return fmt.Errorf("end a worker that hangs: %w", err)
	}
	return nil
}

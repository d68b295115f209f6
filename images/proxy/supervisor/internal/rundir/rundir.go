// Package rundir keeps the run directory: what HAProxy reads when it starts or reloads, and the sockets that it answers on.
package rundir

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Dir is the run directory. It lies in memory and belongs to the pod, so that it outlives a container and not the pod.
type Dir struct{ Path string }

// ErrFull says that the run directory has no room. What is there stays as it is.
var ErrFull = errors.New("the pod's memory for files (its volume \"run\") is full. What ran before goes on; if it lasts, delete the pod")

// At makes a Dir of a path. HAProxy takes a socket's path for one only if it is absolute.
func At(path string) (Dir, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return Dir{}, fmt.Errorf("find the run directory: %w", err)
	}
	return Dir{Path: absolute}, nil
}

// Config is the configuration that HAProxy reads, fitted to this machine.
func (d Dir) Config() string { return filepath.Join(d.Path, "haproxy.cfg") }

// LastGood is the configuration that HAProxy took last. It outlives a container.
func (d Dir) LastGood() string { return filepath.Join(d.Path, "last-good.cfg") }

// Candidate is a configuration that HAProxy has not accepted yet.
func (d Dir) Candidate() string { return filepath.Join(d.Path, "candidate.cfg") }

// MasterSocket is where HAProxy's master process takes commands.
func (d Dir) MasterSocket() string { return filepath.Join(d.Path, "master.sock") }

// MetricsSocket is where HAProxy tells its own metrics.
func (d Dir) MetricsSocket() string { return filepath.Join(d.Path, "metrics.sock") }

// HeadersSocket is where HAProxy tells of PROXY headers that it does not take.
func (d Dir) HeadersSocket() string { return filepath.Join(d.Path, "headers.sock") }

// Certificate is the file of a lane's certificate and key, and the name that HAProxy knows them by.
func (d Dir) Certificate(lane int) string { return d.laneFile(lane, "pem") }

// TicketKeys is the file of a lane's keys of TLS tickets, and the name that HAProxy knows them by.
func (d Dir) TicketKeys(lane int) string { return d.laneFile(lane, "tickets") }

// Proxies is the file of the ranges whose PROXY header a lane believes, and the name that HAProxy knows the list by.
func (d Dir) Proxies(lane int) string { return d.laneFile(lane, "proxies") }

func (d Dir) laneFile(lane int, extension string) string {
	return filepath.Join(d.Path, "lanes", fmt.Sprintf("%d.%s", lane, extension))
}

// Prepare makes the directory and removes the sockets of a HAProxy that is gone.
func (d Dir) Prepare() error {
	if err := os.MkdirAll(filepath.Join(d.Path, "lanes"), 0o700); err != nil {
		return fmt.Errorf("make the run directory: %w", err)
	}
	sockets, err := filepath.Glob(filepath.Join(d.Path, "*.sock*"))
	if err != nil {
		return fmt.Errorf("look for old sockets: %w", err)
	}
	for _, socket := range sockets {
		if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove an old socket: %w", err)
		}
	}
	return nil
}

// LaneFiles is what HAProxy loads for a lane at its start or reload.
type LaneFiles struct {
	// Certificate holds the private key too.
	Certificate []byte
	TicketKeys  []byte
	// Proxies are ranges, a line each.
	Proxies []string
}

// HasLane tells whether a lane's files are there.
func (d Dir) HasLane(lane int) bool {
	for _, file := range []string{d.Certificate(lane), d.TicketKeys(lane), d.Proxies(lane)} {
		if _, err := os.Stat(file); err != nil {
			return false
		}
	}
	return true
}

// WriteLane writes a lane's files.
func (d Dir) WriteLane(lane int, files LaneFiles) error {
	var proxies bytes.Buffer
	for _, proxy := range files.Proxies {
		fmt.Fprintln(&proxies, proxy)
	}
	if err := Write(d.Certificate(lane), files.Certificate); err != nil {
		return err
	}
	if err := Write(d.TicketKeys(lane), files.TicketKeys); err != nil {
		return err
	}
	return Write(d.Proxies(lane), proxies.Bytes())
}

// TrimLanes removes the files of lanes beyond a bank, which may hold keys of addresses that are no longer served.
func (d Dir) TrimLanes(bank int) error {
	paths, err := filepath.Glob(filepath.Join(d.Path, "lanes", "*.*"))
	if err != nil {
		return fmt.Errorf("look for lanes' files: %w", err)
	}
	for _, path := range paths {
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		if lane, err := strconv.Atoi(name); err != nil || lane < bank {
			continue
		}
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove a lane's file: %w", err)
		}
	}
	return nil
}

// Write replaces a file in one step, readable by this user only. A file that says the same already is left alone.
func Write(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	next := path + ".next"
	if err := os.WriteFile(next, content, 0o600); err != nil {
		_ = os.Remove(next) // half a file takes room and is of no use
		if errors.Is(err, syscall.ENOSPC) {
			return fmt.Errorf("write %s: %w", path, ErrFull)
		}
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("put %s in place: %w", path, err)
	}
	return nil
}

// published is the run directory that the operator's configuration names.
const published = "/run/proxyfleet/"

// Localize makes a configuration name this run directory, where it is another one (outside a pod).
func (d Dir) Localize(config string) string {
	return strings.ReplaceAll(config, published, d.Path+"/")
}

package main

import (
	"fmt"
	"net"
	"sync"
	"time"
)

// holding is what the proxy's memory is while so many connections are open and silent.
type holding struct {
	Connections   int `json:"connections"`
	ResidentBytes int `json:"residentBytes"`
}

// openers open connections side by side: a slow proxy is not to make the bench long.
const openers = 16

// settle is how long memory must not grow before it is read.
const settle = time.Second

// idle opens connections, in steps, and reads the memory at each.
func idle(arguments []string) (any, error) {
	var at target
	var steps counts
	flags := at.flags("idle")
	flags.Var(&steps, "connections", "`numbers` of connections to look at, growing: 2500,5000")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	one, err := at.newCaller()
	if err != nil {
		return nil, err
	}
	// A proxy sets up some things with its first connection. They are not what a connection costs.
	if _, err := one.visit(); err != nil {
		return nil, err
	}
	var held []net.Conn
	defer func() {
		for _, connection := range held {
			connection.Close()
		}
	}()
	told := []holding{}
	for _, step := range append([]int{0}, steps...) {
		more, err := one.open(step - len(held))
		held = append(held, more...)
		if err != nil {
			return nil, fmt.Errorf("with %d connections open: %w", len(held), err)
		}
		resident, err := settledMemory(at.process)
		if err != nil {
			return nil, err
		}
		told = append(told, holding{len(held), resident})
	}
	return told, stillThere(held)
}

// open opens connections. Each has had an echo, so its way goes through to the upstream.
func (c *caller) open(count int) (opened []net.Conn, err error) {
	var mutex sync.Mutex
	var all sync.WaitGroup
	due := make(chan struct{}, max(count, 0))
	for range count {
		due <- struct{}{}
	}
	close(due)
	for range openers {
		all.Go(func() {
			for range due {
				connection, failed := c.openOne()
				mutex.Lock()
				if failed != nil {
					err = failed
				} else {
					opened = append(opened, connection)
				}
				mutex.Unlock()
			}
		})
	}
	all.Wait()
	return opened, err
}

func (c *caller) openOne() (net.Conn, error) {
	connection, _, err := c.call(echoes)
	if err != nil {
		return nil, err
	}
	connection.SetDeadline(time.Time{})
	return connection, exchange(connection, []byte{'x'}, make([]byte, 1))
}

// settledMemory reads a process's resident memory once it no longer grows.
func settledMemory(process int) (int, error) {
	last, err := residentMemory(process)
	for stood := time.Now(); err == nil && time.Since(stood) < settle; time.Sleep(50 * time.Millisecond) {
		var now int
		if now, err = residentMemory(process); now > last {
			last, stood = now, time.Now()
		}
	}
	return last, err
}

// stillThere fails if a connection was closed meanwhile: then the memory of fewer was read.
func stillThere(held []net.Conn) error {
	for _, connection := range held {
		connection.SetDeadline(time.Now().Add(callTimeout))
		if err := exchange(connection, []byte{'x'}, make([]byte, 1)); err != nil {
			return fmt.Errorf("a connection did not stay open: %w", err)
		}
	}
	return nil
}

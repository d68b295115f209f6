package main

import (
	"net"
	"slices"
	"time"
)

// delays are what `load ping` tells.
type delays struct {
	Pings        int     `json:"pings"`
	P50Microsecs float64 `json:"p50Microseconds"`
	P99Microsecs float64 `json:"p99Microseconds"`
}

// messageSize is about that of a short chat message on the wire.
const messageSize = 200

// ping sends messages in turn on some open connections, each when the one before has come back: how long a message takes where nobody waits
// for others.
func ping(arguments []string) (any, error) {
	var at target
	flags := at.flags("ping")
	count := flags.Int("connections", 20, "open connections")
	pings := flags.Int("pings", 2000, "messages in all")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	one, err := at.newCaller()
	if err != nil {
		return nil, err
	}
	connections, err := one.open(*count)
	if err != nil {
		return nil, err
	}
	took, err := pingAll(connections, *pings)
	if err != nil {
		return nil, err
	}
	slices.Sort(took)
	microseconds := func(part float64) float64 {
		return float64(took[int(part*float64(len(took)-1))]) / float64(time.Microsecond)
	}
	return delays{len(took), microseconds(0.5), microseconds(0.99)}, nil
}

func pingAll(connections []net.Conn, pings int) ([]time.Duration, error) {
	message, answer := make([]byte, messageSize), make([]byte, messageSize)
	took := make([]time.Duration, 0, pings)
	for i := range pings {
		began := time.Now()
		if err := exchange(connections[i%len(connections)], message, answer); err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
	}
	return took, nil
}

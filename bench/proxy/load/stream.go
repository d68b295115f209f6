package main

import (
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// flow is what `load stream` tells.
type flow struct {
	Streams    int     `json:"streams"`
	Bytes      int64   `json:"bytes"`
	Broken     int64   `json:"broken"`
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpuSeconds"`
}

// stream downloads on many connections at once, and counts what comes once all of them flow.
func stream(arguments []string) (any, error) {
	var at target
	flags := at.flags("stream")
	count := flags.Int("streams", 1, "connections at the same time")
	length := flags.Duration("for", 3*time.Second, "how long")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	one, err := at.newCaller()
	if err != nil {
		return nil, err
	}
	var bytes, flowing, broken atomic.Int64
	for range *count {
		connection, _, err := one.call(downloads)
		if err != nil {
			return nil, fmt.Errorf("open a stream: %w", err)
		}
		connection.SetDeadline(time.Now().Add(callTimeout + *length))
		defer connection.Close()
		go drink(connection, &bytes, &flowing, &broken)
	}
	for deadline := time.Now().Add(callTimeout); flowing.Load() < int64(*count); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("of %d streams only %d flow", *count, flowing.Load())
		}
	}
	return at.flowFor(*length, *count, &bytes, &broken)
}

func (t target) flowFor(length time.Duration, streams int, bytes, broken *atomic.Int64) (flow, error) {
	cpuBefore, err := cpuTime(t.process)
	if err != nil {
		return flow{}, err
	}
	began, before := time.Now(), bytes.Load()
	time.Sleep(length)
	took, got := time.Since(began), bytes.Load()-before
	cpuAfter, err := cpuTime(t.process)
	return flow{streams, got, broken.Load(), took.Seconds(), (cpuAfter - cpuBefore).Seconds()}, err
}

func drink(connection net.Conn, bytes, flowing, broken *atomic.Int64) {
	buffer := make([]byte, 64<<10)
	for isFirst := true; ; isFirst = false {
		got, err := connection.Read(buffer)
		if err != nil {
			broken.Add(1)
			return
		}
		if isFirst {
			flowing.Add(1)
		}
		bytes.Add(int64(got))
	}
}

package main

import (
	"errors"
	"sync"
	"time"
)

// arrivals are what `load arrive` tells.
type arrivals struct {
	Connections int     `json:"connections"`
	Resumed     int     `json:"resumed"`
	Failed      int     `json:"failed"`
	Seconds     float64 `json:"seconds"`
	CPUSeconds  float64 `json:"cpuSeconds"`
}

// arrive opens connections for some seconds, by some callers side by side. Each ends with an echo, so that every proxy did all of its work.
func arrive(arguments []string) (any, error) {
	var at target
	flags := at.flags("arrive")
	callers := flags.Int("callers", 16, "connections at the same time")
	length := flags.Duration("for", 3*time.Second, "how long")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	team := make([]*caller, *callers)
	for i := range team {
		member, err := at.newCaller()
		if err != nil {
			return nil, err
		}
		if _, err := member.visit(); err != nil { // the first handshake of a session is never a resumed one
			return nil, err
		}
		team[i] = member
	}
	return at.measured(func() arrivals { return visitAll(team, time.Now().Add(*length)) })
}

// measured adds the time that passed, and the CPU time that the proxy used meanwhile.
func (t target) measured(do func() arrivals) (arrivals, error) {
	before, err := cpuTime(t.process)
	if err != nil {
		return arrivals{}, err
	}
	began := time.Now()
	sum := do()
	sum.Seconds = time.Since(began).Seconds()
	after, err := cpuTime(t.process)
	sum.CPUSeconds = (after - before).Seconds()
	if err == nil && sum.Connections == 0 {
		err = errors.New("no connection succeeded")
	}
	return sum, err
}

func visitAll(team []*caller, end time.Time) (sum arrivals) {
	var mutex sync.Mutex
	var all sync.WaitGroup
	for _, member := range team {
		all.Go(func() {
			own := arrivals{}
			for time.Now().Before(end) {
				resumed, err := member.visit()
				switch {
				case err != nil:
					own.Failed++
				case resumed:
					own.Resumed++
					own.Connections++
				default:
					own.Connections++
				}
			}
			mutex.Lock()
			defer mutex.Unlock()
			sum.Connections, sum.Resumed, sum.Failed = sum.Connections+own.Connections, sum.Resumed+own.Resumed, sum.Failed+own.Failed
		})
	}
	all.Wait()
	return sum
}

// visit opens one connection, and closes it after an echo.
func (c *caller) visit() (resumed bool, err error) {
	connection, resumed, err := c.call(echoes)
	if err != nil {
		return false, err
	}
	defer connection.Close()
	return resumed, exchange(connection, []byte{'x'}, make([]byte, 1))
}

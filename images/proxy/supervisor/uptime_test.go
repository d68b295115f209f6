package main

import (
	"testing"
	"time"

	"proxyfleet.dev/supervisor/internal/status"
)

// The operator tells by it for how long a pod has lagged, and may evict the pod then: a clock that jumps must not look like a long wait.
func TestUptimeGrowsAndFollowsNoClockThatJumps(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	p.until("a second of uptime", func(d status.Document) bool { return d.UptimeSeconds >= 1 })
	p.turnClock(40 * 24 * time.Hour)
	document, err := p.status()
	p.must(err)
	if document.UptimeSeconds > 3600 {
		t.Fatalf("%d s of uptime after the clock jumped", document.UptimeSeconds)
	}
}

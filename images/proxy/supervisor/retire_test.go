package main

import (
	"fmt"
	"strings"
	"testing"

	"proxyfleet.dev/supervisor/internal/status"
)

// reloads loads further configurations, each with a session that it will have left behind, and returns the sessions from the oldest on.
func (p *pod) reloads(count int, open lane) []*conversation {
	p.Helper()
	var sessions []*conversation
	for range count {
		sessions = append(sessions, p.talk(0, "chat"))
		p.reconfigure()
		p.applied(p.publish(open))
	}
	return sessions
}

func (p *pod) reconfigure() { p.config += fmt.Sprintf("\nbackend another-%d\n", p.revision) }

func TestManyReloadsEndNoSessionAtOnce(t *testing.T) {
	p := newPod(t)
	open := newLane(t, 0)
	p.publish(open)
	p.start(flags("--drain", "10m"))
	p.ready()
	sessions := p.reloads(6, open)
	p.reconfigure()
	waiting := p.publish(open)
	eventually(t, "a further reload waits", func() bool { return strings.Contains(p.output.String(), "a reload waits") })
	document, err := p.status()
	p.must(err)
	if document.Revision == waiting || document.OldWorkers != 6 || document.Refused != nil {
		t.Fatalf("status says %+v", document)
	}
	for _, session := range sessions {
		session.goesOn()
	}
	sessions[3].Close()
	p.applied(waiting)
	sessions[0].goesOn()
}

func TestTheOldestSessionsEndFirstWhereReloadsLeftManyBehind(t *testing.T) {
	p := newPod(t)
	open := newLane(t, 0)
	p.publish(open)
	p.start(flags("--drain", "1s"))
	p.ready()
	sessions := p.reloads(4, open)
	sessions[0].isEnded()
	p.until("three old workers keep theirs", func(d status.Document) bool { return d.OldWorkers == 3 })
	for _, session := range sessions[1:] {
		session.goesOn()
	}
}

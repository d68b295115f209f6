package main

import (
	"net"
	"strings"
	"testing"

	"proxyfleet.dev/supervisor/internal/status"
)

// smallPod holds 40 connections: of two lanes, each may have 30, and 7 of a listener may be silent.
func smallPod(t *testing.T, open ...lane) *pod {
	p := newPod(t)
	p.config = strings.Replace(p.config, "maxconn 27500", "maxconn 40", 1)
	p.publish(open...)
	p.start()
	p.ready()
	return p
}

// fill opens sessions on a lane until one is refused, and tells how many there are.
func (p *pod) fill(lane int) int {
	p.Helper()
	for count := range 100 {
		if _, err := p.tryTalk(lane, []string{"media", "plainChat"}[count%2]); err != nil {
			return count
		}
	}
	p.Fatal("no session was refused")
	return 0
}

func TestALaneKeepsToItsShareOverAllListenersAndTheOthersKeepTheirs(t *testing.T) {
	first, second := newLane(t, 0), newLane(t, 1)
	p := smallPod(t, first, second)
	if taken := p.fill(0); taken != 30 {
		t.Fatalf("the lane took %d of 40 connections", taken)
	}
	for range 9 {
		p.talk(1, "chat")
	}
	p.until("one lane is full and says what it refused", func(d status.Document) bool {
		return d.Lanes[0].Full && d.Lanes[0].Refused == 1 && !d.Lanes[1].Full && d.Lanes[1].Refused == 0
	})
	p.talk(1, "chat")
}

func TestAPodThatIsFullThroughSeveralLanesSaysSo(t *testing.T) {
	p := smallPod(t, newLane(t, 0), newLane(t, 1))
	for range 20 {
		p.talk(0, "media")
		p.talk(1, "plainChat")
	}
	document := p.until("both lanes say it", func(d status.Document) bool { return d.Lanes[0].Full && d.Lanes[1].Full })
	if document.Lanes[2].Full {
		t.Fatal("a closed lane is not full")
	}
	p.ready()
}

func TestAShareFollowsTheOpenLanesWithoutAReload(t *testing.T) {
	first, second := newLane(t, 0), newLane(t, 1)
	p := smallPod(t, first, second)
	staying := p.talk(0, "chat")
	p.applied(p.publish(first))
	if taken := p.fill(0); taken != 39 {
		t.Fatalf("the only lane took %d more of 40 connections", taken)
	}
	p.applied(p.publish(first, second))
	if _, err := p.tryTalk(0, "media"); err == nil {
		t.Fatal("a lane that has more than its share takes another connection")
	}
	staying.goesOn()
	if document, err := p.status(); err != nil || document.OldWorkers != 0 {
		t.Fatalf("%d old workers, %v", document.OldWorkers, err)
	}
}

// knock opens a connection that says nothing, and may be refused.
func (p *pod) knock(lane int, listener string) {
	if connection, err := net.Dial("tcp", p.port(lane, listener)); err == nil {
		p.Cleanup(func() { connection.Close() })
	}
}

func TestWhoSaysNothingTakesNoPlaceOfWhoSpeaks(t *testing.T) {
	p := smallPod(t, newLane(t, 0), newLane(t, 1))
	spoke := p.talk(0, "chat")
	for range 50 {
		p.knock(0, "chat")
		p.knock(1, "media")
	}
	p.until("few of them are kept", func(d status.Document) bool {
		return d.Lanes[0].Opening == 7 && d.Lanes[0].Refused == 43 && d.Lanes[1].Opening == 7 && d.Lanes[1].Refused == 43
	})
	spoke.goesOn()
	p.talk(0, "media")
	p.talk(1, "chat")
}

func TestWhatOldWorkersHoldIsNotSharedAgain(t *testing.T) {
	first := newLane(t, 0)
	p := smallPod(t, first)
	for range 20 {
		p.talk(0, "chat")
	}
	p.config += "\nbackend another\n"
	p.applied(p.publish(first))
	if taken := p.fill(0); taken != 20 {
		t.Fatalf("%d connections more than the 20 of the old worker", taken)
	}
}

func TestAConfigurationOfAnEarlierOperatorRunsWithoutShares(t *testing.T) {
	p := newPod(t)
	var lines []string
	for line := range strings.Lines(p.config) {
		if !strings.Contains(line, "sess.n") && !strings.Contains(line, "proc.lane_") {
			lines = append(lines, line)
		}
	}
	p.config = strings.Join(lines, "")
	revision := p.publish(newLane(t, 0))
	p.start()
	p.applied(revision)
	p.talk(0, "chat")
}

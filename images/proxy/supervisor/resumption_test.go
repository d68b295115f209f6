package main

import (
	"crypto/tls"
	"net"
	"testing"
	"time"

	"proxyfleet.dev/supervisor/internal/status"
	"proxyfleet.dev/supervisor/internal/tickets"
)

// phone is a client that keeps the session tickets it gets, one of each TLS version, and shows them wherever it connects.
type phone struct {
	*testing.T
	caches map[uint16]tls.ClientSessionCache
}

func newPhone(t *testing.T) phone {
	return phone{t, map[uint16]tls.ClientSessionCache{tls.VersionTLS12: tls.NewLRUClientSessionCache(1), tls.VersionTLS13: tls.NewLRUClientSessionCache(1)}}
}

// visits connects to a lane with each version of TLS, and must resume its last session, or must not.
func (f phone) visits(p *pod, lane int, resumes bool) {
	f.Helper()
	for version, cache := range f.caches {
		config := &tls.Config{InsecureSkipVerify: true, ServerName: "any.example", ClientSessionCache: cache, MinVersion: version, MaxVersion: version}
		connection, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", p.port(lane, "chat"), config)
		p.must(err)
		connection.SetDeadline(time.Now().Add(patience))
		connection.Write([]byte("hello\n"))
		if _, err := connection.Read(make([]byte, 6)); err != nil { // TLS 1.3 sends tickets after the handshake
			f.Fatalf("lane %d, %s: %v", lane, tls.VersionName(version), err)
		}
		if resumed := connection.ConnectionState().DidResume; resumed != resumes {
			f.Fatalf("lane %d, %s: resumed is %v", lane, tls.VersionName(version), resumed)
		}
		connection.Close()
	}
}

// startedPod is a pod that serves the given lanes, with a clock that is ahead.
func startedPod(t *testing.T, ahead time.Duration, open ...lane) *pod {
	t.Helper()
	p := newPodOf(t)
	p.turnClock(ahead)
	p.publish(open...)
	p.start()
	p.ready()
	return p
}

func TestAPhoneResumesThroughAnotherPod(t *testing.T) {
	t.Parallel()
	shared := newLane(t, 0)
	one, other := startedPod(t, 0, shared), startedPod(t, 0, shared)
	phone := newPhone(t)
	phone.visits(one, 0, false)
	phone.visits(one, 0, true)
	phone.visits(other, 0, true)
	phone.visits(one, 0, true)
}

func TestATicketOfOneLaneIsWorthNothingOnAnother(t *testing.T) {
	t.Parallel()
	p := startedPod(t, 0, newLane(t, 0), newLane(t, 1))
	phone := newPhone(t)
	for _, lane := range []int{0, 1, 0, 1} {
		phone.visits(p, lane, false)
	}
	phone.visits(p, 1, true)
}

func TestATicketIsWorthNothingAfterItsLanesCertificate(t *testing.T) {
	t.Parallel()
	first := newLane(t, 0)
	p := startedPod(t, 0, first)
	phone := newPhone(t)
	phone.visits(p, 0, false)
	first.certificate = newCertificate(t)
	p.applied(p.publish(first))
	phone.visits(p, 0, false)
	phone.visits(p, 0, true)
	p.applied(p.publish(newLane(t, 0))) // the lane's next address
	phone.visits(p, 0, false)
}

func TestAReloadForgetsNoTicket(t *testing.T) {
	t.Parallel()
	first := newLane(t, 0)
	p := startedPod(t, 0, first)
	phone := newPhone(t)
	phone.visits(p, 0, false)
	first.certificate = newCertificate(t) // what is loaded at run time is in the files too
	p.applied(p.publish(first))
	phone.visits(p, 0, false)
	p.config += "\nbackend another\n"
	p.applied(p.publish(first))
	phone.visits(p, 0, true)
}

func TestTicketKeysTurnWithTheClockAndWithoutAReload(t *testing.T) {
	t.Parallel()
	first, waker := newLane(t, 0), newLane(t, 1)
	p := startedPod(t, 0, first)
	phone, keeper := newPhone(t), newPhone(t)
	phone.visits(p, 0, false)
	keeper.visits(p, 0, false)
	p.turnClock(tickets.Period)
	p.applied(p.publish(first, waker)) // any change makes the supervisor look at all lanes
	phone.visits(p, 0, true)           // a ticket of the last period is taken, and a new one given
	p.turnClock(2 * tickets.Period)
	p.applied(p.publish(first))
	keeper.visits(p, 0, false) // this one is from two periods ago
	phone.visits(p, 0, true)
	p.until("there was no reload", func(d status.Document) bool { return d.OldWorkers == 0 })
}

func TestPodsWithClocksApartTakeEachOthersTickets(t *testing.T) {
	t.Parallel()
	shared := newLane(t, 0)
	behind, ahead := startedPod(t, 0, shared), startedPod(t, tickets.Period, shared)
	phone := newPhone(t)
	phone.visits(behind, 0, false)
	phone.visits(ahead, 0, true)
	phone.visits(behind, 0, true)
}

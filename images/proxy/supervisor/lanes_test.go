package main

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"proxyfleet.dev/supervisor/internal/status"
)

func TestAnOpenLaneServesAndTheOthersRefuse(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	revision := p.publish(first)
	p.start()
	p.ready()
	document := p.applied(revision)
	p.mustShow(first)
	for _, listener := range []string{"chat", "media", "plainChat"} {
		p.talk(0, listener)
	}
	for closed := 1; closed < 4; closed++ {
		p.mustRefuse(closed)
	}
	lane := document.Lanes[0]
	if len(document.Lanes) != 4 || !lane.Open || lane.Address != first.address || lane.CertificateSHA256 != first.certificate.SHA256 {
		t.Fatalf("status says %+v", document.Lanes)
	}
	if document.Lanes[3].Open || document.Lanes[3].CertificateSHA256 != "" {
		t.Fatalf("status says of a closed lane: %+v", document.Lanes[3])
	}
}

func TestALaneThatMovesToAnotherAddressTakesNobodyAlong(t *testing.T) {
	p := newPod(t)
	old, other := newLane(t, 0), newLane(t, 1)
	p.publish(old, other)
	p.start()
	p.ready()
	moving, staying := p.talk(0, "chat"), p.talk(1, "chat")
	fresh := newLane(t, 0)
	p.applied(p.publish(fresh, other))
	moving.isEnded()
	staying.goesOn()
	p.mustShow(fresh)
	p.mustShow(other)
	p.talk(0, "chat")
}

func TestALaneThatMovesUnderABusyCrowdFailsNobodyElse(t *testing.T) {
	p := newPod(t)
	p.setTimes("tcp-response inspect-delay", "1s") // it waits for who is not answered yet
	other := newLane(t, 1)
	p.publish(newLane(t, 0), other)
	p.start()
	p.ready()
	p.crowd(0) // may fail: its lane moves all the time
	visits := p.crowd(1)
	for range 15 {
		next := newLane(t, 0)
		p.applied(p.publish(next, other))
	}
	visits.mustAllSucceed()
	document := p.until("no session is left", func(d status.Document) bool { return d.Lanes[1].Sessions == 0 })
	if document.OldWorkers != 0 {
		t.Fatalf("%d old workers", document.OldWorkers)
	}
}

func TestTheSameAddressClaimedAnewIsAnother(t *testing.T) {
	p := newPod(t)
	old := newLane(t, 0)
	p.publish(old)
	p.start()
	p.ready()
	session := p.talk(0, "media")
	again := newLane(t, 0)
	again.address = old.address
	p.applied(p.publish(again))
	session.isEnded()
	p.mustShow(again)
}

func TestANewCertificateForTheSameAddressEndsNoSession(t *testing.T) {
	p := newPod(t)
	before := newLane(t, 2)
	p.publish(before)
	p.start()
	p.ready()
	session := p.talk(2, "chat")
	after := before
	after.certificate = newCertificate(t)
	p.applied(p.publish(after))
	p.mustShow(after)
	session.goesOn()
}

func TestAClosedLaneIsDarkAndTheOthersDontNotice(t *testing.T) {
	p := newPod(t)
	closing, staying := newLane(t, 0), newLane(t, 1)
	p.publish(closing, staying)
	p.start()
	p.ready()
	ends := []*conversation{p.talk(0, "chat"), p.talk(0, "media"), p.talk(0, "plainChat")}
	goes := []*conversation{p.talk(1, "chat"), p.talk(1, "media"), p.talk(1, "plainChat")}
	p.until("six sessions", func(d status.Document) bool { return d.Lanes[0].Sessions == 3 && d.Lanes[1].Sessions == 3 })
	document := p.applied(p.publish(staying))
	for _, session := range ends {
		session.isEnded()
	}
	for _, session := range goes {
		session.goesOn()
	}
	p.mustRefuse(0)
	if document.Lanes[0].Sessions != 0 || document.Lanes[0].Open || document.Lanes[1].Sessions != 3 {
		t.Fatalf("status says %+v", document.Lanes)
	}
}

func TestAHandshakeBegunBeforeTheLaneClosedLeadsNowhere(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	connection, err := net.Dial("tcp", p.port(0, "chat"))
	p.must(err)
	defer connection.Close()
	p.until("the connection is counted", func(d status.Document) bool { return d.Lanes[0].Sessions == 1 })
	revision := p.publish()
	p.until("the lane is closed", func(d status.Document) bool { return !d.Lanes[0].Open })
	late := tls.Client(connection, &tls.Config{InsecureSkipVerify: true})
	late.SetDeadline(time.Now().Add(patience))
	late.Handshake()
	if _, err := late.Read(make([]byte, 1)); err == nil {
		t.Fatal("the lane answers")
	}
	p.applied(revision)
	p.mustRefuse(0)
}

func TestASessionThatIsConnectingWhenItsLaneClosesIsNotLeftBehind(t *testing.T) {
	p := newPod(t)
	p.config = strings.NewReplacer(p.media.address(), silentUpstream(t), "timeout connect 5s", "timeout connect 500ms").Replace(p.config)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	connection, err := net.Dial("tcp", p.port(0, "media"))
	p.must(err)
	defer connection.Close()
	io.WriteString(connection, tlsRecord)
	p.until("the session is counted", func(d status.Document) bool { return d.Lanes[0].Sessions == 1 })
	if document := p.applied(p.publish()); document.Lanes[0].Sessions != 0 {
		t.Fatalf("status says %+v", document.Lanes[0])
	}
	next := newLane(t, 0)
	p.applied(p.publish(next))
	p.talk(0, "chat")
}

func TestASessionWhoseClientSaysNothingIsEndedWithItsLane(t *testing.T) {
	p := newPod(t)
	p.setTimes("inspect-delay", "10m")
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	silent := []net.Conn{p.dial(0, "media"), p.shakenHands(0)}
	p.until("they are counted", func(d status.Document) bool { return d.Lanes[0].Sessions == 2 })
	p.applied(p.publish())
	for _, connection := range silent {
		p.mustBeClosed(connection)
	}
}

func TestFiftySwapsLeaveOneWorkerAndAnUntouchedSession(t *testing.T) {
	p := newPod(t)
	other := newLane(t, 1)
	p.publish(newLane(t, 0), other)
	p.start()
	p.ready()
	staying := p.talk(1, "media")
	var slowest time.Duration
	began := time.Now()
	for range 50 {
		next := newLane(t, 0)
		since := time.Now()
		p.applied(p.publish(next, other))
		slowest = max(slowest, time.Since(since))
		p.mustShow(next)
	}
	t.Logf("50 swaps took %s, the slowest %s from the mount's change to the status", time.Since(began).Round(time.Millisecond), slowest.Round(time.Millisecond))
	staying.goesOn()
	if document, err := p.status(); err != nil || document.OldWorkers != 0 {
		t.Fatalf("%d old workers, %v", document.OldWorkers, err)
	}
}

package main

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"proxyfleet.dev/supervisor/internal/status"
)

func TestChatTellsTheUpstreamWhoCallsAndMediaDoesNot(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	for listener, want := range map[string]string{"chat": "127.0.0.1", "plainChat": "127.0.0.1", "media": "nobody"} {
		if who, err := p.talk(0, listener).ask("who"); err != nil || who != want {
			t.Errorf("%s: the upstream sees %q, %v", listener, who, err)
		}
	}
}

func TestAPROXYHeaderIsBelievedFromTheLoadBalancerOnlyAndThatCanChange(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	p.publish(first)
	p.start()
	p.ready()
	session := p.talk(0, "media")
	p.lies("before")
	first.proxiesFrom = []string{"127.0.0.1/32", "2001:db8::/32"}
	p.applied(p.publish(first))
	if who, err := p.askAs("198.51.100.7"); err != nil || who != "198.51.100.7" {
		t.Fatalf("the upstream sees %q, %v", who, err)
	}
	first.proxiesFrom = []string{"127.9.0.0/16"}
	p.applied(p.publish(first))
	p.lies("after")
	session.goesOn()
}

// askAs says in a PROXY header that it is another client, and asks the upstream who it sees.
func (p *pod) askAs(client string) (string, error) {
	connection, err := net.Dial("tcp", p.port(0, "chat"))
	p.must(err)
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(5 * time.Second))
	io.WriteString(connection, proxyHeader(client))
	c := &conversation{T: p.T, Conn: tls.Client(connection, &tls.Config{InsecureSkipVerify: true})}
	c.reader = bufio.NewReader(c.Conn)
	return c.ask("who")
}

func (p *pod) lies(when string) {
	p.Helper()
	if who, err := p.askAs("198.51.100.7"); err == nil {
		p.Fatalf("%s: a header from a stranger was taken: the upstream sees %q", when, who)
	}
}

func TestAnUpstreamThatDoesNotAnswerIsLeftForTheNext(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start() // chat-1 refuses from the start, and nobody has checked yet
	p.ready()
	for range 20 {
		p.talk(0, "chat")
	}
}

func TestWithoutUpstreamsThePodStaysReady(t *testing.T) {
	p := newPod(t)
	p.chat.Close()
	p.media.Close()
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	for _, listener := range []string{"chat", "media"} {
		if _, err := p.tryTalk(0, listener); err == nil || strings.Contains(err.Error(), "timeout") {
			t.Fatalf("%s: %v, and should be closed", listener, err)
		}
	}
	p.ready()
}

func TestWhatItWritesNamesNoClient(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	p.publish(first)
	p.start()
	p.ready()
	const client = "127.77.66.55"
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(client)}}
	for _, listener := range []string{"chat", "media", "plainChat"} {
		connection, err := dialer.Dial("tcp", p.port(0, listener))
		p.must(err)
		defer connection.Close()
		io.WriteString(connection, "neither TLS nor a header\n")
	}
	p.until("its sessions are counted", func(d status.Document) bool { return d.Lanes[0].Sessions >= 2 })
	p.config += "\nbackend another\n"
	p.applied(p.publish(first)) // a reload leaves an old worker, whose sessions are ended one by one
	p.applied(p.publish())
	body, err := p.get("/status")
	p.must(err)
	if written := p.output.String() + string(body); strings.Contains(written, client) || strings.Contains(written, "PRIVATE KEY") {
		t.Fatal(written)
	}
}

func TestHowSoonAPodIsReady(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	began := time.Now()
	p.start()
	p.ready()
	t.Logf("ready %s after the start", time.Since(began).Round(time.Millisecond))
}

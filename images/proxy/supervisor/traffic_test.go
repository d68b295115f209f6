package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
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

func TestTheStatusTellsWhatPassedThroughALaneForItsAddress(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	p.publish(first)
	p.start()
	p.ready()
	for range 3 {
		p.talk(0, "chat").Close()
	}
	garbage, err := net.Dial("tcp", p.port(0, "chat"))
	p.must(err)
	io.WriteString(garbage, "GET / HTTP/1.1\r\n\r\n")
	io.Copy(io.Discard, garbage)
	counted := func(d status.Document) bool {
		lane := d.Lanes[0]
		return lane.SessionsTotal >= 3 && lane.BytesIn == 3*int64(len("hello\n")) && lane.BytesOut == lane.BytesIn && lane.HandshakeFailures == 1
	}
	p.until("three sessions and a failed handshake are counted", counted)
	p.config += "\nbackend another\n"
	p.applied(p.publish(first))
	p.until("a reload forgets none of it", func(d status.Document) bool { return d.OldWorkers == 0 && counted(d) })
	p.applied(p.publish(newLane(t, 0)))
	p.talk(0, "chat")
	p.until("the next address begins at nothing", func(d status.Document) bool {
		return d.Lanes[0].SessionsTotal == 1 && d.Lanes[0].HandshakeFailures == 0
	})
}

func TestTheStatusTellsWhichUpstreamsAnswer(t *testing.T) {
	p := newPod(t)
	p.config = strings.Replace(p.config, "inter 10s", "inter 50ms", 1)
	p.publish(newLane(t, 0))
	p.start() // chat-1 refuses
	document := p.until("chat-0 answers and chat-1 does not", func(d status.Document) bool {
		return len(d.Upstreams) == 3 && d.Upstreams[0].Up == 1 && d.Upstreams[1].Up == 0 && d.Upstreams[2].Up == 1
	})
	for i, name := range []string{"chat-0", "chat-1", "media-0"} {
		if up := document.Upstreams[i]; up.Name != name || !strings.HasPrefix(name, up.Group) || up.Total != 1 || time.Since(up.Since) > time.Minute {
			t.Errorf("%s: %+v", name, up)
		}
	}
	p.chat.Close()
	p.until("no chat server answers", func(d status.Document) bool { return d.Upstreams[0].Up == 0 && d.Upstreams[2].Up == 1 })
	p.ready()
}

func TestMetricsOfAllWorkersAndOfHAProxyItself(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	p.publish(first)
	p.start()
	p.ready()
	p.talk(0, "chat")
	p.config += "\nbackend another\n"
	p.applied(p.publish(first))
	p.talk(0, "chat")
	for path, line := range map[string]string{
		"/metrics": fmt.Sprintf(`proxyfleet_lane_sessions{lane="0",address=%q} 2`, first.address),
		"/metrics/haproxy?scope=frontend&extra-counters": `haproxy_frontend_ssl_sess{proxy="lane-0-chat",mod="ssl"} 1`,
	} {
		if page, err := p.get(path); err != nil || !strings.Contains(string(page), line+"\n") {
			t.Errorf("%s does not say %s: %v", path, line, err)
		}
	}
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
		io.WriteString(connection, tlsRecord+"neither TLS nor a header\n")
	}
	p.until("its sessions are counted", func(d status.Document) bool { return d.Lanes[0].Sessions >= 2 })
	p.config += "\nbackend another\n"
	p.applied(p.publish(first)) // a reload leaves an old worker, whose sessions are ended one by one
	p.applied(p.publish())
	written := p.output.String()
	for _, path := range []string{"/status", "/metrics", "/metrics/haproxy"} {
		page, err := p.get(path)
		p.must(err)
		written += string(page)
	}
	if strings.Contains(written, client) || strings.Contains(written, "PRIVATE KEY") {
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

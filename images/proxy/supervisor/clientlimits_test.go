package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"testing"

	"proxyfleet.dev/supervisor/internal/status"
)

// limitedPod lets one client have ten connections. Lane 0 believes the PROXY header of 127.0.0.2 only.
func limitedPod(t *testing.T) *pod {
	p := newPod(t)
	p.config = p.localConfig("haproxy-client-limits.cfg")
	first := newLane(t, 0)
	first.proxiesFrom = []string{"127.0.0.2/32"}
	p.publish(first)
	p.start()
	p.ready()
	return p
}

func TestAClientHasItsLimitBeforeItShakesHands(t *testing.T) {
	p := limitedPod(t)
	for range 60 {
		p.knock(0, "chat")
	}
	p.until("ten are kept, and no one shook hands", func(d status.Document) bool {
		return d.Lanes[0].Sessions == 10 && d.Lanes[0].Refused == 50 && d.Lanes[0].HandshakeFailures == 0
	})
	if _, err := p.talkFrom("127.0.0.3", ""); err != nil {
		t.Fatalf("another client: %v", err)
	}
}

func TestClientsOfALoadBalancerHaveTheirLimitOnceItNamesThem(t *testing.T) {
	p := limitedPod(t)
	for count := range 12 {
		_, err := p.talkFrom("127.0.0.2", "198.51.100.7")
		if refused := err != nil; refused != (count >= 10) {
			t.Fatalf("connection %d: %v", count+1, err)
		}
	}
	for client := range 12 {
		if _, err := p.talkFrom("127.0.0.2", fmt.Sprintf("198.51.100.%d", 100+client)); err != nil {
			t.Fatalf("another client of the same load balancer: %v", err)
		}
	}
}

// talkFrom talks to chat from a loopback address, and says in a PROXY header which client it is; without one where that is empty.
func (p *pod) talkFrom(source, client string) (string, error) {
	dialer := &net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}}
	connection, err := dialer.Dial("tcp", p.port(0, "chat"))
	if err != nil {
		return "", err
	}
	p.Cleanup(func() { connection.Close() })
	if client != "" {
		io.WriteString(connection, proxyHeader(client))
	}
	c := &conversation{T: p.T, Conn: tls.Client(connection, &tls.Config{InsecureSkipVerify: true})}
	c.reader = bufio.NewReader(c.Conn)
	return c.ask("who")
}

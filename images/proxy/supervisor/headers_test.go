package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	"proxyfleet.dev/supervisor/internal/status"
)

// headerV2 is a PROXY header of version 2 (proxy-protocol.txt §2.2).
func headerV2(command, family byte, body []byte) string {
	start := headerSignature[:12] + string([]byte{0x20 | command, family})
	return start + string(binary.BigEndian.AppendUint16(nil, uint16(len(body)))) + string(body)
}

// tlv is a further field of a header, with so many bytes.
func tlv(length int) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xee}, uint16(length)), bytes.Repeat([]byte{'x'}, length)...)
}

func TestWhichPROXYHeadersAreTaken(t *testing.T) {
	const local, proxied = 0, 1
	const unspecified, tcp4 = 0x00, 0x11
	client := []byte{198, 51, 100, 7, 203, 0, 113, 9, 0x10, 0xe1, 1, 0xbb}
	cases := map[string]struct {
		header string
		taken  bool
	}{
		"version 1":                                 {proxyHeader("198.51.100.7"), true},
		"version 1, UNKNOWN":                        {"PROXY UNKNOWN\r\n", true},
		"version 2":                                 {headerV2(proxied, tcp4, client), true},
		"version 2 with a short TLV":                {headerV2(proxied, tcp4, append(bytes.Clone(client), tlv(3)...)), true},
		"version 2, LOCAL":                          {headerV2(local, unspecified, nil), true},
		"version 2, LOCAL with addresses":           {headerV2(local, tcp4, client), false},
		"version 2, UNSPEC":                         {headerV2(proxied, unspecified, nil), false},
		"version 2 with 1,000 bytes of TLV":         {headerV2(proxied, tcp4, append(bytes.Clone(client), tlv(1000)...)), true},
		"version 1, UNKNOWN with addresses":         {"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", false},
		"version 2 with a command that there isn't": {headerV2(5, tcp4, client), false},
		"no header":                                 {"\x16", false},
	}
	p := newPod(t)
	first := newLane(t, 0)
	first.proxiesFrom = []string{"127.0.0.1/32"}
	revision := p.publish(first)
	p.start()
	p.applied(revision)
	refused := int64(0)
	for name, c := range cases {
		connection, err := net.Dial("tcp", p.port(0, "media"))
		p.must(err)
		_, err = io.WriteString(connection, c.header+tlsRecord+"hello\n")
		p.must(err)
		session := &conversation{T: t, Conn: connection, reader: bufio.NewReader(connection)}
		err = session.echo("still there?")
		if taken := err == nil || strings.Contains(err.Error(), "hello"); taken != c.taken {
			t.Errorf("%s: taken is %v (%v)", name, taken, err)
		}
		connection.Close()
		if !c.taken {
			refused++
		}
	}
	split, err := net.Dial("tcp", p.port(0, "media"))
	p.must(err)
	defer split.Close()
	_, err = io.WriteString(split, headerV2(proxied, tcp4, client)[:20])
	p.must(err)
	p.mustBeClosed(split)
	refused++
	document := p.until("those that were refused are counted", func(d status.Document) bool { return d.Lanes[0].HeadersRefused >= refused })
	if counted := document.Lanes[0]; counted.HeadersRefused != refused || counted.HealthChecks != 0 {
		t.Fatalf("%d were refused, and the status says %+v", refused, counted)
	}
}

func TestHealthChecksAreNoStrangers(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	first.proxiesFrom = []string{"127.0.0.1/32"}
	revision := p.publish(first)
	p.start()
	p.applied(revision)
	for range 5 {
		connection, err := net.Dial("tcp", p.port(0, "chat"))
		p.must(err)
		connection.Close()
	}
	stranger := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.2")}}
	connection, err := stranger.Dial("tcp", p.port(0, "chat"))
	p.must(err)
	io.WriteString(connection, "GET / HTTP/1.1\r\n\r\n")
	io.Copy(io.Discard, connection)
	connection.Close()
	document := p.until("the checks and the stranger's handshake are counted", func(d status.Document) bool {
		return d.Lanes[0].HealthChecks == 5 && d.Lanes[0].HandshakeFailures == 1
	})
	if lane := document.Lanes[0]; lane.SessionsTotal != 0 || lane.HeadersRefused != 0 {
		t.Fatalf("status says %+v", lane)
	}
	next := newLane(t, 0)
	p.applied(p.publish(next))
	p.until("the next address begins at nothing", func(d status.Document) bool { return d.Lanes[0].HealthChecks == 0 })
	if page, err := p.get("/metrics"); err != nil || !strings.Contains(string(page), "proxyfleet_lane_health_checks_total{lane=\"0\",address=\""+next.address+"\"} 0\n") {
		t.Fatalf("%s, %v", page, err)
	}
}

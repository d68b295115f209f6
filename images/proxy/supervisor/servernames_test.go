package main

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"time"
)

// namesPod serves lane 0, and passes on media for whatsapp.net and what is under it.
func namesPod(t *testing.T) (*pod, lane) {
	p := newPod(t)
	p.config = p.localConfig("haproxy-server-names.cfg")
	p.setTimes("inspect-delay|timeout client-hs|timeout http-request", "300ms")
	served := newLane(t, 0)
	p.publish(served)
	p.start()
	p.ready()
	return p, served
}

// hello sends a TLS hello for a name to media, and returns the fingerprint of the certificate that comes back, if one does.
func (p *pod) hello(name string) (connection *tls.Conn, shown string) {
	p.Helper()
	connection = tls.Client(p.dial(0, "media"), &tls.Config{InsecureSkipVerify: true, ServerName: name})
	connection.SetDeadline(time.Now().Add(time.Second))
	if err := connection.Handshake(); err != nil {
		return connection, ""
	}
	sum := sha256.Sum256(connection.ConnectionState().PeerCertificates[0].Raw)
	return connection, hex.EncodeToString(sum[:])
}

func TestAHelloForANameThatPassesReachesTheMediaServerUntouched(t *testing.T) {
	p, _ := namesPod(t)
	for count, name := range []string{"whatsapp.net", "media.cdn.whatsapp.net", "MMG.WhatsApp.NET"} {
		p.hello(name) // the upstream plays no TLS server
		eventually(t, name, func() bool { return p.media.spokenTo.Load() == int64(count+1) })
	}
}

func TestAHelloForAnotherNameGetsTheLanesOwnCertificateAndPage(t *testing.T) {
	p, served := namesPod(t)
	for _, name := range []string{"", "any.example", "notwhatsapp.net", "whatsapp.net.example"} {
		connection, shown := p.hello(name)
		if shown != served.certificate.SHA256 {
			t.Errorf("%q is shown %q", name, shown)
			continue
		}
		io.WriteString(connection, request)
		if said := p.mustBeClosed(connection); !strings.HasPrefix(string(said), "HTTP/1.1 ") {
			t.Errorf("%q is answered with %q", name, said)
		}
	}
	if reached := p.media.spokenTo.Load() + p.chat.spokenTo.Load(); reached > 0 {
		t.Fatalf("%d connections upstream", reached)
	}
}

func TestBothPortsShowALanesNewCertificateAtOnce(t *testing.T) {
	p, _ := namesPod(t)
	next := newLane(t, 0)
	p.applied(p.publish(next))
	p.mustShow(next)
	if _, shown := p.hello("any.example"); shown != next.certificate.SHA256 {
		t.Fatalf("media shows %q", shown)
	}
}

func TestWithNamesGarbageAndSilenceOnMediaAreTurnedAway(t *testing.T) {
	p, _ := namesPod(t)
	for _, said := range []string{"", request, "\x16", "\x16\x03\x01\x02\x00\x01", "\x16\x03\x01\x00\x05hello"} {
		connection := p.dial(0, "media")
		io.WriteString(connection, said)
		p.mustSayNothing(said, p.mustBeClosed(connection))
	}
	p.applied(p.publish())
	p.mustRefuse(0)
}

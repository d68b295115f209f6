package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// dial opens a connection to a port, and says nothing.
func (p *pod) dial(lane int, listener string) net.Conn {
	p.Helper()
	connection, err := net.Dial("tcp", p.port(lane, listener))
	p.must(err)
	p.Cleanup(func() { connection.Close() })
	return connection
}

// shakenHands is a connection to chat that says nothing after the TLS handshake.
func (p *pod) shakenHands(lane int) net.Conn {
	p.Helper()
	connection := tls.Client(p.dial(lane, "chat"), &tls.Config{InsecureSkipVerify: true})
	p.must(connection.Handshake())
	return connection
}

// mustBeClosed waits until the other side has closed, and returns what it said before.
func (p *pod) mustBeClosed(connection net.Conn) []byte {
	p.Helper()
	connection.SetDeadline(time.Now().Add(patience))
	said, err := io.ReadAll(connection)
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		p.Fatal("the connection was not closed")
	}
	return said
}

// strangersPod serves lane 0 and is in a hurry with who says nothing.
func strangersPod(t *testing.T) *pod {
	p := newPod(t)
	p.setTimes("inspect-delay|timeout client-hs|timeout http-request", "300ms")
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	return p
}

func TestWhoSaysNothingIsTurnedAwayAndNothingIsOpenedUpstream(t *testing.T) {
	p := strangersPod(t)
	half := p.dial(0, "chat")
	io.WriteString(half, "\x16\x03\x01\x02\x00\x01") // a hello that never goes on
	for name, connection := range map[string]net.Conn{
		"no handshake": p.dial(0, "chat"), "half a handshake": half, "silence after the handshake": p.shakenHands(0), "silence on media": p.dial(0, "media"),
		"silence on plain chat": p.dial(0, "plainChat"),
	} {
		if said := p.mustBeClosed(connection); len(said) > 0 {
			t.Errorf("%s: answered %q", name, said)
		}
	}
	if chat, media := p.chat.spokenTo.Load(), p.media.spokenTo.Load(); chat+media > 0 {
		t.Fatalf("%d connections to the chat upstream, %d to the media upstream", chat, media)
	}
}

func TestWhoSaysTooLittleForAnAnswerIsTurnedAwayAndWhoWasAnsweredMayBeSilent(t *testing.T) {
	p := strangersPod(t)
	answered := []*conversation{p.talk(0, "chat"), p.talk(0, "media"), p.talk(0, "plainChat")}
	for listener, connection := range map[string]net.Conn{"chat": p.shakenHands(0), "media": p.dial(0, "media"), "plainChat": p.dial(0, "plainChat")} {
		io.WriteString(connection, map[bool]string{true: tlsRecord, false: "\x00"}[listener == "media"])
		if said := p.mustBeClosed(connection); len(said) > 0 {
			t.Errorf("one byte on %s: answered %q", listener, said)
		}
	}
	for _, conversation := range answered {
		conversation.goesOn()
	}
}

func TestGarbageReachesNoUpstreamAndHearsNothingThatNamesTheProxy(t *testing.T) {
	p := strangersPod(t)
	garbage := map[string]string{
		"HTTP":                    "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"HTTP/2":                  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"SSH":                     "SSH-2.0-OpenSSH_9.9\r\n",
		"a forged PROXY header":   "PROXY TCP4 192.0.2.1 192.0.2.2 1 443\r\nhello\r\n",
		"zeros":                   strings.Repeat("\x00", 4096),
		"TLS that makes no sense": "\x16\x03\x01\x00\x05hello",
	}
	for name, bytes := range garbage {
		for _, listener := range []string{"chat", "media"} {
			if listener == "media" && strings.HasPrefix(bytes, tlsRecord) {
				continue // the upstream's to judge
			}
			connection := p.dial(0, listener)
			io.WriteString(connection, bytes)
			p.mustSayNothing(name+" on "+listener, p.mustBeClosed(connection))
		}
	}
	if chat, media := p.chat.spokenTo.Load(), p.media.spokenTo.Load(); chat+media > 0 {
		t.Fatalf("%d connections to the chat upstream, %d to the media upstream", chat, media)
	}
}

// mustSayNothing takes silence, or an alert as any TLS server sends it: 7 bytes, of which the first is 0x15 (RFC 8446 §6).
func (p *pod) mustSayNothing(to string, said []byte) {
	p.Helper()
	isAlert := len(said) == 7 && bytes.HasPrefix(said, []byte{0x15, 0x03})
	if len(said) > 0 && !isAlert {
		p.Errorf("%s is answered with %q", to, said)
	}
}

func TestOldVersionsOfTLSAreRefused(t *testing.T) {
	p := strangersPod(t)
	for version, taken := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		connection := tls.Client(p.dial(0, "chat"), &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
		if err := connection.Handshake(); (err == nil) != taken {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}

func TestTwoAddressesShowNothingInCommon(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0), newLane(t, 1))
	p.start()
	p.ready()
	var shown [2]map[string]string
	for lane := range shown {
		shown[lane] = p.face(lane)
	}
	for what, value := range shown[0] {
		if shown[1][what] == value {
			t.Errorf("both show the %s %q", what, value)
		}
	}
}

// face is all that a lane's handshake shows of itself.
func (p *pod) face(lane int) map[string]string {
	p.Helper()
	cache := &lastTicket{}
	connection := tls.Client(p.dial(lane, "chat"), &tls.Config{
		InsecureSkipVerify: true, ServerName: "any.example", MaxVersion: tls.VersionTLS12, ClientSessionCache: cache,
	})
	p.must(connection.Handshake())
	certificate := connection.ConnectionState().PeerCertificates[0]
	return map[string]string{
		"subject": certificate.Subject.String(), "serial number": certificate.SerialNumber.String(), "key": string(certificate.RawSubjectPublicKeyInfo),
		"end": certificate.NotAfter.String(), "name of the ticket's key": string(cache.ticket[:16]),
	}
}

// lastTicket keeps the ticket that a server sends.
type lastTicket struct{ ticket []byte }

func (c *lastTicket) Get(string) (*tls.ClientSessionState, bool) { return nil, false }

func (c *lastTicket) Put(_ string, session *tls.ClientSessionState) {
	if session != nil {
		c.ticket, _, _ = session.ResumptionState()
	}
}

func TestWhoDoesNotReadKeepsLittleOfTheKernelsMemory(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	for _, listener := range []string{"media", "plainChat"} {
		reads := p.talk(0, listener)
		p.must(reads.Conn.(*net.TCPConn).SetReadBuffer(4096))
		io.WriteString(reads, "flood\n")
		taken := <-map[string]*upstream{"media": p.media, "plainChat": p.chat}[listener].taken
		t.Logf("%d bytes were kept for a client of %s that does not read", taken, listener)
		if taken >= floodBytes {
			t.Errorf("%s: all that was sent was kept", listener)
		}
	}
}

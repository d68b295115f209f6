package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"proxyfleet.dev/supervisor/internal/status"
)

// nameserver answers every question with the addresses that it was told, of the family that is asked for, or that there is no such name (RFC 1035).
type nameserver struct {
	net.PacketConn
	answer atomic.Pointer[[]netip.Addr]
	asked  atomic.Int64
}

func newNameserver(t *testing.T) *nameserver {
	t.Helper()
	connection, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	n := &nameserver{PacketConn: connection}
	go n.serve()
	return n
}

// says makes it know the name by these addresses; none means that there is no such name.
func (n *nameserver) says(addresses ...string) {
	var known []netip.Addr
	for _, address := range addresses {
		known = append(known, netip.MustParseAddr(address))
	}
	n.answer.Store(&known)
}

func (n *nameserver) serve() {
	question := make([]byte, 512)
	for {
		length, from, err := n.ReadFrom(question)
		if err != nil {
			return
		}
		n.asked.Add(1)
		n.WriteTo(n.reply(question[:length]), from)
	}
}

func (n *nameserver) reply(question []byte) []byte {
	const headerLength, noSuchName = 12, 3
	const typeA, typeAAAA = 1, 28
	end := headerLength // of the question's section: labels, then type and class
	for question[end] != 0 {
		end += 1 + int(question[end])
	}
	end += 5
	reply := append([]byte{}, question[:end]...)
	reply[2], reply[3] = 0x81, 0x80
	copy(reply[4:], []byte{0, 1, 0, 0, 0, 0, 0, 0})
	known := n.answer.Load()
	if known == nil || len(*known) == 0 {
		reply[3] |= noSuchName
		return reply
	}
	asked := binary.BigEndian.Uint16(question[end-4:])
	for _, address := range *known {
		bytes := address.AsSlice()
		if asked == typeA && address.Is4() || asked == typeAAAA && address.Is6() {
			reply[7]++
			reply = append(reply, 0xc0, headerLength, 0, byte(asked), 0, 1, 0, 0, 0, 1, 0, byte(len(bytes)))
			reply = append(reply, bytes...)
		}
	}
	return reply
}

func TestAnUpstreamsNameIsFollowedAndStopsNoStart(t *testing.T) {
	p, names := newNamedPod(t)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	names.says("127.0.0.1")
	p.reaches("127.0.0.1")
	names.says("127.0.0.3")
	p.reaches("127.0.0.3")
	names.says()
	asked := names.asked.Load()
	eventually(t, "HAProxy hears a few times that there is no such name", func() bool { return names.asked.Load() > asked+4 })
	p.reaches("127.0.0.3")
}

func TestReloadsWithNamesFailNobody(t *testing.T) {
	p, names := newNamedPod(t)
	names.says("127.0.0.1")
	first := newLane(t, 0)
	p.publish(first)
	p.start()
	p.ready()
	visits := p.crowd(0)
	for i := range 3 {
		p.config += fmt.Sprintf("\nbackend another-%d\n", i)
		p.applied(p.publish(first))
	}
	visits.mustAllSucceed()
}

// newNamedPod is a pod whose chat upstream has a name, which a nameserver of this test knows. Behind it are 127.0.0.1 and 127.0.0.3.
func newNamedPod(t *testing.T) (*pod, *nameserver) {
	p, names := newPod(t), newNameserver(t)
	_, port, _ := net.SplitHostPort(p.chat.address())
	listenAsUpstream(t, "127.0.0.3:"+port)
	p.config = strings.NewReplacer(
		"parse-resolv-conf", "nameserver test "+names.LocalAddr().String(),
		"timeout resolve 5s", "timeout resolve 50ms",
		"timeout retry 1s", "timeout retry 50ms",
		"inter 10s fastinter 2s downinter 5s fall 3", "inter 50ms fall 1",
		p.chat.address(), "chat.test:"+port,
		"    server chat-1 ", "    # server chat-1 ",
	).Replace(p.config)
	p.config = regexp.MustCompile(`(?m)^(    server )chat-0( chat.test:.*)$`).ReplaceAllStringFunc(p.config, func(line string) string {
		return line + "\n" + strings.ReplaceAll(line, "chat-0", "chat-0-1") + " resolve-prefer ipv6" // as the operator writes it for a name
	})
	return p, names
}

func TestOfANamesAddressesTheOneThatAnswersIsUsed(t *testing.T) {
	for name, addresses := range map[string][]string{"the first is dead": {"127.0.0.9", "127.0.0.3"}, "the other family is dead": {"127.0.0.9", "::1"}} {
		t.Run(name, func(t *testing.T) {
			p, names := newNamedPod(t)
			_, port, _ := net.SplitHostPort(p.chat.address())
			listenAsUpstream(t, net.JoinHostPort("::1", port))
			names.says(addresses...)
			p.publish(newLane(t, 0))
			p.start()
			p.ready()
			p.until("one of two answers", func(d status.Document) bool {
				return d.Upstreams[0].Name == "chat-0" && d.Upstreams[0].Up == 1 && d.Upstreams[0].Total == 2
			})
			for range 10 {
				if where, err := p.talk(0, "chat").ask("where"); err != nil || where != addresses[1] {
					t.Fatalf("reached %q, %v", where, err)
				}
			}
		})
	}
}

func TestTwoAddressesOfANameShareTheSessions(t *testing.T) {
	p, names := newNamedPod(t)
	names.says("127.0.0.1", "127.0.0.3")
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	reached := map[string]int{}
	for range 10 {
		where, err := p.talk(0, "chat").ask("where")
		p.must(err)
		reached[where]++
	}
	if reached["127.0.0.1"] != 5 || reached["127.0.0.3"] != 5 {
		t.Fatal(reached)
	}
}

func TestANameWithOneAddressHasOneServer(t *testing.T) {
	p, names := newNamedPod(t)
	names.says("127.0.0.1")
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	p.until("it is one, and answers", func(d status.Document) bool { return d.Upstreams[0].Up == 1 && d.Upstreams[0].Total == 1 })
	p.talk(0, "chat")
}

// reaches waits until new chat sessions come to an upstream's address.
func (p *pod) reaches(address string) {
	p.Helper()
	eventually(p.T, "sessions reach "+address, func() bool {
		session, err := p.tryTalk(0, "chat")
		if err != nil {
			return false
		}
		defer session.Close()
		where, err := session.ask("where")
		return err == nil && where == address
	})
}

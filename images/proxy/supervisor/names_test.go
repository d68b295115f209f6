package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"proxyfleet.dev/supervisor/internal/status"
)

// nameserver answers every question with the addresses that it was told, of the family that is asked for, or that there is no such name (RFC 1035).
// What does not fit into a packet it cuts off, and gives in full over TCP.
type nameserver struct {
	net.PacketConn
	answer atomic.Pointer[[]netip.Addr]
	asked  atomic.Int64
}

// largestReply is what every resolver takes over UDP (RFC 1035 §4.2.1).
const largestReply = 512

func newNameserver(t *testing.T) *nameserver {
	t.Helper()
	connection, listener := listenAsNameserver(t)
	t.Cleanup(func() { connection.Close() })
	t.Cleanup(func() { listener.Close() })
	n := &nameserver{PacketConn: connection}
	go n.serve()
	go n.serveTCP(listener)
	return n
}

// listenAsNameserver finds a port that is free for UDP and TCP.
func listenAsNameserver(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 100 {
		connection, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if listener, err := net.Listen("tcp", connection.LocalAddr().String()); err == nil {
			return connection, listener
		}
		connection.Close()
	}
	t.Fatal("no port is free for a nameserver")
	return nil, nil
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
		reply := n.reply(question[:length])
		if len(reply) > largestReply {
			reply = append(reply[:2], 0x83, reply[3], 0, 0, 0, 0, 0, 0, 0, 0) // cut off
			reply = append(reply, question[12:length]...)
			reply[5] = 1
			reply[11] = question[11]
		}
		n.WriteTo(reply, from)
	}
}

// serveTCP puts the length before each message.
func (n *nameserver) serveTCP(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			var length [2]byte
			for {
				if _, err := io.ReadFull(connection, length[:]); err != nil {
					return
				}
				question := make([]byte, binary.BigEndian.Uint16(length[:]))
				if _, err := io.ReadFull(connection, question); err != nil {
					return
				}
				reply := n.reply(question)
				connection.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
			}
		}()
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
			binary.BigEndian.PutUint16(reply[6:], binary.BigEndian.Uint16(reply[6:])+1)
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
			p.until("the one that answers is in use", func(d status.Document) bool {
				return d.Upstreams[0].Name == "chat-0" && d.Upstreams[0].Up == 1 && d.Upstreams[0].Total == 1
			})
			for range 10 {
				if where, err := p.talk(0, "chat").ask("where"); err != nil || where != addresses[1] {
					t.Fatalf("reached %q, %v", where, err)
				}
			}
		})
	}
}

func TestADeadAnswerTakesChatAwayFromNoServerThatLives(t *testing.T) {
	p, names := newNamedPod(t)
	names.says("127.0.0.1", "127.0.0.3")
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	names.says("127.0.0.9")
	visits := p.crowd(0)
	asked := names.asked.Load()
	eventually(t, "the answer was heard a few times", func() bool { return names.asked.Load() > asked+20 })
	visits.mustAllSucceed()
	document := p.until("the servers are there", func(d status.Document) bool { return len(d.Upstreams) > 0 })
	if chat := document.Upstreams[0]; chat.Up != 2 || chat.Total != 2 {
		t.Fatalf("status says %+v", chat)
	}
	p.chat.Close()
	names.says("127.0.0.9", "127.0.0.3")
	p.reaches("127.0.0.3")
}

func TestANameLeadsIntoNoNetworkThatIsRefused(t *testing.T) {
	p, names := newNamedPod(t)
	p.refused = []string{"127.0.0.3/32"}
	names.says("127.0.0.3")
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	p.until("the refusal is told", func(d status.Document) bool {
		return len(d.Upstreams) > 0 && slices.Equal(d.Upstreams[0].Refused, []string{"127.0.0.3"}) && d.Upstreams[0].Total == 0
	})
	if where, err := p.tryTalk(0, "chat"); err == nil {
		t.Fatalf("somebody answers: %v", where)
	}
	names.says("127.0.0.3", "127.0.0.1")
	p.reaches("127.0.0.1")
	names.says("127.0.0.3")
	asked := names.asked.Load()
	eventually(t, "that was heard a few times", func() bool { return names.asked.Load() > asked+20 })
	p.reaches("127.0.0.1")
}

func TestAnAddressOfARefusedNetworkIsNoServer(t *testing.T) {
	p := newPod(t)
	p.config = strings.ReplaceAll(p.config, p.media.address(), "127.0.0.5:1")
	p.refused = []string{"127.0.0.5/32"}
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	document := p.until("the refusal is told", func(d status.Document) bool { return len(d.Upstreams) == 3 })
	if media := document.Upstreams[2]; media.Name != "media-0" || media.Total != 0 || !slices.Equal(media.Refused, []string{"127.0.0.5"}) {
		t.Fatalf("status says %+v", media)
	}
	p.talk(0, "chat")
	p.refused = nil
	p.config = strings.ReplaceAll(p.config, "127.0.0.5:1", p.media.address())
	p.applied(p.publish(newLane(t, 0)))
	p.talk(0, "media")
}

func TestANameWithMoreAddressesThanAPacketHoldsIsFollowed(t *testing.T) {
	p, names := newNamedPod(t)
	many := []string{"127.0.0.3"}
	for i := range 99 {
		many = append(many, fmt.Sprintf("127.0.1.%d", i+1))
	}
	names.says(many...)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	p.reaches("127.0.0.3")
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

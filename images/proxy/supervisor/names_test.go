package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

// nameserver answers every question for an IPv4 address with the same one, or that there is no such name (RFC 1035).
type nameserver struct {
	net.PacketConn
	answer atomic.Pointer[net.IP]
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

func (n *nameserver) says(address string) {
	ip := net.ParseIP(address).To4()
	n.answer.Store(&ip)
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
	const headerLength, typeA, noSuchName = 12, 1, 3
	end := headerLength // of the question's section: labels, then type and class
	for question[end] != 0 {
		end += 1 + int(question[end])
	}
	end += 5
	reply := append([]byte{}, question[:end]...)
	reply[2], reply[3] = 0x81, 0x80
	copy(reply[4:], []byte{0, 1, 0, 0, 0, 0, 0, 0})
	address := n.answer.Load()
	if address == nil {
		reply[3] |= noSuchName
		return reply
	}
	if binary.BigEndian.Uint16(question[end-4:]) == typeA {
		reply[7] = 1
		reply = append(reply, 0xc0, headerLength, 0, typeA, 0, 1, 0, 0, 0, 1, 0, 4)
		reply = append(reply, *address...)
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
	names.answer.Store(nil)
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
		p.chat.address(), "chat.test:"+port,
		"    server chat-1 ", "    # server chat-1 ",
	).Replace(p.config)
	return p, names
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

package main

import (
	"net"
	"strings"
	"syscall"
	"testing"

	"proxyfleet.dev/supervisor/internal/status"
)

// vanish makes the kernel drop all that comes in on a connection from now on: as if its end had lost its network, nothing is answered any more.
func vanish(t *testing.T, connection net.Conn) {
	t.Helper()
	raw, err := connection.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var attached error
	err = raw.Control(func(descriptor uintptr) {
		attached = syscall.AttachLsf(int(descriptor), []syscall.SockFilter{{Code: syscall.BPF_RET | syscall.BPF_K}})
	})
	if err != nil || attached != nil {
		t.Fatal(err, attached)
	}
}

// impatientPod asks after a second of silence whether the other side is still there.
func impatientPod(t *testing.T) *pod {
	p := newPod(t)
	p.config = strings.NewReplacer("tcpka-idle 180s", "tcpka-idle 1s", "tcpka-intvl 20s", "tcpka-intvl 1s", "tcp-ut 240s", "tcp-ut 2s").Replace(p.config)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	return p
}

func TestAClientThatVanishedCountsNoLonger(t *testing.T) {
	p := impatientPod(t)
	silent, stays := p.talk(0, "media"), p.talk(0, "plainChat")
	vanish(t, silent.Conn)
	p.until("only who is there counts", func(d status.Document) bool { return d.Lanes[0].Sessions == 1 })
	stays.goesOn()
}

func TestAnUpstreamThatVanishedLetsItsClientsGo(t *testing.T) {
	p := impatientPod(t)
	chat, media := p.talk(0, "chat"), p.talk(0, "media")
	p.media.open.Range(func(connection, _ any) bool {
		vanish(t, connection.(net.Conn))
		return true
	})
	media.isEnded()
	chat.goesOn()
}

package main

import (
	"strings"
	"testing"

	"proxyfleet.dev/supervisor/internal/status"
)

// newPodWithFallback has one chat server, and another port that is used only while that does not answer.
func newPodWithFallback(t *testing.T) (*pod, *upstream) {
	t.Helper()
	p, spare := newPod(t), listenAsUpstream(t, "127.0.0.5:0")
	p.config = strings.NewReplacer("127.0.0.2:5222 check", spare.address()+" check backup", "inter 10s fastinter 2s downinter 5s fall 3", "inter 50ms fall 1").Replace(p.config)
	p.config = strings.ReplaceAll(p.config, "127.0.0.2:5222 track upstream-chat/chat-1 send-proxy-v2", spare.address()+" track upstream-chat/chat-1 send-proxy-v2 backup")
	return p, spare
}

func TestAFallbackIsUsedOnlyWhileNoServerAnswers(t *testing.T) {
	p, spare := newPodWithFallback(t)
	address := p.chat.address()
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	for range 20 {
		p.talk(0, "chat")
	}
	if came := spare.spokenTo.Load(); came != 0 {
		t.Fatalf("%d came to the fallback while the server answers", came)
	}
	p.chat.Close()
	p.until("the server's end is seen", func(d status.Document) bool { return d.Upstreams[0].Up == 0 && d.Upstreams[1].Up == 1 })
	for range 20 {
		if where, err := p.talk(0, "chat").ask("where"); err != nil || where != "127.0.0.5" {
			t.Fatalf("reached %q, %v", where, err)
		}
	}
	listenAsUpstream(t, address)
	p.until("that is seen", func(d status.Document) bool { return d.Upstreams[0].Up == 1 })
	p.reaches("127.0.0.1")
	before := spare.spokenTo.Load()
	for range 20 {
		p.talk(0, "chat")
	}
	if came := spare.spokenTo.Load() - before; came != 0 {
		t.Fatalf("%d came to the fallback after the server came back", came)
	}
}

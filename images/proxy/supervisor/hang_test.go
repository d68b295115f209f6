package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	lookedAt "proxyfleet.dev/supervisor/internal/haproxy"
	"proxyfleet.dev/supervisor/internal/status"
)

func TestAWorkerThatHangsIsSeenAndReplaced(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	p.publish(first)
	p.start(flags("--look-every", "100ms", "--answer-within", "2s"))
	p.ready()
	p.mustShow(first)
	p.until("it is applied", func(d status.Document) bool { return d.Lanes[0].Open })
	p.must(syscall.Kill(p.currentWorker(), syscall.SIGSTOP))
	if code := p.awaitEnd(); code == 0 {
		t.Fatal("the supervisor ended as if all were well")
	}
	if !strings.Contains(p.output.String(), "worker hangs") {
		t.Fatal("it does not say why")
	}
	p.start() // as the kubelet does
	p.ready()
	p.mustShow(first)
}

func TestALookIsNoSessionOfALane(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start(flags("--look-every", "5ms"))
	p.ready()
	p.talk(0, "chat").Close()
	seen := p.until("a session is counted", func(d status.Document) bool { return d.Lanes[0].SessionsTotal > 0 && d.Lanes[0].Sessions == 0 })
	p.until("a hundred looks are over", func(d status.Document) bool { return p.looks() > 100 })
	if document, err := p.status(); err != nil || document.Lanes[0].Refused != 0 {
		t.Fatalf("looks count as refused: %+v, %v", document.Lanes, err)
	}
	for range 50 {
		p.must(lookedAt.Answers(t.Context(), strings.Split(p.port(0, "media"), ":")[1]))
	}
	document, err := p.status()
	p.must(err)
	if document.Lanes[0].SessionsTotal != seen.Lanes[0].SessionsTotal || document.Lanes[0].HandshakeFailures != 0 {
		t.Fatalf("status says %+v, and said %+v", document.Lanes[0], seen.Lanes[0])
	}
}

// looks is how many connections HAProxy has turned away at lanes: as long as nobody else comes, the supervisor's looks.
func (p *pod) looks() int {
	p.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.worker("show stat"), "# "))).ReadAll()
	p.must(err)
	name, denied, total := slices.Index(rows[0], "pxname"), slices.Index(rows[0], "dcon"), 0
	for _, row := range rows[1:] {
		if count, err := strconv.Atoi(row[denied]); err == nil && strings.HasPrefix(row[name], "lane-") {
			total += count
		}
	}
	return total
}

// currentWorker is the process number of HAProxy's worker.
func (p *pod) currentWorker() int {
	p.Helper()
	for line := range strings.Lines(p.worker("show info")) {
		if number, found := strings.CutPrefix(strings.TrimSpace(line), "Pid: "); found {
			pid, err := strconv.Atoi(number)
			p.must(err)
			return pid
		}
	}
	p.Fatal("HAProxy does not tell its process number")
	return 0
}

func TestAFullRunDirectorySaysSoAndHealsOnceThereIsRoom(t *testing.T) {
	p := newPod(t)
	if err := syscall.Mount("tmpfs", p.runDir, "tmpfs", 0, "size=512k"); err != nil {
		t.Skipf("NOT TESTED: a small file system can't be made: %v. Run the tests as root.", err)
	}
	t.Cleanup(func() { syscall.Unmount(p.runDir, syscall.MNT_DETACH) })
	first := newLane(t, 0)
	p.publish(first)
	p.start()
	p.ready()
	session := p.talk(0, "chat")
	filler := filepath.Join(p.runDir, "filler")
	file, err := os.Create(filler)
	p.must(err)
	for err == nil {
		_, err = file.Write(make([]byte, 1<<10))
	}
	file.Close()
	p.config += "\nbackend another\n"
	second := newLane(t, 1)
	revision := p.publish(first, second)
	document := p.until("it is told", func(d status.Document) bool { return d.Refused != nil })
	if !strings.Contains(document.Refused.Message, "is full") {
		t.Fatalf("refused with %q", document.Refused.Message)
	}
	session.goesOn()
	p.must(os.Remove(filler))
	document = p.applied(revision)
	if document.Refused != nil {
		t.Fatalf("still refused: %+v", document.Refused)
	}
	p.mustShow(second)
	session.goesOn()
}

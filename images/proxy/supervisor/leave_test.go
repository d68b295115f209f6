package main

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAPodThatEndsAcceptsForAWhileAndKeepsItsSessions(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	session := p.talk(0, "chat")
	p.signal(syscall.SIGTERM)
	eventually(t, "the signal is taken", func() bool { return strings.Contains(p.output.String(), "asked to end") })
	p.talk(0, "media").Close()
	eventually(t, "the lane refuses", func() bool {
		connection, err := p.tryTalk(0, "media")
		if err == nil {
			connection.Close()
		}
		return err != nil
	})
	session.goesOn()
	session.Close()
	if code := p.awaitEnd(); code != 0 {
		t.Fatalf("ended with %d", code)
	}
}

func TestAPodWithoutAnOpenLaneEndsAtOnce(t *testing.T) {
	p := newPod(t)
	p.publish()
	p.start(longerThanPatience)
	p.ready()
	p.signal(syscall.SIGTERM)
	if code := p.awaitEnd(); code != 0 {
		t.Fatalf("ended with %d", code)
	}
}

func TestAPodWithoutSessionsEndsOnceNobodyIsSentToIt(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0), newLane(t, 1))
	p.start(flags("--drain", "10m"))
	p.ready()
	p.talk(0, "chat").Close()
	p.signal(syscall.SIGTERM)
	if code := p.awaitEnd(); code != 0 {
		t.Fatalf("ended with %d", code)
	}
}

func TestAPodWhoseLastLaneClosesWhileItEndsIsNotSentAnybody(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start(longerThanPatience)
	p.ready()
	session := p.talk(0, "chat")
	p.signal(syscall.SIGTERM)
	eventually(t, "the signal is taken", func() bool { return strings.Contains(p.output.String(), "asked to end") })
	p.publish()
	session.isEnded()
	if code := p.awaitEnd(); code != 0 {
		t.Fatalf("ended with %d", code)
	}
}

func TestASecondSignalEndsItAtOnce(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start(longerThanPatience)
	p.ready()
	session := p.talk(0, "chat")
	p.signal(syscall.SIGTERM)
	eventually(t, "the signal is taken", func() bool { return strings.Contains(p.output.String(), "asked to end") })
	p.signal(syscall.SIGTERM)
	if code := p.awaitEnd(); code != 0 {
		t.Fatalf("ended with %d", code)
	}
	session.isEnded()
}

func TestALaneThatClosesWhileThePodEndsIsDark(t *testing.T) {
	p := newPod(t)
	closing, staying := newLane(t, 0), newLane(t, 1)
	p.publish(closing, staying)
	p.start(longerThanPatience)
	p.ready()
	ends, goes := p.talk(0, "chat"), p.talk(1, "chat")
	p.signal(syscall.SIGTERM)
	p.publish(staying)
	ends.isEnded()
	goes.goesOn()
	p.signal(syscall.SIGTERM)
	p.awaitEnd()
}

func TestSessionsThatOutlastTheDrainAreEndedLittleByLittle(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start(flags("--linger", "0s", "--drain", "10s")) // in the last second of it sessions end
	p.ready()
	ended := make(chan time.Time, 30)
	for range cap(ended) {
		session := p.talk(0, "media")
		go func() {
			session.SetDeadline(time.Now().Add(2 * patience))
			session.reader.ReadByte()
			ended <- time.Now()
		}()
	}
	p.signal(syscall.SIGTERM)
	if code := p.awaitEnd(); code != 0 {
		t.Fatalf("ended with %d", code)
	}
	var times []time.Time
	for range cap(ended) {
		times = append(times, <-ended)
	}
	slices.SortFunc(times, time.Time.Compare)
	if spread := times[len(times)-1].Sub(times[0]); spread < 500*time.Millisecond {
		t.Fatalf("all sessions ended within %s", spread)
	}
}

func TestTheSupervisorEndsWithHAProxy(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	syscall.Kill(p.haproxyMaster(), syscall.SIGKILL)
	if code := p.awaitEnd(); code != 1 {
		t.Fatalf("ended with %d", code)
	}
	if !strings.Contains(p.output.String(), "HAProxy ended") {
		t.Fatalf("it did not say why")
	}
}

// haproxyMaster is HAProxy's master process: the supervisor's only child.
func (p *pod) haproxyMaster() int {
	p.Helper()
	out, err := exec.Command("pgrep", "-P", strconv.Itoa(p.command.Process.Pid)).Output()
	p.must(err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(out)))
	p.must(err)
	return pid
}

func longerThanPatience(command *exec.Cmd) { flags("--linger", "5m", "--drain", "10m")(command) }

func flags(flags ...string) func(*exec.Cmd) {
	return func(command *exec.Cmd) { command.Args = append(command.Args, flags...) }
}

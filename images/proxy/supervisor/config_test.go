package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"proxyfleet.dev/supervisor/internal/status"
)

func TestARefusedConfigurationChangesNothingAndIsReportedInHAProxysWords(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	good := p.publish(first)
	p.start()
	p.applied(good)
	session := p.talk(0, "chat")
	config := p.config
	p.config += "nonsense 42\n"
	second := newLane(t, 1)
	bad := p.publish(first, second)
	document := p.until("the refusal, and the lane that could be opened all the same", func(d status.Document) bool { return d.Refused != nil && d.Lanes[1].Open })
	if document.Refused.Revision != bad || !strings.Contains(document.Refused.Message, "unknown keyword 'nonsense'") || document.Revision != good {
		t.Fatalf("status says %+v, refused %+v", document, document.Refused)
	}
	session.goesOn()
	p.mustShow(first)
	p.mustShow(second)
	p.ready()
	p.config = config
	document = p.applied(p.publish(first, second))
	if document.Refused != nil || document.OldWorkers != 0 {
		t.Fatalf("status says %+v", document)
	}
	session.goesOn()
}

func TestAPortThatIsTakenIsARefusalToo(t *testing.T) {
	p := newPod(t)
	staying := newLane(t, 0)
	p.publish(staying)
	p.start()
	p.ready()
	session := p.talk(0, "media")
	p.config += "frontend taken\n    bind " + p.chat.address() + "\n    default_backend upstream-chat\n"
	fresh := newLane(t, 1)
	p.publish(staying, fresh)
	document := p.until("the refusal, and the lane that could be opened all the same", func(d status.Document) bool {
		return d.Refused != nil && d.Lanes[1].Open
	})
	if !strings.Contains(document.Refused.Message, "frontend taken") {
		t.Fatalf("refused with %q", document.Refused.Message)
	}
	session.goesOn()
	p.mustShow(fresh)
	p.mustRefuse(2)
	p.signal(syscall.SIGKILL)
	p.awaitEnd()
	p.start() // a container that starts anew still has the configuration that ran before
	p.ready()
	p.mustShow(fresh)
}

func TestAReloadEndsNoSessionAndOldWorkersCountUntilTheirLaneCloses(t *testing.T) {
	p := newPod(t)
	leaving, staying := newLane(t, 0), newLane(t, 1)
	p.publish(leaving, staying)
	p.start()
	p.ready()
	ends, goes := p.talk(0, "chat"), p.talk(1, "chat")
	p.config += "\nbackend another\n"
	document := p.applied(p.publish(leaving, staying))
	if document.OldWorkers != 1 || document.Lanes[0].Sessions != 1 || document.Lanes[1].Sessions != 1 {
		t.Fatalf("status says %+v", document)
	}
	p.mustRefuse(2)
	p.mustRefuse(3)
	ends.goesOn()
	goes.goesOn()
	p.talk(0, "chat")
	p.applied(p.publish(staying))
	ends.isEnded()
	goes.goesOn()
	p.mustRefuse(0)
	goes.Close()
	p.until("the old worker ends with its last session", func(d status.Document) bool { return d.OldWorkers == 0 })
}

func TestReloadsUnderABusyCrowdFailNobody(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	p.publish(first)
	p.start()
	p.ready()
	visits := p.crowd(0)
	for i := range 6 {
		p.config += fmt.Sprintf("\nbackend another-%d\n", i)
		p.applied(p.publish(first))
	}
	visits.mustAllSucceed()
	p.until("the old workers are gone", func(d status.Document) bool { return d.OldWorkers == 0 })
}

func TestABankThatGrowsAndShrinksKeepsSessionsOfTheLanesThatStay(t *testing.T) {
	p := newPod(t)
	kept, dropped := newLane(t, 0), newLane(t, 3)
	p.publish(kept, dropped)
	p.start()
	p.ready()
	goes, ends := p.talk(0, "chat"), p.talk(3, "chat")
	whole := p.config
	p.config, p.bank = withoutLane(whole, "lane-3-"), 3
	document := p.applied(p.publish(kept))
	ends.isEnded()
	goes.goesOn()
	if len(document.Lanes) != 3 {
		t.Fatalf("status says %+v", document.Lanes)
	}
	if p.holdsKey(dropped) {
		t.Fatal("the key of the lane that went is still there")
	}
	p.config, p.bank = whole, 4
	grown := newLane(t, 3)
	p.applied(p.publish(kept, grown))
	p.mustShow(grown)
	goes.goesOn()
}

// holdsKey tells whether a lane's certificate and key are in the run directory.
func (p *pod) holdsKey(lane lane) bool {
	text, err := os.ReadFile(filepath.Join(p.runDir, "lanes", fmt.Sprintf("%d.pem", lane.number)))
	return err == nil && bytes.Equal(text, lane.certificate.PEM)
}

// withoutLane leaves out the sections of the proxies whose name starts so.
func withoutLane(config, prefix string) string {
	var kept []string
	for _, section := range strings.Split(config, "\n\n") {
		if !strings.HasPrefix(section, "frontend "+prefix) && !strings.HasPrefix(section, "backend "+prefix) {
			kept = append(kept, section)
		}
	}
	return strings.Join(kept, "\n\n") + "\n"
}

func TestTheConfigurationMayComeAfterTheStart(t *testing.T) {
	p := newPod(t)
	p.start()
	eventually(t, "live", func() bool {
		_, err := p.get("/livez")
		return err == nil
	})
	if _, err := p.get("/readyz"); err == nil {
		t.Fatal("ready without a configuration")
	}
	first := newLane(t, 0)
	p.applied(p.publish(first))
	p.ready()
	p.mustShow(first)
}

func TestAContainerThatWasKilledStartsAnew(t *testing.T) {
	p := newPod(t)
	first, second := newLane(t, 0), newLane(t, 1)
	p.publish(first)
	p.start()
	p.ready()
	p.signal(syscall.SIGKILL)
	p.awaitEnd()
	revision := p.publish(second)
	p.start()
	p.applied(revision)
	p.mustRefuse(0)
	p.mustShow(second)
}

func TestAContainerThatStartsAnewWithARefusedConfigurationRunsTheLastGoodOne(t *testing.T) {
	p := newPod(t)
	first, second := newLane(t, 0), newLane(t, 1)
	p.publish(first)
	p.start()
	p.ready()
	p.signal(syscall.SIGKILL)
	p.awaitEnd()
	p.config += "nonsense 42\n"
	p.publish(second)
	p.start()
	p.ready()
	p.until("the refusal, and the lanes as wanted", func(d status.Document) bool {
		return d.Refused != nil && len(d.Lanes) == 4 && !d.Lanes[0].Open && d.Lanes[1].Open
	})
	p.mustRefuse(0)
	p.mustShow(second)
}

func TestAFirstConfigurationThatIsRefusedIsReportedInHAProxysWordsAndABetterOneIsTaken(t *testing.T) {
	p := newPod(t)
	config := p.config
	p.config += "nonsense 42\n"
	p.publish(newLane(t, 0))
	p.start()
	p.until("the refusal", func(d status.Document) bool {
		return d.Refused != nil && strings.Contains(d.Refused.Message, "unknown keyword 'nonsense'")
	})
	if _, err := p.get("/readyz"); err == nil {
		t.Fatal("ready without a configuration")
	}
	p.config = config
	p.publish(newLane(t, 0))
	p.ready()
	p.until("no refusal any more", func(d status.Document) bool { return d.Refused == nil })
}

func TestAMountThatMakesNoSenseIsReported(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	p.publish(first)
	p.start()
	p.ready()
	wrong := newLane(t, 1)
	wrong.certificate.SHA256 = first.certificate.SHA256
	revision := p.publish(first, wrong)
	document := p.until("the refusal", func(d status.Document) bool { return d.Refused != nil })
	if document.Refused.Revision != revision || !strings.Contains(document.Refused.Message, "lane-1.pem has the fingerprint") {
		t.Fatalf("refused %+v", document.Refused)
	}
	p.mustShow(first)
}

func TestFewFilesMeanFewerConnections(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start(func(command *exec.Cmd) {
		command.Args = append([]string{"sh", "-c", `ulimit -n 4000 && exec "$0" "$@"`, command.Path}, command.Args[1:]...)
		command.Path = "/bin/sh"
	})
	p.ready()
	document, err := p.status()
	p.must(err)
	if granted := document.MaxConnections.Granted; document.MaxConnections.Wanted != 27500 || granted < 1500 || granted > 2000 || document.MaxConnections.Tightest != "files" {
		t.Fatalf("status says %+v", document.MaxConnections)
	}
	p.talk(0, "chat")
}

func TestItNeedsNoRoot(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	p.publish(first)
	p.start(asPodUser)
	p.ready()
	p.mustShow(first)
	second := newLane(t, 0)
	p.applied(p.publish(second))
	p.mustShow(second)
}

// asPodUser runs the supervisor as user 65532 without any capability, in a user namespace in which that user owns this test's files.
func asPodUser(command *exec.Cmd) {
	const podUser = 65532
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: podUser, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: podUser, HostID: os.Getgid(), Size: 1}},
	}
}

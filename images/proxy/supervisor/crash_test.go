package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestACrashUnderLoadNamesNoClient(t *testing.T) {
	p := newPod(t)
	p.publish(newLane(t, 0))
	p.start()
	p.ready()
	const client = "127.77.66.55"
	p.busyClients(client)
	if sessions := p.worker("show sess"); !strings.Contains(sessions, client) {
		t.Fatalf("HAProxy has no session of the client: %s", sessions)
	}
	p.worker("expert-mode on; debug dev panic")
	if code := p.awaitEnd(); code == 0 {
		t.Fatal("the supervisor outlived HAProxy")
	}
	written := p.output.String()
	if strings.Contains(written, "127.77.") {
		t.Fatalf("a client is named:\n%s", written)
	}
	for _, says := range []string{"about to kill the process", "left out", "exited with code 134"} {
		if !strings.Contains(written, says) {
			t.Errorf("%q is not said:\n%s", says, written)
		}
	}
}

func TestDumpsOfHAProxyHaveAKeyThatIsNewAtEachStart(t *testing.T) {
	p := newPod(t)
	first := newLane(t, 0)
	p.publish(first)
	p.start()
	p.ready()
	before := p.anonymousKey()
	p.config += "\nbackend another\n"
	p.applied(p.publish(first))
	if after := p.anonymousKey(); after == before {
		t.Fatalf("the key is %s after a reload too", after)
	}
	p.busyClients("127.77.66.55")
	if sessions := p.worker("set anon on; show sess"); !strings.Contains(sessions, " src=") || strings.Contains(sessions, "127.77.") {
		t.Fatalf("HAProxy shows %s", sessions)
	}
}

// anonymousKey is the key in the configuration that HAProxy runs.
func (p *pod) anonymousKey() string {
	p.Helper()
	text, err := os.ReadFile(filepath.Join(p.runDir, "haproxy.cfg"))
	p.must(err)
	match := regexp.MustCompile(`(?m)^    anonkey ([1-9]\d*)$`).FindSubmatch(text)
	if match == nil {
		p.Fatal("there is no key")
	}
	return string(match[1])
}

// busyClients talk on all listeners of the first lane without a pause until the test ends.
func (p *pod) busyClients(address string) {
	p.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	for i := range 30 {
		connection, err := dialer.Dial("tcp", p.port(0, []string{"media", "plainChat", "chat"}[i%3]))
		p.must(err)
		p.Cleanup(func() { connection.Close() })
		go io.Copy(io.Discard, connection)
		go func() {
			for {
				if _, err := io.WriteString(connection, tlsRecord+"hello\n"); err != nil {
					return
				}
			}
		}()
	}
}

// worker asks HAProxy's worker itself.
func (p *pod) worker(command string) string {
	p.Helper()
	connection, err := net.Dial("unix", filepath.Join(p.runDir, "admin.sock"))
	p.must(err)
	defer connection.Close()
	_, err = fmt.Fprintln(connection, command)
	p.must(err)
	p.must(connection.(*net.UnixConn).CloseWrite())
	answer, _ := io.ReadAll(connection)
	return string(answer)
}

package haproxy

import (
	"errors"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// answering is the socket of a HAProxy that answers every command so, and hangs up.
func answering(t *testing.T, answer string) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			io.Copy(io.Discard, connection)
			io.WriteString(connection, answer)
			connection.Close()
		}
	}()
	return socket
}

const processes = "#<PID>          <type>          <reloads>       <uptime>        <version>\n12   master  0  0d 3.0\n# workers\n15   worker  0  0d 3.0\n# old workers\n# programs\n"

func TestAnAnswerCountsOnlyWhenItIsComplete(t *testing.T) {
	whole := NewClient(answering(t, processes+"\n"))
	workers, err := whole.Workers(t.Context())
	if err != nil || len(workers) != 1 || workers[0].PID != 15 {
		t.Fatalf("%v, %v", workers, err)
	}
	if time.Since(whole.Heard()) > time.Minute {
		t.Fatalf("heard at %s", whole.Heard())
	}
	for name, answer := range map[string]string{"nothing": "", "half a line": processes[:20], "lines without an end": processes} {
		t.Run(name, func(t *testing.T) {
			broken := NewClient(answering(t, answer))
			if _, err := broken.Workers(t.Context()); !errors.Is(err, ErrIncomplete) {
				t.Fatalf("it counts: %v", err)
			}
			if !broken.Heard().Equal(time.Unix(0, 0)) {
				t.Fatalf("heard at %s", broken.Heard())
			}
		})
	}
}

func TestWhereLanesAreLookedAt(t *testing.T) {
	config := "frontend metrics\n    mode http\n\nfrontend lane-7-chat\n    bind 0.0.0.0:20028,[::]:20028 v6only ssl crt x\n    default_backend y\n\nfrontend lane-7-media\n    bind 0.0.0.0:20029\n"
	if ports := LanePorts(config); !slices.Equal(ports, []LanePort{{7, "20028"}, {7, "20029"}}) {
		t.Fatal(ports)
	}
	looked := Looked(config)
	if strings.Count(looked, "\n    tcp-request connection reject if { src 127.0.0.254 }\n") != 2 || !strings.HasSuffix(looked, "20029\n    tcp-request connection reject if { src 127.0.0.254 }\n") {
		t.Fatal(looked)
	}
}

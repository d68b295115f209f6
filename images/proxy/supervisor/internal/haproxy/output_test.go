package haproxy

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"
)

func TestOnlyLinesOfAKnownFormArePassedOn(t *testing.T) {
	const client = "198.51.100.7"
	for line, passes := range map[string]bool{
		"[NOTICE]   (12) : New worker (15) forked": true,
		"[ALERT]    (12) : config : parsing [/run/proxyfleet/haproxy.cfg:9] : unknown keyword 'nonsense' in 'global' section": true,
		"[WARNING]  (15) : Server upstream-chat/chat-1 is DOWN, reason: Layer4 connection problem":                            true,
		"Thread 2 is about to kill the process.":                                                                true,
		"             | 0x7fc4b42224b3 [66 0f ef c0 0f 11 43 20]: cli_io_handler+0x473/0x7ef":                   true,
		"             curr_task=0x7fc4b1e06c40 (task) calls=2 last=0":                                           true,
		"             stream=0x7f14ee310800: [1795915201.396091] id=91 proto=tcpv4 source=" + client + ":48707": false,
		"               co0=0x7f00 ctrl=tcpv4 xprt=SSL mux=PASS data=STRM target=LISTENER src=" + client + ":1": false,
		"[ALERT]    (12) : something new, src=" + client + ":1":                                                 false,
		client + " says hello": false,
		"             | 0x7fc4b42224b3 [66 0f]: " + client + ":1": false,
		"             buf=0x7f00 data=\"WA\" from " + client:      false,
	} {
		if isKnown(line) != passes {
			t.Errorf("passes is not %v: %s", passes, line)
		}
	}
}

func TestWhatIsLeftOutIsCounted(t *testing.T) {
	var written bytes.Buffer
	said := &output{done: make(chan struct{})}
	text := "[NOTICE]   (1) : Loading success.\n stream=0x1: source=198.51.100.7:1\n" + strings.Repeat("x", 3*longestLine) + "\n[ALERT]    (1) : the end\n"
	said.pass(io.NopCloser(strings.NewReader(text)), slog.New(slog.NewJSONHandler(&written, nil)))
	got := written.String()
	if strings.Contains(got, "198.51") || !strings.Contains(got, "Loading success") || !strings.Contains(got, "the end") || !strings.Contains(got, "left out") {
		t.Fatal(got)
	}
	if words := said.lastWords(); words != "the end" {
		t.Fatal(words)
	}
}

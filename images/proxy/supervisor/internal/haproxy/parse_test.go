package haproxy

import (
	"reflect"
	"testing"
	"time"
)

func TestParseWorkers(t *testing.T) {
	answer := `#<PID>          <type>          <reloads>       <uptime>        <version>
6393            master          2 [failed: 0]   0d00h01m11s     3.0.11-1+deb13u3
# workers
7019            worker          0               0d00h00m00s     3.0.11-1+deb13u3
# old workers
6576            worker          1               0d00h00m42s     3.0.11-1+deb13u3
# programs
`
	workers := Client{}.parseWorkers(answer)
	if len(workers) != 2 || workers[0].PID != 7019 || workers[0].Old || workers[1].PID != 6576 || !workers[1].Old || workers[1].Reloads != 1 {
		t.Fatalf("%+v", workers)
	}
}

func TestParseSession(t *testing.T) {
	const line = "0x7f8c47884000: proto=tcpv4 src=192.0.2.1:32998 fe=lane-0-media be=lane-0-media-up srv=media-0 ts=00 age=26s scf=[8,0h,fd=28,rex=,wex=] scb=["
	cases := map[string]struct {
		line string
		want session
		ok   bool
	}{
		"a client's session":         {line + "8,1h,fd=29,rex=19m59s,wex=] exp=19m38s", session{"0x7f8c47884000", "lane-0-media", established}, true},
		"one that is connecting":     {line + "5,1h,fd=29,rex=,wex=] exp=4s", session{"0x7f8c47884000", "lane-0-media", connects}, true},
		"one that said nothing yet":  {line + "0,h1,fd=-1,rex=,wex=] exp=4s", session{"0x7f8c47884000", "lane-0-media", waits}, true},
		"one that is ending":         {line + "10,1h,fd=29,rex=,wex=] exp=4s", session{"0x7f8c47884000", "lane-0-media", established}, true},
		"one that says it otherwise": {"0x1: proto=x fe=lane-0-media be=x", session{"0x1", "lane-0-media", connects}, true},
		"the command itself":         {"0x7f8c47884800: proto=sockpair src=unix:2 fe=GLOBAL be=<NONE> scb=[8,1h]", session{}, false},
		"an empty line":              {"", session{}, false},
		"another answer":             {"Unknown command: 'show'", session{}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got, ok := parseSession(c.line); ok != c.ok || got != c.want {
				t.Fatalf("%+v %v", got, ok)
			}
		})
	}
}

func TestLaneOf(t *testing.T) {
	for name, want := range map[string]int{"lane-0-chat": 0, "lane-255-plainChat": 255, "upstream-chat": -1, "lane-x-chat": -1, "GLOBAL": -1, "lane-1-chat-up": -1} {
		if lane, ok := laneOf(name); ok != (want >= 0) || ok && lane != want {
			t.Errorf("%s: %d %v", name, lane, ok)
		}
	}
}

func TestAlertsAreHAProxysWordsWithoutTheRest(t *testing.T) {
	cases := map[string]struct{ said, want string }{
		"alerts among notices": {"[NOTICE]   (6) : haproxy version is 3.0\n[ALERT]    (6) : config : parsing [a.cfg:3] : unknown keyword 'x'\n[ALERT]    (6) : config : Fatal errors found.\n",
			"config : parsing [a.cfg:3] : unknown keyword 'x'; config : Fatal errors found."},
		"no alert at all": {"Success=0\n--\nsomething else\n", "Success=0 -- something else"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := alerts(c.said); got != c.want {
				t.Fatalf("%q", got)
			}
		})
	}
}

func TestTicketKeysFile(t *testing.T) {
	for line, want := range map[string]string{"# 7 (/run/proxyfleet/lanes/3.tickets)": "/run/proxyfleet/lanes/3.tickets", "# id (file)": "file", "# id secret": "", "0.1 VwRSNj71": ""} {
		if file, found := ticketKeysFile(line); found != (want != "") || found && file != want {
			t.Errorf("%q: %q %v", line, file, found)
		}
	}
}

func TestParseStats(t *testing.T) {
	rows, err := parseStats("# pxname,svname,scur,stot,bin,bout,status,lastchg,-,ssl_failed_handshake,dcon,dses,\n" +
		"lane-0-chat,FRONTEND,3,9,100,200,OPEN,,-,4,5,6,\n" + "upstream-chat,chat-0,,,,,MAINT (resolution),7,-,,,,\n")
	want := []statsRow{
		{proxy: "lane-0-chat", server: "FRONTEND", status: "OPEN", sessions: 3, sessionsTotal: 9, bytesIn: 100, bytesOut: 200, handshakeFailures: 4, deniedConnections: 5, deniedSessions: 6},
		{proxy: "upstream-chat", server: "chat-0", status: "MAINT (resolution)", secondsSinceChange: 7},
	}
	if err != nil || !reflect.DeepEqual(rows, want) {
		t.Fatalf("%+v %v", rows, err)
	}
	for _, wrong := range []string{"", "# pxname,svname,scur\nlane-0-chat,FRONTEND,many\n", "# pxname,svname\nlane-0-chat\n"} {
		if rows, err := parseStats(wrong); err == nil {
			t.Errorf("%q was read as %+v", wrong, rows)
		}
	}
}

func TestTheAddressesOfOneNameAreOneUpstream(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 5, time.UTC)
	got := groupUpstreams("chat", []statsRow{
		{server: "chat-0", status: "UP 1/3", secondsSinceChange: 3600},
		{server: "chat-0-1", status: "DOWN", secondsSinceChange: 60},
		{server: "chat-2", status: "UP", address: "192.0.2.1:1", secondsSinceChange: 60},
		{server: "chat-2-1", status: "UP", address: "192.0.2.1:1", secondsSinceChange: 60},
		{server: "chat-1", status: "MAINT (resolution)", secondsSinceChange: 10},
	}, now)
	want := []Upstream{
		{Group: "chat", Name: "chat-0", Up: 1, Total: 2, Since: now.Add(-time.Minute).Truncate(time.Second)},
		{Group: "chat", Name: "chat-2", Up: 1, Total: 1, Since: now.Add(-time.Minute).Truncate(time.Second)},
		{Group: "chat", Name: "chat-1", Since: now.Add(-10 * time.Second).Truncate(time.Second)},
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%+v", got)
	}
}

func TestWhatHasNotPassedToItsBackendIsOpening(t *testing.T) {
	frontends := frontendsOf([]statsRow{
		{proxy: "lane-0-chat", sessions: 7, deniedConnections: 2, deniedSessions: 1}, {proxy: "lane-0-chat-up", sessions: 5},
		{proxy: "lane-0-media", sessions: 1}, {proxy: "lane-0-media-up", sessions: 2},
	})
	if frontends[0].Opening != 2 || frontends[0].Counters.Refused != 3 || frontends[1].Opening != 0 {
		t.Fatalf("%+v", frontends)
	}
}

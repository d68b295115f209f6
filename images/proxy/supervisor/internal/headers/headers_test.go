package headers

import (
	"strings"
	"testing"
)

func TestWhatCountsAsWhat(t *testing.T) {
	cases := map[string]Counts{
		"failed lane-7-chat Truncated PROXY protocol header received\n":                            {Refused: 1, BeforeTLS: 1},
		"failed lane-7-chat Received something which does not look like a PROXY protocol header\n": {Refused: 1, BeforeTLS: 1},
		"failed lane-7-media Timeout while waiting for PROXY protocol header\n":                    {Refused: 1},
		"failed lane-7-media Connection closed while waiting for PROXY protocol header\n":          {Checks: 1},
		"failed lane-7-media Connection error while waiting for PROXY protocol header\n":           {Checks: 1},
		"failed lane-7-chat SSL handshake failure\n":                                               {},
		"ended lane-7-chat\n": {},
		"failed lane-8-chat Truncated PROXY protocol header received\n": {},
		"": {},
	}
	for message, want := range cases {
		tally := &Tally{counts: map[int]Counts{}}
		tally.take(message)
		if got := tally.Of(7); got != want {
			t.Errorf("%q: %+v, not %+v", message, got, want)
		}
		if tally.Begin(7); tally.Of(7) != (Counts{}) {
			t.Errorf("%q is still counted for the next address", message)
		}
	}
}

func TestHAProxyIsToldToTellNoClient(t *testing.T) {
	told := Told("frontend lane-0-chat\n    bind 0.0.0.0:20000\n    default_backend x\n\nfrontend metrics\n    bind y\n", "/run/proxyfleet/headers.sock")
	if strings.Count(told, "    log /run/proxyfleet/headers.sock ") != 1 {
		t.Fatal(told)
	}
	for _, word := range []string{"%ci", "%cp", "%hr", "src", "%fi"} {
		if strings.Contains(told, word) {
			t.Errorf("%s is in %s", word, told)
		}
	}
}

package main

import (
	"bytes"
	"errors"
	"flag"
	"strings"
	"testing"
	"time"
)

func TestTheCommandLine(t *testing.T) {
	var out bytes.Buffer
	options, listen, err := parse(nil, &out)
	if err != nil || options.ConfigDir != "/etc/proxyfleet" || options.RunDir != "/run/proxyfleet" || listen != ":9101" ||
		options.HAProxy != "haproxy" || options.Linger != 10*time.Second || options.Drain != 9*time.Minute {
		t.Fatalf("%+v, %s, %v", options, listen, err)
	}
	for arguments, says := range map[string]string{"--help": "GET /readyz", "--version": version} {
		out.Reset()
		if _, _, err := parse([]string{arguments}, &out); !errors.Is(err, flag.ErrHelp) || !strings.Contains(out.String(), says) {
			t.Errorf("%s says %q, %v", arguments, out.String(), err)
		}
	}
	for _, wrong := range [][]string{{"serve"}, {"--drain", "soon"}, {"--colour"}} {
		if _, _, err := parse(wrong, &out); err == nil || errors.Is(err, flag.ErrHelp) {
			t.Errorf("%q was taken", wrong)
		}
	}
}

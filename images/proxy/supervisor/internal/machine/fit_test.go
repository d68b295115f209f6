package machine_test

import (
	"os"
	"strings"
	"testing"

	"proxyfleet.dev/supervisor/internal/machine"
)

func rendered(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../testdata/haproxy.cfg")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var large = machine.Machine{OpenFiles: 1 << 20, Threads: 64, HasIPv6: true}

func TestAMachineWithEnoughOfEverythingChangesNothing(t *testing.T) {
	config := rendered(t)
	fitted := machine.Fit(config, large)
	if fitted.Config != config || fitted.Wanted != 27500 || fitted.Granted != 27500 {
		t.Fatalf("wanted %d, granted %d", fitted.Wanted, fitted.Granted)
	}
}

func TestFit(t *testing.T) {
	cases := map[string]struct {
		change       func(m *machine.Machine)
		has, without string
	}{
		"few files lower the connections":  {func(m *machine.Machine) { m.OpenFiles = 20000 }, "\n    maxconn 9", "    maxconn 27500"},
		"and the pipes":                    {func(m *machine.Machine) { m.OpenFiles = 20000 }, "\n    maxpipes 500\n", "maxpipes 1000"},
		"and never to none":                {func(m *machine.Machine) { m.OpenFiles = 100 }, "\n    maxconn 1\n", "    maxconn 27500"},
		"the command socket keeps its own": {func(m *machine.Machine) { m.OpenFiles = 100 }, "\n    stats maxconn 32\n", "    maxconn 27500"},
		"one processor is one thread":      {func(m *machine.Machine) { m.Threads = 1 }, "\n    nbthread 1\n", "nbthread 4"},
		"without IPv6 nothing binds it":    {func(m *machine.Machine) { m.HasIPv6 = false }, "bind 0.0.0.0:20000 ssl crt", "[::]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			host := large
			c.change(&host)
			config := machine.Fit(rendered(t), host).Config
			if !strings.Contains(config, c.has) || strings.Contains(config, c.without) {
				t.Fatal(config)
			}
		})
	}
}

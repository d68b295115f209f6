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

var large = machine.Machine{OpenFiles: 1 << 20, Memory: 2 << 30, LocalPorts: 28232, Threads: 64, HasIPv6: true}

func TestAMachineWithEnoughOfEverythingChangesNothing(t *testing.T) {
	config := strings.Replace(rendered(t), "mworker-max-reloads 3\n", "mworker-max-reloads 1000\n", 1)
	fitted := machine.Fit(config, large)
	if fitted.Config != config || fitted.Wanted != 27500 || fitted.Granted != 27500 || fitted.Tightest != "" {
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
		"HAProxy ends no old worker":       {func(m *machine.Machine) {}, "mworker-max-reloads 1000\n", "mworker-max-reloads 3"},
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

func TestTheTightestBoundIsNamed(t *testing.T) {
	cases := map[string]struct {
		change  func(m *machine.Machine)
		granted int
		by      machine.Bound
	}{
		"memory":                              {func(m *machine.Machine) { m.Memory = 1 << 30 }, 23578, machine.Memory},
		"the operator's own limit holds all":  {func(m *machine.Machine) { m.Memory = 1163 << 20 }, 27500, ""},
		"half of little memory":               {func(m *machine.Machine) { m.Memory = 128 << 20 }, 1813, machine.Memory},
		"no limit of memory":                  {func(m *machine.Machine) { m.Memory = 0 }, 27500, ""},
		"ports to each of two chat servers":   {func(m *machine.Machine) { m.LocalPorts = 1000 }, 2000, machine.LocalPorts},
		"ports that nobody knows":             {func(m *machine.Machine) { m.LocalPorts = 0 }, 27500, ""},
		"the smallest of several":             {func(m *machine.Machine) { m.LocalPorts, m.Memory = 1000, 128<<20 }, 1813, machine.Memory},
		"files, though memory is short a bit": {func(m *machine.Machine) { m.OpenFiles, m.Memory = 20000, 1<<30 }, 9400, machine.Files},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			host := large
			c.change(&host)
			fitted := machine.Fit(rendered(t), host)
			if fitted.Tightest != c.by || fitted.Granted != c.granted && c.by != machine.Files {
				t.Fatalf("%d by %q", fitted.Granted, fitted.Tightest)
			}
		})
	}
}

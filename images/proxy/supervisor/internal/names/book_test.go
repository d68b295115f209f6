package names

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

const config = `defaults
    default-server init-addr none resolvers cluster resolve-prefer ipv4

resolvers cluster
    parse-resolv-conf
    timeout resolve 3s

backend upstream-chat
    server chat-0 g.example:5222 check
    server chat-0-1 g.example:5222 check resolve-prefer ipv6
    server chat-1 192.0.2.1:5222 check
    server chat-2 [2001:db8::1]:5222 check
    server chat-3 nobody.example:5222 check
    server chat-4 10.0.0.1:5222 check

backend lane-0-chat-up
    server chat-0 g.example:5222 track upstream-chat/chat-0 send-proxy-v2
    server chat-0-1 g.example:5222 track upstream-chat/chat-0-1 send-proxy-v2 resolve-prefer ipv6
    server chat-4 10.0.0.1:5222 track upstream-chat/chat-4 send-proxy-v2
`

var private = mustGuard("10.0.0.0/8", "169.254.0.0/16", "fc00::/7")

func mustGuard(refused ...string) Guard {
	guard, err := NewGuard(refused, nil)
	if err != nil {
		panic(err)
	}
	return guard
}

// world is what a nameserver says of g.example, by family, and which of all addresses answer no connection.
type world struct {
	known map[string][]string
	dead  []string
	asked []string
}

func (w *world) book() *Book {
	book := NewBook()
	book.connects = func(_ context.Context, to netip.AddrPort) error {
		if slices.Contains(w.dead, to.Addr().String()) {
			return errors.New("no answer")
		}
		return nil
	}
	book.lookupFor = func(string) lookup {
		return func(_ context.Context, family, name string) ([]netip.Addr, error) {
			if w.known == nil {
				return nil, errors.New("no nameserver")
			}
			if name != "g.example." || len(w.known[family]) == 0 {
				return nil, &net.DNSError{IsNotFound: true}
			}
			return addresses(w.known[family]...), nil
		}
	}
	return book
}

func addresses(texts ...string) []netip.Addr {
	var all []netip.Addr
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

// led are the addresses to which the lines of g.example lead in a backend; "-" for one that rests.
func led(pinned, backend string) []string {
	var got []string
	inside := false
	for line := range strings.Lines(pinned) {
		if strings.HasPrefix(line, "backend ") {
			inside = strings.TrimSpace(line) == "backend "+backend
		}
		if server, ok := parseServer(strings.TrimSuffix(line, "\n")); ok && inside && strings.HasPrefix(server.name, "chat-0") {
			if server.host == nowhere.String() {
				server.host = "-"
			}
			got = append(got, server.host)
		}
	}
	return got
}

func TestNamesLeadToAddressesThatAnswerTheSameInEveryBackend(t *testing.T) {
	cases := map[string]struct {
		world world
		want  []string
	}{
		"one address is for the first server":             {world{known: map[string][]string{"ip4": {"192.0.2.7"}}}, []string{"192.0.2.7", "-"}},
		"one of each family, where both have a way out":   {world{known: map[string][]string{"ip4": {"192.0.2.7"}, "ip6": {"2001:db8::7"}}}, []string{"192.0.2.7", "2001:db8::7"}},
		"none of a family that has no way out":            {world{known: map[string][]string{"ip4": {"192.0.2.7"}, "ip6": {"2001:db8::7"}}, dead: []string{"2001:db8::7"}}, []string{"192.0.2.7", "-"}},
		"the other family alone":                          {world{known: map[string][]string{"ip6": {"2001:db8::7"}}}, []string{"2001:db8::7", "-"}},
		"where none answers, those that there are":        {world{known: map[string][]string{"ip4": {"192.0.2.7"}}, dead: []string{"192.0.2.7"}}, []string{"192.0.2.7", "-"}},
		"none of a private network":                       {world{known: map[string][]string{"ip4": {"169.254.169.254", "192.0.2.7"}, "ip6": {"fd00::1"}}}, []string{"192.0.2.7", "-"}},
		"not one of a private network if it has no other": {world{known: map[string][]string{"ip4": {"10.1.2.3"}}}, []string{"-", "-"}},
		"a name that nobody knows":                        {world{known: map[string][]string{}}, []string{"-", "-"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			pinned := c.world.book().Pin(t.Context(), config, private)
			for _, backend := range []string{"upstream-chat", "lane-0-chat-up"} {
				if got := led(pinned, backend); !slices.Equal(got, c.want) {
					t.Errorf("%s: %v, not %v", backend, got, c.want)
				}
			}
		})
	}
}

func TestHAProxyDoesNotFollowNamesItself(t *testing.T) {
	w := world{known: map[string][]string{"ip4": {"192.0.2.7"}}}
	pinned := w.book().Pin(t.Context(), config, private)
	for _, word := range []string{"resolve", "init-addr", "example", "10.0.0.1"} {
		if strings.Contains(pinned, word) {
			t.Errorf("%q is still there:\n%s", word, pinned)
		}
	}
	for _, line := range []string{"    default-server\n", "    server chat-1 192.0.2.1:5222 check\n", "    server chat-2 [2001:db8::1]:5222 check\n", "    server chat-0-1 240.0.0.1:5222 check disabled\n"} {
		if !strings.Contains(pinned, line) {
			t.Errorf("%q is missing:\n%s", line, pinned)
		}
	}
}

func TestWhatAPodMayNotLeadToIsNamed(t *testing.T) {
	w := world{known: map[string][]string{"ip4": {"10.1.2.3", "192.0.2.7"}, "ip6": {"fd00::1"}}}
	book := w.book()
	book.Pin(t.Context(), config, private)
	if refused := book.Refused(); len(refused) != 0 {
		t.Fatalf("before HAProxy took it: %v", refused)
	}
	book.Runs()
	refused := book.Refused()
	want := map[string][]string{"chat-0": {"10.1.2.3", "fd00::1"}, "chat-4": {"10.0.0.1"}}
	if !maps.EqualFunc(refused, want, slices.Equal) {
		t.Fatalf("%v, not %v", refused, want)
	}
}

func TestWithoutANameserverTheLastKnownAddressesAreUsed(t *testing.T) {
	w := world{known: map[string][]string{"ip4": {"192.0.2.7"}}}
	book := w.book()
	before := book.Pin(t.Context(), config, private)
	w.known = nil
	if after := book.Pin(t.Context(), config, private); after != before || !strings.Contains(after, "192.0.2.7") {
		t.Fatal(after)
	}
}

func TestSearchDomainsAreForNamesThatNobodyKnowsOtherwise(t *testing.T) {
	cases := map[string]struct {
		known map[string][]string // by the name as it is asked for
		want  []string
	}{
		"a name that is known as it stands": {map[string][]string{"relay.tools.": {"192.0.2.1"}, "relay.tools": {"192.0.2.2"}}, []string{"192.0.2.1"}},
		"a Service of another namespace":    {map[string][]string{"relay.tools": {"192.0.2.2"}}, []string{"192.0.2.2"}},
		"a name that nobody knows":          {nil, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			find := lookup(func(_ context.Context, family, name string) ([]netip.Addr, error) {
				if family == "ip6" || len(c.known[name]) == 0 {
					return nil, &net.DNSError{IsNotFound: true}
				}
				return addresses(c.known[name]...), nil
			})
			if got := find.ask(t.Context(), "relay.tools")["ip4"]; !slices.Equal(got, addresses(c.want...)) {
				t.Fatalf("%v, not %v", got, c.want)
			}
		})
	}
	t.Run("a nameserver in trouble does not make a name unknown", func(t *testing.T) {
		asked := 0
		find := lookup(func(_ context.Context, family, name string) ([]netip.Addr, error) {
			if !strings.HasSuffix(name, ".") {
				asked++
			}
			if family == "ip4" {
				return nil, &net.DNSError{IsTimeout: true}
			}
			return nil, &net.DNSError{IsNotFound: true}
		})
		if found := find.ask(t.Context(), "whatsapp.net"); len(found) != 0 || asked != 0 {
			t.Fatalf("%v, and search domains were asked %d times", found, asked)
		}
	})
}

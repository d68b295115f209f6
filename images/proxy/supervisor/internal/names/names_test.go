package names

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

const config = `backend upstream-chat
    server chat-0 g.example:5222 check
    server chat-0-1 g.example:5222 check resolve-prefer ipv6
    server chat-1 192.0.2.1:5222 check
    server chat-2 [2001:db8::1]:5222 check
    server chat-3 nobody.example:5222 check

backend lane-0-chat-up
    server chat-0 g.example:5222 track upstream-chat/chat-0 send-proxy-v2
    server chat-0-1 g.example:5222 track upstream-chat/chat-0-1 send-proxy-v2 resolve-prefer ipv6
`

// answers are what is known of g.example, by family.
type answers map[string][]string

// book asks a nameserver that knows only these.
func (a answers) book(families ...string) *Book {
	book := NewBook(families)
	book.lookupFor = func(string) lookup {
		return func(_ context.Context, family, name string) ([]netip.Addr, error) {
			if name != "g.example." || len(a[family]) == 0 {
				return nil, errors.New("no such name")
			}
			var addresses []netip.Addr
			for _, address := range a[family] {
				addresses = append(addresses, netip.MustParseAddr(address))
			}
			return addresses, nil
		}
	}
	return book
}

// pins are the addresses that servers got, each backend's in order.
func pins(t *testing.T, pinned string) []string {
	t.Helper()
	var got []string
	for line := range strings.Lines(pinned) {
		if strings.HasPrefix(line, "backend ") {
			got = append(got, "|")
		}
		if _, address, found := strings.Cut(line, " init-addr "); found {
			if !strings.Contains(line, "g.example") {
				t.Errorf("pinned: %s", line)
			}
			got = append(got, strings.TrimSuffix(address, ",none\n"))
		}
	}
	return got[1:]
}

func TestNamesGetAddressesToStartWithTheSameInEveryBackend(t *testing.T) {
	cases := map[string]struct {
		families []string
		known    answers
		want     []string
	}{
		"one address is for the first server":         {[]string{"ip4"}, answers{"ip4": {"192.0.2.7"}}, []string{"192.0.2.7"}},
		"two are for one each":                        {[]string{"ip4"}, answers{"ip4": {"192.0.2.7", "192.0.2.8"}}, []string{"192.0.2.7", "192.0.2.8"}},
		"one of each family, where the pod has both":  {[]string{"ip4", "ip6"}, answers{"ip4": {"192.0.2.7", "192.0.2.8"}, "ip6": {"2001:db8::7"}}, []string{"192.0.2.7", "2001:db8::7"}},
		"two of one, if the name has no other":        {[]string{"ip4", "ip6"}, answers{"ip6": {"2001:db8::7", "2001:db8::8"}}, []string{"2001:db8::7", "2001:db8::8"}},
		"none of a family that the pod does not have": {[]string{"ip6"}, answers{"ip4": {"192.0.2.7"}}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := pins(t, c.known.book(c.families...).Pin(t.Context(), config))
			if want := slices.Concat(c.want, []string{"|"}, c.want); !slices.Equal(got, want) {
				t.Fatalf("%v, not %v", got, want)
			}
		})
	}
}

func TestWithoutANameserverTheLastKnownAddressesAreUsed(t *testing.T) {
	known := answers{"ip4": {"192.0.2.7"}}
	book := known.book("ip4")
	before := book.Pin(t.Context(), config)
	maps.DeleteFunc(known, func(string, []string) bool { return true })
	if after := book.Pin(t.Context(), config); after != before || !strings.Contains(after, "192.0.2.7") {
		t.Fatal(after)
	}
}

package names

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
)

const config = `backend upstream-chat
    server chat-0 g.example:5222 check
    server chat-1 192.0.2.1:5222 check
    server chat-2 [2001:db8::1]:5222 check
    server chat-3 nobody.example:5222 check

backend lane-0-chat-up
    server chat-0 g.example:5222 track upstream-chat/chat-0 send-proxy-v2
`

func TestNamesGetAnAddressToStartWith(t *testing.T) {
	answers := map[string]string{"g.example.": "198.51.100.1"}
	networks := map[string]bool{}
	book := bookWith(false, func(_ context.Context, network, name string) ([]netip.Addr, error) {
		networks[network] = true
		if address, ok := answers[name]; ok {
			return []netip.Addr{netip.MustParseAddr(address)}, nil
		}
		return nil, errors.New("no such name")
	})
	pinned := book.Pin(t.Context(), config)
	want := strings.NewReplacer(
		"g.example:5222 check", "g.example:5222 check init-addr 198.51.100.1,none",
		"send-proxy-v2", "send-proxy-v2 init-addr 198.51.100.1,none",
	).Replace(config)
	if pinned != want || networks["ip6"] {
		t.Fatalf("%s\n%v", pinned, networks)
	}
	delete(answers, "g.example.")
	if again := book.Pin(t.Context(), config); again != want {
		t.Fatalf("without a nameserver the last known address is not used:\n%s", again)
	}
}

func TestAPodWithoutIPv4AsksForIPv6(t *testing.T) {
	book := bookWith(true, func(_ context.Context, network, _ string) ([]netip.Addr, error) {
		if network != "ip6" {
			t.Errorf("asked for %s", network)
		}
		return []netip.Addr{netip.MustParseAddr("2001:db8::7")}, nil
	})
	if pinned := book.Pin(t.Context(), config); !strings.Contains(pinned, "g.example:5222 check init-addr 2001:db8::7,none") {
		t.Fatal(pinned)
	}
}

func bookWith(onlyIPv6 bool, find lookup) *Book {
	book := NewBook(onlyIPv6)
	book.lookupFor = func(string) lookup { return find }
	return book
}

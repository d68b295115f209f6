// Package names gives HAProxy's upstream names an address to start with. HAProxy itself follows names at run time, but a worker that has just
// started knows none for a moment, and would close what comes in that moment: at every reload, and at the start of a pod.
package names

import (
	"context"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// patience is how long a start may wait for names. A name that isn't known by then is left to HAProxy.
const patience = 2 * time.Second

// lookup finds the addresses of a name; network is "ip4" or "ip6".
type lookup func(ctx context.Context, network, name string) ([]netip.Addr, error)

// Book remembers the last known addresses of each name, for times when no nameserver answers.
type Book struct {
	lookupFor func(config string) lookup
	// families are those that the pod reaches others in, the preferred one first.
	families []string
	known    map[question][]netip.Addr
}

// question is what is looked up.
type question struct{ family, name string }

// NewBook makes a book of addresses of the given families ("ip4", "ip6").
func NewBook(families []string) *Book {
	return &Book{lookupFor: asHAProxyAsks, families: families, known: map[question][]netip.Addr{}}
}

// nameserver is a line of HAProxy's resolvers section: "    nameserver dns 192.0.2.53:53".
var nameserver = regexp.MustCompile(`(?m)^\s+nameserver \S+ (\S+:\d+)$`)

// asHAProxyAsks asks whom HAProxy asks: the nameserver that the configuration names, or those of /etc/resolv.conf.
func asHAProxyAsks(config string) lookup {
	named := nameserver.FindStringSubmatch(config)
	if named == nil {
		return net.DefaultResolver.LookupNetIP
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, named[1])
	}
	return (&net.Resolver{PreferGo: true, Dial: dial}).LookupNetIP
}

// server is a line of an upstream's server that may have a name: "    server chat-0 g.whatsapp.net:5222 check". A name that has several lines in
// a backend gets an address for each.
var server = regexp.MustCompile(`^\s+server \S+ ([A-Za-z0-9.-]+):\d+`)

// Pin adds to each server line with a name the address to start with (HAProxy's init-addr). Names that can't be found stay as they are.
func (b *Book) Pin(ctx context.Context, config string) string {
	lines := strings.Split(config, "\n")
	b.refresh(ctx, b.lookupFor(config), namesIn(lines))
	taken := map[netip.Addr]bool{}
	for i, line := range lines {
		match := server.FindStringSubmatch(line)
		if match == nil {
			if strings.HasPrefix(line, "backend ") {
				clear(taken)
			}
			continue
		}
		if address, found := b.choose(match[1], strings.Contains(line, " resolve-prefer ipv6"), taken); found {
			taken[address] = true
			lines[i] = line + " init-addr " + address.String() + ",none"
		}
	}
	return strings.Join(lines, "\n")
}

// choose takes a name's first address that no server of the backend has yet, of the preferred family if there is one, as HAProxy does.
func (b *Book) choose(name string, preferIPv6 bool, taken map[netip.Addr]bool) (netip.Addr, bool) {
	families := slices.Clone(b.families)
	if preferIPv6 {
		slices.Reverse(families)
	}
	for _, family := range families {
		for _, address := range b.known[question{family, name}] {
			if !taken[address] {
				return address, true
			}
		}
	}
	return netip.Addr{}, false
}

func namesIn(lines []string) map[string]bool {
	names := map[string]bool{}
	for _, line := range lines {
		if match := server.FindStringSubmatch(line); match != nil {
			if _, err := netip.ParseAddr(match[1]); err != nil {
				names[match[1]] = true
			}
		}
	}
	return names
}

// refresh looks all names up at once.
func (b *Book) refresh(ctx context.Context, find lookup, names map[string]bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var lookups sync.WaitGroup
	var mutex sync.Mutex
	for name := range names {
		for _, family := range b.families {
			lookups.Go(func() {
				// The dot at the end keeps the pod's search domains out, as HAProxy does.
				addresses, err := find(ctx, family, name+".")
				if err != nil || len(addresses) == 0 {
					return
				}
				for i, address := range addresses {
					addresses[i] = address.Unmap()
				}
				mutex.Lock()
				defer mutex.Unlock()
				b.known[question{family, name}] = addresses
			})
		}
	}
	lookups.Wait()
}

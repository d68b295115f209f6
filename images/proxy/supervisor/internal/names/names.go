// Package names gives HAProxy's upstream names an address to start with. HAProxy itself follows names at run time, but a worker that has just
// started knows none for a moment, and would close what comes in that moment: at every reload, and at the start of a pod.
package names

import (
	"context"
	"net"
	"net/netip"
	"regexp"
	"sync"
	"time"
)

// patience is how long a start may wait for names. A name that isn't known by then is left to HAProxy.
const patience = 2 * time.Second

// lookup finds the addresses of a name; network is "ip4" or "ip6".
type lookup func(ctx context.Context, network, name string) ([]netip.Addr, error)

// Book remembers the last known address of each name, for times when no nameserver answers.
type Book struct {
	lookupFor func(config string) lookup
	network   string
	known     map[string]netip.Addr
}

// NewBook makes a book of addresses in the family that the pod has.
func NewBook(onlyIPv6 bool) *Book {
	network := "ip4"
	if onlyIPv6 {
		network = "ip6"
	}
	return &Book{lookupFor: asHAProxyAsks, network: network, known: map[string]netip.Addr{}}
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

// server is a line of an upstream's server that may have a name: "    server chat-0 g.whatsapp.net:5222 check".
var server = regexp.MustCompile(`(?m)^\s+server \S+ ([A-Za-z0-9.-]+):\d+.*$`)

// Pin adds to each server line with a name the address to start with (HAProxy's init-addr). Names that can't be found stay as they are.
func (b *Book) Pin(ctx context.Context, config string) string {
	b.refresh(ctx, b.lookupFor(config), namesIn(config))
	return server.ReplaceAllStringFunc(config, func(line string) string {
		if address, ok := b.known[server.FindStringSubmatch(line)[1]]; ok {
			return line + " init-addr " + address.String() + ",none"
		}
		return line
	})
}

func namesIn(config string) map[string]bool {
	names := map[string]bool{}
	for _, match := range server.FindAllStringSubmatch(config, -1) {
		if _, err := netip.ParseAddr(match[1]); err != nil {
			names[match[1]] = true
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
		lookups.Go(func() {
			// The dot at the end keeps the pod's search domains out, as HAProxy does.
			addresses, err := find(ctx, b.network, name+".")
			if err != nil || len(addresses) == 0 {
				return
			}
			mutex.Lock()
			defer mutex.Unlock()
			b.known[name] = addresses[0].Unmap()
		})
	}
	lookups.Wait()
}

package names

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"regexp"
	"sync"
	"time"
)

// lookup finds the addresses of a name; network is "ip4" or "ip6".
type lookup func(ctx context.Context, network, name string) ([]netip.Addr, error)

// dial finds out whether an address answers.
type dial func(ctx context.Context, to netip.AddrPort) error

// families are asked for one by one: where a nameserver never answers for one of them, the other is known all the same.
var families = []string{"ip4", "ip6"}

// nameserver is a line of HAProxy's resolvers section: "    nameserver dns 192.0.2.53:53".
var nameserver = regexp.MustCompile(`(?m)^\s+nameserver \S+ (\S+:\d+)$`)

// nameserversOf are those that a configuration names, or those of /etc/resolv.conf. Go's own resolver asks again over TCP where an answer was
// cut off, and reaches nameservers of either family.
func nameserversOf(config string) lookup {
	resolver := &net.Resolver{PreferGo: true}
	if named := nameserver.FindStringSubmatch(config); named != nil {
		resolver.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, named[1])
		}
	}
	return resolver.LookupNetIP
}

// resolveEvery is a line of HAProxy's resolvers section: "    timeout resolve 5s".
var resolveEvery = regexp.MustCompile(`(?m)^\s+timeout resolve (\S+)$`)

// intervalOf is how often a configuration wants names to be asked for.
func intervalOf(config string) time.Duration {
	if match := resolveEvery.FindStringSubmatch(config); match != nil {
		if interval, err := time.ParseDuration(match[1]); err == nil && interval > 0 {
			return interval
		}
	}
	return 5 * time.Second
}

// connects dials an address and hangs up.
func connects(ctx context.Context, to netip.AddrPort) error {
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", to.String())
	if err != nil {
		return err
	}
	return connection.Close()
}

// ask finds the addresses of a name, by family. The name is asked for as it stands; only where nobody knows it, with the pod's search domains
// ("relay" in the fleet's namespace, "relay.tools" in another): else a Service in a namespace called "net" could pose as whatsapp.net.
func (find lookup) ask(ctx context.Context, name string) map[string][]netip.Addr {
	found, unknown := find.both(ctx, name+".")
	if unknown {
		found, _ = find.both(ctx, name)
	}
	return found
}

// both asks for both families, and tells whether the name is known to have neither.
func (find lookup) both(ctx context.Context, name string) (found map[string][]netip.Addr, unknown bool) {
	found = map[string][]netip.Addr{}
	unknown = true
	var mutex sync.Mutex
	var lookups sync.WaitGroup
	for _, family := range families {
		lookups.Go(func() {
			addresses, err := find(ctx, family, name)
			var noName *net.DNSError
			mutex.Lock()
			defer mutex.Unlock()
			if len(addresses) > 0 || !errors.As(err, &noName) || !noName.IsNotFound {
				unknown = false
			}
			for _, address := range addresses {
				found[family] = append(found[family], address.Unmap())
			}
		})
	}
	lookups.Wait()
	return found, unknown
}

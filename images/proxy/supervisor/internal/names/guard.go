package names

import (
	"fmt"
	"net/netip"
	"slices"
)

// Guard tells to which addresses a pod may lead. Everybody on the internet reaches what a pod leads to: so no address of the cluster, of the
// cloud's own services or of a private network is one, unless the operator was told that it may be.
type Guard struct{ refused, allowed []netip.Prefix }

// NewGuard makes a guard. `allowed` are exceptions among the refused ranges.
func NewGuard(refused, allowed []string) (Guard, error) {
	from, err := prefixes(refused)
	if err != nil {
		return Guard{}, err
	}
	to, err := prefixes(allowed)
	return Guard{refused: from, allowed: to}, err
}

func prefixes(texts []string) ([]netip.Prefix, error) {
	ranges := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not a range of addresses such as 10.0.0.0/8", text)
		}
		ranges[i] = prefix.Masked()
	}
	return ranges, nil
}

// String tells guards apart.
func (g Guard) String() string { return fmt.Sprint(g.refused, g.allowed) }

// Also refuses further addresses, such as the API server's.
func (g Guard) Also(addresses ...netip.Addr) Guard {
	refused := slices.Clone(g.refused)
	for _, address := range addresses {
		refused = append(refused, netip.PrefixFrom(address, address.BitLen()))
	}
	return Guard{refused: refused, allowed: g.allowed}
}

// Allows tells whether a pod may lead to an address.
func (g Guard) Allows(address netip.Addr) bool {
	holds := func(prefix netip.Prefix) bool { return prefix.Contains(address.Unmap().WithZone("")) }
	return slices.ContainsFunc(g.allowed, holds) || !slices.ContainsFunc(g.refused, holds)
}

// split parts addresses into those that a pod may lead to, and those that it may not.
func (g Guard) split(addresses []netip.Addr) (allowed, refused []netip.Addr) {
	for _, address := range addresses {
		if g.Allows(address) {
			allowed = append(allowed, address)
		} else {
			refused = append(refused, address)
		}
	}
	return allowed, refused
}

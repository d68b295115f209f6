package names

import (
	"net/netip"
	"slices"
)

// inUse is an address that a server of HAProxy's has now.
type inUse struct {
	address netip.Addr
	// answers says that HAProxy's checks have not given it up.
	answers bool
}

// choice is what is known when addresses are chosen.
type choice struct {
	now []inUse
	// answer is what the nameserver says, without what a pod may not lead to.
	answer []netip.Addr
	// lines is how many addresses can be in use at once.
	lines int
}

// kept are the addresses in use that answer, and that the name still has.
func (c choice) kept() []netip.Addr {
	var kept []netip.Addr
	for _, one := range c.now {
		if one.answers && slices.Contains(c.answer, one.address) && !slices.Contains(kept, one.address) {
			kept = append(kept, one.address)
		}
	}
	return kept
}

// candidates are the addresses to try: none while all lines are in good use.
func (c choice) candidates() []netip.Addr {
	kept := c.kept()
	if len(kept) >= c.lines {
		return nil
	}
	return slices.DeleteFunc(oneOfEach(c.answer, kept), func(address netip.Addr) bool { return slices.Contains(kept, address) })
}

// decide tells which addresses to use, when `working` of the candidates were found to answer. An address that answers is never given up for one
// that does not; those that the name no longer has go once another answers. Where none does, all stays as it is.
func (c choice) decide(working []netip.Addr) []netip.Addr {
	good := append(c.kept(), working...)
	if len(good) == 0 {
		good = c.addresses(func(one inUse) bool { return one.answers })
	}
	if len(good) == 0 {
		good = c.addresses(func(inUse) bool { return true })
	}
	if len(good) == 0 {
		good = oneOfEach(c.answer, nil)
	}
	return good[:min(len(good), c.lines)]
}

func (c choice) addresses(of func(inUse) bool) []netip.Addr {
	var some []netip.Addr
	for _, one := range c.now {
		if of(one) && !slices.Contains(some, one.address) {
			some = append(some, one.address)
		}
	}
	return some
}

// oneOfEach orders addresses so that the families take turns, the one that `has` lacks first, and else IPv4: one of each survives the loss of
// the other's way out.
func oneOfEach(addresses, has []netip.Addr) []netip.Addr {
	var four, six []netip.Addr
	for _, address := range addresses {
		if address.Is4() {
			four = append(four, address)
		} else {
			six = append(six, address)
		}
	}
	if slices.ContainsFunc(has, netip.Addr.Is4) {
		four, six = six, four
	}
	ordered := make([]netip.Addr, 0, len(addresses))
	for i := range max(len(four), len(six)) {
		for _, family := range [][]netip.Addr{four, six} {
			if i < len(family) {
				ordered = append(ordered, family[i])
			}
		}
	}
	return ordered
}

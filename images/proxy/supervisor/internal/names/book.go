// Package names finds the addresses of upstream servers that are given by name, and has HAProxy use those that answer. HAProxy can follow names
// itself, but it takes an address from a nameserver's answer unseen, in the place of one that works, and whatever network it is of.
package names

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"time"
)

const (
	// startPatience is how long a start or a reload may wait for names, and for addresses to answer.
	startPatience = 2 * time.Second
	// patience is how long one look may take while HAProxy runs.
	patience = 15 * time.Second
	// dialPatience is how long an address may take to answer.
	dialPatience = 2 * time.Second
	// mostDialed is how many addresses of one name are tried at a time.
	mostDialed = 8
)

// Book knows the addresses of all names of a configuration.
type Book struct {
	lookupFor func(config string) lookup
	connects  dial

	mutex sync.Mutex // guards what follows
	// next is the way of a configuration that HAProxy has yet to take, and current that of the one that runs.
	next, current *way
	// known are the last answers, for times when no nameserver gives one.
	known map[question][]netip.Addr
	// chosen are the addresses in use.
	chosen map[key][]netip.Addr
}

// way is where a configuration leads, and how that is found out.
type way struct {
	find     lookup
	interval time.Duration
	guard    Guard
	targets  []*target
	// refused are the addresses of names and servers that a pod may not lead to.
	refused map[key][]netip.Addr
}

// question is what is looked up.
type question struct{ family, name string }

// NewBook makes an empty book.
func NewBook() *Book {
	return &Book{
		lookupFor: nameserversOf, connects: connects, current: &way{interval: intervalOf("")},
		known: map[question][]netip.Addr{}, chosen: map[key][]netip.Addr{},
	}
}

// Interval is how often names are asked for.
func (b *Book) Interval() time.Duration { return b.running().interval }

func (b *Book) running() *way {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.current
}

// Refused tells, for each server of the spec (chat-0) that has some, the addresses that a pod may not lead to, in order.
func (b *Book) Refused() map[string][]string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	refused := map[string][]string{}
	for key, addresses := range b.current.refused {
		for _, address := range addresses {
			refused[key.name] = append(refused[key.name], address.String())
		}
		slices.Sort(refused[key.name])
	}
	return refused
}

// choose finds the addresses for a target, of which `now` are in use.
func (b *Book) choose(ctx context.Context, way *way, wanted target, now []inUse) []netip.Addr {
	allowed, refused := way.guard.split(b.answerFor(ctx, way.find, wanted.host))
	now = slices.DeleteFunc(slices.Clone(now), func(one inUse) bool { return !way.guard.Allows(one.address) })
	choice := choice{now: now, answer: allowed, lines: len(wanted.lines)}
	chosen := choice.decide(b.working(ctx, choice.candidates(), wanted.port))
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.chosen[wanted.key()], way.refused[wanted.key()] = chosen, refused
	return chosen
}

// answerFor asks for a name; a family that no nameserver answers for is as it was. The order is random, so that pods spread over addresses.
func (b *Book) answerFor(ctx context.Context, find lookup, name string) []netip.Addr {
	found := find.ask(ctx, name)
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var answer []netip.Addr
	for _, family := range families {
		question := question{family, name}
		if addresses := found[family]; len(addresses) > 0 {
			b.known[question] = addresses
		}
		answer = append(answer, b.known[question]...)
	}
	rand.Shuffle(len(answer), func(i, j int) { answer[i], answer[j] = answer[j], answer[i] })
	return answer
}

// working tells which addresses answer, in the given order.
func (b *Book) working(ctx context.Context, candidates []netip.Addr, port uint16) []netip.Addr {
	candidates = candidates[:min(len(candidates), mostDialed)]
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	answers := make([]bool, len(candidates))
	var dials sync.WaitGroup
	for i, address := range candidates {
		dials.Go(func() { answers[i] = b.connects(ctx, netip.AddrPortFrom(address, port)) == nil })
	}
	dials.Wait()
	var working []netip.Addr
	for i, address := range candidates {
		if answers[i] {
			working = append(working, address)
		}
	}
	return working
}

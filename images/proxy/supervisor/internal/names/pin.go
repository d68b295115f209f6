package names

import (
	"context"
	"net/netip"
	"regexp"
	"strings"
	"sync"
)

// nowhere is an address that nothing has (RFC 1112 §4), for servers that have none and rest: HAProxy can't give an address to a server that
// never had one.
var nowhere = netip.MustParseAddr("240.0.0.1")

var (
	// resolvers is the section with which HAProxy would follow names itself, and what names it.
	resolvers       = regexp.MustCompile(`(?m)^resolvers .*\n(?:[ \t]+.*\n)*\n?`)
	resolverOptions = regexp.MustCompile(` (?:resolvers|resolve-prefer|init-addr) \S+`)
)

// Pin gives each server that has a name an address to start with, and takes those servers away to which a pod may not lead. A worker that has
// just started would know no address for a moment, and would close what comes in that moment: at every reload, and at the start of a pod.
// The names are followed once HAProxy has taken the configuration: see Runs.
func (b *Book) Pin(ctx context.Context, config string, guard Guard) string {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	next := &way{
		find: b.lookupFor(config), interval: intervalOf(config), guard: guard, targets: targetsIn(config), refused: map[key][]netip.Addr{},
	}
	var choices sync.WaitGroup
	for _, wanted := range next.targets {
		choices.Go(func() { b.choose(ctx, next, *wanted, b.chosenFor(*wanted)) })
	}
	choices.Wait()
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.next = next
	return resolvers.ReplaceAllString(b.pinned(config), "")
}

// Runs says that HAProxy has taken the configuration that was pinned last.
func (b *Book) Runs() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.current = b.next
}

// chosenFor are the addresses in use: those that did not answer were left out when they were chosen.
func (b *Book) chosenFor(wanted target) []inUse {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var now []inUse
	for _, address := range b.chosen[wanted.key()] {
		now = append(now, inUse{address: address, answers: true})
	}
	return now
}

func (b *Book) pinned(config string) string {
	places := map[string]*target{}
	for _, target := range b.next.targets {
		places[target.name] = target
	}
	var lines []string
	for line := range strings.SplitSeq(config, "\n") {
		if pinned, keep := b.pinnedLine(line, places); keep {
			lines = append(lines, pinned)
		}
	}
	return strings.Join(lines, "\n")
}

func (b *Book) pinnedLine(line string, places map[string]*target) (pinned string, keep bool) {
	line = resolverOptions.ReplaceAllString(line, "")
	server, ok := parseServer(line)
	if !ok {
		return line, true
	}
	_, place := placeOf(server.name)
	if address, isLiteral := server.literal(); isLiteral {
		if !b.next.guard.Allows(address) {
			b.next.refused[key{place, server.host}] = []netip.Addr{address}
			return "", false
		}
		return line, true
	}
	target := places[place]
	chosen := b.chosen[target.key()]
	for i, name := range target.lines {
		if name == server.name && i < len(chosen) {
			return server.leadingTo(chosen[i]), true
		}
	}
	if strings.Contains(line, " track ") { // it rests with the server that it follows
		return server.leadingTo(nowhere), true
	}
	return server.leadingTo(nowhere) + " disabled", true
}

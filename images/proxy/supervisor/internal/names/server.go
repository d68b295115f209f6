package names

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// server is a line of HAProxy's configuration that leads to an upstream: "    server chat-0 g.whatsapp.net:5222 check".
var server = regexp.MustCompile(`^(\s+server (\S+) )(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(\d+)(.*)$`)

// serverLine is such a line, taken apart.
type serverLine struct {
	start, name, host string
	port              uint16
	options           string
}

func parseServer(line string) (serverLine, bool) {
	match := server.FindStringSubmatch(line)
	if match == nil {
		return serverLine{}, false
	}
	port, err := strconv.ParseUint(match[4], 10, 16)
	return serverLine{start: match[1], name: match[2], host: strings.Trim(match[3], "[]"), port: uint16(port), options: match[5]}, err == nil
}

// literal is the address of a server that has no name.
func (l serverLine) literal() (netip.Addr, bool) {
	address, err := netip.ParseAddr(l.host)
	return address.Unmap(), err == nil
}

// leadingTo is the line with an address in the place of its name.
func (l serverLine) leadingTo(address netip.Addr) string {
	return l.start + netip.AddrPortFrom(address, l.port).String() + l.options
}

// target is a server of the fleet's spec that is given by name. Its addresses are in use through one or several lines of HAProxy's.
type target struct {
	// group is "chat" or "media", and name tells its place in the spec: chat-0.
	group, name string
	host        string
	port        uint16
	// lines are HAProxy's names for its servers (chat-0, chat-0-1), which the backend that checks them and those of all lanes share.
	lines []string
	// lanes are the backends of lanes that lead to it.
	lanes []string
}

// key tells targets apart.
type key struct{ name, host string }

func (t target) key() key { return key{t.name, t.host} }

// checking is the backend whose checks tell which servers of a group answer.
func checking(group string) string { return "upstream-" + group }

// placeOf reads from a server's name where it stands in the spec: chat-0-1 is a further line of chat-0.
func placeOf(server string) (group, place string) {
	parts := strings.SplitN(server, "-", 3)
	return parts[0], strings.Join(parts[:min(len(parts), 2)], "-")
}

// targetsIn finds the servers that are given by name.
func targetsIn(config string) []*target {
	byName := map[string]*target{}
	var all []*target
	backend := ""
	for line := range strings.Lines(config) {
		if name, found := strings.CutPrefix(strings.TrimSpace(line), "backend "); found {
			backend = name
		}
		server, ok := parseServer(strings.TrimSuffix(line, "\n"))
		if !ok {
			continue
		}
		if _, isLiteral := server.literal(); isLiteral {
			continue
		}
		group, place := placeOf(server.name)
		known := byName[place]
		if known == nil {
			known = &target{group: group, name: place, host: server.host, port: server.port}
			byName[place] = known
			all = append(all, known)
		}
		if backend == checking(group) {
			known.lines = append(known.lines, server.name)
		} else if last := len(known.lanes) - 1; last < 0 || known.lanes[last] != backend {
			known.lanes = append(known.lanes, backend)
		}
	}
	return all
}

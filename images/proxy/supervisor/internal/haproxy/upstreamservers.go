package haproxy

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
)

// UpstreamServer is a server of a backend that checks an upstream.
type UpstreamServer struct {
	Name    string
	Address netip.AddrPort
	// InUse is false for a server that rests.
	InUse bool
	// Up says that its checks have not given it up.
	Up bool
}

// UpstreamServers lists the servers of a backend, in the configuration's order.
func (w Worker) UpstreamServers(ctx context.Context, backend string) ([]UpstreamServer, error) {
	rows, err := w.stats(ctx, backend, serverRows)
	if err != nil {
		return nil, err
	}
	servers := make([]UpstreamServer, len(rows))
	for i, row := range rows {
		address, err := netip.ParseAddrPort(row.address)
		if err != nil {
			return nil, fmt.Errorf("HAProxy's server %s/%s has no address: %w", backend, row.server, err)
		}
		servers[i] = UpstreamServer{Name: row.server, Address: address, InUse: !strings.HasPrefix(row.status, "MAINT"), Up: strings.HasPrefix(row.status, "UP")}
	}
	return servers, nil
}

// Lead makes servers ("backend/server") lead to an address. Sessions that are open go on where they are.
func (w Worker) Lead(ctx context.Context, servers []string, to netip.AddrPort) error {
	commands := make([]string, len(servers))
	for i, server := range servers {
		commands[i] = fmt.Sprintf("set server %s addr %s port %d", server, to.Addr(), to.Port())
	}
	var refused string
	err := w.askMany(ctx, commands, func(line string) {
		if !isAddressAnswer(line) {
			refused = line
		}
	})
	if err == nil && refused != "" {
		err = fmt.Errorf("HAProxy does not lead a server to another address: %s", refused)
	}
	return err
}

// isAddressAnswer tells what HAProxy says when it was done: "IP changed from '…' to '…', port changed …" or "nothing changed".
func isAddressAnswer(line string) bool {
	return line == "" || strings.Contains(line, "changed")
}

// Rest takes a server out of use, and with it those of the lanes that follow it. Its sessions go on.
func (w Worker) Rest(ctx context.Context, server string) error {
	return w.order(ctx, fmt.Sprintf("set server %s state maint", server))
}

// Use takes a server that rests into use, as one that answers until its checks say otherwise.
func (w Worker) Use(ctx context.Context, server string) error {
	return w.order(ctx, fmt.Sprintf("set server %s state ready", server))
}

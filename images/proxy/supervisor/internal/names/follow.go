package names

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"proxyfleet.dev/supervisor/internal/haproxy"
)

// Follow looks once where all names lead, and has HAProxy's servers lead there.
func (b *Book) Follow(ctx context.Context, client haproxy.Client) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	workers, err := client.Workers(ctx)
	if err != nil {
		return err
	}
	way := b.running()
	failed := make([]error, len(way.targets))
	var looks sync.WaitGroup
	for i, wanted := range way.targets {
		looks.Go(func() {
			if err := b.followOne(ctx, workers[0], way, *wanted); err != nil {
				failed[i] = fmt.Errorf("%s (%s): %w", wanted.name, wanted.host, err)
			}
		})
	}
	looks.Wait()
	return errors.Join(failed...)
}

func (b *Book) followOne(ctx context.Context, worker haproxy.Worker, way *way, wanted target) error {
	servers, err := serversOf(ctx, worker, wanted)
	if err != nil {
		return err
	}
	var now []inUse
	for _, server := range servers {
		if server.InUse {
			now = append(now, inUse{address: server.Address.Addr(), answers: server.Up})
		}
	}
	chosen := b.choose(ctx, way, wanted, now)
	var failed []error
	for _, step := range steps(servers, chosen) {
		failed = append(failed, step.take(ctx, worker, wanted))
	}
	return errors.Join(failed...)
}

// serversOf are the servers of a target, in the order of its lines.
func serversOf(ctx context.Context, worker haproxy.Worker, wanted target) ([]haproxy.UpstreamServer, error) {
	all, err := worker.UpstreamServers(ctx, checking(wanted.group))
	if err != nil {
		return nil, err
	}
	servers := slices.DeleteFunc(all, func(s haproxy.UpstreamServer) bool { return !slices.Contains(wanted.lines, s.Name) })
	if len(servers) != len(wanted.lines) {
		return nil, errors.New("HAProxy does not have its servers: another configuration runs")
	}
	return servers, nil
}

// step is a change of one server: to an address, or to none.
type step struct {
	server haproxy.UpstreamServer
	to     netip.Addr
}

// steps changes as few servers as possible: those whose address was chosen stay.
func steps(servers []haproxy.UpstreamServer, chosen []netip.Addr) []step {
	missing := slices.Clone(chosen)
	var free []haproxy.UpstreamServer
	for _, server := range servers {
		if at := slices.Index(missing, server.Address.Addr()); server.InUse && at >= 0 {
			missing = slices.Delete(missing, at, at+1)
		} else {
			free = append(free, server)
		}
	}
	var all []step
	for i, server := range free {
		if i < len(missing) {
			all = append(all, step{server, missing[i]})
		} else if server.InUse {
			all = append(all, step{server, netip.Addr{}})
		}
	}
	return all
}

// take makes the change. An address goes to the lanes first: the server that they follow decides when it is used.
func (s step) take(ctx context.Context, worker haproxy.Worker, wanted target) error {
	checked := checking(wanted.group) + "/" + s.server.Name
	if !s.to.IsValid() {
		return worker.Rest(ctx, checked)
	}
	servers := make([]string, 0, len(wanted.lanes)+1)
	for _, lane := range wanted.lanes {
		servers = append(servers, lane+"/"+s.server.Name)
	}
	if err := worker.Lead(ctx, append(servers, checked), netip.AddrPortFrom(s.to, wanted.port)); err != nil || s.server.InUse {
		return err
	}
	return worker.Use(ctx, checked)
}

package lanes

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"proxyfleet.dev/supervisor/internal/haproxy"
	"proxyfleet.dev/supervisor/internal/podconfig"
	"proxyfleet.dev/supervisor/internal/rundir"
	"proxyfleet.dev/supervisor/internal/tickets"
)

// observation is what HAProxy shows at one moment.
type observation struct {
	current haproxy.Worker
	old     []haproxy.Worker
	lanes   map[int]laneView
	// listCounts tells how many ranges each list has, so that empty ones, which most are, need no look.
	listCounts map[string]int
	// counts is what each worker has counted, by its process number.
	counts map[int]perLane
	// leftovers are the frontends with sessions in old workers.
	leftovers map[haproxy.Worker][]haproxy.Frontend
}

// laneView is one lane, over all workers.
type laneView struct {
	number int
	// frontends are those of the current worker.
	frontends []haproxy.Frontend
	// sessions counts those of old workers too.
	sessions        int
	certificateSHA1 string
	ticketKeys      tickets.Keys
}

// accepts tells whether all listeners of the lane are open.
func (l laneView) accepts() bool {
	return len(l.frontends) > 0 && !slices.ContainsFunc(l.frontends, func(f haproxy.Frontend) bool { return !f.Open })
}

// opening counts the connections that have not said anything yet.
func (l laneView) opening() int {
	count := 0
	for _, frontend := range l.frontends {
		count += frontend.Opening
	}
	return count
}

// mustBeEmpty is nil once the lane refuses and its last session has ended.
func (l laneView) mustBeEmpty() error {
	if slices.ContainsFunc(l.frontends, func(f haproxy.Frontend) bool { return f.Open }) {
		return errors.New("HAProxy goes on accepting")
	}
	if l.sessions > 0 {
		return ErrEnding
	}
	return nil
}

func (o observation) has(number int) bool { return len(o.lanes[number].frontends) > 0 }

func (o observation) lane(number int) laneView { return o.lanes[number] }

func (o observation) numbers() []int { return slices.Sorted(maps.Keys(o.lanes)) }

func observe(ctx context.Context, client haproxy.Client, files rundir.Dir) (observation, error) {
	workers, err := client.Workers(ctx)
	if err != nil {
		return observation{}, err
	}
	seen := observation{current: workers[0], old: workers[1:], lanes: map[int]laneView{}, counts: map[int]perLane{}, leftovers: map[haproxy.Worker][]haproxy.Frontend{}}
	if err := seen.observeCurrent(ctx, files); err != nil {
		return observation{}, err
	}
	for _, worker := range seen.old {
		if err := seen.observeOld(ctx, worker); err != nil && !errors.Is(err, haproxy.ErrWorkerGone) {
			return observation{}, err
		}
	}
	return seen, nil
}

func (o *observation) observeCurrent(ctx context.Context, files rundir.Dir) error {
	frontends, err := o.current.Frontends(ctx)
	if err != nil {
		return err
	}
	o.count(o.current, frontends)
	for _, frontend := range frontends {
		lane := o.lanes[frontend.Lane]
		lane.number = frontend.Lane
		lane.frontends = append(lane.frontends, frontend)
		lane.sessions += frontend.Sessions
		o.lanes[frontend.Lane] = lane
	}
	names := make([]string, 0, len(o.lanes))
	for number := range o.lanes {
		names = append(names, files.Certificate(number))
	}
	loaded, err := o.current.LoadedCertificates(ctx, names)
	if err != nil {
		return err
	}
	if o.listCounts, err = o.current.ListCounts(ctx); err != nil {
		return err
	}
	ticketKeys, err := o.current.LoadedTicketKeys(ctx)
	if err != nil {
		return err
	}
	for number, lane := range o.lanes {
		lane.certificateSHA1, lane.ticketKeys = loaded[files.Certificate(number)], ticketKeys[files.TicketKeys(number)]
		o.lanes[number] = lane
	}
	return nil
}

func (o *observation) observeOld(ctx context.Context, worker haproxy.Worker) error {
	frontends, err := worker.Frontends(ctx)
	if err != nil {
		return err
	}
	o.count(worker, frontends)
	for _, frontend := range frontends {
		if frontend.Sessions == 0 {
			continue
		}
		lane := o.lanes[frontend.Lane]
		lane.number = frontend.Lane
		lane.sessions += frontend.Sessions
		o.lanes[frontend.Lane] = lane
		o.leftovers[worker] = append(o.leftovers[worker], frontend)
	}
	return nil
}

func (o *observation) count(worker haproxy.Worker, frontends []haproxy.Frontend) {
	counts := perLane{}
	for _, frontend := range frontends {
		counts.add(frontend.Lane, frontend.Counters)
	}
	o.counts[worker.PID] = counts
}

// endSessions ends, as far as that can be done now, the sessions of the lanes that `of` picks, in all workers.
func (o observation) endSessions(ctx context.Context, of func(lane int) bool) error {
	busy := maps.Clone(o.leftovers)
	for _, lane := range o.lanes {
		busy[o.current] = append(busy[o.current], lane.frontends...)
	}
	var failed []error
	for worker, frontends := range busy {
		frontends = slices.DeleteFunc(slices.Clone(frontends), func(f haproxy.Frontend) bool { return f.Sessions == 0 || !of(f.Lane) })
		if len(frontends) == 0 {
			continue
		}
		if err := worker.EndSessions(ctx, frontends); err != nil && !errors.Is(err, haproxy.ErrWorkerGone) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// swapCertificate loads a certificate and makes sure that HAProxy shows it.
func (o observation) swapCertificate(ctx context.Context, file string, certificate podconfig.Certificate) error {
	if err := o.current.LoadCertificate(ctx, file, certificate.PEM); err != nil {
		return err
	}
	loaded, err := o.current.LoadedCertificates(ctx, []string{file})
	if err != nil {
		return err
	}
	if loaded[file] != certificate.SHA1 {
		return fmt.Errorf("HAProxy shows the certificate %s for %s, not %s", loaded[file], file, certificate.SHA1)
	}
	return nil
}

// turnTicketKeys adds the keys that a lane lacks, and makes sure that HAProxy has them.
func (o observation) turnTicketKeys(ctx context.Context, file string, loaded, wanted tickets.Keys) error {
	missing := wanted.After(loaded)
	if len(missing) == 0 {
		return nil
	}
	for _, key := range missing {
		if err := o.current.AddTicketKey(ctx, file, key); err != nil {
			return err
		}
	}
	all, err := o.current.LoadedTicketKeys(ctx)
	if err == nil && all[file] != wanted {
		err = fmt.Errorf("HAProxy has other ticket keys for %s than it was given", file)
	}
	return err
}

// matchList makes a list hold these ranges, sorted.
func (o observation) matchList(ctx context.Context, file string, wanted []string) error {
	if len(wanted) == 0 && o.listCounts[file] == 0 {
		return nil
	}
	ranges, err := o.current.List(ctx, file)
	if err != nil || slices.Equal(ranges, wanted) {
		return err
	}
	return o.current.LoadList(ctx, file, wanted)
}

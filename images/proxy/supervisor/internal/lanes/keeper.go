// Package lanes makes HAProxy's lanes as the operator wants them: which are open, for which address, with which certificate.
//
// It compares what is wanted with what HAProxy shows, and takes the steps between. Nothing waits inside: a lane whose old sessions are still
// ending is left for the next pass, so that one slow lane holds up no other, and a pass that failed half-way is simply taken up again.
package lanes

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"proxyfleet.dev/supervisor/internal/haproxy"
	"proxyfleet.dev/supervisor/internal/headers"
	"proxyfleet.dev/supervisor/internal/podconfig"
	"proxyfleet.dev/supervisor/internal/rundir"
	"proxyfleet.dev/supervisor/internal/shares"
	"proxyfleet.dev/supervisor/internal/tickets"
)

// Keeper keeps the lanes of one HAProxy.
type Keeper struct {
	files   rundir.Dir
	log     *slog.Logger
	now     func() time.Time
	headers *headers.Tally

	looking sync.Mutex // one observation at a time, so that an older one is never counted after a newer one

	mutex        sync.Mutex // guards what follows
	placeholders map[int]podconfig.Certificate
	serves       map[int]podconfig.Lane
	tally        *tally
	looks        *looks
	// connections are those that the pod holds at once, and limits what each lane may have of them.
	connections int
	limits      shares.Limits
	// fullAt is when a lane was last seen to have all of its share.
	fullAt map[int]time.Time
	// leaving says that the pod is going: no lane accepts any more, and sessions stay.
	leaving bool
}

// New makes the keeper of the lanes in a run directory. `now` tells the time, which the keys of TLS tickets follow.
func New(files rundir.Dir, headers *headers.Tally, now func() time.Time, log *slog.Logger) *Keeper {
	return &Keeper{
		files: files, headers: headers, now: now, log: log,
		placeholders: map[int]podconfig.Certificate{}, serves: map[int]podconfig.Lane{}, tally: newTally(), looks: newLooks(), fullAt: map[int]time.Time{},
	}
}

// observe looks at all workers, and takes what they have counted.
func (k *Keeper) observe(ctx context.Context, client haproxy.Client) (observation, error) {
	k.looking.Lock()
	defer k.looking.Unlock()
	seen, err := observe(ctx, client, k.files)
	if err == nil {
		k.mutex.Lock()
		defer k.mutex.Unlock()
		k.tally.see(seen.counts)
		k.noteFull(seen)
	}
	return seen, err
}

// ErrEnding says that sessions of a lane that closes or moves have not all ended yet. The next pass goes on.
var ErrEnding = errors.New("sessions are still ending")

// ErrUnseen says that HAProxy did not show its lanes.
var ErrUnseen = errors.New("HAProxy does not show its lanes")

// PrepareStart writes the files of all lanes as wanted, for a HAProxy that is about to start. Of a bank of some hundred lanes most are closed and
// need a certificate made, so all processors take part.
func (k *Keeper) PrepareStart(wanted podconfig.Snapshot) error {
	return forEachLane(wanted.Bank, func(number int) error {
		lane, open := wanted.Open[number]
		if !open {
			return k.writePlaceholder(number)
		}
		_, err := k.write(number, lane.Certificate, lane.ProxiesFrom)
		if err == nil {
			k.setServes(lane)
		}
		return err
	})
}

// forEachLane does something for each lane of a bank, several at once.
func forEachLane(bank int, do func(number int) error) error {
	failed := make([]error, bank)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for number := int(next.Add(1)) - 1; number < bank; number = int(next.Add(1)) - 1 {
				failed[number] = do(number)
			}
		})
	}
	workers.Wait()
	return errors.Join(failed...)
}

// PrepareReload writes files for lanes that the running HAProxy does not have. The others' files stay: they say what is loaded.
func (k *Keeper) PrepareReload(wanted podconfig.Snapshot) error {
	for number := range wanted.Bank {
		if k.files.HasLane(number) {
			continue
		}
		if err := k.writePlaceholder(number); err != nil {
			return err
		}
	}
	return nil
}

// Leave makes all lanes stop accepting from the next pass on, while their sessions go on.
func (k *Keeper) Leave() {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.leaving = true
}

// Converge takes the next steps of every lane. ErrEnding among the errors means that another pass is due soon.
func (k *Keeper) Converge(ctx context.Context, client haproxy.Client, wanted podconfig.Snapshot) error {
	seen, err := k.observe(ctx, client)
	if err == nil {
		seen, err = k.pause(ctx, client, seen, wanted)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnseen, err)
	}
	failed := []error{
		seen.endSessions(ctx, func(number int) bool { return !k.mayKeep(number, wanted) }),
		k.matchShares(ctx, seen, wanted),
	}
	for _, number := range seen.numbers() {
		lane, open := wanted.Open[number]
		step := k.close
		if open {
			step = k.open
		}
		if err := step(ctx, seen, seen.lane(number), lane); err != nil {
			failed = append(failed, fmt.Errorf("lane %d: %w", number, err))
		}
	}
	for number := range wanted.Open {
		if !seen.has(number) {
			failed = append(failed, fmt.Errorf("lane %d: the configuration that runs does not have it", number))
		}
	}
	return errors.Join(failed...)
}

// pause makes lanes refuse that are not to serve what they serve now, all in a few commands: after a start or a reload all lanes are open, and
// one by one some hundred would take a second. It returns what is seen then.
func (k *Keeper) pause(ctx context.Context, client haproxy.Client, seen observation, wanted podconfig.Snapshot) (observation, error) {
	var names []string
	for number, lane := range seen.lanes {
		if k.mayKeep(number, wanted) && !k.isLeaving() {
			continue
		}
		for _, frontend := range lane.frontends {
			if frontend.Open {
				names = append(names, frontend.Name)
			}
		}
	}
	if len(names) == 0 {
		return seen, nil
	}
	if err := seen.current.Pause(ctx, names); err != nil {
		return seen, err
	}
	return k.observe(ctx, client)
}

// close takes the certificate away from a lane that refuses and has no session any more.
func (k *Keeper) close(ctx context.Context, seen observation, now laneView, _ podconfig.Lane) error {
	if was, served := k.forget(now.number); served {
		k.log.Info("lane closes", "lane", now.number, "address", was.Address, "sessions", now.sessions)
	}
	if err := now.mustBeEmpty(); err != nil {
		return err
	}
	placeholder, err := k.placeholder(now.number)
	if err != nil {
		return err
	}
	return k.load(ctx, seen, now, placeholder, nil)
}

// open makes a lane serve a claim. A lane that served another must be empty first, so that nobody passes from one to the other; a new
// certificate for the same claim is loaded under the open sessions.
func (k *Keeper) open(ctx context.Context, seen observation, now laneView, wanted podconfig.Lane) error {
	if k.isLeaving() {
		return nil
	}
	began := time.Now()
	if !k.serving(now.number, wanted) {
		k.forget(now.number)
		if err := now.mustBeEmpty(); err != nil {
			return err
		}
	}
	if err := k.load(ctx, seen, now, wanted.Certificate, wanted.ProxiesFrom); err != nil {
		return err
	}
	for _, frontend := range now.frontends {
		if frontend.Open {
			continue
		}
		if err := seen.current.Resume(ctx, frontend); err != nil {
			return err
		}
	}
	if k.setServes(wanted) {
		k.log.Info("lane opened", "lane", now.number, "address", wanted.Address, "milliseconds", time.Since(began).Milliseconds())
	}
	return nil
}

// load brings a lane's certificate, ticket keys and list of proxies to what they should be, in the files first (a reload reads them), then in
// HAProxy, and checks that HAProxy shows them. Tickets of another certificate are worth nothing afterwards.
func (k *Keeper) load(ctx context.Context, seen observation, now laneView, certificate podconfig.Certificate, proxies []string) error {
	keys, err := k.write(now.number, certificate, proxies)
	if err != nil {
		return err
	}
	if len(now.frontends) == 0 {
		return nil // only old workers know this lane
	}
	if now.certificateSHA1 != certificate.SHA1 {
		if err := seen.swapCertificate(ctx, k.files.Certificate(now.number), certificate); err != nil {
			return err
		}
	}
	if err := seen.turnTicketKeys(ctx, k.files.TicketKeys(now.number), now.ticketKeys, keys); err != nil {
		return err
	}
	return seen.matchList(ctx, k.files.Proxies(now.number), proxies)
}

// write writes a lane's files, and returns the ticket keys that are due now.
func (k *Keeper) write(number int, certificate podconfig.Certificate, proxies []string) (tickets.Keys, error) {
	keys, err := certificate.Tickets.At(k.now())
	if err != nil {
		return keys, err
	}
	return keys, k.files.WriteLane(number, rundir.LaneFiles{Certificate: certificate.PEM, TicketKeys: keys.Text(), Proxies: proxies})
}

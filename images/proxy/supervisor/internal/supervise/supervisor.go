// Package supervise keeps HAProxy as the mounted configuration wants it, from the start of the pod to its end.
package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"proxyfleet.dev/supervisor/internal/haproxy"
	"proxyfleet.dev/supervisor/internal/headers"
	"proxyfleet.dev/supervisor/internal/lanes"
	"proxyfleet.dev/supervisor/internal/machine"
	"proxyfleet.dev/supervisor/internal/names"
	"proxyfleet.dev/supervisor/internal/podconfig"
	"proxyfleet.dev/supervisor/internal/rundir"
	"proxyfleet.dev/supervisor/internal/status"
	"proxyfleet.dev/supervisor/internal/watch"
)

// Options are the command line's, and a clock.
type Options struct {
	// ConfigDir is where the operator's Secret is mounted.
	ConfigDir string
	// RunDir is for this pod's own files.
	RunDir string
	// HAProxy is the program to run.
	HAProxy string
	// Linger is how long a pod that was told to go still accepts: until nobody is sent to it any more.
	Linger time.Duration
	// Drain is how long its sessions then may go on. In the last tenth of it they are ended little by little.
	Drain time.Duration
	// LookEvery is how often it is looked whether HAProxy answers.
	LookEvery time.Duration
	// AnswerWithin is how long it may take to answer then.
	AnswerWithin time.Duration
	// Now tells the time that the keys of TLS tickets follow: time.Now, but for tests.
	Now func() time.Time
}

// Supervisor runs HAProxy. All its work is done by one goroutine, in Run.
type Supervisor struct {
	options Options
	log     *slog.Logger
	files   rundir.Dir
	machine machine.Machine
	book    *names.Book
	keeper  *lanes.Keeper
	view    *view

	process *haproxy.Process // nil until HAProxy runs
	runs    string           // what HAProxy runs of the mounted state: see loaded
	granted int              // the connections that it takes
	failed  failure          // the last one that it did not take
	wanted  podconfig.Snapshot
	// settledAt is when everything was last seen to be as wanted; zero while it is not.
	settledAt time.Time
	retry     backoff
	retryAt   time.Time
	// full says that the run directory has no room for what is wanted.
	full bool
	// leaving says that the pod was told to go: its configuration no longer changes, but lanes still close.
	leaving     bool
	endedSome   time.Time
	retiring    map[int]retirement // by process number
	lastRefused status.Refused
	lastProblem string
}

// New prepares the run directory and makes a supervisor.
func New(options Options, host machine.Machine, log *slog.Logger) (*Supervisor, error) {
	files, err := rundir.At(options.RunDir)
	if err != nil {
		return nil, err
	}
	if err := files.Prepare(); err != nil {
		return nil, err
	}
	sent, err := headers.Listen(files.HeadersSocket())
	if err != nil {
		return nil, err
	}
	keeper, book := lanes.New(files, sent, options.Now, log), names.NewBook()
	return &Supervisor{
		options: options,
		log:     log,
		files:   files,
		machine: host,
		book:    book,
		keeper:  keeper,
		view:    newView(keeper, book),

		retiring: map[int]retirement{},
	}, nil
}

// Source is what the status server answers from.
func (s *Supervisor) Source() status.Source { return s.view }

// Exporter is the socket on which HAProxy tells its own metrics.
func (s *Supervisor) Exporter() string { return s.files.MetricsSocket() }

// lookAgain is how often a settled state is compared with what HAProxy shows all the same.
const lookAgain = time.Minute

// Run works until a signal ends the pod (then it returns nil) or HAProxy ends by itself (an error).
func (s *Supervisor) Run(ctx context.Context, signals <-chan os.Signal) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes := watch.Changes(ctx, s.options.ConfigDir)
	go s.followNames(ctx)
	go s.watchForHang(ctx)
	for {
		s.view.update(func(v *view) { v.beat = time.Now() })
		wait := min(s.step(ctx), s.retire(ctx))
		select {
		case <-s.ended():
			return s.process.Err()
		case signal := <-signals:
			s.log.Info("asked to end", "signal", signal.String())
			return s.leave(ctx, signals, changes)
		case <-changes:
		case <-time.After(wait):
		}
	}
}

// ended is HAProxy's end; it never comes before the start.
func (s *Supervisor) ended() <-chan struct{} {
	if s.process == nil {
		return nil
	}
	return s.process.Ended()
}

// step brings HAProxy nearer to what is mounted, and tells when the next step is due if nothing happens before.
func (s *Supervisor) step(ctx context.Context) time.Duration {
	wanted, err := podconfig.Read(s.options.ConfigDir)
	if err != nil {
		return s.unreadable(err)
	}
	if wanted.Revision != s.wanted.Revision {
		s.retry, s.retryAt, s.settledAt = backoff{}, time.Time{}, time.Time{}
	}
	s.wanted = wanted
	if due := time.Until(s.nextDue()); due > 0 {
		return due
	}
	configErr := s.applyConfig(ctx, wanted)
	if s.process == nil {
		return s.problem(configErr)
	}
	if err := errors.Join(configErr, s.converge(ctx, wanted)); err != nil {
		if s.full = errors.Is(err, rundir.ErrFull); s.full {
			s.refused(wanted.Revision, err)
		}
		return s.problem(err)
	}
	s.settled(wanted)
	return lookAgain
}

// nextDue is when the same mounted state is worth another step: after a while if all is well, after the back-off if not.
func (s *Supervisor) nextDue() time.Time {
	if s.settledAt.IsZero() {
		return s.retryAt
	}
	return s.settledAt.Add(lookAgain)
}

// converge brings the lanes nearer to what is wanted. Once HAProxy has shown them, they are bound, and the pod is ready.
func (s *Supervisor) converge(ctx context.Context, wanted podconfig.Snapshot) error {
	var ports []haproxy.LanePort // before HAProxy is asked for anything: it may hang now
	for _, port := range haproxy.LanePorts(wanted.Config) {
		if _, open := wanted.Open[port.Lane]; open {
			ports = append(ports, port)
		}
	}
	s.view.update(func(v *view) { v.openPorts = ports })
	err := s.keeper.Converge(ctx, s.process.Client, wanted)
	if !errors.Is(err, lanes.ErrUnseen) {
		s.view.update(func(v *view) { v.ready = true })
	}
	return err
}

func (s *Supervisor) settled(wanted podconfig.Snapshot) {
	s.settledAt = time.Now()
	s.retry, s.lastProblem = backoff{}, ""
	if s.full {
		s.full = false
		s.accepted()
	}
	var news bool
	s.view.update(func(v *view) {
		news = v.document.Revision != wanted.Revision
		v.document.Revision = wanted.Revision
	})
	if news {
		s.log.Info("applied", "revision", wanted.Revision, "lanesOpen", len(wanted.Open), "bank", wanted.Bank)
	}
}

// unreadable reports mounted files that are missing or make no sense. What ran before goes on.
func (s *Supervisor) unreadable(err error) time.Duration {
	var invalid *podconfig.ErrInvalid
	if errors.As(err, &invalid) {
		s.refused(invalid.Revision, invalid)
	}
	return s.problem(err)
}

// slowestLook is how soon it is looked again whether a closing lane's sessions have ended, or a full directory has room.
const slowestLook = 2 * time.Second

// problem logs what stands in the way, once, and tells when to try again.
func (s *Supervisor) problem(err error) time.Duration {
	if text := fmt.Sprint(err); text != s.lastProblem {
		s.lastProblem = text
		s.log.Warn("not as wanted yet; trying again", "problem", text)
	}
	wait := s.retry.wait()
	if errors.Is(err, lanes.ErrEnding) || errors.Is(err, rundir.ErrFull) {
		wait = min(wait, slowestLook)
	}
	s.settledAt, s.retryAt = time.Time{}, time.Now().Add(wait)
	return wait
}

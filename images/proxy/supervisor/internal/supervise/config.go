package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"proxyfleet.dev/supervisor/internal/haproxy"
	"proxyfleet.dev/supervisor/internal/headers"
	"proxyfleet.dev/supervisor/internal/machine"
	"proxyfleet.dev/supervisor/internal/names"
	"proxyfleet.dev/supervisor/internal/podconfig"
	"proxyfleet.dev/supervisor/internal/rundir"
	"proxyfleet.dev/supervisor/internal/status"
)

// tryRefusedAgain is how long a refused configuration is left alone while another one runs. A reload that fails for a port in use pauses the
// running worker's ports for a moment, and the reason for a refusal seldom goes away by itself.
const tryRefusedAgain = 5 * time.Minute

// failure is a configuration that HAProxy did not take.
type failure struct {
	loaded string
	at     time.Time
	err    error
}

// applyConfig makes HAProxy run the mounted configuration: starts it, or reloads it if the configuration changed. If HAProxy refuses it, what
// ran before goes on, and the refusal is reported and returned.
func (s *Supervisor) applyConfig(ctx context.Context, wanted podconfig.Snapshot) error {
	if s.leaving {
		return nil
	}
	guard := s.guard(wanted)
	loaded := wanted.Config + guard.String() // a range that is refused from now on may hold a server
	if s.process != nil && s.runs == loaded {
		if !s.full {
			s.accepted()
		}
		return nil
	}
	if s.process != nil && s.failed.loaded == loaded && time.Since(s.failed.at) < tryRefusedAgain {
		s.refused(wanted.Revision, s.failed.err)
		return s.failed.err
	}
	if err := s.mayReload(ctx); err != nil {
		return err
	}
	fitted := machine.Fit(s.files.Localize(wanted.Config), s.machine)
	pinned := make(chan string, 1)
	s.keeper.SetConnections(fitted.Granted)
	shared := s.keeper.ConfigWithShares(fitted.Config, wanted)
	go func() { pinned <- s.book.Pin(ctx, shared, guard) }() // nameservers may take a while
	err := s.prepareLanes(wanted)
	config := s.completed(<-pinned)
	if err == nil {
		err = s.tryConfig(ctx, config)
	}
	if err == nil {
		s.book.Runs()
		err = rundir.Write(s.files.LastGood(), []byte(shared))
	}
	if err != nil {
		if isRefusal(err) {
			s.failed = failure{loaded: loaded, at: time.Now(), err: err}
		}
		if s.granted > 0 {
			s.keeper.SetConnections(s.granted)
		}
		s.refused(wanted.Revision, err)
		return errors.Join(err, s.startWithLastGood(ctx, guard))
	}
	s.runs, s.granted = loaded, fitted.Granted
	s.view.update(func(v *view) {
		v.document.MaxConnections = status.Connections{Wanted: fitted.Wanted, Granted: fitted.Granted, Tightest: fitted.Tightest}
	})
	s.accepted()
	s.log.Info("configuration loaded", "revision", wanted.Revision, "connectionsWanted", fitted.Wanted, "connectionsGranted", fitted.Granted, "tightest", string(fitted.Tightest))
	return s.files.TrimLanes(wanted.Bank)
}

// completed adds to the operator's configuration what only concerns this pod.
func (s *Supervisor) completed(config string) string {
	return headers.Told(haproxy.Looked(haproxy.Anonymous(config)), s.files.HeadersSocket())
}

// isRefusal tells what HAProxy said about a configuration from what stood in the way of asking, which may be gone in a moment.
func isRefusal(err error) bool {
	var refused *haproxy.ErrRefused
	return errors.As(err, &refused)
}

func (s *Supervisor) prepareLanes(wanted podconfig.Snapshot) error {
	if s.process == nil {
		return s.keeper.PrepareStart(wanted)
	}
	return s.keeper.PrepareReload(wanted)
}

// tryConfig runs a configuration, if HAProxy takes it. If not, the one that it took last is put back.
func (s *Supervisor) tryConfig(ctx context.Context, config string) error {
	if err := s.checkBeforeReload(ctx, config); err != nil {
		return err
	}
	if err := rundir.Write(s.files.Config(), []byte(config)); err != nil {
		return err
	}
	return s.startOrReload(ctx)
}

// putBackLastGood makes the configuration that HAProxy took last the one that it reads, if there is one.
func (s *Supervisor) putBackLastGood(ctx context.Context, guard names.Guard) (found bool, err error) {
	config, err := os.ReadFile(s.files.LastGood())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the configuration that ran before: %w", err)
	}
	return true, rundir.Write(s.files.Config(), []byte(s.completed(s.book.Pin(ctx, string(config), guard))))
}

// checkBeforeReload lets HAProxy check a configuration, so that one that it refuses never disturbs the one that runs. Before a start there is
// nothing to disturb, and HAProxy says the same as it ends: reading a large bank twice would double the time until a pod is ready.
func (s *Supervisor) checkBeforeReload(ctx context.Context, config string) error {
	if s.process == nil {
		return nil
	}
	if err := rundir.Write(s.files.Candidate(), []byte(config)); err != nil {
		return err
	}
	return haproxy.Check(ctx, s.options.HAProxy, s.files.Candidate())
}

func (s *Supervisor) startOrReload(ctx context.Context) error {
	if s.process != nil {
		return s.process.Reload(ctx)
	}
	process, err := haproxy.Start(s.options.HAProxy, s.files.Config(), s.files.MasterSocket(), s.log)
	if err != nil {
		return err
	}
	if err := process.AwaitWorker(ctx); err != nil {
		return errors.Join(err, process.Kill())
	}
	s.process = process
	s.view.update(func(v *view) { v.client = &process.Client })
	return nil
}

// startWithLastGood puts back what HAProxy took last, as the mounted configuration is refused, and starts it where nothing runs: the container
// was started anew.
func (s *Supervisor) startWithLastGood(ctx context.Context, guard names.Guard) error {
	found, err := s.putBackLastGood(ctx, guard)
	if err != nil || !found || s.process != nil {
		return err // where there was none, wait for a better one
	}
	if err := s.startOrReload(ctx); err != nil {
		return fmt.Errorf("start with the configuration that ran before: %w", err)
	}
	s.book.Runs()
	return nil
}

// refused reports a refusal, in HAProxy's own words where they are the reason.
func (s *Supervisor) refused(revision string, err error) {
	message := err.Error()
	var words *haproxy.ErrRefused
	if errors.As(err, &words) {
		message = words.Message
	}
	if now := (status.Refused{Revision: revision, Message: message}); s.lastRefused != now {
		s.lastRefused = now
		s.log.Error("configuration refused; what ran before goes on", "revision", revision, "message", message)
		s.view.update(func(v *view) { v.document.Refused = &now })
	}
}

func (s *Supervisor) accepted() {
	if s.lastRefused != (status.Refused{}) {
		s.lastRefused = status.Refused{}
		s.view.update(func(v *view) { v.document.Refused = nil })
	}
}

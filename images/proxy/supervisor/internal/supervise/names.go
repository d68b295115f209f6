package supervise

import (
	"context"
	"time"

	"proxyfleet.dev/supervisor/internal/names"
	"proxyfleet.dev/supervisor/internal/podconfig"
)

// followNames looks again and again where names lead. It has a goroutine of its own: a nameserver or an address that does not answer holds up
// nothing else.
func (s *Supervisor) followNames(ctx context.Context) {
	lastProblem := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.book.Interval()):
		}
		client := s.view.running()
		if client == nil {
			continue
		}
		problem := ""
		if err := s.book.Follow(ctx, *client); err != nil {
			problem = err.Error()
		}
		if problem != lastProblem && problem != "" {
			s.log.Warn("names can't be followed; trying again", "problem", problem)
		}
		lastProblem = problem
	}
}

// guard tells where the pod may lead to. The API server is no upstream, wherever it is.
func (s *Supervisor) guard(wanted podconfig.Snapshot) names.Guard {
	return wanted.Upstreams.Also(s.machine.APIServer...)
}

package supervise

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"proxyfleet.dev/supervisor/internal/haproxy"
)

// keptWorkers is how many workers left behind by reloads keep their sessions for as long as people hold on. Each takes some 15 to 40 MB.
const keptWorkers = 3

// mostWorkers is how many there may be before a reload has to wait for the oldest to end.
const mostWorkers = 2 * keptWorkers

// retireTick is how often some of the sessions are ended that are due.
const retireTick = time.Second

// errTooManyWorkers says that a reload waits.
var errTooManyWorkers = errors.New("a reload waits: too many of HAProxy's processes still have sessions, and those of the oldest are being ended")

// retirement is the end of an old worker: its sessions are ended little by little, so that their phones come back little by little.
type retirement struct {
	began    time.Time
	sessions int
}

// due is how many of the sessions that are left are to end now, so that the last one ends when `length` is over.
func (r retirement) due(left int, length time.Duration, now time.Time) int {
	remaining := max(length-now.Sub(r.began), 0)
	mayStay := int((int64(r.sessions)*int64(remaining) + int64(length) - 1) / max(int64(length), 1))
	return max(left-mayStay, 0)
}

// retire ends sessions of the oldest workers where reloads have left too many behind. HAProxy would end all of them at once with a reload, so its
// own limit is lifted. It tells when the next sessions are due.
func (s *Supervisor) retire(ctx context.Context) time.Duration {
	if s.process == nil {
		return lookAgain
	}
	old, err := s.oldWorkers(ctx)
	if err != nil || len(old) <= keptWorkers {
		return lookAgain
	}
	for _, worker := range old[:len(old)-keptWorkers] {
		if err := s.retireSome(ctx, worker); err != nil && !errors.Is(err, haproxy.ErrWorkerGone) {
			s.log.Warn("can't end sessions of an old worker", "problem", err.Error())
		}
	}
	return retireTick
}

func (s *Supervisor) retireSome(ctx context.Context, worker haproxy.Worker) error {
	left, err := worker.Sessions(ctx)
	if err != nil {
		return err
	}
	end, known := s.retiring[worker.PID]
	if !known {
		s.retiring[worker.PID] = retirement{began: time.Now(), sessions: left}
		s.log.Info("reloads left many workers behind; the oldest one's sessions are ended little by little", "sessions", left, "over", s.options.Drain.String())
		return nil
	}
	if due := end.due(left, s.options.Drain, time.Now()); due > 0 {
		_, err = worker.EndSome(ctx, due)
	}
	return err
}

// oldWorkers are those that reloads left behind, the oldest first.
func (s *Supervisor) oldWorkers(ctx context.Context) ([]haproxy.Worker, error) {
	workers, err := s.process.Workers(ctx)
	if err != nil {
		return nil, err
	}
	old := workers[1:]
	slices.SortFunc(old, func(a, b haproxy.Worker) int { return cmp.Compare(b.Reloads, a.Reloads) })
	for pid := range s.retiring {
		if !slices.ContainsFunc(old, func(w haproxy.Worker) bool { return w.PID == pid }) {
			delete(s.retiring, pid) // its number may become another worker's
		}
	}
	return old, nil
}

// mayReload fails while too many workers would be left behind.
func (s *Supervisor) mayReload(ctx context.Context) error {
	if s.process == nil {
		return nil
	}
	old, err := s.oldWorkers(ctx)
	if err == nil && len(old) >= mostWorkers {
		err = errTooManyWorkers
	}
	return err
}

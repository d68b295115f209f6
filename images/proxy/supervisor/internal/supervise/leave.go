package supervise

import (
	"context"
	"os"
	"time"
)

// spreadPart is the part of the drain, its last tenth, in which sessions are ended little by little: phones that are all cut off at once would
// all come back at once.
const spreadPart = 10

// leavingTick is how often a pod that leaves counts its sessions, and in the last part of the drain ends some.
const leavingTick = 250 * time.Millisecond

// leave ends the pod: it accepts for a while longer (until nobody is sent to it), then keeps its sessions up to a limit, and ends as soon as it
// has none. A second signal ends it at once. Lanes that the operator closes meanwhile are closed here too; once none is open, there is nothing
// left to accept.
func (s *Supervisor) leave(ctx context.Context, signals <-chan os.Signal, changes <-chan struct{}) error {
	if s.process == nil {
		return nil
	}
	s.leaving = true
	accepted := s.stay(ctx, s.options.Linger, signals, changes, func() bool { return len(s.wanted.Open) == 0 })
	if accepted {
		s.keeper.Leave()
		s.settledAt, s.retryAt = time.Time{}, time.Time{} // what failed before must not keep its lanes open for the length of a back-off
		end := time.Now().Add(s.options.Drain)
		s.stay(ctx, s.options.Drain, signals, changes, func() bool { return s.endDue(ctx, time.Until(end)) == 0 })
	}
	select {
	case <-s.process.Ended():
		return s.process.Err()
	default:
	}
	s.log.Info("ending HAProxy")
	return s.process.Kill()
}

// stay goes on working for a while, or until `done`. It returns false if HAProxy ended or a signal asked to hurry.
func (s *Supervisor) stay(ctx context.Context, length time.Duration, signals <-chan os.Signal, changes <-chan struct{}, done func() bool) bool {
	for end := time.Now().Add(length); time.Now().Before(end); {
		s.view.update(func(v *view) { v.beat = time.Now() })
		wait := min(s.step(ctx), leavingTick, time.Until(end))
		if done() {
			break
		}
		select {
		case <-s.process.Ended():
			return false
		case <-signals:
			return false
		case <-changes:
		case <-time.After(wait):
		}
	}
	return true
}

// endDue ends as many sessions as are due in the last part of the drain, and tells how many there were.
func (s *Supervisor) endDue(ctx context.Context, left time.Duration) int {
	sessions, err := s.keeper.Sessions(ctx, s.process.Client)
	if err != nil {
		s.log.Warn("can't count the sessions", "problem", err.Error())
		return -1
	}
	if sessions > 0 && left < s.options.Drain/spreadPart && time.Since(s.endedSome) >= leavingTick {
		s.endedSome = time.Now()
		if err := s.keeper.EndSome(ctx, s.process.Client, dueNow(sessions, left)); err != nil {
			s.log.Warn("can't end sessions", "problem", err.Error())
		}
	}
	return sessions
}

// dueNow is how many sessions to end in this tick, so that the last one ends with the time that is left.
func dueNow(sessions int, left time.Duration) int {
	ticks := max(int((left+leavingTick-1)/leavingTick), 1)
	return (sessions + ticks - 1) / ticks
}

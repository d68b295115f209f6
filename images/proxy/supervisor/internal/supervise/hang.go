package supervise

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"proxyfleet.dev/supervisor/internal/haproxy"
)

// silentLooks is after how many looks in a row without an answer a worker hangs.
const silentLooks = 3

// watchForHang ends a worker that hangs: it lives, holds its ports and its socket, and takes nothing from them. The container starts anew then. It looks
// with a connection through a lane, as people come. A worker that is full takes none either, but answers commands.
func (s *Supervisor) watchForHang(ctx context.Context) {
	silent := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.options.LookEvery):
		}
		client, port := s.view.openLane()
		if client == nil || s.answers(ctx, *client, port) {
			silent = 0
			continue
		}
		silent++
		s.log.Warn("HAProxy answers neither people nor commands", "looks", silent)
		if silent < silentLooks {
			continue
		}
		silent = 0
		s.log.Error("HAProxy's worker hangs and is ended; the container starts anew")
		if err := client.KillWorker(ctx); err != nil {
			s.log.Error("a worker that hangs can't be ended", "problem", err.Error())
		}
	}
}

// answers tells whether the worker takes up a connection through a lane, or answers a command.
func (s *Supervisor) answers(ctx context.Context, client haproxy.Client, port haproxy.LanePort) bool {
	ctx, cancel := context.WithTimeout(ctx, s.options.AnswerWithin)
	defer cancel()
	var lane, command bool
	var looks sync.WaitGroup
	looks.Go(func() { lane = s.answersOn(ctx, port) })
	looks.Go(func() { command = client.IsAlive(ctx) })
	looks.Wait()
	return lane || command
}

// answersOn tells whether the worker takes up a connection through a lane. One that was closed meanwhile is as good.
func (s *Supervisor) answersOn(ctx context.Context, port haproxy.LanePort) bool {
	s.keeper.Looks(port.Lane)
	err := haproxy.Answers(ctx, port.Port)
	if err != nil {
		s.keeper.LookedInVain(port.Lane)
	}
	return err == nil || errors.Is(err, haproxy.ErrLaneClosed)
}

// openLane is a port of any open lane, and how HAProxy is spoken to.
func (v *view) openLane() (*haproxy.Client, haproxy.LanePort) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if len(v.openPorts) == 0 {
		return nil, haproxy.LanePort{}
	}
	return v.client, v.openPorts[rand.IntN(len(v.openPorts))]
}

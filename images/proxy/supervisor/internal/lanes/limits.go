package lanes

import (
	"context"
	"maps"
	"slices"
	"time"

	"proxyfleet.dev/supervisor/internal/podconfig"
	"proxyfleet.dev/supervisor/internal/shares"
)

// stillFull is how long a lane counts as full after it was: a flood comes and goes, and what is said of it should not.
const stillFull = 5 * time.Minute

// leastPart of a pod's connections is for the current worker, however many the old ones hold: people must be able to come back.
const leastPart = 10

// SetConnections tells how many connections the pod holds at once, all lanes together.
func (k *Keeper) SetConnections(connections int) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.connections = connections
}

// share works out what each open lane may have. What old workers hold is no longer there to be shared.
func (k *Keeper) share(wanted podconfig.Snapshot, heldByOld int) shares.Limits {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.limits = shares.Of(max(k.connections-heldByOld, k.connections/leastPart), len(wanted.Open))
	return k.limits
}

// ConfigWithShares makes a configuration begin with the limits of the lanes that are to be open.
func (k *Keeper) ConfigWithShares(config string, wanted podconfig.Snapshot) string {
	return k.share(wanted, 0).In(config)
}

// matchShares brings the lanes' limits to what they should be. A configuration of an earlier operator has none.
func (k *Keeper) matchShares(ctx context.Context, seen observation, wanted podconfig.Snapshot) error {
	for name, limit := range k.share(wanted, seen.heldByOld()).Variables() {
		if err := seen.current.MatchVariable(ctx, name, limit); err != nil {
			return err
		}
	}
	return nil
}

func (o observation) heldByOld() int {
	held := 0
	for _, frontend := range slices.Concat(slices.Collect(maps.Values(o.leftovers))...) {
		held += frontend.Sessions
	}
	return held
}

// noteFull remembers which lanes can have no more connections now: they have all of their share, or several together have all that the pod
// holds. The mutex is held.
func (k *Keeper) noteFull(seen observation) {
	held := 0
	for _, lane := range seen.lanes {
		held += lane.sessions
	}
	podIsFull := k.connections > 0 && held >= k.connections
	for number, lane := range seen.lanes {
		if lane.isFull(k.limits) || podIsFull && lane.accepts() {
			k.fullAt[number] = time.Now()
		}
	}
}

// isFull tells whether a lane, or one of its listeners, has as many connections as it may.
func (l laneView) isFull(limits shares.Limits) bool {
	held := 0
	for _, frontend := range l.frontends {
		held += frontend.Sessions
		if limits.Opening > 0 && frontend.Opening >= limits.Opening {
			return true
		}
	}
	return limits.Lane > 0 && held >= limits.Lane
}

// wasFull tells whether a lane had all of its share a short while ago. The mutex is held.
func (k *Keeper) wasFull(number int) bool {
	at, found := k.fullAt[number]
	return found && time.Since(at) < stillFull
}

package lanes

import "proxyfleet.dev/supervisor/internal/haproxy"

// perLane is what each lane's listeners have counted together.
type perLane map[int]haproxy.Counters

func (p perLane) add(lane int, counters haproxy.Counters) { p[lane] = p[lane].Plus(counters) }

// tally counts on where HAProxy starts anew at every reload: the counts of a worker that is gone are kept, as far as they were seen. And it
// starts anew where HAProxy counts on: with a lane's next address.
type tally struct {
	// seen is what each living worker had counted when it was last looked at, by process number.
	seen map[int]perLane
	// gone is what workers that have ended had counted.
	gone perLane
	// before is what a lane had counted when it began to serve its address.
	before perLane
}

func newTally() *tally { return &tally{seen: map[int]perLane{}, gone: perLane{}, before: perLane{}} }

// see takes the counts of all workers that live. A worker that is about to end no longer shows all of its lanes: what it showed before stays.
func (t *tally) see(now map[int]perLane) {
	for worker, counts := range t.seen {
		latest, lives := now[worker]
		for lane, counters := range counts {
			if _, shown := latest[lane]; lives && !shown {
				latest[lane] = counters
			} else if !lives {
				t.gone.add(lane, counters)
			}
		}
	}
	t.seen = now
}

// total is all that a lane has counted since the pod started.
func (t *tally) total(lane int) haproxy.Counters {
	total := t.gone[lane]
	for _, counts := range t.seen {
		total = total.Plus(counts[lane])
	}
	return total
}

// begin makes a lane count from here: it serves another address now.
func (t *tally) begin(lane int) { t.before[lane] = t.total(lane) }

// of is what a lane has counted for the address that it serves.
func (t *tally) of(lane int) haproxy.Counters { return t.total(lane).Minus(t.before[lane]) }

package lanes

// looks are the supervisor's own connections through lanes. HAProxy turns them away and counts them as refused, and nobody was.
type looks struct {
	// made is how many there were, by lane.
	made map[int]int64
	// told is what was last told of a lane's refused connections: a look is known a moment before HAProxy counts it, and a counter never goes back.
	told map[int]int64
}

func newLooks() *looks { return &looks{made: map[int]int64{}, told: map[int]int64{}} }

// begin makes a lane count from here.
func (l *looks) begin(lane int) {
	delete(l.made, lane)
	delete(l.told, lane)
}

// refused is how many of the connections that HAProxy has turned away were somebody's.
func (l *looks) refused(lane int, counted int64) int64 {
	l.told[lane] = max(l.told[lane], counted-l.made[lane])
	return l.told[lane]
}

// Looks is told before the supervisor connects through a lane.
func (k *Keeper) Looks(lane int) { k.countLook(lane, 1) }

// LookedInVain is told where a look did not reach HAProxy, which has counted nothing then.
func (k *Keeper) LookedInVain(lane int) { k.countLook(lane, -1) }

func (k *Keeper) countLook(lane int, by int64) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.looks.made[lane] += by
}

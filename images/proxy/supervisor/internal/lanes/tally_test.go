package lanes

import (
	"testing"

	"proxyfleet.dev/supervisor/internal/haproxy"
)

func sessions(count int64) perLane {
	return perLane{3: haproxy.Counters{Sessions: count, BytesIn: 10 * count}}
}

func TestCountsOutliveTheWorkersThatCounted(t *testing.T) {
	counts := newTally()
	counts.see(map[int]perLane{100: sessions(5)})
	counts.see(map[int]perLane{100: sessions(7), 200: sessions(1)}) // a reload
	if got := counts.of(3).Sessions; got != 8 {
		t.Fatalf("both workers: %d", got)
	}
	counts.see(map[int]perLane{100: {}, 200: sessions(2)}) // the old worker shows this lane no more
	counts.see(map[int]perLane{200: sessions(2)})          // it has ended
	counts.see(map[int]perLane{200: sessions(2)})
	if got := counts.of(3); got.Sessions != 9 || got.BytesIn != 90 {
		t.Fatalf("after the old worker's end: %+v", got)
	}
}

func TestALaneCountsAnewForItsNextAddress(t *testing.T) {
	counts := newTally()
	counts.see(map[int]perLane{100: sessions(5)})
	counts.begin(3)
	if got := counts.of(3); got != (haproxy.Counters{}) {
		t.Fatalf("at the beginning: %+v", got)
	}
	counts.see(map[int]perLane{200: sessions(2)})
	if got := counts.of(3).Sessions; got != 2 {
		t.Fatalf("after another session, in another worker: %d", got)
	}
}

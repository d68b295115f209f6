package supervise

import (
	"testing"
	"time"
)

func TestRetriesSlowDownToHalfAMinute(t *testing.T) {
	var retry backoff
	waits := []time.Duration{}
	for range 12 {
		waits = append(waits, retry.wait())
	}
	if waits[0] != 100*time.Millisecond || waits[1] != 200*time.Millisecond || waits[11] != 30*time.Second {
		t.Fatal(waits)
	}
}

func TestSessionsOfAnOldWorkerEndEvenlyOverTheTimeThatTheyHave(t *testing.T) {
	begun := time.Unix(0, 0)
	for _, sessions := range []int{1, 7, 1000, 27500} {
		end, left, most := retirement{begun, sessions}, sessions, 0
		for now := time.Duration(0); now <= time.Minute; now += retireTick {
			due := end.due(left, time.Minute, begun.Add(now))
			left, most = left-due, max(most, due)
			if now < time.Minute && left == 0 {
				t.Fatalf("%d sessions: all are gone after %s", sessions, now)
			}
		}
		if left != 0 || most > sessions/60+1 {
			t.Errorf("%d sessions: %d left, %d at once", sessions, left, most)
		}
	}
}

func TestTheLastSessionEndsWithTheTimeLeft(t *testing.T) {
	for _, sessions := range []int{1, 2, 7, 1000, 27500} {
		for _, window := range []time.Duration{time.Minute, time.Second, 100 * time.Millisecond} {
			left, most := sessions, 0
			for remains := window; remains > 0; remains -= leavingTick {
				due := min(dueNow(left, remains), left)
				left, most = left-due, max(most, due)
			}
			if ticks := max(int(window/leavingTick), 1); left != 0 || most > sessions/ticks+1 {
				t.Errorf("%d sessions in %s: %d left, %d at once", sessions, window, left, most)
			}
		}
	}
}

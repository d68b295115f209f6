package lanes

import "testing"

func TestTheSupervisorsOwnLooksAreNotRefused(t *testing.T) {
	looks := newLooks()
	keeper := &Keeper{looks: looks}
	told := func(counted, want int64) {
		t.Helper()
		if got := looks.refused(3, counted); got != want {
			t.Fatalf("HAProxy counted %d, told %d instead of %d", counted, got, want)
		}
	}
	told(5, 5)
	keeper.Looks(3)
	told(5, 5) // HAProxy has not counted it yet
	told(6, 5)
	told(8, 7)
	keeper.Looks(3)
	keeper.LookedInVain(3)
	told(9, 8)
	keeper.Looks(4)
	told(9, 8)
	looks.begin(3)
	told(0, 0)
}

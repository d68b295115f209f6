package shares_test

import (
	"testing"

	"proxyfleet.dev/supervisor/internal/shares"
)

func TestWhateverOneLaneTakesTheOthersKeepHalfOfAnEvenShare(t *testing.T) {
	for _, connections := range []int{1, 2, 7, 100, 1500, 27500, 1_000_000} {
		for lanes := 1; lanes <= 256; lanes++ {
			taken := shares.Of(connections, lanes).Lane
			if left := connections - taken; left < (lanes-1)*(connections/(2*lanes)) {
				t.Fatalf("%d connections, %d lanes: one takes %d, and the others keep %d", connections, lanes, taken, left)
			}
			if taken < connections/2 {
				t.Fatalf("%d connections, %d lanes: one lane may have %d only", connections, lanes, taken)
			}
		}
	}
}

func TestShares(t *testing.T) {
	cases := map[string]struct {
		connections, lanes int
		want               shares.Limits
	}{
		"a lane alone has all":                      {27500, 1, shares.Limits{Lane: 27500, Opening: 6875}},
		"a pod without open lanes is ready for one": {27500, 0, shares.Limits{Lane: 27500, Opening: 6875}},
		"of two, one has three quarters":            {1000, 2, shares.Limits{Lane: 750, Opening: 187}},
		"of many, one has a little more than half":  {1000, 50, shares.Limits{Lane: 510, Opening: 127}},
		"a tiny pod lets in one":                    {1, 8, shares.Limits{Lane: 1, Opening: 1}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := shares.Of(c.connections, c.lanes); got != c.want {
				t.Fatalf("%+v", got)
			}
		})
	}
}

// Package shares divides a pod's connections among its lanes, so that no group takes another one's.
package shares

import (
	"fmt"
	"regexp"
)

// Limits are how many connections each lane may have, counted from before the handshake.
type Limits struct {
	// Lane is for all listeners of a lane together.
	Lane int
	// Opening is for those of one listener that shake hands or have not said anything yet.
	Opening int
}

// openingPart of a lane's share may be taken at once by connections that have not said anything: many phones come back at once when a pod ends,
// and each needs a second or two on a slow network.
const openingPart = 4

// Of divides connections among so many open lanes. Whatever one lane takes, each other one keeps half of an even share: a quiet fleet's busiest
// group is not held down to an even one.
func Of(connections, lanes int) Limits {
	lanes = max(lanes, 1)
	kept := connections / (2 * lanes)
	lane := max(connections-(lanes-1)*kept, 1)
	return Limits{Lane: lane, Opening: max(lane/openingPart, 1)}
}

// Variables are the limits by the names of HAProxy's variables for them.
func (l Limits) Variables() map[string]int {
	return map[string]int{"proc.lane_share": l.Lane, "proc.lane_opening": l.Opening}
}

// In makes a configuration begin with these limits. One of an earlier operator has no such variables.
func (l Limits) In(config string) string {
	for name, limit := range l.Variables() {
		line := regexp.MustCompile(`(?m)^(\s+set-var ` + regexp.QuoteMeta(name) + ` int\()\d+\)$`)
		config = line.ReplaceAllString(config, fmt.Sprintf("${1}%d)", limit))
	}
	return config
}

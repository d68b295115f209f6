package haproxy

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// UpstreamGroups are what lanes lead to. Each has a backend that checks it for all lanes, "upstream-<group>".
var UpstreamGroups = []string{"chat", "media"}

// Upstream is one server of the fleet's spec as HAProxy sees it. One that is given by name may have several addresses.
type Upstream struct {
	// Group is "chat" or "media".
	Group string `json:"group"`
	// Name tells its place in the spec: chat-0 is the first chat server.
	Name string `json:"name"`
	// Up of Total known addresses answer. A name that leads to no address has none at all.
	Up    int `json:"up"`
	Total int `json:"total"`
	// Refused are addresses of its own or of its name that a pod may not lead to.
	Refused []string `json:"refused,omitempty"`
	// Since is when the last address went up or down.
	Since time.Time `json:"since"`
}

// Upstreams tells which upstream servers answer, in the spec's order.
func (w Worker) Upstreams(ctx context.Context) ([]Upstream, error) {
	var upstreams []Upstream
	for _, group := range UpstreamGroups {
		rows, err := w.stats(ctx, "upstream-"+group, serverRows)
		if err != nil {
			return nil, err
		}
		upstreams = append(upstreams, groupUpstreams(group, rows, time.Now())...)
	}
	return upstreams, nil
}

// groupUpstreams makes one of the rows that belong to one name: chat-0 and its further address chat-0-1. HAProxy may give both the same
// address, if the name has no other: that counts once.
func groupUpstreams(group string, rows []statsRow, now time.Time) []Upstream {
	var upstreams []Upstream
	counted := map[string]bool{}
	for _, row := range rows {
		name := strings.Join(strings.SplitN(row.server, "-", 3)[:2], "-")
		index := slices.IndexFunc(upstreams, func(u Upstream) bool { return u.Name == name })
		if index < 0 {
			index = len(upstreams)
			upstreams = append(upstreams, Upstream{Group: group, Name: name})
		}
		if !counted[name+row.address] || row.address == "" {
			counted[name+row.address] = true
			upstreams[index].count(row, now)
		}
	}
	return upstreams
}

func (u *Upstream) count(row statsRow, now time.Time) {
	changed := now.Add(-time.Duration(row.secondsSinceChange) * time.Second).Truncate(time.Second).UTC()
	if changed.After(u.Since) {
		u.Since = changed
	}
	if strings.HasPrefix(row.status, "MAINT") {
		return // there is no address for it
	}
	u.Total++
	if strings.HasPrefix(row.status, "UP") {
		u.Up++
	}
}

// WithRefused adds the addresses that a pod may not lead to, by server, and servers that have no other and so are not HAProxy's.
func WithRefused(upstreams []Upstream, refused map[string][]string) []Upstream {
	for name, addresses := range refused {
		if len(addresses) == 0 {
			continue
		}
		index := slices.IndexFunc(upstreams, func(u Upstream) bool { return u.Name == name })
		if index < 0 {
			group, _, _ := strings.Cut(name, "-")
			index = len(upstreams)
			upstreams = append(upstreams, Upstream{Group: group, Name: name})
		}
		upstreams[index].Refused = addresses
	}
	slices.SortStableFunc(upstreams, func(a, b Upstream) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(len(a.Name), len(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return upstreams
}

package haproxy

import (
	"context"
	"strconv"
	"strings"
)

// Frontend is one listener of one lane in one worker.
type Frontend struct {
	Name     string
	Lane     int
	Open     bool
	Sessions int
	// Opening are those of them that have not said anything yet: they shake hands, or are in no backend.
	Opening  int
	Counters Counters
}

// Counters are what a frontend has counted since its worker started. None tells of a single client.
type Counters struct {
	// Sessions are all that were taken, those that are open too.
	Sessions int64
	// BytesIn came from clients and BytesOut went to them, without the outer TLS.
	BytesIn, BytesOut int64
	// HandshakeFailures are connections whose TLS handshake did not succeed: broken off, too slow, or not TLS at all.
	HandshakeFailures int64
	// Refused are connections that were closed at once, by a limit.
	Refused int64
}

// Plus adds what another worker has counted.
func (c Counters) Plus(o Counters) Counters {
	return Counters{c.Sessions + o.Sessions, c.BytesIn + o.BytesIn, c.BytesOut + o.BytesOut, c.HandshakeFailures + o.HandshakeFailures, c.Refused + o.Refused}
}

// Minus leaves out what was counted before.
func (c Counters) Minus(o Counters) Counters {
	return Counters{c.Sessions - o.Sessions, c.BytesIn - o.BytesIn, c.BytesOut - o.BytesOut, c.HandshakeFailures - o.HandshakeFailures, c.Refused - o.Refused}
}

// Backend is the name of the frontend's own backend.
func (f Frontend) Backend() string { return f.Name + "-up" }

// Frontends lists a worker's lanes' frontends: whether they accept, and the sessions they have, those still shaking hands included.
func (w Worker) Frontends(ctx context.Context) ([]Frontend, error) {
	rows, err := w.stats(ctx, "-1", frontendRows|backendRows)
	if err != nil {
		return nil, err
	}
	return frontendsOf(rows), nil
}

// frontendsOf makes frontends of their rows and those of their backends.
func frontendsOf(rows []statsRow) []Frontend {
	var frontends []Frontend
	passed := map[string]int{}
	for _, row := range rows {
		lane, ok := laneOf(row.proxy)
		if !ok {
			passed[row.proxy] = int(row.sessions)
			continue
		}
		frontends = append(frontends, Frontend{
			Name: row.proxy, Lane: lane, Open: row.status == "OPEN", Sessions: int(row.sessions),
			Counters: Counters{row.sessionsTotal, row.bytesIn, row.bytesOut, row.handshakeFailures, row.deniedConnections + row.deniedSessions},
		})
	}
	for i, frontend := range frontends {
		frontends[i].Opening = max(frontend.Sessions-passed[frontend.Backend()], 0) // the two were not read at the same moment
	}
	return frontends
}

// Pause makes frontends refuse connections; their sessions go on. What HAProxy does not do shows in Frontends.
func (w Worker) Pause(ctx context.Context, frontends []string) error {
	commands := make([]string, len(frontends))
	for i, frontend := range frontends {
		commands[i] = "disable frontend " + frontend
	}
	return w.askMany(ctx, commands, func(string) {})
}

// Resume makes a paused frontend accept again, and its servers take sessions.
func (w Worker) Resume(ctx context.Context, frontend Frontend) error {
	servers, err := w.servers(ctx, frontend)
	if err != nil {
		return err
	}
	if err := w.setServers(ctx, servers, "ready"); err != nil {
		return err
	}
	return w.order(ctx, "enable frontend "+frontend.Name, "already enabled")
}

// laneOf reads the lane from a frontend's name, "lane-<n>-<listener>".
func laneOf(frontend string) (int, bool) {
	parts := strings.Split(frontend, "-")
	if len(parts) != 3 || parts[0] != "lane" {
		return 0, false
	}
	lane, err := strconv.Atoi(parts[1])
	return lane, err == nil
}

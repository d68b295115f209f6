package haproxy

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// EndSessions ends the sessions of a frontend. A client that is still shaking hands has no session yet: ask again until none is left.
func (w Worker) EndSessions(ctx context.Context, frontend Frontend) error {
	if w.Old {
		// An old worker refuses "shutdown sessions server" with "Proxy is disabled", so its sessions are ended one by one.
		_, err := w.EndSome(ctx, func(name string) bool { return name == frontend.Name }, frontend.Sessions)
		return err
	}
	servers, err := w.stats(ctx, frontend.Backend(), serverRows)
	if err != nil {
		return err
	}
	var failed []error
	for _, server := range servers {
		failed = append(failed, w.order(ctx, fmt.Sprintf("shutdown sessions server %s/%s", server.proxy, server.server)))
	}
	return errors.Join(failed...)
}

// EndSome ends up to `most` sessions of the frontends that `of` picks, and tells how many. HAProxy's list names clients: of each line only the
// session's number and its frontend are looked at, and nothing else is kept.
func (w Worker) EndSome(ctx context.Context, of func(frontend string) bool, most int) (int, error) {
	var commands []string
	err := w.client.lines(ctx, w.addressed("show sess"), func(line string) {
		if id, frontend, ok := parseSession(line); ok && len(commands) < most && of(frontend) {
			commands = append(commands, "shutdown session "+id)
		}
	})
	if err != nil {
		return 0, err
	}
	// A session that ended by itself meanwhile is answered with a refusal, which is as good.
	return len(commands), w.askMany(ctx, commands, func(string) {})
}

// parseSession reads a line such as "0x7f8c47884000: proto=tcpv4 src=… fe=lane-0-media be=… …".
func parseSession(line string) (id, frontend string, ok bool) {
	id, rest, found := strings.Cut(line, ": ")
	if !found || !strings.HasPrefix(id, "0x") {
		return "", "", false
	}
	_, rest, found = strings.Cut(rest, " fe=")
	if !found {
		return "", "", false
	}
	frontend, _, _ = strings.Cut(rest, " ")
	_, ok = laneOf(frontend)
	return strings.Clone(id), strings.Clone(frontend), ok
}

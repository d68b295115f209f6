package haproxy

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// EndSessions ends the sessions of paused frontends, as far as that can be done now. Call it again until none is left.
//
// A session that is still connecting to its server must be let be: HAProxy 3.0 never frees one that is shut down at that moment, not even when
// the client goes. So the servers of a frontend's backend first take no new session, and those that were connecting are waited for. Those whose
// client has said nothing yet have no server, and are ended one by one. One whose server has not answered yet loses it at once, but HAProxy counts it
// until the time for a first answer is over (15 s).
func (w Worker) EndSessions(ctx context.Context, frontends []Frontend) error {
	if w.Old {
		return w.endOneByOne(ctx, frontends)
	}
	servers := map[string][]string{}
	for _, frontend := range frontends {
		names, err := w.servers(ctx, frontend)
		if err != nil {
			return err
		}
		servers[frontend.Name] = names
		if err := w.setServers(ctx, names, "maint"); err != nil {
			return err
		}
	}
	connecting := map[string]bool{}
	var waiting []string
	err := w.sessions(ctx, func(session session) {
		switch _, ending := servers[session.frontend]; {
		case ending && session.stage == waits:
			waiting = append(waiting, "shutdown session "+session.id)
		case session.stage == connects:
			connecting[session.frontend] = true
		}
	})
	if err == nil {
		err = w.askMany(ctx, waiting, func(string) {})
	}
	if err != nil {
		return err
	}
	var failed []error
	for frontend, names := range servers {
		for _, name := range names {
			if !connecting[frontend] {
				failed = append(failed, w.order(ctx, "shutdown sessions server "+name))
			}
		}
	}
	return errors.Join(failed...)
}

// endOneByOne is for old workers, which refuse commands about their servers ("Proxy is disabled").
func (w Worker) endOneByOne(ctx context.Context, frontends []Frontend) error {
	wanted := map[string]bool{}
	for _, frontend := range frontends {
		wanted[frontend.Name] = true
	}
	_, err := w.end(ctx, func(frontend string) bool { return wanted[frontend] }, int(^uint(0)>>1))
	return err
}

// EndSome ends up to `most` sessions, of any lane, and tells how many.
func (w Worker) EndSome(ctx context.Context, most int) (int, error) {
	return w.end(ctx, func(string) bool { return true }, most)
}

func (w Worker) end(ctx context.Context, of func(frontend string) bool, most int) (int, error) {
	var commands []string
	err := w.sessions(ctx, func(session session) {
		if session.stage != connects && of(session.frontend) && len(commands) < most {
			commands = append(commands, "shutdown session "+session.id)
		}
	})
	if err != nil {
		return 0, err
	}
	// A session that ended by itself meanwhile is answered with a refusal, which is as good.
	return len(commands), w.askMany(ctx, commands, func(string) {})
}

// servers names the servers of a frontend's own backend, as "<backend>/<server>".
func (w Worker) servers(ctx context.Context, frontend Frontend) ([]string, error) {
	rows, err := w.stats(ctx, frontend.Backend(), serverRows)
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = row.proxy + "/" + row.server
	}
	return names, err
}

// setServers makes servers take sessions ("ready") or none ("maint").
func (w Worker) setServers(ctx context.Context, names []string, state string) error {
	for _, name := range names {
		if err := w.order(ctx, fmt.Sprintf("set server %s state %s", name, state)); err != nil {
			return err
		}
	}
	return nil
}

// stage is how far a session has come.
type stage int

const (
	// waits: its client has not said anything yet, and no server was chosen.
	waits stage = iota
	// connects: its server was chosen and has not answered yet.
	connects
	// established: its server answered; or it is on its way to the end.
	established
)

// session is one line of HAProxy's list, without the client, whom it also names.
type session struct {
	id, frontend string
	stage        stage
}

// sessions hands over all sessions of lanes. HAProxy's list names clients: nothing of a line is kept but what session holds.
func (w Worker) sessions(ctx context.Context, each func(session)) error {
	return w.client.lines(ctx, w.addressed("show sess"), func(line string) {
		if session, ok := parseSession(line); ok {
			each(session)
		}
	})
}

// stageOf reads the state of a session's server side (SC_ST_*): it begins at 0 and is connected from 8 on. What can't be read may be connecting.
func stageOf(state string) stage {
	switch number, err := strconv.Atoi(state); {
	case err == nil && number == 0:
		return waits
	case err == nil && number >= 8:
		return established
	default:
		return connects
	}
}

// parseSession reads a line such as "0x7f8c47884000: proto=tcpv4 src=… fe=lane-0-media be=… scb=[8,1h,fd=29,…] …".
func parseSession(line string) (session, bool) {
	id, rest, found := strings.Cut(line, ": ")
	if !found || !strings.HasPrefix(id, "0x") {
		return session{}, false
	}
	_, rest, _ = strings.Cut(rest, " fe=")
	frontend, rest, _ := strings.Cut(rest, " ")
	if _, ok := laneOf(frontend); !ok {
		return session{}, false
	}
	_, rest, _ = strings.Cut(rest, " scb=[")
	state, _, _ := strings.Cut(rest, ",")
	return session{id: strings.Clone(id), frontend: strings.Clone(frontend), stage: stageOf(state)}, true
}

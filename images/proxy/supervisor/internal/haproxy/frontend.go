package haproxy

import (
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// Frontend is one listener of one lane in one worker.
type Frontend struct {
	Name     string
	Lane     int
	Open     bool
	Sessions int
}

// Backend is the name of the frontend's own backend.
func (f Frontend) Backend() string { return f.Name + "-up" }

// Frontends lists a worker's lanes' frontends: whether they accept, and the sessions they have, those still shaking hands included.
func (w Worker) Frontends(ctx context.Context) ([]Frontend, error) {
	rows, err := w.stats(ctx, "-1", frontendRows)
	if err != nil {
		return nil, err
	}
	var frontends []Frontend
	for _, row := range rows {
		lane, ok := laneOf(row.proxy)
		if ok {
			frontends = append(frontends, Frontend{Name: row.proxy, Lane: lane, Open: row.status == "OPEN", Sessions: row.sessions})
		}
	}
	return frontends, nil
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

const (
	frontendRows = 1
	serverRows   = 4
)

type statsRow struct {
	proxy, server, status string
	sessions              int
}

// stats reads rows of HAProxy's statistics (§9.1), which name no client.
func (w Worker) stats(ctx context.Context, proxy string, kind int) ([]statsRow, error) {
	answer, err := w.ask(ctx, fmt.Sprintf("show stat %s %d -1", proxy, kind))
	if err != nil {
		return nil, err
	}
	table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(answer, "# "))).ReadAll()
	if err != nil || len(table) == 0 {
		return nil, fmt.Errorf("HAProxy's statistics can't be read: %w", errOr(err, ErrWorkerGone))
	}
	column := map[string]int{}
	for i, name := range table[0] {
		column[name] = i
	}
	rows := make([]statsRow, 0, len(table)-1)
	for _, fields := range table[1:] {
		sessions, err := strconv.Atoi(fields[column["scur"]])
		if err != nil {
			return nil, fmt.Errorf("HAProxy's statistics can't be read: %w", err)
		}
		rows = append(rows, statsRow{
			proxy: fields[column["pxname"]], server: fields[column["svname"]], status: fields[column["status"]], sessions: sessions,
		})
	}
	return rows, nil
}

func errOr(err, fallback error) error {
	if err != nil {
		return err
	}
	return fallback
}

package haproxy

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What "show stat" is asked for: rows of frontends, of backends, or of servers.
const (
	frontendRows = 1
	backendRows  = 2
	serverRows   = 4
)

// statsRow is one row of HAProxy's statistics. What a row of its kind does not have is 0.
type statsRow struct {
	proxy, server, status, address       string
	sessions, sessionsTotal              int64
	bytesIn, bytesOut, handshakeFailures int64
	deniedConnections, deniedSessions    int64
	secondsSinceChange                   int64
}

// stats reads rows of HAProxy's statistics (§9.1), which name no client.
func (w Worker) stats(ctx context.Context, proxy string, kind int) ([]statsRow, error) {
	answer, err := w.ask(ctx, fmt.Sprintf("show stat %s %d -1", proxy, kind))
	if err != nil {
		return nil, err
	}
	return parseStats(answer)
}

func parseStats(answer string) ([]statsRow, error) {
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
		row, err := parseStatsRow(fields, column)
		if err != nil {
			return nil, fmt.Errorf("HAProxy's statistics can't be read: %w", err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func parseStatsRow(fields []string, column map[string]int) (statsRow, error) {
	row := statsRow{proxy: fields[column["pxname"]], server: fields[column["svname"]], status: fields[column["status"]]}
	if at, found := column["addr"]; found {
		row.address = fields[at]
	}
	var failed []error
	for name, into := range map[string]*int64{
		"scur": &row.sessions, "stot": &row.sessionsTotal, "bin": &row.bytesIn, "bout": &row.bytesOut,
		"ssl_failed_handshake": &row.handshakeFailures, "lastchg": &row.secondsSinceChange,
		"dcon": &row.deniedConnections, "dses": &row.deniedSessions,
	} {
		if at, found := column[name]; found && fields[at] != "" {
			number, err := strconv.ParseInt(fields[at], 10, 64)
			*into, failed = number, append(failed, err)
		}
	}
	return row, errors.Join(failed...)
}

func errOr(err, fallback error) error {
	if err != nil {
		return err
	}
	return fallback
}

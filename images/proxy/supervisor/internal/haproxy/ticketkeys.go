package haproxy

import (
	"context"
	"fmt"
	"strings"

	"proxyfleet.dev/supervisor/internal/tickets"
)

// LoadedTicketKeys tells which keys of TLS tickets a worker has, by the name of the file that they came from.
func (w Worker) LoadedTicketKeys(ctx context.Context) (map[string]tickets.Keys, error) {
	loaded := map[string]tickets.Keys{}
	file, next := "", 0
	err := w.client.lines(ctx, w.addressed("show tls-keys *"), func(line string) {
		if name, found := ticketKeysFile(line); found {
			file, next = name, 0
		} else if _, key, found := strings.Cut(line, " "); found && file != "" && next < len(tickets.Keys{}) {
			keys := loaded[file]
			keys[next] = key
			loaded[file], next = keys, next+1
		}
	})
	return loaded, err
}

// ticketKeysFile reads the line before a file's keys: "# 0 (/run/proxyfleet/lanes/0.tickets)".
func ticketKeysFile(line string) (string, bool) {
	rest, isComment := strings.CutPrefix(line, "# ")
	_, rest, inParentheses := strings.Cut(rest, "(")
	return strings.TrimSuffix(rest, ")"), isComment && inParentheses
}

// AddTicketKey makes a key the newest of a file's three; the oldest goes, and the one before the newest seals from now on.
func (w Worker) AddTicketKey(ctx context.Context, file, key string) error {
	answer, err := w.ask(ctx, fmt.Sprintf("set ssl tls-key %s %s", file, key))
	if err == nil && !strings.Contains(answer, "TLS ticket key updated") {
		err = fmt.Errorf("HAProxy refused a ticket key for %s", file) // its answer is not quoted: it might show the key
	}
	return err
}

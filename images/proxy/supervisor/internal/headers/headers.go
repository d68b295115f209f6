// Package headers counts what load balancers send before a client's bytes and HAProxy does not take as a PROXY header. HAProxy has no counter for it:
// it tells each failure on a socket, with the lane and the kind, and without any address.
package headers

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Counts are what was counted on a lane. None tells of a single client.
type Counts struct {
	// Refused are connections with a header that HAProxy does not take, or with other bytes in its place.
	Refused int64
	// Checks are connections that ended without a byte: health checks of the load balancer.
	Checks int64
	// BeforeTLS are those of both on a listener with TLS: HAProxy counts them as failed handshakes too.
	BeforeTLS int64
}

// Tally counts for each lane since it serves its address.
type Tally struct {
	mutex  sync.Mutex
	counts map[int]Counts
}

// longest is longer than any message that HAProxy sends.
const longest = 512

// Listen counts what HAProxy tells on a socket.
func Listen(socket string) (*Tally, error) {
	connection, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return nil, fmt.Errorf("listen to what HAProxy tells of headers: %w", err)
	}
	tally := &Tally{counts: map[int]Counts{}}
	go func() {
		for message := make([]byte, longest); ; {
			length, err := connection.Read(message)
			if err != nil {
				return
			}
			tally.take(string(message[:length]))
		}
	}()
	return tally, nil
}

// failure is a message about a connection that did not become a session: the lane's frontend, and HAProxy's words for the reason.
var failure = regexp.MustCompile(`^failed lane-(\d+)-(\w+) (.*PROXY.*)\n?$`)

func (t *Tally) take(message string) {
	match := failure.FindStringSubmatch(message)
	if match == nil {
		return // another failure, such as of a TLS handshake, which HAProxy counts itself
	}
	lane, err := strconv.Atoi(match[1])
	if err != nil {
		return
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	counts := t.counts[lane]
	if isCheck(match[3]) {
		counts.Checks++
	} else {
		counts.Refused++
	}
	if match[2] == "chat" {
		counts.BeforeTLS++
	}
	t.counts[lane] = counts
}

// isCheck tells whether the other side hung up, or was cut off, before it said anything.
func isCheck(words string) bool {
	return strings.HasPrefix(words, "Connection closed while waiting") || strings.HasPrefix(words, "Connection error while waiting")
}

// Begin makes a lane count from here: it serves another address now.
func (t *Tally) Begin(lane int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.counts, lane)
}

// Of is what a lane has counted.
func (t *Tally) Of(lane int) Counts {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.counts[lane]
}

// lane is the beginning of a lane's frontend.
var lane = regexp.MustCompile(`(?m)^frontend lane-.*\n\s+bind .*$`)

// Told makes HAProxy tell of connections that don't become sessions, on a socket. The texts hold no address of a client, and sessions that go well are not
// told of.
func Told(config, socket string) string {
	return lane.ReplaceAllString(config, fmt.Sprintf(`$0
    log %s len 256 format raw local0
    option dontlog-normal
    log-format "ended %%f"
    error-log-format "failed %%f %%[fc_err_str]"`, socket))
}

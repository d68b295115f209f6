// Package haproxy starts HAProxy and speaks to it over its command sockets (HAProxy 3.0 management guide, §9.3 and §9.4).
package haproxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// ErrWorkerGone says that a worker ended before or while it answered.
var ErrWorkerGone = errors.New("the worker is gone")

// commandTimeout is generous: HAProxy answers in a millisecond, unless the node is overloaded.
const commandTimeout = 20 * time.Second

// ErrIncomplete says that an answer broke off: what came of it may be half of the truth.
var ErrIncomplete = errors.New("HAProxy's answer is not complete")

// Client speaks to HAProxy's master process, which passes commands on to its workers.
type Client struct {
	Socket string
	// heard is when HAProxy last answered, in nanoseconds since 1970.
	heard *atomic.Int64
}

// NewClient makes a client of the master process behind a socket.
func NewClient(socket string) Client { return Client{Socket: socket, heard: &atomic.Int64{}} }

// Heard is when HAProxy last answered.
func (c Client) Heard() time.Time { return time.Unix(0, c.heard.Load()) }

// run sends one command (or several, separated by ";") and returns the answer without the empty line that ends it.
func (c Client) run(ctx context.Context, command string) (string, error) {
	var answer strings.Builder
	err := c.lines(ctx, command, func(line string) {
		answer.WriteString(line)
		answer.WriteByte('\n')
	})
	return strings.TrimRight(answer.String(), "\n"), err
}

// lines sends a command and hands over the answer line by line, so that a long one is never held as a whole. An answer ends with an empty line
// (§9.3): without one, the worker died while it answered, or was too slow, and the error is ErrIncomplete.
func (c Client) lines(ctx context.Context, command string, each func(line string)) error {
	last := "nothing"
	err := c.allLines(ctx, command, func(line string) {
		last = line
		each(line)
	})
	if err == nil && last != "" {
		err = fmt.Errorf("%w: the end is missing", ErrIncomplete)
	}
	if err == nil {
		c.heard.Store(time.Now().UnixNano())
	}
	return err
}

// allLines takes whatever comes until HAProxy closes.
func (c Client) allLines(ctx context.Context, command string, each func(line string)) error {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	connection, err := (&net.Dialer{}).DialContext(ctx, "unix", c.Socket)
	if err != nil {
		return fmt.Errorf("reach HAProxy: %w", err)
	}
	defer connection.Close()
	stop := context.AfterFunc(ctx, func() { connection.SetDeadline(time.Now()) })
	defer stop()
	if _, err := io.WriteString(connection, command+"\n"); err != nil {
		return fmt.Errorf("send HAProxy a command: %w", err)
	}
	// Without this, HAProxy 3.0.11 answers at once but keeps the connection open for more commands.
	if err := connection.(*net.UnixConn).CloseWrite(); err != nil {
		return fmt.Errorf("end the command to HAProxy: %w", err)
	}
	scanner := bufio.NewScanner(connection)
	scanner.Buffer(make([]byte, 4096), 1<<20)
	for scanner.Scan() {
		if strings.HasPrefix(scanner.Text(), "Can't find the target") {
			return ErrWorkerGone
		}
		each(scanner.Text())
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("read HAProxy's answer: %w", err)
	}
	return nil
}

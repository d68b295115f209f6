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
	"time"
)

// ErrWorkerGone says that a worker ended before or while it answered.
var ErrWorkerGone = errors.New("the worker is gone")

// commandTimeout is generous: HAProxy answers in a millisecond, unless the node is overloaded.
const commandTimeout = 20 * time.Second

// Client speaks to HAProxy's master process, which passes commands on to its workers.
type Client struct{ Socket string }

// run sends one command (or several, separated by ";") and returns the answer without the empty line that ends it.
func (c Client) run(ctx context.Context, command string) (string, error) {
	var answer strings.Builder
	err := c.lines(ctx, command, func(line string) {
		answer.WriteString(line)
		answer.WriteByte('\n')
	})
	return strings.TrimRight(answer.String(), "\n"), err
}

// lines sends a command and hands over the answer line by line, so that a long one is never held as a whole.
func (c Client) lines(ctx context.Context, command string, each func(line string)) error {
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

package haproxy

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Worker is one of HAProxy's worker processes. The current one accepts connections; those before it, left behind by reloads, only keep
// the sessions they have.
type Worker struct {
	client Client
	PID    int
	// Old says that the worker was replaced by a reload.
	Old bool
	// Reloads is how many reloads it has survived: the oldest worker has the most.
	Reloads int
}

// Sessions counts the open sessions of all lanes.
func (w Worker) Sessions(ctx context.Context) (int, error) {
	frontends, err := w.Frontends(ctx)
	total := 0
	for _, frontend := range frontends {
		total += frontend.Sessions
	}
	return total, err
}

// Workers lists the workers, the current one first. Commands name a worker by its process number: after a reload a shared socket could
// still lead to the old one.
func (c Client) Workers(ctx context.Context) ([]Worker, error) {
	answer, err := c.run(ctx, "show proc")
	if err != nil {
		return nil, err
	}
	workers := c.parseWorkers(answer)
	if len(workers) == 0 || workers[0].Old {
		return nil, fmt.Errorf("HAProxy has no current worker: %w", ErrWorkerGone)
	}
	return workers, nil
}

func (c Client) parseWorkers(answer string) []Worker {
	var workers []Worker
	section := ""
	for line := range strings.Lines(answer) {
		fields := strings.Fields(line)
		if strings.HasPrefix(line, "#") {
			section = strings.TrimSpace(line)
			continue
		}
		if len(fields) < 3 || fields[1] != "worker" {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		reloads, _ := strconv.Atoi(fields[2])
		if err == nil {
			workers = append(workers, Worker{client: c, PID: pid, Old: section == "# old workers", Reloads: reloads})
		}
	}
	return workers
}

// ask sends a worker one command and returns the answer.
func (w Worker) ask(ctx context.Context, command string) (string, error) {
	return w.client.run(ctx, w.addressed(command))
}

// order sends a worker commands that answer nothing, or one of the given words, when they succeed.
func (w Worker) order(ctx context.Context, command string, success ...string) error {
	answer, err := w.ask(ctx, command)
	if err != nil {
		return err
	}
	if answer == "" {
		return nil
	}
	for _, word := range success {
		if strings.Contains(answer, word) {
			return nil
		}
	}
	verb, _, _ := strings.Cut(command, "\n") // what follows the first line is a certificate with its key
	return fmt.Errorf("HAProxy refused %q: %s", verb, strings.Join(strings.Fields(answer), " "))
}

// manyCommands is how many short commands fit in one line: HAProxy reads at most 16 KiB.
const manyCommands = 64

// askMany sends a worker many short commands and hands over all answers line by line.
func (w Worker) askMany(ctx context.Context, commands []string, each func(line string)) error {
	for start := 0; start < len(commands); start += manyCommands {
		batch := commands[start:min(start+manyCommands, len(commands))]
		addressed := make([]string, len(batch))
		for i, command := range batch {
			addressed[i] = w.addressed(command)
		}
		if err := w.client.lines(ctx, strings.Join(addressed, ";"), each); err != nil {
			return err
		}
	}
	return nil
}

func (w Worker) addressed(command string) string { return fmt.Sprintf("@!%d %s", w.PID, command) }

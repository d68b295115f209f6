package haproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Process is a running HAProxy: its master process and, through it, the workers.
type Process struct {
	Client
	command *exec.Cmd
	output  *output
	ended   chan struct{}
	err     error
}

// ErrRefused carries what HAProxy said about a configuration that it did not take.
type ErrRefused struct{ Message string }

func (e *ErrRefused) Error() string { return "HAProxy refused the configuration: " + e.Message }

// Check asks HAProxy whether it would take a configuration. The error is an *ErrRefused if not.
func Check(ctx context.Context, program, config string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	said, err := exec.CommandContext(ctx, program, "-c", "-f", config).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		return &ErrRefused{Message: alerts(string(said))}
	}
	if err != nil {
		return fmt.Errorf("check HAProxy's configuration: %w", err)
	}
	return nil
}

// Start starts HAProxy in master-worker mode. What it says goes to the log.
func Start(program, config, masterSocket string, log *slog.Logger) (*Process, error) {
	command := exec.Command(program, "-W", "-S", masterSocket+",mode,600", "-f", config)
	// HAProxy ends with the supervisor, and a signal from a terminal is the supervisor's to pass on.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start HAProxy: %w", err)
	}
	command.Stdout, command.Stderr = writer, writer
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start HAProxy: %w", errors.Join(err, reader.Close(), writer.Close()))
	}
	writer.Close()
	process := &Process{Client: NewClient(masterSocket), command: command, output: &output{done: make(chan struct{})}, ended: make(chan struct{})}
	go process.output.pass(reader, log)
	go func() {
		process.err = command.Wait()
		close(process.ended)
	}()
	return process, nil
}

// Ended is closed when HAProxy's master process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Err tells how HAProxy ended, in a few words, once what it said last is passed on. Only after Ended.
func (p *Process) Err() error {
	p.output.awaitEnd()
	if p.err == nil {
		return errors.New("HAProxy ended with code 0")
	}
	return fmt.Errorf("HAProxy ended: %w", p.err)
}

// AwaitWorker waits until the current worker answers. If HAProxy ends instead, the error is an *ErrRefused with its words.
func (p *Process) AwaitWorker(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		workers, err := p.Workers(ctx)
		if err == nil {
			if _, err = workers[0].ask(ctx, "show version"); err == nil {
				return nil
			}
		}
		select {
		case <-p.ended:
			return &ErrRefused{Message: p.output.lastWords()}
		case <-ctx.Done():
			return fmt.Errorf("HAProxy's worker does not answer: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Reload makes HAProxy start a new worker with the changed configuration file. The old worker stops accepting and keeps its sessions.
// The error is an *ErrRefused if HAProxy did not take the configuration; the current worker then goes on.
func (p *Process) Reload(ctx context.Context) error {
	var answer strings.Builder
	if err := p.allLines(ctx, "reload", func(line string) { answer.WriteString(line + "\n") }); err != nil {
		return err
	}
	if !strings.HasPrefix(answer.String(), "Success=") {
		return fmt.Errorf("reload HAProxy: %w", ErrIncomplete)
	}
	if !strings.HasPrefix(answer.String(), "Success=1") {
		return &ErrRefused{Message: alerts(answer.String())}
	}
	return p.AwaitWorker(ctx)
}

// Kill ends HAProxy and its sessions at once, and waits for that.
func (p *Process) Kill() error {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := p.command.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("end HAProxy: %w", err)
		}
		select {
		case <-p.ended:
			return nil
		case <-time.After(5 * time.Second):
		}
	}
	return errors.New("end HAProxy: it does not react to SIGKILL")
}

// longestMessage keeps a refusal readable in a status.
const longestMessage = 1000

// alerts picks HAProxy's alerts out of what it said: "[ALERT] (123) : config : unknown keyword …" becomes "config : unknown keyword …".
func alerts(said string) string {
	var messages []string
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "[ALERT]") {
			_, message, _ := strings.Cut(line, " : ")
			messages = append(messages, strings.TrimSpace(message))
		}
	}
	message := strings.Join(messages, "; ")
	if message == "" {
		message = strings.Join(strings.Fields(said), " ")
	}
	return message[:min(len(message), longestMessage)]
}

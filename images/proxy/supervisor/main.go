// Supervisor is the first process of a proxy pod. It starts HAProxy, changes its lanes when the operator changes the mounted Secret, and ends
// it gently when the pod ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"proxyfleet.dev/supervisor/internal/machine"
	"proxyfleet.dev/supervisor/internal/status"
	"proxyfleet.dev/supervisor/internal/supervise"
)

// version is set when the image is built: go build -ldflags "-X main.version=0.1.0".
var version = "dev"

// clock is what the supervisor takes the time from. Tests turn it.
var clock = time.Now

const usage = `supervisor runs HAProxy in a Proxyfleet pod.

It reads haproxy.cfg.gz, lanes.json and lane-<n>.pem from --config-dir, starts HAProxy, and follows changes of these files: lanes open, close and
change their certificate at run time, and a changed configuration is loaded without closing a connection. A configuration that HAProxy refuses
changes nothing; the refusal shows in /status. SIGTERM ends the pod gently, a second one at once.

  GET /livez    the supervisor works
  GET /readyz   the lanes are bound
  GET /status   what is loaded, and what each lane and upstream does (JSON)
  GET /metrics  the same for Prometheus; /metrics/haproxy?scope=global is HAProxy's own

Flags:
`

func init() {
	runtime.LockOSThread() // HAProxy is told to end when the thread that started it ends: this one lasts as long as the process
}

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	options, listen, err := parse(os.Args[1:], os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := run(options, listen, log); err != nil {
		log.Error("the supervisor ends", "problem", err.Error())
		os.Exit(1)
	}
}

// parse reads the command line. It returns flag.ErrHelp when it has answered --help or --version itself.
func parse(arguments []string, out io.Writer) (options supervise.Options, listen string, err error) {
	flags := flag.NewFlagSet("supervisor", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		fmt.Fprint(out, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&options.ConfigDir, "config-dir", "/etc/proxyfleet", "`directory` where the operator's Secret is mounted")
	flags.StringVar(&options.RunDir, "run-dir", "/run/proxyfleet", "`directory` for this pod's own files, in memory")
	flags.StringVar(&listen, "listen", ":9101", "`address` of the status server")
	flags.StringVar(&options.HAProxy, "haproxy", "haproxy", "HAProxy `program`")
	flags.DurationVar(&options.Linger, "linger", 10*time.Second, "`time` for which a pod that ends still accepts connections")
	flags.DurationVar(&options.Drain, "drain", 9*time.Minute, "`time` for which it then keeps sessions; the rest are ended over the last tenth of it")
	flags.DurationVar(&options.LookEvery, "look-every", 15*time.Second, "`time` between two looks whether HAProxy answers")
	flags.DurationVar(&options.AnswerWithin, "answer-within", 5*time.Second, "`time` that HAProxy then has to answer; if it does not three times, it is ended")
	wantsVersion := flags.Bool("version", false, "print the version and exit")
	if err := flags.Parse(arguments); err != nil {
		return options, listen, err
	}
	if flags.NArg() > 0 {
		return options, listen, fmt.Errorf("supervisor takes flags only, and got %q: see supervisor --help", flags.Arg(0))
	}
	if *wantsVersion {
		fmt.Fprintln(out, version)
		return options, listen, flag.ErrHelp
	}
	return options, listen, nil
}

func run(options supervise.Options, listen string, log *slog.Logger) error {
	// SIGUSR1 is what images of HAProxy name as their stop signal: an image on such a base may inherit it.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGUSR1)
	options.Now = clock
	host, err := machine.Prepare()
	if err != nil {
		return err
	}
	supervisor, err := supervise.New(options, host, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("listen for status requests: %w", err)
	}
	server := status.NewServer(supervisor.Source(), supervisor.Exporter())
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("the status server ended", "problem", err.Error())
		}
	}()
	defer server.Close()
	log.Info("supervisor started", "version", version, "openFiles", host.OpenFiles, "memory", host.Memory, "localPorts", host.LocalPorts, "threads", host.Threads, "ipv6", host.HasIPv6)
	return supervisor.Run(context.Background(), signals)
}

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"proxyfleet.dev/supervisor/internal/podconfig"
	"proxyfleet.dev/supervisor/internal/rundir"
	"proxyfleet.dev/supervisor/internal/status"
)

// TestMain lets the test program be the supervisor, so that tests run it as a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_AS_SUPERVISOR") != "" {
		clock = turnedClock
		main()
		return
	}
	os.Exit(m.Run())
}

// turnedClock is ahead by as much as the file named in CLOCK_AHEAD says.
func turnedClock() time.Time {
	text, _ := os.ReadFile(os.Getenv("CLOCK_AHEAD"))
	ahead, _ := time.ParseDuration(string(text))
	return time.Now().Add(ahead)
}

// patience is how long a test waits for what must come; a test that passes never waits that long.
const patience = 30 * time.Second

// pod is a supervisor with a real HAProxy and upstreams, as in a pod.
type pod struct {
	*testing.T
	configDir, runDir string
	firstPort         int
	chat, media       *upstream
	statusAddress     string
	config            string // what publish packs into haproxy.cfg.gz
	bank              int
	refused           []string // the ranges to which publish forbids the pod to lead
	revision          int
	command           *exec.Cmd
	output            *safeBuffer
	ended             chan struct{}
}

// lane is an open lane to publish.
type lane struct {
	number      int
	address     string
	uid         string
	certificate podconfig.Certificate
	proxiesFrom []string
}

// newPod is a pod of a test that runs beside others.
func newPod(t *testing.T) *pod {
	t.Helper()
	t.Parallel()
	return newPodOf(t)
}

// newPodOf is one of several pods of a test.
func newPodOf(t *testing.T) *pod {
	t.Helper()
	p := &pod{T: t, configDir: t.TempDir(), runDir: t.TempDir(), chat: newUpstream(t), media: newUpstream(t), bank: 4}
	p.firstPort = freePorts(t, 16)
	p.statusAddress = fmt.Sprintf("127.0.0.1:%d", p.firstPort+15)
	p.config = p.localConfig("haproxy.cfg")
	return p
}

func haproxy(t *testing.T) string {
	t.Helper()
	program := os.Getenv("PROXYFLEET_HAPROXY")
	if program == "" {
		program = "haproxy"
	}
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skip("NOT TESTED: there is no HAProxy. Name one of version 3.0 or later in PROXYFLEET_HAPROXY.")
	}
	if version, err := exec.Command(path, "-v").Output(); err != nil || !regexp.MustCompile(`^HAProxy version [3-9]`).Match(version) {
		t.Skipf("NOT TESTED: %s is not HAProxy 3.0 or later. Name one in PROXYFLEET_HAPROXY.", path)
	}
	return path
}

// localConfig is what the operator renders, with the ports and upstreams of this test.
func (p *pod) localConfig(file string) string {
	text, err := os.ReadFile(filepath.Join("testdata", file))
	p.must(err)
	config := regexp.MustCompile(`:200(\d\d)\b`).ReplaceAllStringFunc(string(text), func(port string) string {
		offset, _ := strconv.Atoi(port[4:])
		return fmt.Sprintf(":%d", p.firstPort+offset)
	})
	return strings.NewReplacer("127.0.0.1:5222", p.chat.address(), "127.0.0.1:4433", p.media.address()).Replace(config)
}

// setTimes changes how long the configuration waits for strangers; `what` is a pattern. Lanes differ in it.
func (p *pod) setTimes(what, to string) {
	p.config = regexp.MustCompile("("+what+`) \d+s`).ReplaceAllString(p.config, "$1 "+to)
}

func (p *pod) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// port is where a listener of a lane is reached.
func (p *pod) port(lane int, listener string) string {
	offset := map[string]int{"chat": 0, "media": 1, "plainChat": 2}[listener]
	return fmt.Sprintf("127.0.0.1:%d", p.firstPort+4*lane+offset)
}

// pack is what the operator does to haproxy.cfg.
func (p *pod) pack(config string) []byte {
	p.Helper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := io.WriteString(writer, config)
	p.must(err)
	p.must(writer.Close())
	return packed.Bytes()
}

// publish mounts a new state as the kubelet does: a new directory, then a link swapped onto it. It returns the state's revision.
func (p *pod) publish(open ...lane) string {
	p.Helper()
	p.revision++
	revision := fmt.Sprintf("r%d", p.revision)
	entries := []map[string]any{}
	files := map[string][]byte{"haproxy.cfg.gz": p.pack(p.config)}
	for _, lane := range open {
		entries = append(entries, map[string]any{
			"lane": lane.number, "address": lane.address, "uid": lane.uid,
			"certificateSHA256": lane.certificate.SHA256, "proxiesFrom": lane.proxiesFrom,
		})
		files[fmt.Sprintf("lane-%d.pem", lane.number)] = lane.certificate.PEM
	}
	document, err := json.Marshal(map[string]any{"revision": revision, "maxConnections": 27500, "bank": p.bank, "open": entries, "upstreams": map[string]any{"refused": p.refused}})
	p.must(err)
	files["lanes.json"] = document
	directory := filepath.Join(p.configDir, ".."+revision)
	p.must(os.Mkdir(directory, 0o755))
	for name, content := range files {
		p.must(os.WriteFile(filepath.Join(directory, name), content, 0o644))
	}
	p.must(os.Symlink(filepath.Base(directory), filepath.Join(p.configDir, "..data_tmp")))
	p.must(os.Rename(filepath.Join(p.configDir, "..data_tmp"), filepath.Join(p.configDir, "..data")))
	return revision
}

// start runs the supervisor; `change` may change how.
func (p *pod) start(change ...func(command *exec.Cmd)) {
	p.Helper()
	p.command = exec.Command(os.Args[0], "--config-dir", p.configDir, "--run-dir", p.runDir, "--listen", p.statusAddress,
		"--haproxy", haproxy(p.T), "--linger", "500ms", "--drain", "20s")
	p.command.Env = append(os.Environ(), "RUN_AS_SUPERVISOR=yes", "CLOCK_AHEAD="+p.clockFile())
	p.output = &safeBuffer{}
	p.command.Stdout, p.command.Stderr = p.output, p.output
	for _, do := range change {
		do(p.command)
	}
	p.must(p.command.Start())
	p.ended = make(chan struct{})
	go func(command *exec.Cmd, ended chan struct{}) {
		command.Wait()
		close(ended)
	}(p.command, p.ended)
	p.Cleanup(func() {
		p.signal(syscall.SIGTERM)
		p.signal(syscall.SIGTERM)
		p.awaitEnd()
		if p.Failed() {
			p.Log(p.output.String())
		}
	})
}

func (p *pod) clockFile() string { return filepath.Join(p.runDir, "clock") }

// turnClock sets the pod's clock ahead.
func (p *pod) turnClock(ahead time.Duration) {
	p.Helper()
	p.must(os.WriteFile(p.clockFile(), []byte(ahead.String()), 0o600))
}

func (p *pod) signal(signal os.Signal) { p.command.Process.Signal(signal) }

// awaitEnd waits for the supervisor's end and returns its exit code.
func (p *pod) awaitEnd() int {
	p.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.command.Process.Kill()
		p.Fatal("the supervisor does not end")
	}
	return p.command.ProcessState.ExitCode()
}

// get asks the status server; an answer other than 200 is an error.
func (p *pod) get(path string) ([]byte, error) {
	response, err := http.Get("http://" + p.statusAddress + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d %s", path, response.StatusCode, body)
	}
	return body, err
}

func (p *pod) status() (document status.Document, err error) {
	body, err := p.get("/status")
	if err == nil {
		err = json.Unmarshal(body, &document)
	}
	return document, err
}

// until waits for a condition of the status.
func (p *pod) until(what string, holds func(status.Document) bool) status.Document {
	p.Helper()
	var last status.Document
	eventually(p.T, what, func() bool {
		document, err := p.status()
		last = document
		return err == nil && holds(document)
	})
	return last
}

func (p *pod) applied(revision string) status.Document {
	p.Helper()
	return p.until("revision "+revision, func(d status.Document) bool { return d.Revision == revision })
}

func (p *pod) ready() {
	p.Helper()
	eventually(p.T, "ready", func() bool {
		_, err := p.get("/readyz")
		return err == nil
	})
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("waited in vain for: %s", what)
}

// newCertificate makes one that never was.
func newCertificate(t *testing.T) podconfig.Certificate {
	t.Helper()
	text, err := rundir.Placeholder(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := podconfig.ParseCertificate(text)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// newLane opens a lane for an address nobody had, with a certificate nobody had.
func newLane(t *testing.T, number int) lane {
	t.Helper()
	name := fmt.Sprintf("ip-%d", rand.Uint64())
	return lane{number: number, address: name, uid: name, certificate: newCertificate(t), proxiesFrom: []string{}}
}

// takenPorts are the first ports of other pods: tests run side by side.
var takenPorts sync.Map

// freePorts finds a run of free ports below those of outgoing connections.
func freePorts(t *testing.T, count int) int {
	t.Helper()
	for range 100 {
		first := 20400 + count*rand.IntN(700)
		if _, taken := takenPorts.LoadOrStore(first, true); !taken && allFree(first, count) {
			return first
		}
	}
	t.Fatal("no free ports")
	return 0
}

func allFree(first, count int) bool {
	for port := first; port < first+count; port++ {
		listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			return false
		}
		listener.Close()
	}
	return true
}

// safeBuffer is written by one goroutine and read by another.
type safeBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.Write(text)
}

func (b *safeBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.String()
}

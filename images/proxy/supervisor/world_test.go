package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// upstream plays WhatsApp: it reads a PROXY header of version 2 if there is one, answers "who" with the client that the header names and "where"
// with its own address, floods who says "flood", and echoes every other line.
type upstream struct {
	net.Listener
	// spokenTo counts the connections on which something came.
	spokenTo atomic.Int64
	// open holds the connections that are open.
	open sync.Map
	// taken gets, for each flood, how many bytes of it found room on the way.
	taken chan int
}

func newUpstream(t *testing.T) *upstream {
	t.Helper()
	return listenAsUpstream(t, "127.0.0.1:0")
}

func listenAsUpstream(t *testing.T, address string) *upstream {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	u := &upstream{Listener: listener, taken: make(chan int, 1)}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go u.serve(connection)
		}
	}()
	return u
}

func (u *upstream) address() string { return u.Addr().String() }

func (u *upstream) serve(connection net.Conn) {
	u.open.Store(connection, nil)
	defer u.open.Delete(connection)
	defer connection.Close()
	reader := bufio.NewReader(connection)
	if _, err := reader.Peek(1); err != nil {
		return
	}
	u.spokenTo.Add(1)
	client := readHeader(reader)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		switch line {
		case "who\n":
			line = client + "\n"
		case "where\n":
			host, _, _ := net.SplitHostPort(connection.LocalAddr().String())
			line = host + "\n"
		case "flood\n":
			u.taken <- flood(connection.(*net.TCPConn))
			return
		}
		if _, err := io.WriteString(connection, line); err != nil {
			return
		}
	}
}

// floodBytes are more than a connection may keep for somebody who does not read.
const floodBytes = 1 << 20

// flood sends a MiB, and tells how much of it was taken. It gives up when nothing goes on for two seconds: who is slow takes less, never more.
func flood(connection *net.TCPConn) int {
	connection.SetWriteBuffer(4096)
	for sent := 0; ; {
		connection.SetWriteDeadline(time.Now().Add(2 * time.Second))
		count, err := connection.Write(make([]byte, 4096))
		if sent += count; err != nil || sent >= floodBytes {
			return sent
		}
	}
}

// silentUpstream is an address that never answers a connection: its queue is full, and nobody takes from it.
func silentUpstream(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(socket) })
	if err := errors.Join(syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(socket, 0)); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for {
		connection, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { connection.Close() })
	}
}

const headerSignature = "\r\n\r\n\x00\r\nQUIT\n"

// readHeader reads a PROXY header, version 2, IPv4 (HAProxy's proxy-protocol.txt §2.2), and returns the client's address, or "nobody".
func readHeader(reader *bufio.Reader) string {
	if start, err := reader.Peek(1); err != nil || start[0] != headerSignature[0] {
		return "nobody"
	}
	if start, err := reader.Peek(len(headerSignature)); err != nil || string(start) != headerSignature {
		return "a broken header"
	}
	header := make([]byte, 16)
	io.ReadFull(reader, header)
	addresses := make([]byte, binary.BigEndian.Uint16(header[14:]))
	io.ReadFull(reader, addresses)
	if header[13] != 0x11 {
		return fmt.Sprintf("family %x", header[13])
	}
	return net.IP(addresses[:4]).String()
}

// proxyHeader is what a load balancer sends before a client's bytes, version 1.
func proxyHeader(client string) string {
	return fmt.Sprintf("PROXY TCP4 %s 203.0.113.9 4321 443\r\n", client)
}

// conversation is a client's open connection.
type conversation struct {
	*testing.T
	net.Conn
	reader *bufio.Reader
}

// talk connects to a port, with TLS if it is a chat port's, and makes sure that the upstream answers.
func (p *pod) talk(lane int, listener string) *conversation {
	p.Helper()
	c, err := p.tryTalk(lane, listener)
	p.must(err)
	return c
}

func (p *pod) tryTalk(lane int, listener string) (*conversation, error) {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	connection, err := dialer.Dial("tcp", p.port(lane, listener))
	if err != nil {
		return nil, err
	}
	p.Cleanup(func() { connection.Close() })
	if listener == "chat" {
		connection = tls.Client(connection, &tls.Config{InsecureSkipVerify: true})
	}
	c := &conversation{p.T, connection, bufio.NewReader(connection)}
	if listener == "media" {
		return c, c.echo(tlsRecord + "hello") // its own TLS goes through to the upstream
	}
	return c, c.echo("hello")
}

// tlsRecord is the first byte of any TLS handshake (RFC 8446 §5.1).
const tlsRecord = "\x16"

// ask sends a line and returns the answer.
func (c *conversation) ask(line string) (string, error) {
	c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(c, line+"\n"); err != nil {
		return "", err
	}
	answer, err := c.reader.ReadString('\n')
	return strings.TrimSuffix(answer, "\n"), err
}

func (c *conversation) echo(line string) error {
	answer, err := c.ask(line)
	if err == nil && answer != line {
		err = fmt.Errorf("sent %q and got %q", line, answer)
	}
	return err
}

func (c *conversation) goesOn() {
	c.Helper()
	if err := c.echo("still there?"); err != nil {
		c.Fatalf("the session ended: %v", err)
	}
}

// isEnded waits until the other side has closed.
func (c *conversation) isEnded() {
	c.Helper()
	c.SetDeadline(time.Now().Add(patience))
	if answer, err := c.reader.ReadString('\n'); err == nil {
		c.Fatalf("the session goes on: %q", answer)
	} else if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		c.Fatal("the session was not ended")
	}
}

// shows tells the fingerprint of the certificate that a lane's chat port shows, or the error.
func (p *pod) shows(lane int) string {
	connection, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", p.port(lane, "chat"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		return err.Error()
	}
	defer connection.Close()
	sum := sha256.Sum256(connection.ConnectionState().PeerCertificates[0].Raw)
	return hex.EncodeToString(sum[:])
}

func (p *pod) mustShow(lane lane) {
	p.Helper()
	if shown := p.shows(lane.number); shown != lane.certificate.SHA256 {
		p.Fatalf("lane %d shows %s, not %s", lane.number, shown, lane.certificate.SHA256)
	}
}

// mustRefuse makes sure that no listener of a lane accepts.
func (p *pod) mustRefuse(lane int) {
	p.Helper()
	for _, listener := range []string{"chat", "media", "plainChat"} {
		if connection, err := net.DialTimeout("tcp", p.port(lane, listener), time.Second); err == nil {
			connection.Close()
			p.Fatalf("lane %d accepts on %s", lane, listener)
		}
	}
}

// visits counts what a crowd found.
type visits struct {
	*testing.T
	stop     context.CancelFunc
	crowd    sync.WaitGroup
	tries    atomic.Int64
	failures atomic.Int64
	example  atomic.Value
}

// crowd sends three visitors to a lane, who come and go on all its listeners until the test asks how they fared.
func (p *pod) crowd(lane int) *visits {
	ctx, stop := context.WithCancel(p.Context())
	v := &visits{T: p.T, stop: stop}
	for range 3 {
		v.crowd.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				v.tries.Add(1)
				c, err := p.tryTalk(lane, []string{"chat", "media", "plainChat"}[i%3])
				if err != nil {
					v.failures.Add(1)
					v.example.Store(err.Error())
				}
				if c != nil {
					c.Close()
				}
			}
		})
	}
	p.Cleanup(func() {
		stop()
		v.crowd.Wait()
	})
	return v
}

func (v *visits) mustAllSucceed() {
	v.Helper()
	v.stop()
	v.crowd.Wait()
	v.Logf("%d of %d connections failed", v.failures.Load(), v.tries.Load())
	if v.failures.Load() > 0 {
		v.Errorf("such as: %v", v.example.Load())
	}
}

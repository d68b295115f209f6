package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// callTimeout is far longer than any call takes: a proxy that needs it counts as failed.
const callTimeout = 20 * time.Second

// caller opens connections as one phone does: with "resumed" it remembers its session.
type caller struct {
	target
	config *tls.Config
}

func (t target) newCaller() (*caller, error) {
	// One curve, the same for all proxies. Certificates are self-signed, and phones don't check them either.
	config := &tls.Config{InsecureSkipVerify: true, ServerName: "phone.example", CurvePreferences: []tls.CurveID{tls.X25519}}
	switch t.encryption {
	case "none":
		return &caller{t, nil}, nil
	case "full":
		return &caller{t, config}, nil
	case "resumed":
		config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		return &caller{t, config}, nil
	}
	return nil, fmt.Errorf("--tls is none, full or resumed, not %q", t.encryption)
}

// call opens a connection and greets. Its deadline is set.
func (c *caller) call(wish byte) (connection net.Conn, resumed bool, err error) {
	connection, err = net.DialTimeout("tcp", c.address, callTimeout)
	if err != nil {
		return nil, false, err
	}
	connection.SetDeadline(time.Now().Add(callTimeout))
	if c.config != nil {
		encrypted := tls.Client(connection, c.config)
		if err := encrypted.Handshake(); err != nil {
			return nil, false, errors.Join(err, connection.Close())
		}
		connection, resumed = encrypted, encrypted.ConnectionState().DidResume
	}
	greeting := []byte{tlsRecord, wish}
	if c.config != nil {
		greeting = append([]byte(phone), wish)
	}
	if _, err := connection.Write(greeting); err != nil {
		return nil, resumed, errors.Join(err, connection.Close())
	}
	return connection, resumed, nil
}

// exchange sends a message and waits for its echo.
func exchange(connection net.Conn, message, answer []byte) error {
	if _, err := connection.Write(message); err != nil {
		return err
	}
	_, err := io.ReadFull(connection, answer[:len(message)])
	return err
}

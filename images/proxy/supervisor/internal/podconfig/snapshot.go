// Package podconfig reads what the operator mounted into the pod: HAProxy's configuration, which lanes are open, and their certificates.
package podconfig

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"proxyfleet.dev/supervisor/internal/names"
	"proxyfleet.dev/supervisor/internal/tickets"
)

// Snapshot is one state of the mounted files, all of the same moment.
type Snapshot struct {
	// Revision names the state; the operator compares it.
	Revision string
	// Config is haproxy.cfg as the operator wrote it, unpacked.
	Config string
	// Bank is the number of lanes that Config binds.
	Bank int
	// Upstreams tells to which addresses the pod may lead.
	Upstreams names.Guard
	// Open holds the lanes that serve an address, by number. All others are closed.
	Open map[int]Lane
}

// Lane is a lane that serves an address.
type Lane struct {
	Number  int
	Address string
	// UID tells apart two claims of the same address.
	UID         string
	Certificate Certificate
	// ProxiesFrom are the ranges whose PROXY header is believed, in canonical form, sorted.
	ProxiesFrom []string
}

// SameClaim tells whether two lanes serve one claim of one address. What passes between two claims is cut off.
func (l Lane) SameClaim(other Lane) bool { return l.Address == other.Address && l.UID == other.UID }

// ErrNotMounted says that the operator's files are not there (yet).
var ErrNotMounted = errors.New("the configuration is not mounted yet")

// ErrInvalid says that the files are there and make no sense. Revision is what they call themselves, if they say.
type ErrInvalid struct {
	Revision string
	Cause    error
}

func (e *ErrInvalid) Error() string {
	return fmt.Sprintf("the mounted configuration is not valid: %v", e.Cause)
}
func (e *ErrInvalid) Unwrap() error { return e.Cause }

// Read reads the files in dir. The kubelet publishes a new state by swapping the link "..data", so the link is followed once and all files
// are read behind it: never some of the old state and some of the new.
func Read(dir string) (Snapshot, error) {
	if data, err := filepath.EvalSymlinks(filepath.Join(dir, "..data")); err == nil {
		dir = data
	}
	packed, err := os.ReadFile(filepath.Join(dir, "haproxy.cfg.gz"))
	if err != nil {
		return Snapshot{}, missing(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "lanes.json"))
	if err != nil {
		return Snapshot{}, missing(err)
	}
	document, err := parseLanes(text)
	if err != nil {
		return Snapshot{}, &ErrInvalid{Revision: document.Revision, Cause: err}
	}
	config, err := unpack(packed)
	if err != nil {
		return Snapshot{}, &ErrInvalid{Revision: document.Revision, Cause: err}
	}
	guard, err := names.NewGuard(document.Upstreams.Refused, document.Upstreams.Allowed)
	if err != nil {
		return Snapshot{}, &ErrInvalid{Revision: document.Revision, Cause: fmt.Errorf("lanes.json, upstreams: %w", err)}
	}
	open := make(map[int]Lane, len(document.Open))
	for _, entry := range document.Open {
		lane, err := readLane(dir, entry)
		if err != nil {
			return Snapshot{}, &ErrInvalid{Revision: document.Revision, Cause: err}
		}
		open[lane.Number] = lane
	}
	return Snapshot{Revision: document.Revision, Config: config, Bank: document.Bank, Upstreams: guard, Open: open}, nil
}

// unpack takes a configuration out of its gzip. Packed, that of the largest fleet fits into a Secret, which holds a MiB.
func unpack(packed []byte) (string, error) {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", fmt.Errorf("haproxy.cfg.gz: %w", err)
	}
	config, err := io.ReadAll(reader)
	if err != nil {
		return "", fmt.Errorf("haproxy.cfg.gz: %w", err)
	}
	return string(config), nil
}

func readLane(dir string, entry openLane) (Lane, error) {
	name := fmt.Sprintf("lane-%d.pem", entry.Lane)
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return Lane{}, fmt.Errorf("lane %d is open and has no certificate: %w", entry.Lane, err)
	}
	certificate, err := ParseCertificate(text)
	if err != nil {
		return Lane{}, fmt.Errorf("%s: %w", name, err)
	}
	if certificate.Tickets, err = ticketsOf(dir, entry.Lane, certificate.Tickets); err != nil {
		return Lane{}, err
	}
	if certificate.SHA256 != entry.CertificateSHA256 {
		return Lane{}, fmt.Errorf("%s has the fingerprint %s, and lanes.json says %s", name, certificate.SHA256, entry.CertificateSHA256)
	}
	proxies, err := canonicalRanges(entry.ProxiesFrom)
	if err != nil {
		return Lane{}, fmt.Errorf("lane %d, proxiesFrom: %w", entry.Lane, err)
	}
	return Lane{Number: entry.Lane, Address: entry.Address, UID: entry.UID, Certificate: certificate, ProxiesFrom: proxies}, nil
}

// ticketsOf reads what the keys of a lane's TLS tickets are derived from. Older operators write none: then they follow from its private key.
func ticketsOf(dir string, lane int, fromKey tickets.Secret) (tickets.Secret, error) {
	name := fmt.Sprintf("lane-%d.tickets", lane)
	text, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return fromKey, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the mounted configuration: %w", err)
	}
	secret, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil || len(secret) < shortestSecret {
		return nil, fmt.Errorf("%s has no %d bytes in base64", name, shortestSecret)
	}
	return tickets.SecretOf(secret)
}

// shortestSecret is what AES-256 needs at least.
const shortestSecret = 32

func missing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrNotMounted, err)
	}
	return fmt.Errorf("read the mounted configuration: %w", err)
}

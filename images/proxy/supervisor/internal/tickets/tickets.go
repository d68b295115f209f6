// Package tickets derives the keys that seal a lane's TLS session tickets (RFC 5077; in TLS 1.3, RFC 8446 §4.6.1).
//
// A phone that comes back shows its ticket and skips most of the handshake, through whichever pod it comes. So all pods need the same keys, at
// the same time, and no two lanes may share one: it would link their addresses. Nothing is stored or sent for that: each pod derives the keys
// from a secret that only this lane has, and from the clock.
package tickets

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// Period is how long a key seals new tickets. A stolen key opens what was sealed in it, so none lasts longer.
const Period = 12 * time.Hour

// keyLength is what HAProxy takes: 16 bytes that name the key, 32 for HMAC-SHA256 and 32 for AES-256.
const keyLength = 80

// Keys are in the order in which HAProxy wants them: of the last period, of this one, which seals, and of the next one. All three open tickets,
// so that one from the last period is taken, and one from a pod whose clock is ahead. Base64, as HAProxy reads and shows them.
type Keys [3]string

// Text is the content of HAProxy's file of keys.
func (k Keys) Text() []byte { return fmt.Appendf(nil, "%s\n%s\n%s\n", k[0], k[1], k[2]) }

// After tells which keys must be added, in turn, to one that holds `loaded` so that it holds k: none, the next one, or all. HAProxy forgets the
// oldest for each that is added.
func (k Keys) After(loaded Keys) []string {
	for missing := range len(k) {
		if slices.Equal(loaded[missing:], k[:len(k)-missing]) {
			return k[len(k)-missing:]
		}
	}
	return k[:]
}

// Secret is what a lane's keys are derived from.
type Secret []byte

// SecretOf makes the secret of a lane from the operator's, which is replaced every few days: so a stolen Secret opens no sessions from before.
// Operators that know of none have it made from the private key of the certificate (in any fixed encoding). Both are the address's own, so no key
// of tickets can serve two addresses.
func SecretOf(source []byte) (Secret, error) {
	secret, err := hkdf.Key(sha256.New, source, nil, "proxyfleet session tickets", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive a lane's secret: %w", err)
	}
	return secret, nil
}

// At derives the keys for a moment. Each lane's periods begin at another time of the day: keys of many addresses that all change at once would
// tell that they belong together.
func (s Secret) At(now time.Time) (Keys, error) {
	offset, err := hkdf.Expand(sha256.New, s, "offset", 8)
	if err != nil {
		return Keys{}, fmt.Errorf("derive a lane's ticket keys: %w", err)
	}
	seconds := uint64(Period / time.Second)
	period := (uint64(now.Unix()) + binary.BigEndian.Uint64(offset)%seconds) / seconds
	var keys Keys
	for i := range keys {
		key, err := hkdf.Expand(sha256.New, s, fmt.Sprintf("period %d", period+uint64(i)-1), keyLength)
		if err != nil {
			return Keys{}, fmt.Errorf("derive a lane's ticket keys: %w", err)
		}
		keys[i] = base64.StdEncoding.EncodeToString(key)
	}
	return keys, nil
}

package haproxy

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"
)

// Anonymous makes HAProxy's own dumps, at a crash too, show hashes in the place of addresses ("anonkey", HAProxy 3.0 configuration manual §3.1).
// The key is made anew for each start of a worker and kept nowhere else. It is short, so dumps are not passed on either.
func Anonymous(config string) string {
	var key [4]byte
	_, _ = rand.Read(key[:]) // it never fails (Go's crypto/rand)
	return strings.Replace(config, "global\n", fmt.Sprintf("global\n    anonkey %d\n", binary.BigEndian.Uint32(key[:])|1), 1)
}

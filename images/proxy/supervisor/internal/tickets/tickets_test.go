package tickets

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func newSecret(t *testing.T) Secret {
	t.Helper()
	key := make([]byte, 32)
	rand.Read(key)
	secret, err := SecretOf(key)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func at(t *testing.T, secret Secret, now time.Time) Keys {
	t.Helper()
	keys, err := secret.At(now)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestKeysAreWhatHAProxyReads(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(string(at(t, newSecret(t), noon).Text()), "\n"), "\n")
	if len(lines) != 3 {
		t.Fatal(lines)
	}
	for _, line := range lines {
		if key, err := base64.StdEncoding.DecodeString(line); err != nil || len(key) != 80 {
			t.Errorf("%d bytes, %v", len(key), err)
		}
	}
}

func TestNoKeyAndNoNameOfAKeyIsSharedByTwoLanesOrPeriods(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		secret := newSecret(t)
		now, later := at(t, secret, noon), at(t, secret, noon.Add(3*Period))
		for i, key := range slices.Concat(now[:], later[:]) {
			bytes, _ := base64.StdEncoding.DecodeString(key)
			for _, part := range [][]byte{bytes[:16], bytes[16:48], bytes[48:]} {
				if seen[string(part)] {
					t.Fatalf("key %d was there before", i)
				}
				seen[string(part)] = true
			}
		}
	}
}

func TestPodsAgreeAndKeysMoveOnByOneAPeriod(t *testing.T) {
	secret := newSecret(t)
	now := at(t, secret, noon)
	if now != at(t, slices.Clone(secret), noon) {
		t.Fatal("two pods disagree")
	}
	if later := at(t, secret, noon.Add(Period)); later[0] != now[1] || later[1] != now[2] || later[2] == now[0] {
		t.Fatal("a period later")
	}
}

func TestWhatIsAddedToKeysThatAreLoaded(t *testing.T) {
	secret := newSecret(t)
	now := at(t, secret, noon)
	cases := map[string]struct {
		loaded Keys
		want   []string
	}{
		"nothing within a period":         {now, nil},
		"the next one, a period later":    {at(t, secret, noon.Add(-Period)), now[2:]},
		"two, after two periods":          {at(t, secret, noon.Add(-2*Period)), now[1:]},
		"all, after a long time":          {at(t, secret, noon.Add(-9*Period)), now[:]},
		"all, after the clock was turned": {at(t, secret, noon.Add(Period)), now[:]},
		"all, of another lane's secret":   {at(t, newSecret(t), noon), now[:]},
	}
	for name, c := range cases {
		if got := now.After(c.loaded); !slices.Equal(got, c.want) {
			t.Errorf("%s: %d keys", name, len(got))
		}
	}
}

func TestLanesChangeKeysAtTimesOfTheirOwn(t *testing.T) {
	changes := map[time.Duration]bool{}
	for range 20 {
		secret := newSecret(t)
		for minute := time.Duration(0); minute < Period; minute += time.Minute {
			if at(t, secret, noon.Add(minute)) != at(t, secret, noon.Add(minute+time.Minute)) {
				changes[minute] = true
			}
		}
	}
	if len(changes) < 15 {
		t.Fatalf("20 lanes change at %d times", len(changes))
	}
}

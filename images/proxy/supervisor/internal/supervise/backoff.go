package supervise

import "time"

const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// backoff is how long to wait before the next try: doubling from 100 ms up to 30 s.
type backoff struct{ next time.Duration }

func (b *backoff) wait() time.Duration {
	if b.next == 0 {
		b.next = firstRetry
	}
	now := b.next
	b.next = min(2*b.next, lastRetry)
	return now
}

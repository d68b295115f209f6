package lanes

import (
	"context"

	"proxyfleet.dev/supervisor/internal/haproxy"
)

// State is one lane as HAProxy shows it now.
type State struct {
	Lane int  `json:"lane"`
	Open bool `json:"open"`
	// Address and CertificateSHA256 are those that the lane serves; empty for a closed lane.
	Address           string `json:"address,omitempty"`
	CertificateSHA256 string `json:"certificateSHA256,omitempty"`
	// Sessions are the open ones in all workers, of a closed lane too until they have ended.
	Sessions int `json:"sessions"`
	// The rest is counted since the lane serves its address in this pod, over all workers.
	// SessionsTotal are all that were taken, the open ones too.
	SessionsTotal int64 `json:"sessionsTotal"`
	// BytesIn came from clients and BytesOut went to them, without the outer TLS.
	BytesIn  int64 `json:"bytesIn"`
	BytesOut int64 `json:"bytesOut"`
	// HandshakeFailures are connections whose outer TLS handshake did not succeed.
	HandshakeFailures int64 `json:"handshakeFailures"`
	// Refused are connections that were closed at once: the lane had all of its share, or the client what one client may have.
	Refused int64 `json:"refused"`
	// Opening are connections that have not said anything yet, those that shake hands among them. They are among the sessions.
	Opening int `json:"opening"`
	// Full tells whether the lane has all of its share of the pod's connections, or the pod is full, or so it was a few minutes ago.
	Full bool `json:"full"`
	// HeadersRefused are connections of the load balancer without a PROXY header that HAProxy takes.
	HeadersRefused int64 `json:"headersRefused,omitempty"`
	// HealthChecks are connections of the load balancer that ended without a byte.
	HealthChecks int64 `json:"healthChecks,omitempty"`
}

// Report is all lanes, in order, what they lead to, and the number of workers that reloads left behind.
type Report struct {
	Lanes      []State
	Upstreams  []haproxy.Upstream
	OldWorkers int
}

// Report asks HAProxy for the state of all lanes and upstreams.
func (k *Keeper) Report(ctx context.Context, client haproxy.Client) (Report, error) {
	seen, err := k.observe(ctx, client)
	if err != nil {
		return Report{}, err
	}
	upstreams, err := seen.current.Upstreams(ctx)
	if err != nil {
		return Report{}, err
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	report := Report{Lanes: make([]State, 0, len(seen.lanes)), Upstreams: upstreams, OldWorkers: len(seen.old)}
	for _, number := range seen.numbers() {
		view := seen.lane(number)
		counts, sent := k.tally.of(number), k.headers.Of(number)
		state := State{
			Lane: number, Sessions: view.sessions, SessionsTotal: counts.Sessions,
			BytesIn: counts.BytesIn, BytesOut: counts.BytesOut, HandshakeFailures: max(counts.HandshakeFailures-sent.BeforeTLS, 0), Refused: k.looks.refused(number, counts.Refused),
			Opening: view.opening(), Full: k.wasFull(number),
			HeadersRefused: sent.Refused, HealthChecks: sent.Checks,
		}
		if lane, ok := k.serves[number]; ok && view.certificateSHA1 == lane.Certificate.SHA1 {
			state.Open = view.accepts()
			state.Address = lane.Address
			state.CertificateSHA256 = lane.Certificate.SHA256
		}
		report.Lanes = append(report.Lanes, state)
	}
	return report, nil
}

// Sessions counts the open sessions of all lanes, in all workers. It asks for nothing else: a pod that leaves must not stay because something
// else can't be read.
func (k *Keeper) Sessions(ctx context.Context, client haproxy.Client) (int, error) {
	seen, err := k.observe(ctx, client)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, lane := range seen.lanes {
		total += lane.sessions
	}
	return total, nil
}

// EndSome ends up to `most` sessions, of any lane and worker.
func (k *Keeper) EndSome(ctx context.Context, client haproxy.Client, most int) error {
	workers, err := client.Workers(ctx)
	if err != nil {
		return err
	}
	for _, worker := range workers {
		ended, err := worker.EndSome(ctx, most)
		if err != nil {
			return err
		}
		most -= ended
	}
	return nil
}

// Package status answers the kubelet and the operator over HTTP.
package status

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"proxyfleet.dev/supervisor/internal/haproxy"
	"proxyfleet.dev/supervisor/internal/lanes"
	"proxyfleet.dev/supervisor/internal/machine"
)

// Refused is a state of the mounted configuration that was not taken. The one before it goes on.
type Refused struct {
	Revision string `json:"revision"`
	// Message is HAProxy's own, or ours if the files could not be read.
	Message string `json:"message"`
}

// Connections is how many connections this pod takes: what the operator asked for, and what the machine allows.
type Connections struct {
	Wanted  int `json:"wanted"`
	Granted int `json:"granted"`
	// Tightest is what allows no more: files, memory, or localPorts. Empty where all that are wanted are granted.
	Tightest machine.Bound `json:"tightest,omitempty"`
}

// Document is the answer to GET /status.
type Document struct {
	// Revision is the last state that is applied in full.
	Revision       string      `json:"revision"`
	Refused        *Refused    `json:"refused"`
	MaxConnections Connections `json:"maxConnections"`
	// UptimeSeconds is how long the supervisor has run, by a clock that never jumps: how long a state has lasted follows from two answers,
	// whatever the clocks of pod and operator show.
	UptimeSeconds int64 `json:"uptimeSeconds"`
	// OldWorkers are HAProxy's processes that reloads left behind, each with sessions of its own.
	OldWorkers int                `json:"oldWorkers"`
	Upstreams  []haproxy.Upstream `json:"upstreams"`
	Lanes      []lanes.State      `json:"lanes"`
}

// Source is what the answers come from.
type Source interface {
	// Live returns an error if the container should be started anew.
	Live() error
	// Ready returns an error if the pod does not serve yet.
	Ready() error
	Status(ctx context.Context) (Document, error)
}

// NewServer makes the server; the caller listens. Nobody can hold it up: every step has a time limit. `exporter` is the socket on which
// HAProxy tells its own metrics.
func NewServer(source Source, exporter string) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", probe(source.Live))
	mux.HandleFunc("GET /readyz", probe(source.Ready))
	mux.HandleFunc("GET /status", document(source))
	mux.HandleFunc("GET /metrics", metricsPage(source))
	mux.Handle("GET /metrics/haproxy", haproxyPage(exporter))
	return &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 2 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    8 << 10,
	}
}

func probe(check func() error) http.HandlerFunc {
	return func(response http.ResponseWriter, _ *http.Request) {
		if err := check(); err != nil {
			http.Error(response, err.Error(), http.StatusServiceUnavailable)
			return
		}
		response.Write([]byte("ok\n"))
	}
}

func document(source Source) http.HandlerFunc {
	return func(response http.ResponseWriter, request *http.Request) {
		document, err := source.Status(request.Context())
		if err != nil {
			http.Error(response, err.Error(), http.StatusServiceUnavailable)
			return
		}
		response.Header().Set("Content-Type", "application/json")
		json.NewEncoder(response).Encode(document)
	}
}

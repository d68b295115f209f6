package status

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"

	"proxyfleet.dev/supervisor/internal/lanes"
)

// metric is one family of the Prometheus text format.
type metric struct {
	name, kind, help string
	samples          []sample
}

type sample struct {
	labels string
	value  int64
}

// perLane are the metrics of each lane that serves an address, or still has sessions of one.
var perLane = []struct {
	name, kind, help string
	value            func(lanes.State) int64
}{
	{"proxyfleet_lane_sessions", "gauge", "Open sessions.", func(l lanes.State) int64 { return int64(l.Sessions) }},
	{"proxyfleet_lane_sessions_total", "counter", "Sessions taken since the lane serves its address.", func(l lanes.State) int64 { return l.SessionsTotal }},
	{"proxyfleet_lane_received_bytes_total", "counter", "Bytes from clients, without the outer TLS.", func(l lanes.State) int64 { return l.BytesIn }},
	{"proxyfleet_lane_sent_bytes_total", "counter", "Bytes to clients, without the outer TLS.", func(l lanes.State) int64 { return l.BytesOut }},
	{"proxyfleet_lane_opening", "gauge", "Connections that have not said anything yet.", func(l lanes.State) int64 { return int64(l.Opening) }},
	{"proxyfleet_lane_full", "gauge", "1 while the lane has all of its share of the pod's connections, or the pod is full, or so it was a few minutes ago.", func(l lanes.State) int64 { return one(l.Full) }},
	{"proxyfleet_lane_refused_total", "counter", "Connections that were refused: the lane, or one client, had all that it may.", func(l lanes.State) int64 { return l.Refused }},
	{"proxyfleet_lane_handshake_failures_total", "counter", "Outer TLS handshakes that failed.", func(l lanes.State) int64 { return l.HandshakeFailures }},
	{"proxyfleet_lane_proxy_headers_refused_total", "counter", "Connections of the load balancer without a PROXY header that can be taken.", func(l lanes.State) int64 { return l.HeadersRefused }},
	{"proxyfleet_lane_health_checks_total", "counter", "Connections of the load balancer that ended without a byte.", func(l lanes.State) int64 { return l.HealthChecks }},
}

// metrics are what a status says, in numbers. No label is a client's.
func (d Document) metrics() []metric {
	var all []metric
	for _, m := range perLane {
		family := metric{name: m.name, kind: m.kind, help: m.help}
		for _, lane := range d.Lanes {
			if lane.Address != "" || lane.Sessions > 0 {
				labels := fmt.Sprintf(`lane="%d",address=%s`, lane.Lane, strconv.Quote(lane.Address))
				family.samples = append(family.samples, sample{labels, m.value(lane)})
			}
		}
		all = append(all, family)
	}
	known, answering := metric{"proxyfleet_upstream_addresses", "gauge", "Addresses that an upstream server has.", nil},
		metric{"proxyfleet_upstream_addresses_up", "gauge", "Those that answer.", nil}
	for _, upstream := range d.Upstreams {
		labels := fmt.Sprintf("group=%q,server=%q", upstream.Group, upstream.Name)
		known.samples = append(known.samples, sample{labels, int64(upstream.Total)})
		answering.samples = append(answering.samples, sample{labels, int64(upstream.Up)})
	}
	return append(all, known, answering,
		metric{"proxyfleet_connections_wanted", "gauge", "Connections that the fleet asks of a pod.", []sample{{"", int64(d.MaxConnections.Wanted)}}},
		metric{"proxyfleet_connections_granted", "gauge", "Connections that the pod's memory, open files and local ports allow.", []sample{{"", int64(d.MaxConnections.Granted)}}},
		metric{"proxyfleet_old_workers", "gauge", "HAProxy processes that reloads left behind.", []sample{{"", int64(d.OldWorkers)}}},
		metric{"proxyfleet_configuration_refused", "gauge", "1 while the latest configuration is not taken.", []sample{{"", one(d.Refused != nil)}}},
	)
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func writeMetrics(out io.Writer, all []metric) {
	for _, m := range all {
		fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", m.name, m.help, m.name, m.kind)
		for _, s := range m.samples {
			braced := ""
			if s.labels != "" {
				braced = "{" + s.labels + "}"
			}
			fmt.Fprintf(out, "%s%s %d\n", m.name, braced, s.value)
		}
	}
}

func metricsPage(source Source) http.HandlerFunc {
	return func(response http.ResponseWriter, request *http.Request) {
		document, err := source.Status(request.Context())
		if err != nil {
			http.Error(response, err.Error(), http.StatusServiceUnavailable)
			return
		}
		response.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		writeMetrics(response, document.metrics())
	}
}

// haproxyPage passes on what HAProxy's own exporter says on a socket, with the question that was asked ("?scope=global").
func haproxyPage(socket string) http.Handler {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	return &httputil.ReverseProxy{
		Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, // the next answer may be another worker's
		Rewrite: func(request *httputil.ProxyRequest) {
			request.Out.URL = &url.URL{Scheme: "http", Host: "haproxy", Path: "/metrics", RawQuery: request.In.URL.RawQuery}
		},
		ErrorHandler: func(response http.ResponseWriter, _ *http.Request, err error) {
			http.Error(response, "HAProxy does not answer: "+strings.TrimSpace(err.Error()), http.StatusServiceUnavailable)
		},
	}
}

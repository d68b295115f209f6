package status_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"proxyfleet.dev/supervisor/internal/haproxy"
	"proxyfleet.dev/supervisor/internal/lanes"
	"proxyfleet.dev/supervisor/internal/machine"
	"proxyfleet.dev/supervisor/internal/status"
)

type source struct{ live, ready, status error }

func (s source) Live() error  { return s.live }
func (s source) Ready() error { return s.ready }
func (s source) Status(context.Context) (status.Document, error) {
	return status.Document{
		Revision:       "abc",
		MaxConnections: status.Connections{Wanted: 27500, Granted: 9000, Tightest: machine.Files},
		UptimeSeconds:  86_401,
		Upstreams:      []haproxy.Upstream{{Group: "chat", Name: "chat-0", Up: 1, Total: 2, Since: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}},
		Lanes: []lanes.State{
			{Lane: 0, Open: true, Address: "ip-203-0-113-9", CertificateSHA256: "00", Sessions: 12, SessionsTotal: 40, BytesIn: 5, BytesOut: 6, HandshakeFailures: 7, Refused: 8, Opening: 2, Full: true},
			{Lane: 1},
		},
	}, s.status
}

func TestAnswers(t *testing.T) {
	down := errors.New("not yet")
	cases := map[string]struct {
		source       source
		method, path string
		code         int
		body         string
	}{
		"live":                       {source{}, "GET", "/livez", 200, "ok\n"},
		"not live":                   {source{live: down}, "GET", "/livez", 503, "not yet\n"},
		"ready":                      {source{}, "GET", "/readyz", 200, "ok\n"},
		"not ready":                  {source{ready: down}, "GET", "/readyz", 503, "not yet\n"},
		"a status that can't be had": {source{status: down}, "GET", "/status", 503, "not yet\n"},
		"metrics that can't be had":  {source{status: down}, "GET", "/metrics", 503, "not yet\n"},
		"only GET":                   {source{}, "POST", "/status", 405, "Method Not Allowed\n"},
		"nothing else":               {source{}, "GET", "/", 404, "404 page not found\n"},
		"the status as the operator reads it": {source{}, "GET", "/status", 200, `{"revision":"abc","refused":null,"maxConnections":{"wanted":27500,"granted":9000,"tightest":"files"},"uptimeSeconds":86401,"oldWorkers":0,` +
			`"upstreams":[{"group":"chat","name":"chat-0","up":1,"total":2,"since":"2026-11-24T03:00:00Z"}],` +
			`"lanes":[{"lane":0,"open":true,"address":"ip-203-0-113-9","certificateSHA256":"00","sessions":12,"sessionsTotal":40,"bytesIn":5,"bytesOut":6,"handshakeFailures":7,"refused":8,"opening":2,"full":true},` +
			`{"lane":1,"open":false,"sessions":0,"sessionsTotal":0,"bytesIn":0,"bytesOut":0,"handshakeFailures":0,"refused":0,"opening":0,"full":false}]}` + "\n"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(status.NewServer(c.source, filepath.Join(t.TempDir(), "nobody.sock")).Handler)
			defer server.Close()
			request, _ := http.NewRequest(c.method, server.URL+c.path, strings.NewReader(""))
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, _ := io.ReadAll(response.Body)
			if response.StatusCode != c.code || string(body) != c.body {
				t.Fatalf("%d %q", response.StatusCode, body)
			}
		})
	}
}

func TestMetricsAreTheStatusInNumbers(t *testing.T) {
	server := httptest.NewServer(status.NewServer(source{}, filepath.Join(t.TempDir(), "nobody.sock")).Handler)
	defer server.Close()
	ask := func(path string) (int, string) {
		response, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(body)
	}
	_, page := ask("/metrics")
	for _, line := range []string{
		"# TYPE proxyfleet_lane_sessions gauge",
		`proxyfleet_lane_sessions{lane="0",address="ip-203-0-113-9"} 12`,
		`proxyfleet_lane_sessions_total{lane="0",address="ip-203-0-113-9"} 40`,
		`proxyfleet_lane_received_bytes_total{lane="0",address="ip-203-0-113-9"} 5`,
		`proxyfleet_lane_sent_bytes_total{lane="0",address="ip-203-0-113-9"} 6`,
		`proxyfleet_lane_handshake_failures_total{lane="0",address="ip-203-0-113-9"} 7`,
		`proxyfleet_upstream_addresses{group="chat",server="chat-0"} 2`,
		`proxyfleet_upstream_addresses_up{group="chat",server="chat-0"} 1`,
		"proxyfleet_connections_granted 9000",
		"proxyfleet_configuration_refused 0",
	} {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
	if strings.Contains(page, `lane="1"`) {
		t.Error("a closed lane is there")
	}
	if code, says := ask("/metrics/haproxy"); code != 503 || !strings.HasPrefix(says, "HAProxy does not answer") {
		t.Errorf("%d %q", code, says)
	}
}

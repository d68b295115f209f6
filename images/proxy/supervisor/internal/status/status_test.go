package status_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"proxyfleet.dev/supervisor/internal/lanes"
	"proxyfleet.dev/supervisor/internal/status"
)

type source struct{ live, ready, status error }

func (s source) Live() error  { return s.live }
func (s source) Ready() error { return s.ready }
func (s source) Status(context.Context) (status.Document, error) {
	return status.Document{
		Revision:       "abc",
		MaxConnections: status.Connections{Wanted: 27500, Granted: 9000},
		Lanes:          []lanes.State{{Lane: 0, Open: true, Address: "ip-203-0-113-9", CertificateSHA256: "00", Sessions: 12}, {Lane: 1}},
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
		"only GET":                   {source{}, "POST", "/status", 405, "Method Not Allowed\n"},
		"nothing else":               {source{}, "GET", "/", 404, "404 page not found\n"},
		"the status as the operator reads it": {source{}, "GET", "/status", 200, `{"revision":"abc","refused":null,"maxConnections":{"wanted":27500,"granted":9000},"oldWorkers":0,` +
			`"lanes":[{"lane":0,"open":true,"address":"ip-203-0-113-9","certificateSHA256":"00","sessions":12},{"lane":1,"open":false,"sessions":0}]}` + "\n"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(status.NewServer(c.source).Handler)
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

package podconfig_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"proxyfleet.dev/supervisor/internal/podconfig"
	"proxyfleet.dev/supervisor/internal/rundir"
)

func placeholder(t *testing.T) []byte {
	t.Helper()
	text, err := rundir.Placeholder(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// pack is what the operator does to haproxy.cfg.
func pack(text string) string {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write([]byte(text))
	if err := errors.Join(err, writer.Close()); err != nil {
		panic(err)
	}
	return packed.String()
}

// mount writes files for Read.
func mount(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReadTakesWhatTheOperatorWrote(t *testing.T) {
	text := placeholder(t)
	certificate, err := podconfig.ParseCertificate(text)
	if err != nil {
		t.Fatal(err)
	}
	lanes := fmt.Sprintf(`{"revision":"abc","maxConnections":27500,"bank":8,"listeners":["chat","media"],"servers":{},
		"open":[{"lane":5,"address":"ip-203-0-113-9","uid":"u","certificateSHA256":%q,"proxiesFrom":["10.1.2.3/8","192.0.2.1","2001:db8::1/32","10.0.0.0/8"]}]}`, certificate.SHA256)
	snapshot, err := podconfig.Read(mount(t, map[string]string{"haproxy.cfg.gz": pack("global\n"), "lanes.json": lanes, "lane-5.pem": string(text)}))
	if err != nil {
		t.Fatal(err)
	}
	lane := snapshot.Open[5]
	if snapshot.Revision != "abc" || snapshot.Bank != 8 || snapshot.Config != "global\n" || lane.Address != "ip-203-0-113-9" || lane.UID != "u" {
		t.Fatalf("%+v", snapshot)
	}
	if want := []string{"10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32"}; !slices.Equal(lane.ProxiesFrom, want) {
		t.Fatalf("ranges %v, not %v", lane.ProxiesFrom, want)
	}
}

func TestReadFollowsTheKubeletsLink(t *testing.T) {
	dir := mount(t, map[string]string{"haproxy.cfg.gz": "stale", "lanes.json": "stale"})
	state := filepath.Join(dir, "..state")
	if err := errors.Join(
		os.Mkdir(state, 0o700),
		os.WriteFile(filepath.Join(state, "haproxy.cfg.gz"), []byte(pack("global\n")), 0o600),
		os.WriteFile(filepath.Join(state, "lanes.json"), []byte(`{"revision":"now","bank":4,"open":[]}`), 0o600),
		os.Symlink("..state", filepath.Join(dir, "..data")),
	); err != nil {
		t.Fatal(err)
	}
	if snapshot, err := podconfig.Read(dir); err != nil || snapshot.Revision != "now" {
		t.Fatalf("%+v, %v", snapshot, err)
	}
}

func TestReadWaitsForAMountThatIsNotThere(t *testing.T) {
	if _, err := podconfig.Read(t.TempDir()); !errors.Is(err, podconfig.ErrNotMounted) {
		t.Fatal(err)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	open := func(lanes string) string { return `{"revision":"r","bank":4,"open":[` + lanes + `]}` }
	cases := map[string]struct{ lanes, says string }{
		"not JSON":                         {"{", "lanes.json: unexpected end"},
		"a number where a text belongs":    {`{"revision":7}`, "lanes.json: json: cannot unmarshal"},
		"no revision":                      {`{"bank":4}`, "revision is missing"},
		"no bank":                          {`{"revision":"r"}`, "bank is 0, and must be 1 to 3192"},
		"a lane outside the bank":          {open(`{"lane":4,"address":"b"}`), "lane 4 is not in the bank of 4"},
		"a lane below zero":                {open(`{"lane":-1,"address":"b"}`), "lane -1 is not in the bank of 4"},
		"a lane twice":                     {open(`{"lane":0,"address":"a"},{"lane":0,"address":"b"}`), "lane 0 is open twice"},
		"a lane without an address":        {open(`{"lane":1}`), "lane 1 serves no address"},
		"a lane without a certificate":     {open(`{"lane":1,"address":"b"}`), "lane 1 is open and has no certificate"},
		"a certificate that is not wanted": {open(`{"lane":2,"address":"a","certificateSHA256":"00"}`), "and lanes.json says 00"},
		"a text that is not a certificate": {open(`{"lane":3,"address":"a"}`), "not a certificate with its private key"},
	}
	dir := mount(t, map[string]string{"haproxy.cfg.gz": pack(""), "lane-2.pem": string(placeholder(t)), "lane-3.pem": "secret"})
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(dir, "lanes.json"), []byte(c.lanes), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := podconfig.Read(dir)
			var invalid *podconfig.ErrInvalid
			if !errors.As(err, &invalid) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("says %q", err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Fatalf("quotes the file: %q", err)
			}
		})
	}
}

func TestReadSaysThatAConfigurationIsNotPackedAsItShould(t *testing.T) {
	whole := pack("global\n")
	for wrong, says := range map[string]string{"": "EOF", "global\n    maxconn 1\n": "gzip: invalid header", whole[:len(whole)-1]: "unexpected EOF"} {
		_, err := podconfig.Read(mount(t, map[string]string{"haproxy.cfg.gz": wrong, "lanes.json": `{"revision":"r","bank":4,"open":[]}`}))
		var invalid *podconfig.ErrInvalid
		if !errors.As(err, &invalid) || invalid.Revision != "r" || !strings.Contains(err.Error(), "haproxy.cfg.gz: "+says) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestARangeThatIsNoneNeverReachesHAProxy(t *testing.T) {
	text := placeholder(t)
	certificate, err := podconfig.ParseCertificate(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "10.0.0.0/33", "10.0.0.0/8;shutdown", "fe80::1%eth0", "a", "10.0.0.0/8\n"} {
		document, _ := json.Marshal(map[string]any{"revision": "r", "bank": 1, "open": []any{
			map[string]any{"lane": 0, "address": "a", "certificateSHA256": certificate.SHA256, "proxiesFrom": []string{wrong}}}})
		_, err := podconfig.Read(mount(t, map[string]string{"haproxy.cfg.gz": pack(""), "lanes.json": string(document), "lane-0.pem": string(text)}))
		if err == nil || !strings.Contains(err.Error(), "lane 0, proxiesFrom") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestACertificateIsCleanForACommandSocket(t *testing.T) {
	untidy := "a remark\n" + strings.ReplaceAll(string(placeholder(t)), "-----BEGIN PRIVATE", "\n\nanother\n\n-----BEGIN PRIVATE") + "\n\n"
	certificate, err := podconfig.ParseCertificate([]byte(untidy))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(certificate.PEM); strings.Contains(text, "\n\n") || strings.Contains(text, "remark") || strings.Count(text, "-----BEGIN") != 2 {
		t.Fatal(text)
	}
}

func TestAKeyOfAnotherCertificateIsRefused(t *testing.T) {
	one, two := string(placeholder(t)), string(placeholder(t))
	key := strings.Index(two, "-----BEGIN PRIVATE")
	if _, err := podconfig.ParseCertificate([]byte(one[:strings.Index(one, "-----BEGIN PRIVATE")] + two[key:])); err == nil {
		t.Fatal("taken")
	}
}

func TestTicketKeysFollowFromTheirOwnSecretWhereThereIsOne(t *testing.T) {
	text := placeholder(t)
	certificate, err := podconfig.ParseCertificate(text)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"haproxy.cfg.gz": pack("global\n"), "lane-0.pem": string(text),
		"lanes.json": fmt.Sprintf(`{"revision":"r","bank":4,"open":[{"lane":0,"address":"a","certificateSHA256":%q,"ticketsSince":"2026-01-01T00:00:00Z"}]}`, certificate.SHA256),
	}
	read := func(secret string) ([]byte, error) {
		if secret != "" {
			files["lane-0.tickets"] = secret
		}
		snapshot, err := podconfig.Read(mount(t, files))
		return snapshot.Open[0].Certificate.Tickets, err
	}
	fromKey, err := read("")
	if err != nil || !bytes.Equal(fromKey, certificate.Tickets) {
		t.Fatalf("of an older operator: %x, %v", fromKey, err)
	}
	first, err := read("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")
	if err != nil || bytes.Equal(first, fromKey) {
		t.Fatalf("%x, %v", first, err)
	}
	second, err := read("AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=")
	if err != nil || bytes.Equal(first, second) {
		t.Fatalf("%x, %v", second, err)
	}
	for _, wrong := range []string{"short", "not base64!", "AQEB"} {
		if _, err := read(wrong); err == nil || !strings.Contains(err.Error(), "lane-0.tickets has no 32 bytes in base64") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

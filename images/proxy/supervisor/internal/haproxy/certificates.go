package haproxy

import (
	"context"
	"fmt"
	"strings"
)

// LoadedCertificates tells the SHA-1 fingerprint (lower-case hexadecimal) of what a worker has loaded for each of the named files.
func (w Worker) LoadedCertificates(ctx context.Context, files []string) (map[string]string, error) {
	commands := make([]string, len(files))
	for i, file := range files {
		commands[i] = "show ssl cert " + file
	}
	loaded := make(map[string]string, len(files))
	current := ""
	err := w.askMany(ctx, commands, func(line string) {
		if file, ok := strings.CutPrefix(line, "Filename: "); ok {
			current = file
		}
		if fingerprint, ok := strings.CutPrefix(line, "SHA1 FingerPrint: "); ok {
			loaded[current] = strings.ToLower(fingerprint)
		}
	})
	return loaded, err
}

// LoadCertificate makes new connections see another certificate under the same file name. Open connections keep theirs.
func (w Worker) LoadCertificate(ctx context.Context, file string, pem []byte) error {
	set := fmt.Sprintf("set ssl cert %s <<\n%s", file, pem)
	if err := w.order(ctx, set, "Transaction created", "Transaction updated"); err != nil {
		return err
	}
	if err := w.order(ctx, "commit ssl cert "+file, "Success!"); err != nil {
		// HAProxy has one transaction at a time: one left open would block every other lane.
		_ = w.order(ctx, "abort ssl cert "+file, "aborted")
		return err
	}
	return nil
}

package rundir

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"time"
)

// Placeholder makes a certificate for a closed lane: HAProxy binds a TLS port only with one. It is made in the pod and never serves an address;
// its name is random, so that even a lane that is open by mistake tells nothing.
func Placeholder(now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a placeholder's key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make a placeholder's serial number: %w", err)
	}
	name := randomHost()
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{name},
		NotBefore:    now.Add(-time.Duration(mathrand.IntN(90*24)) * time.Hour),
		NotAfter:     now.Add(time.Duration(365*24+mathrand.IntN(365*24)) * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("sign a placeholder: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode a placeholder's key: %w", err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...), nil
}

func randomHost() string {
	letters := make([]byte, 6+mathrand.IntN(8))
	for i := range letters {
		letters[i] = byte('a' + mathrand.IntN(26))
	}
	return string(letters) + []string{".com", ".net", ".org"}[mathrand.IntN(3)]
}

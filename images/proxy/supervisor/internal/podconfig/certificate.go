package podconfig

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"

	"proxyfleet.dev/supervisor/internal/tickets"
)

// Certificate is a lane's certificate with its private key, ready for HAProxy.
type Certificate struct {
	// PEM holds the certificate and then the key, without an empty line: one would end the text on HAProxy's command socket.
	PEM []byte
	// SHA256 is the certificate's fingerprint (of its DER form, lower-case hexadecimal), the one that the operator knows it by.
	SHA256 string
	// SHA1 is the fingerprint that HAProxy shows. It only tells apart certificates that we loaded ourselves; nothing is trusted by it.
	SHA1 string
	// Tickets is what the keys of the lane's TLS tickets are derived from.
	Tickets tickets.Secret
}

// ParseCertificate reads a certificate and the private key that belongs to it. The error never quotes the text, which holds the key.
func ParseCertificate(text []byte) (Certificate, error) {
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return Certificate{}, fmt.Errorf("not a certificate with its private key in PEM form: %w", err)
	}
	var clean bytes.Buffer
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		block.Headers = nil
		if err := pem.Encode(&clean, block); err != nil {
			return Certificate{}, fmt.Errorf("write the certificate in PEM form: %w", err)
		}
	}
	secret, err := ticketSecret(pair.PrivateKey)
	if err != nil {
		return Certificate{}, err
	}
	leaf := pair.Certificate[0]
	sha256Sum, sha1Sum := sha256.Sum256(leaf), sha1.Sum(leaf)
	return Certificate{
		PEM: clean.Bytes(), SHA256: hex.EncodeToString(sha256Sum[:]), SHA1: hex.EncodeToString(sha1Sum[:]), Tickets: secret,
	}, nil
}

// ticketSecret derives a lane's secret from its private key, in the encoding that is the same for all pods.
func ticketSecret(key crypto.PrivateKey) (tickets.Secret, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode the private key: %w", err)
	}
	return tickets.SecretOf(der)
}

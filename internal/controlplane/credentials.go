package controlplane

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"

	"k8s.io/apiserver/pkg/authentication/user"
)

// adminName is the user the admin token stands for.
const adminName = "admin"

// adminGroup gives all rights by the API server's built-in rule, before and without RBAC.
const adminGroup = user.SystemPrivilegedGroup

// certificateLife exceeds any session: certificates are made anew by every start.
const certificateLife = 365 * 24 * time.Hour

// credentials are the secrets of one start. Only the token ever touches the disk.
type credentials struct {
	token string
	// caPEM is the certificate authority clients trust; its key is forgotten after signing.
	caPEM []byte
	// certPEM and keyPEM are the API server's serving certificate and key.
	certPEM, keyPEM []byte
	// serviceAccountKey signs service account tokens.
	serviceAccountKey *ecdsa.PrivateKey
}

func newCredentials(ip net.IP) (*credentials, error) {
	serviceAccountKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("creating the service account key: %w", err)
	}
	cred := &credentials{token: rand.Text(), serviceAccountKey: serviceAccountKey}
	if err := cred.issueServing(ip, time.Now()); err != nil {
		return nil, fmt.Errorf("creating the serving certificate: %w", err)
	}
	return cred, nil
}

func (c *credentials) issueServing(ip net.IP, now time.Time) error {
	ca := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: fmt.Sprintf("local-control-plane-ca@%d", now.Unix())},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(certificateLife),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "local-control-plane"},
		NotBefore:    ca.NotBefore,
		NotAfter:     ca.NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses:  []net.IP{ip, net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return err
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, leafKey.Public(), caKey)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalECPrivateKey(leafKey)
	if err != nil {
		return err
	}
	c.caPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
	c.certPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leafDER})
	c.keyPEM = pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
	return nil
}

package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// Paths of PEM files, each with mode 0600.
type certificates struct {
	authority             string
	serverCert, serverKey string
	adminCert, adminKey   string
	// signs service account tokens
	accountKey string
}

func writeCertificates(folder string) (*certificates, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	authority, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "meshreg test cluster"}, key)
	if err != nil {
		return nil, err
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	files := &certificates{
		authority:  in("ca.crt"),
		serverCert: in("server.crt"), serverKey: in("server.key"),
		adminCert: in("admin.crt"), adminKey: in("admin.key"),
		accountKey: in("service-accounts.key"),
	}
	if err := writeCert(files.authority, authority.Raw); err != nil {
		return nil, err
	}
	if err := issue(files.serverCert, files.serverKey, authority, key, x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:    []string{"localhost", "kubernetes.default.svc"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}); err != nil {
		return nil, err
	}
	if err := issue(files.adminCert, files.adminKey, authority, key, x509.Certificate{
		Subject:     pkix.Name{CommonName: "meshreg-test-admin", Organization: []string{"system:masters"}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}); err != nil {
		return nil, err
	}
	accountKey, err := newKey()
	if err != nil {
		return nil, err
	}
	return files, writeKey(files.accountKey, accountKey)
}

func newKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func issue(certPath, keyPath string, authority *x509.Certificate, signer crypto.Signer, template x509.Certificate) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return err
	}
	template.NotBefore = authority.NotBefore
	template.NotAfter = time.Now().Add(7 * 24 * time.Hour)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, &template, authority, key.Public(), signer)
	if err != nil {
		return err
	}
	if err := writeCert(certPath, der); err != nil {
		return err
	}
	return writeKey(keyPath, key)
}

func writeCert(path string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
}

func writeKey(path string, key crypto.PrivateKey) error {
	text, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

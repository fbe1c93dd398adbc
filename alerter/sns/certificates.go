package sns

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

const (
	maxCertificate  = 64 << 10 // bytes
	maxCertificates = 64       // that are kept
	certificateAge  = 24 * time.Hour
)

// certificates fetches and keeps the certificates with which SNS signs.
type certificates struct {
	client func(host string) *http.Client
	now    func() time.Time
	turns  chan struct{} // fetches at a time

	mu   sync.Mutex
	kept map[string]keptCertificate // by URL
}

type keptCertificate struct {
	c  *x509.Certificate
	at time.Time
}

// of returns the certificate of a message. A fault of class Temporary says that it could
// not be had now.
func (k *certificates) of(ctx context.Context, m *message) (*x509.Certificate, error) {
	u, err := m.certificateAt()
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	known, ok := k.kept[u.String()]
	k.mu.Unlock()
	if ok && k.now().Sub(known.at) < certificateAge {
		return known.c, nil
	}
	select {
	case k.turns <- struct{}{}:
		defer func() { <-k.turns }()
	case <-ctx.Done():
		return nil, &seamark.Fault{Class: seamark.Temporary, What: "the certificate could not be fetched in time", Err: ctx.Err()}
	}
	c, err := k.fetch(ctx, m.host(), u.String())
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.kept) >= maxCertificates {
		k.kept = map[string]keptCertificate{}
	}
	k.kept[u.String()] = keptCertificate{c, k.now()}
	return c, nil
}

func (k *certificates) fetch(ctx context.Context, host, address string) (*x509.Certificate, error) {
	b, status, err := get(ctx, k.client(host), address, maxCertificate)
	switch {
	case err != nil:
		return nil, &seamark.Fault{Class: seamark.Temporary, What: "the certificate could not be fetched", Where: host, Err: err, Remedy: "let this machine reach " + host + " by HTTPS"}
	case status >= 500 || status == http.StatusTooManyRequests:
		return nil, &seamark.Fault{Class: seamark.Temporary, What: fmt.Sprintf("the certificate could not be fetched: HTTP %d", status), Where: host}
	case status != http.StatusOK:
		return nil, refused(fmt.Sprintf("there is no such certificate: HTTP %d", status), "let SNS itself deliver here")
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, refused("the certificate is none", "let SNS itself deliver here")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, refused("the certificate cannot be read", "let SNS itself deliver here")
	}
	return c, nil
}

// get reads at most limit bytes of an answer.
func get(ctx context.Context, client *http.Client, address string, limit int64) ([]byte, int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, limit))
	return b, resp.StatusCode, err
}

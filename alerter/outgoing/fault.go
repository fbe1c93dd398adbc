package outgoing

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
)

// Fault classes an error of a connection: temporary. What it says is unreachable, or
// unreadable where the network did its part; a certificate that is wrong is named. Its text
// never holds the URL, which may be a secret.
func Fault(err error, where, unreachable, unreadable string) *seamark.Fault {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	f := &seamark.Fault{Class: seamark.Temporary, What: unreachable, Where: where, Err: err}
	if what, remedy := untrusted(err); what != "" {
		f.What, f.Remedy = unreachable+": "+what, remedy
		return f
	}
	if _, network := errors.AsType[net.Error](err); !network && !errors.Is(err, context.Canceled) {
		f.What = unreadable
	}
	return f
}

// untrusted says why the other side's TLS is not what it should be; empty: it is not that.
func untrusted(err error) (what, remedy string) {
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired && e.Cert != nil {
		if time.Now().Before(e.Cert.NotBefore) {
			return "its certificate counts from " + e.Cert.NotBefore.UTC().Format(time.DateOnly) + " only", "check the clock of this machine"
		}
		return "its certificate ended on " + e.Cert.NotAfter.UTC().Format(time.DateOnly), "renew it there; the card is tried again meanwhile"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "its certificate is of an authority that this machine does not trust", "install that authority's certificate here, or put a known one there"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "its certificate is for another name", "write the name that the certificate has"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "its certificate is not valid", "put a valid one there"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "it does not speak TLS", "check the address, its port, and whether it is to be spoken to by TLS"
	}
	return "", ""
}

// Judge classes the status of an answer: nil for 2xx. who is the other side in words ("the
// webhook"); remedy is for what it never takes.
func Judge(resp *http.Response, who, where, remedy string) error {
	f := &seamark.Fault{Class: seamark.Temporary, What: who + " answered " + strconv.Itoa(resp.StatusCode), Where: where}
	switch code := resp.StatusCode; {
	case code/100 == 2:
		return nil
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "":
		f.Err = &card.Throttled{After: RetryAfter(resp.Header, 2*time.Second)}
	case code >= 500 || code == http.StatusRequestTimeout || code == http.StatusTooEarly:
	case code/100 == 3:
		f.Class, f.What, f.Remedy = seamark.Permanent, who+" redirects", "put the address it leads to into the receiver"
	default:
		f.Class, f.Remedy = seamark.Permanent, remedy
	}
	return f
}

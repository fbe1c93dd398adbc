package outgoing

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 4 << 20

// Client is the HTTP client of a receiver: it speaks to the host of base only, follows
// no redirect, and never connects to a link-local or metadata address, whatever name
// resolves to it: the address is checked when it is dialled. The proxy of the
// environment is honoured; behind one it is the proxy that decides what it connects to.
func Client(base string) (*http.Client, error) {
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		// The URL may be a secret: it is not repeated here.
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "not a URL", Remedy: "use https://host/path"}
	}
	dialer := Dialer()
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
	}
	return &http.Client{
		Transport:     &oneHost{host: u.Host, next: t},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       15 * time.Second,
	}, nil
}

// Dialer connects to what the configuration names: to private addresses too, and never to a
// link-local or metadata one, whatever name resolves to it.
func Dialer() *net.Dialer {
	return &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second, Control: refuseMetadata}
}

// oneHost refuses requests to any other host, and bounds answers.
type oneHost struct {
	host string
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (o *oneHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != o.host {
		return nil, fmt.Errorf("a request to another host than the configured one was refused")
	}
	resp, err := o.next.RoundTrip(r)
	if err == nil {
		resp.Body = bounded{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

type bounded struct {
	io.Reader
	io.Closer
}

// refuseMetadata is a net.Dialer's Control.
func refuseMetadata(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || refused(ap.Addr()) {
		return fmt.Errorf("connecting to a link-local or metadata address is refused")
	}
	return nil
}

// refused reports addresses behind which clouds keep credentials, in every spelling:
// link-local, multicast, unspecified, EC2's fd00:ec2::/32, and an IPv4 one of these inside IPv6.
func refused(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.IsUnspecified() || a.IsLinkLocalUnicast() || a.IsMulticast() {
		return true
	}
	if a.Is4() {
		b := a.As4()
		return b[0] == 0 || b == [4]byte{255, 255, 255, 255} || b == [4]byte{100, 100, 100, 200} || b == [4]byte{192, 0, 0, 192}
	}
	b := a.As16()
	switch {
	case netip.MustParsePrefix("fd00:ec2::/32").Contains(a), netip.MustParsePrefix("fec0::/10").Contains(a):
		return true
	case netip.MustParsePrefix("64:ff9b::/96").Contains(a), netip.MustParsePrefix("64:ff9b:1::/48").Contains(a), netip.MustParsePrefix("::/96").Contains(a) && !a.IsLoopback():
		return refused(netip.AddrFrom4([4]byte(b[12:])))
	case netip.MustParsePrefix("2002::/16").Contains(a): // 6to4
		return refused(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return false
}

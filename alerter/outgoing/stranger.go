package outgoing

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Stranger is the HTTP client for an address out of a message: like Client for https and
// host alone, and besides it connects to public addresses only. Behind a proxy of the
// environment it is the proxy that decides.
func Stranger(host string) *http.Client {
	direct := transport(refusePrivate)
	proxied := transport(refuseMetadata)
	proxied.Proxy = http.ProxyFromEnvironment
	return &http.Client{
		Transport: &oneHost{host: host, next: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme != "https" {
				return nil, fmt.Errorf("a request without TLS was refused")
			}
			if proxy, err := http.ProxyFromEnvironment(r); err == nil && proxy != nil {
				return proxied.RoundTrip(r)
			}
			return direct.RoundTrip(r)
		})},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       10 * time.Second,
	}
}

func transport(control func(network, address string, c syscall.RawConn) error) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: control}
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 10 * time.Second,
		DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10,
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// refusePrivate is a net.Dialer's Control.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || refused(ap.Addr()) || private(ap.Addr()) {
		return fmt.Errorf("connecting to an address that is not public is refused")
	}
	return nil
}

// private reports addresses of this machine and of networks that are not public, in every
// spelling.
func private(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if a.IsLoopback() || a.IsPrivate() {
		return true
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return true
		}
	}
	b := a.As16()
	switch {
	case a.Is4():
		return false
	case nat64.Contains(a), compatible.Contains(a):
		return private(netip.AddrFrom4([4]byte(b[12:])))
	case sixToFour.Contains(a):
		return private(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return false
}

var (
	nat64, sixToFour = netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("2002::/16")
	compatible       = netip.MustParsePrefix("::/96")
	notPublic        = []netip.Prefix{
		netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
		netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("100::/64"),
	}
)

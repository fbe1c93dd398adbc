package dashboards

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// TrustProxies returns a middleware that believes what the proxies at trusted addresses say
// of a request: X-Forwarded-For names the client, X-Forwarded-Proto how it came. Of a list
// of addresses the last one counts that is not a trusted proxy's, for whatever stands
// before it may have been written by the client. From anybody else both are ignored.
func TrustProxies(trusted []netip.Prefix) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if len(trusted) == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if within(trusted, hostOf(r.RemoteAddr)) {
				r = believed(r, trusted)
			}
			next.ServeHTTP(w, r)
		})
	}
}

// believed is r as its trusted proxy says it came.
func believed(r *http.Request, trusted []netip.Prefix) *http.Request {
	proto := r.Header.Values("X-Forwarded-Proto")
	secure := len(proto) > 0 && strings.EqualFold(last(proto), "https")
	out := r.WithContext(context.WithValue(r.Context(), secureKey{}, secure))
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		client := hostOf(strings.TrimSpace(hops[i]))
		if _, err := netip.ParseAddr(client); err != nil {
			break // the proxy itself says nothing that can be read: it stands for its clients
		}
		out.RemoteAddr = net.JoinHostPort(client, "0")
		if !within(trusted, client) {
			break
		}
	}
	return out
}

// last is the last entry of a header that may come several times, each with a list.
func last(values []string) string {
	all := strings.Split(values[len(values)-1], ",")
	return strings.TrimSpace(all[len(all)-1])
}

func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return strings.Trim(address, "[]")
}

func within(list []netip.Prefix, host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range list {
		if p.Contains(ip.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

type secureKey struct{}

// secure reports whether a request came over TLS, here or at a trusted proxy.
func secure(r *http.Request) bool {
	behind, _ := r.Context().Value(secureKey{}).(bool)
	return r.TLS != nil || behind
}

package dashboards

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// GuardHost returns a middleware that answers 421 to a request whose Host header is
// neither a loopback name nor one of allowed ("name" for any port, "name:port" for one).
//
// Without it a page of a stranger, whose name resolves to this machine a second time
// (DNS rebinding), would read everything here from the visitor's own browser: to the
// browser that is one origin, so neither CORS nor cross-origin checks stop it.
func GuardHost(allowed []string) func(http.Handler) http.Handler {
	names := map[string]bool{}
	for _, a := range allowed {
		names[strings.ToLower(strings.TrimSuffix(strings.TrimSpace(a), "."))] = true
	}
	delete(names, "")
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if hostAllowed(r.Host, names) {
				next.ServeHTTP(w, r)
				return
			}
			writeFault(w, http.StatusMisdirectedRequest, faultJSON{
				What:   "this address is not one of mine",
				Where:  "Host header",
				Remedy: "open it under localhost, or add the name to the allowed hosts of the configuration",
			})
		})
	}
}

func hostAllowed(hostport string, names map[string]bool) bool {
	hostport = strings.ToLower(hostport)
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	bare := strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	if bare == "localhost" {
		return true
	}
	if ip, err := netip.ParseAddr(bare); err == nil && ip.Unmap().IsLoopback() {
		return true
	}
	return names[hostport] || bare != "" && names[bare]
}

// contentPolicy lets the page load its own script, style and data, and nothing else.
// There is no inline script or style, so neither is allowed.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// secureHeaders sets what every answer carries.
func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		next.ServeHTTP(w, r)
	})
}

func denyCrossOrigin(w http.ResponseWriter, _ *http.Request) {
	writeFault(w, http.StatusForbidden, faultJSON{
		What: "a page of another origin sent this", Where: "Origin header", Remedy: "use the page itself",
	})
}

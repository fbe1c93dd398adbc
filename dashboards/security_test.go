package dashboards_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/dashboards"
)

// everyRoute is one request to each route, and to some that do not exist.
var everyRoute = []string{
	"/", "/logs", "/incidents", "/incidents/x", "/assets/app.js", "/assets/app.css", "/favicon.svg", "/api/flow", "/api/logs", "/api/logs/histogram",
	"/api/logs/facets", "/api/logs/row?event_id=a&ts=1", "/api/incidents", "/api/incidents/x", "/api/none", "/none", "/login", "/index.html", "/assets/..%2findex.html",
}

func TestHostIsChecked(t *testing.T) {
	h := newServer(t, func(o *dashboards.Options) {
		o.AllowedHosts = []string{"Seamark.example.com", "only.example.com:8443", "10.0.0.7", ""}
	})
	for host, allowed := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LOCALHOST:1": true, "127.0.0.1:8080": true, "127.8.9.10": true, "[::1]:8080": true, "[::1]": true, "localhost.:80": true,
		"seamark.example.com": true, "SEAMARK.example.com:9999": true, "seamark.example.com.": true, "only.example.com:8443": true, "10.0.0.7:8080": true,
		"only.example.com": false, "only.example.com:80": false, "evil.test": false, "evil.test:8080": false, "localhost.evil.test": false, "127.0.0.1.evil.test": false,
		"seamark.example.com.evil.test": false, "10.0.0.8": false, "": false, "[::2]": false, "0.0.0.0": false, "xn--lcalhost-c1a": false, "localhost@evil.test": false,
	} {
		for _, route := range everyRoute {
			r := httptest.NewRequest(http.MethodGet, route, nil)
			r.Host = host
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if refused := w.Code == http.StatusMisdirectedRequest; refused == allowed {
				t.Errorf("Host %q at %s: %d", host, route, w.Code)
			}
		}
	}
}

func TestGuardHostAroundOtherRoutes(t *testing.T) {
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1") })
	h := dashboards.GuardHost([]string{"a.example"})(metrics)
	for host, want := range map[string]int{"a.example": 200, "b.example": 421} {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", host, w.Code, want)
		}
	}
}

func TestHeadersOnEveryRoute(t *testing.T) {
	h := newServer(t, nil)
	for _, route := range everyRoute {
		r := get(h, route)
		csp := r.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s", route, want)
			}
		}
		if strings.Contains(csp, "unsafe") || r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", route, r.Header)
		}
	}
}

func TestRoutes(t *testing.T) {
	h := newServer(t, nil)
	for route, want := range map[string]int{
		"/": 200, "/logs": 200, "/logs?q=x": 200, "/incidents": 200, "/incidents/any": 200, "/assets/app.js": 200, "/api/flow": 200, "/api/logs": 200,
		"/sql": 404, "/logs/": 404, "/incidents/a/b": 404, "/index.html": 404, "/assets/": 404, "/assets/none.js": 404, "/assets/..%2findex.html": 404, "/api/none": 404, "/api/incidents/none": 404, "/login": 404,
	} {
		if r := get(h, route); r.StatusCode != want {
			t.Errorf("%s: %d, want %d", route, r.StatusCode, want)
		}
	}
}

// TestNoPage: a path that is none of ours gets the page, which says so, under status 404.
func TestNoPage(t *testing.T) {
	r := get(newServer(t, nil), "/nopage")
	if r.StatusCode != 404 || r.Header.Get("Content-Type") != "text/html; charset=utf-8" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	if b := body(t, r); !strings.Contains(b, "/assets/app.js") {
		t.Errorf("not the page: %s", b)
	}
}

// TestNothingWrites: no method but GET and HEAD reaches anything, from here or from elsewhere.
func TestNothingWrites(t *testing.T) {
	h := newServer(t, nil)
	for _, route := range everyRoute {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
			for _, site := range []string{"same-origin", "cross-site"} {
				r := httptest.NewRequest(method, route, strings.NewReader("{}"))
				r.Host = "localhost"
				r.Header.Set("Sec-Fetch-Site", site)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if site == "cross-site" && w.Code != http.StatusForbidden || w.Code < 400 {
					t.Errorf("%s %s from %s: %d", method, route, site, w.Code)
				}
			}
		}
	}
}

func TestAssetsAreCachedByTag(t *testing.T) {
	h := newServer(t, nil)
	for _, enc := range []string{"", "gzip, br", "gzip;q=0"} {
		first := get(h, "/assets/app.js", "Accept-Encoding", enc)
		tag, text := first.Header.Get("ETag"), body(t, first)
		if tag == "" || first.Header.Get("Cache-Control") != "no-cache" {
			t.Fatalf("%q: %v", enc, first.Header)
		}
		if packed := first.Header.Get("Content-Encoding") == "gzip"; packed != (enc == "gzip, br") {
			t.Errorf("%q: packed is %v", enc, packed)
		} else if packed {
			z, err := gzip.NewReader(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(z)
			if err != nil || string(plain) != body(t, get(h, "/assets/app.js")) {
				t.Errorf("the packed script differs: %v", err)
			}
		}
		again := get(h, "/assets/app.js", "Accept-Encoding", enc, "If-None-Match", `"old", W/`+tag)
		if again.StatusCode != http.StatusNotModified || body(t, again) != "" {
			t.Errorf("%q: %d", enc, again.StatusCode)
		}
	}
}

func TestToken(t *testing.T) {
	h := newServer(t, func(o *dashboards.Options) { o.Token = testToken })
	open := map[string]bool{"/login": true, "/assets/app.css": true, "/favicon.svg": true}
	for _, route := range everyRoute {
		if r := get(h, route); !open[route] && r.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d", route, r.StatusCode)
		}
		r := get(h, route, "Accept", "text/html,*/*")
		if !open[route] && (r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/login?next=")) {
			t.Errorf("%s in a browser: %d %s", route, r.StatusCode, r.Header.Get("Location"))
		}
		if r := get(h, route, "Authorization", "Bearer "+testToken); r.StatusCode == http.StatusUnauthorized {
			t.Errorf("%s with the token: %d", route, r.StatusCode)
		}
	}
	fromChat := get(h, "/incidents/x", "Accept", "text/html", "Sec-Fetch-Site", "cross-site")
	if text := body(t, fromChat); fromChat.StatusCode != 200 || !strings.Contains(text, `http-equiv="refresh"`) || len(text) > 300 {
		t.Errorf("a link followed from chat: %d %s", fromChat.StatusCode, text)
	}
}

func TestTokenMustBeLong(t *testing.T) {
	opts, _ := options(t, fixed)
	opts.Token = "short"
	if _, err := dashboards.New(opts); err == nil || strings.Contains(err.Error(), "short\"") {
		t.Errorf("got %v", err)
	}
}

// login posts the form and returns the answer.
func login(h http.Handler, token, next, remote string) *http.Response {
	r := httptest.NewRequest(http.MethodPost, "/login", strings.NewReader(url.Values{"token": {token}, "next": {next}}.Encode()))
	r.Host, r.RemoteAddr = "localhost", remote
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestSession(t *testing.T) {
	now := noon
	h := newServer(t, func(o *dashboards.Options) { o.Token, o.Now = testToken, func() time.Time { return now } })
	r := login(h, testToken, "/logs?q=x", "192.0.2.1:5")
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/logs?q=x" || len(r.Cookies()) != 1 {
		t.Fatalf("%d %v", r.StatusCode, r.Header)
	}
	c := r.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || strings.Contains(c.Value, testToken) {
		t.Errorf("cookie %+v", c)
	}
	with := func(value string) int {
		return get(h, "/api/flow", "Cookie", c.Name+"="+value).StatusCode
	}
	if got := with(c.Value); got != 200 {
		t.Errorf("with the cookie: %d", got)
	}
	expiry, rest, _ := strings.Cut(c.Value, ".")
	for _, forged := range []string{"", ".", "..", expiry[:len(expiry)-1] + "9." + rest, "9" + c.Value, c.Value[:len(c.Value)-1], c.Value + "0", strings.Repeat("a", 5000), expiry + "." + rest[:33] + strings.Repeat("0", 64)} {
		if got := with(forged); got != http.StatusUnauthorized {
			t.Errorf("forged %.60q: %d", forged, got)
		}
	}
	now = now.Add(7*24*time.Hour + time.Second)
	if got := with(c.Value); got != http.StatusUnauthorized {
		t.Errorf("after a week: %d", got)
	}
}

func TestLoginStaysHere(t *testing.T) {
	h := newServer(t, func(o *dashboards.Options) { o.Token = testToken })
	for next, want := range map[string]string{
		"/logs": "/logs", "": "/", "//evil.test": "/", "https://evil.test": "/", `/\evil.test`: "/", "/\t/evil.test": "/", "javascript:alert(1)": "/", "/a\\b": "/", "/a\r\nX: y": "/",
	} {
		if got := login(h, testToken, next, "192.0.2.1:5").Header.Get("Location"); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
	}
}

func TestLoginShowsNoMarkup(t *testing.T) {
	h := newServer(t, func(o *dashboards.Options) { o.Token = testToken })
	if text := body(t, get(h, "/login?next="+url.QueryEscape(`/"><script>x</script>`))); strings.Contains(text, "<script") {
		t.Error(text)
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	now := noon
	h := newServer(t, func(o *dashboards.Options) { o.Token, o.Now = testToken, func() time.Time { return now } })
	var last int
	for range 12 {
		last = login(h, "wrong wrong wrong wrong", "/", "192.0.2.1:5").StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the twelfth guess: %d", last)
	}
	if got := login(h, testToken, "/", "192.0.2.1:99").StatusCode; got != http.StatusTooManyRequests {
		t.Errorf("the right token after too many guesses: %d", got)
	}
	if got := login(h, testToken, "/", "192.0.2.2:5").StatusCode; got != http.StatusSeeOther {
		t.Errorf("another address: %d", got)
	}
	now = now.Add(61 * time.Second)
	if got := login(h, testToken, "/", "192.0.2.1:5").StatusCode; got != http.StatusSeeOther {
		t.Errorf("a minute later: %d", got)
	}
	for range 12 {
		last = get(h, "/api/flow", "Authorization", "Bearer wrong").StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("guessing by header: %d", last)
	}
}

// TestBudget holds what is sent to the limits of the UX guide.
func TestBudget(t *testing.T) {
	size := func(pattern string) (sum int) {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v %v", pattern, names, err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
			_, _ = z.Write(b)
			_ = z.Close()
			sum += out.Len()
		}
		return sum
	}
	if got := size("web/dist/assets/app.js"); got > 60_000 {
		t.Errorf("script of the first load: %d bytes gzip, budget 60,000", got)
	}
	if got := size("web/dist/assets/*.js"); got > 70_000 { // with what comes when an incident is looked at
		t.Errorf("all script: %d bytes gzip, budget 70,000", got)
	}
	if got := size("web/dist/assets/*.css"); got > 8_000 {
		t.Errorf("style: %d bytes gzip, budget 8,000", got)
	}
}

// TestNothingOffOrigin: no built file names another host to load from, no font is
// shipped, nothing is inline, and no colour stands outside the tokens.
func TestNothingOffOrigin(t *testing.T) {
	page := string(tree(t, "web/dist")["index.html"])
	if strings.Contains(page, "style=") || regexp.MustCompile(`<script(?:>| [^>]*[^"/]>)[^<]`).MatchString(page) || strings.Contains(page, "//") {
		t.Errorf("index.html holds something inline or foreign: %s", page)
	}
	foreign := regexp.MustCompile(`(?:url\(|@import|@font-face|import\(|src=)["']?(?:https?:)?//`)
	for name, b := range tree(t, "web/dist") {
		if m := foreign.Find(b); m != nil {
			t.Errorf("%s loads from elsewhere: %s", name, m)
		}
		if strings.Contains(string(b), "@font-face") || strings.HasSuffix(name, ".woff2") {
			t.Errorf("%s brings a font", name)
		}
	}
	hex := regexp.MustCompile(`#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b`)
	for name, b := range tree(t, "web/src") {
		if m := hex.Find(b); m != nil && name != "style/tokens.css" {
			t.Errorf("web/src/%s holds the colour %s: colours belong into tokens.css", name, m)
		}
	}
}

package dashboards

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/seamark-hq/seamark"
)

const (
	cookieName   = "seamark_session"
	secureCookie = "__Host-" + cookieName // browsers take it over TLS alone, from this very host alone
	sessionLasts = 7 * 24 * time.Hour
	minToken     = 16 // bytes
)

//go:embed login.html
var loginPage string

// login knows one token and the sessions signed with it. A cookie is its own proof
// (expiry, nonce, HMAC), so a restart logs nobody out, and a new token ends every session;
// sessions, where they are kept, can be ended one by one.
type login struct {
	sessions *Sessions // may be nil
	log      *slog.Logger
	token    [32]byte // hash: compared in constant time, whatever the lengths
	key      []byte   // signs sessions
	now      func() time.Time
	failures *failures
	page     *template.Template
}

func newLogin(token string, o Options) (*login, error) {
	if len(token) < minToken {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the login token is shorter than 16 characters", Where: "token", Remedy: "use a long random one, such as: openssl rand -hex 24"}
	}
	page, err := template.New("login").Parse(loginPage)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("seamark session key 1"))
	return &login{token: sha256.Sum256([]byte(token)), key: mac.Sum(nil), now: o.Now, failures: newFailures(o.Now), page: page, sessions: o.Sessions, log: o.Logger}, nil
}

// RequireLogin lets through who shows the token or a session, and everybody when no
// token is set. The login page and its style are open to all.
func (s *Server) RequireLogin(next http.Handler) http.Handler {
	if s.login == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/login", "/assets/app.css", "/favicon.svg":
			next.ServeHTTP(w, r)
			return
		}
		known, tooMany := s.login.knows(r)
		switch {
		case known:
			next.ServeHTTP(w, r)
		case tooMany:
			refuseForNow(w)
		case wantsPage(r) && r.Header.Get("Sec-Fetch-Site") == "cross-site":
			s.login.bounce(w)
		case wantsPage(r):
			http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		default:
			w.Header().Set("WWW-Authenticate", `Bearer realm="seamark"`)
			writeFault(w, http.StatusUnauthorized, faultJSON{What: "nobody is logged in", Where: r.URL.Path, Remedy: "open /login, or send Authorization: Bearer with the token"})
		}
	})
}

func wantsPage(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// bounce makes the browser ask again, this time from here: it keeps a strict cookie
// back when a link on another site (a card in chat) was followed, although somebody
// may well be logged in.
func (l *login) bounce(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><meta http-equiv="refresh" content="0"><title>Seamark</title></html>`))
}

// knows says whether the request proves a login, and whether its sender has guessed
// wrong too often to be heard.
func (l *login) knows(r *http.Request) (known, tooMany bool) {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return l.try(r, token)
	}
	c, err := r.Cookie(cookieOf(r))
	return err == nil && l.validSession(c.Value), false
}

// try compares a token in constant time and counts failures.
func (l *login) try(r *http.Request, token string) (known, tooMany bool) {
	if l.failures.tooMany(r.RemoteAddr) {
		return false, true
	}
	got := sha256.Sum256([]byte(token))
	if hmac.Equal(got[:], l.token[:]) {
		return true, false
	}
	l.failures.add(r.RemoteAddr)
	return false, false
}

// cookieOf is the name of the session's cookie.
func cookieOf(r *http.Request) string {
	if secure(r) {
		return secureCookie
	}
	return cookieName
}

// newSession begins a session and returns its cookie's value.
func (l *login) newSession(r *http.Request) string {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	now := l.now()
	until := now.Add(sessionLasts)
	body := strconv.FormatInt(until.Unix(), 10) + "." + hex.EncodeToString(nonce)
	if l.sessions != nil {
		browser := strings.ToValidUTF8(r.UserAgent(), "\ufffd")
		err := l.sessions.begin(Session{ID: sessionID(body), Since: now.UTC().Truncate(time.Second), Until: until.UTC().Truncate(time.Second), Address: hostOf(r.RemoteAddr), Browser: browser[:min(len(browser), 200)]})
		if err != nil {
			l.log.Warn("a session could not be stored; it ends with this process", "error", err)
		}
	}
	return body + "." + hex.EncodeToString(l.sign(body))
}

// validSession reports whether a cookie proves a session that holds.
func (l *login) validSession(s string) bool {
	body, ok := l.signed(s)
	return ok && (l.sessions == nil || l.sessions.holds(sessionID(body)))
}

// signed returns what a cookie's value is about, if it is ours and its time is not over.
func (l *login) signed(s string) (body string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 || len(s) > 200 {
		return "", false
	}
	mac, err := hex.DecodeString(s[i+1:])
	if err != nil || !hmac.Equal(mac, l.sign(s[:i])) {
		return "", false
	}
	expiry, _, _ := strings.Cut(s[:i], ".")
	sec, err := strconv.ParseInt(expiry, 10, 64)
	return s[:i], err == nil && l.now().Unix() < sec
}

func (l *login) sign(body string) []byte {
	mac := hmac.New(sha256.New, l.key)
	mac.Write([]byte(body))
	return mac.Sum(nil)
}

func (l *login) form(w http.ResponseWriter, r *http.Request) {
	l.show(w, http.StatusOK, r.URL.Query().Get("next"), "")
}

func (l *login) show(w http.ResponseWriter, status int, next, wrong string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = l.page.Execute(w, map[string]string{"Next": ownPath(next), "Wrong": wrong}) // a reader that went away is not our concern
}

// enter exchanges the token for a session cookie.
func (l *login) enter(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	if err := r.ParseForm(); err != nil {
		writeFault(w, http.StatusBadRequest, faultJSON{What: "the form cannot be read", Where: "/login", Remedy: "use the login page"})
		return
	}
	next := ownPath(r.PostForm.Get("next"))
	known, tooMany := l.try(r, r.PostForm.Get("token"))
	switch {
	case tooMany:
		w.Header().Set("Retry-After", "60")
		l.show(w, http.StatusTooManyRequests, next, "Too many wrong tokens from your address. Wait a minute.")
	case !known:
		l.show(w, http.StatusUnauthorized, next, "That is not the token.")
	default:
		http.SetCookie(w, &http.Cookie{
			Name: cookieOf(r), Value: l.newSession(r), Path: "/", MaxAge: int(sessionLasts / time.Second),
			HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure(r),
		})
		http.Redirect(w, r, next, http.StatusSeeOther)
	}
}

// leave ends the session of who asks.
func (l *login) leave(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(cookieOf(r)); err == nil && l.sessions != nil {
		if body, ok := l.signed(c.Value); ok {
			if err := l.sessions.end(sessionID(body)); err != nil {
				l.log.Error("a session could not be ended", "error", err)
				writeFault(w, http.StatusServiceUnavailable, faultJSON{What: "the session could not be ended", Where: "/logout", Remedy: "try again, or have it ended with `seamark session revoke`"})
				return
			}
		}
	}
	http.SetCookie(w, &http.Cookie{Name: cookieOf(r), Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure(r)})
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// ownPath keeps a redirect on this site: a path that no browser reads as a host.
func ownPath(p string) string {
	if len(p) < 2 || p[0] != '/' || p[1] == '/' || p[1] == '\\' || strings.ContainsFunc(p, func(r rune) bool { return r < 0x20 || r == '\\' }) {
		return "/"
	}
	return p
}

func refuseForNow(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "60")
	writeFault(w, http.StatusTooManyRequests, faultJSON{What: "too many wrong tokens from this address", Where: "login", Remedy: "wait a minute"})
}

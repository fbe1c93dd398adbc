package dashboards

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/seamark-hq/seamark"
)

const (
	cookieName   = "seamark_session"
	sessionLasts = 7 * 24 * time.Hour
	minToken     = 16 // bytes
)

//go:embed login.html
var loginPage string

// login knows one token and the sessions signed with it. A session is its own proof
// (expiry, nonce, HMAC), so nothing is stored, a restart logs nobody out, and a new
// token ends every session.
type login struct {
	token    [32]byte // hash: compared in constant time, whatever the lengths
	key      []byte   // signs sessions
	now      func() time.Time
	failures *failures
	page     *template.Template
}

func newLogin(token string, now func() time.Time) (*login, error) {
	if len(token) < minToken {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the login token is shorter than 16 characters", Where: "token", Remedy: "use a long random one, such as: openssl rand -hex 24"}
	}
	page, err := template.New("login").Parse(loginPage)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("seamark session key 1"))
	return &login{token: sha256.Sum256([]byte(token)), key: mac.Sum(nil), now: now, failures: newFailures(now), page: page}, nil
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
	c, err := r.Cookie(cookieName)
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

func (l *login) newSession() string {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	body := strconv.FormatInt(l.now().Add(sessionLasts).Unix(), 10) + "." + hex.EncodeToString(nonce)
	return body + "." + hex.EncodeToString(l.sign(body))
}

func (l *login) validSession(s string) bool {
	i := strings.LastIndexByte(s, '.')
	if i < 0 || len(s) > 200 {
		return false
	}
	mac, err := hex.DecodeString(s[i+1:])
	if err != nil || !hmac.Equal(mac, l.sign(s[:i])) {
		return false
	}
	expiry, _, _ := strings.Cut(s[:i], ".")
	sec, err := strconv.ParseInt(expiry, 10, 64)
	return err == nil && l.now().Unix() < sec
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
			Name: cookieName, Value: l.newSession(), Path: "/", MaxAge: int(sessionLasts / time.Second),
			HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
		})
		http.Redirect(w, r, next, http.StatusSeeOther)
	}
}

func (l *login) leave(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
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

package dashboards_test

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/dashboards"
	"github.com/seamark-hq/seamark/lake"
)

func openDir(t *testing.T) *lake.Dir {
	t.Helper()
	d, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Each session can be ended by itself: by its owner, or by a command that has only the
// folder. A restart ends none.
func TestSessionsEndOneByOne(t *testing.T) {
	d := openDir(t)
	serve := func() http.Handler {
		return newServer(t, func(o *dashboards.Options) {
			o.Token, o.Now, o.Sessions = testToken, func() time.Time { return noon }, dashboards.NewSessions(d, "sessions")
		})
	}
	h := serve()
	enter := func(from string) *http.Cookie {
		r := login(h, testToken, "/", from)
		if r.StatusCode != http.StatusSeeOther || len(r.Cookies()) != 1 {
			t.Fatalf("%d %v", r.StatusCode, r.Header)
		}
		return r.Cookies()[0]
	}
	a, b, c := enter("192.0.2.1:5"), enter("192.0.2.2:5"), enter("192.0.2.3:5")
	h = serve()
	holds := func(c *http.Cookie) bool {
		return get(h, "/api/flow", "Cookie", c.Name+"="+c.Value).StatusCode == http.StatusOK
	}
	if !holds(a) || !holds(b) || !holds(c) {
		t.Error("a restart ended a session")
	}
	leave := httptest.NewRequest(http.MethodPost, "/logout", nil)
	leave.Host = "localhost"
	leave.AddCookie(a)
	h.ServeHTTP(httptest.NewRecorder(), leave)
	if holds(a) || !holds(b) {
		t.Error("who left is still in, or somebody else is not")
	}
	command := dashboards.NewSessions(d, "sessions")
	list, err := command.List()
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	for _, x := range list {
		if x.Address == "192.0.2.2" {
			if _, err := command.End(x.ID[:6]); err != nil {
				t.Error(err)
			}
		}
		if strings.Contains(b.Value+c.Value, x.ID) {
			t.Error("the id gives the cookie away")
		}
	}
	if holds(b) || !holds(c) {
		t.Error("the wrong one was ended")
	}
	if _, err := command.End("zz"); seamark.ClassOf(err) != seamark.Rejected {
		t.Error(err)
	}
	if n, err := command.EndAll(); err != nil || n != 1 || holds(c) {
		t.Error(n, err)
	}
}

// A session whose time is over leaves no file for ever.
func TestSessionsAreSweptUp(t *testing.T) {
	d, now := openDir(t), noon
	s := dashboards.NewSessions(d, "sessions")
	h := newServer(t, func(o *dashboards.Options) {
		o.Token, o.Now, o.Sessions = testToken, func() time.Time { return now }, s
	})
	login(h, testToken, "/", "192.0.2.1:5")
	now = now.Add(8 * 24 * time.Hour)
	login(h, testToken, "/", "192.0.2.2:5")
	if list, err := s.List(); err != nil || len(list) != 1 || list[0].Address != "192.0.2.2" {
		t.Error(list, err)
	}
}

// fullDisk takes no file.
type fullDisk struct{ *lake.Dir }

func (fullDisk) PutBytes(string, []byte) error { return errors.New("no space left on device") }

// On a full disk people can still log in, to see why; a damaged file is a session that can be ended.
func TestSessionsOnABadDisk(t *testing.T) {
	d := openDir(t)
	s := dashboards.NewSessions(fullDisk{d}, "sessions")
	h := newServer(t, func(o *dashboards.Options) { o.Token, o.Sessions = testToken, s })
	c := login(h, testToken, "/", "192.0.2.1:5").Cookies()[0]
	if got := get(h, "/api/flow", "Cookie", c.Name+"="+c.Value).StatusCode; got != 200 {
		t.Errorf("got %d", got)
	}
	if err := d.PutBytes("sessions/00112233aabbccdd.json", []byte("{")); err != nil {
		t.Fatal(err)
	}
	if list, err := s.List(); err != nil || len(list) != 1 || list[0].ID != "00112233aabbccdd" {
		t.Error(list, err)
	}
	if _, err := s.End("0011"); err != nil {
		t.Error(err)
	}
	if _, err := d.Stat("sessions/00112233aabbccdd.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// What a trusted proxy says counts, what a stranger says does not: for who guesses, and for
// the cookie, which over TLS has the name that no other host can set.
func TestTrustedProxies(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct{ remote, forwarded, proto, client, cookie string }{
		{"10.1.2.3:5", "198.51.100.7", "https", "198.51.100.7", "__Host-seamark_session"},
		{"[fd00::1]:5", "198.51.100.7, 10.9.9.9", "https", "198.51.100.7", "__Host-seamark_session"},
		{"10.1.2.3:5", "203.0.113.9, 198.51.100.7", "http", "198.51.100.7", "seamark_session"},
		{"10.1.2.3:5", "203.0.113.9, nonsense", "https,http", "10.1.2.3", "seamark_session"},
		{"10.1.2.3:5", "[2001:db8::1]:99", "https", "2001:db8::1", "__Host-seamark_session"},
		{"10.1.2.3:5", "", "", "10.1.2.3", "seamark_session"},
		{"192.0.2.1:5", "198.51.100.7", "https", "192.0.2.1", "seamark_session"},
	} {
		s := dashboards.NewSessions(openDir(t), "sessions")
		h := dashboards.TrustProxies(trusted)(newServer(t, func(o *dashboards.Options) { o.Token, o.Sessions = testToken, s }))
		r := httptest.NewRequest(http.MethodPost, "/login", strings.NewReader("token="+testToken))
		r.Host, r.RemoteAddr = "localhost", c.remote
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if c.proto != "" {
			r.Header.Set("X-Forwarded-Proto", c.proto)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		cookies := w.Result().Cookies()
		list, err := s.List()
		if err != nil || len(list) != 1 || len(cookies) != 1 {
			t.Errorf("%+v: %v %v %v", c, list, cookies, err)
			continue
		}
		if list[0].Address != c.client || cookies[0].Name != c.cookie || cookies[0].Secure != (c.cookie != "seamark_session") {
			t.Errorf("%+v: client %s, cookie %s", c, list[0].Address, cookies[0].Name)
		}
	}
}

// A field that is named a hundred times is counted once.
func TestFacetsOnce(t *testing.T) {
	h := newServer(t, nil)
	if r := get(h, "/api/logs/facets?field=level"+strings.Repeat(",level", 100)); r.StatusCode != 200 || strings.Count(body(t, r), `"field":"level"`) != 1 {
		t.Errorf("got %d", r.StatusCode)
	}
}

package act_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/act"
	"github.com/seamark-hq/seamark/alerter/incident"
)

type acts struct{ done []incident.Act }

func (a *acts) Act(_ context.Context, x incident.Act) error {
	a.done = append(a.done, x)
	return nil
}

func start() time.Time { return time.Date(2026, 3, 28, 22, 30, 0, 0, time.UTC) } // the clocks change in the night

func open() *seamark.Incident {
	return &seamark.Incident{ID: "20260328T220000Z-booking-prod", Status: seamark.IncidentOpen, OpenedAt: start().Add(-time.Hour)}
}

func signer() act.Signer {
	return act.Signer{Key: []byte(strings.Repeat("k", 32)), Base: "https://seamark.example.com/"}
}

func page(now *time.Time, doer act.Doer) http.Handler {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return act.New(act.Options{
		Signer: signer(), Doer: doer, Now: func() time.Time { return *now },
		About: func(id string) (string, *time.Location, bool) {
			return "booking prod: <b>4xx</b>", berlin, id == open().ID
		},
	})
}

func ask(h http.Handler, method, target string, form url.Values) (int, string) {
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(body)
}

// A preview opens every link and changes nothing; one confirming click does.
func TestOnlyAConfirmedClickActs(t *testing.T) {
	now, doer := start(), &acts{}
	h := page(&now, doer)
	list := signer().Links(open())
	if len(list) != 4 {
		t.Fatalf("links %v", list)
	}
	for _, l := range list {
		u, err := url.Parse(l.URL)
		if err != nil || u.Host != "seamark.example.com" || u.Path != act.Path {
			t.Fatalf("%s: %v", l.URL, err)
		}
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "PUT"} {
			ask(h, method, u.RequestURI(), nil)
		}
		if len(doer.done) != 0 {
			t.Fatalf("%s acted: %v", l.Label, doer.done)
		}
		status, body := ask(h, "GET", u.RequestURI(), nil)
		if status != 200 || !strings.Contains(body, "&lt;b&gt;4xx") || !strings.Contains(body, l.Label) {
			t.Errorf("%s: %d %s", l.Label, status, body)
		}
		if status, _ := ask(h, "POST", act.Path, u.Query()); status != 400 || len(doer.done) != 0 {
			t.Errorf("%s: nobody was named, status %d", l.Label, status)
		}
		form := u.Query()
		form.Set("who", " Ana <script> ")
		if status, _ := ask(h, "POST", act.Path, form); status != 200 || len(doer.done) != 1 {
			t.Fatalf("%s: status %d, %v", l.Label, status, doer.done)
		}
		got := doer.done[0]
		want := map[string]time.Time{
			"Acknowledge": {}, "Silence 1 h": now.Add(time.Hour), "Silence 4 h": now.Add(4 * time.Hour),
			"Silence until tomorrow 9:00": time.Date(2026, 3, 29, 7, 0, 0, 0, time.UTC), // 9:00 in summer time
		}[l.Label]
		if got.Incident != open().ID || got.By != "Ana <script>" || !got.Until.Equal(want) {
			t.Errorf("%s: %+v, want until %v", l.Label, got, want)
		}
		doer.done = nil
	}
}

// What was not signed by us, is for something else, or is too old does nothing.
func TestForgedAndExpired(t *testing.T) {
	now, doer := start(), &acts{}
	h := page(&now, doer)
	u, err := url.Parse(signer().Links(open())[1].URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(url.Values){
		"another incident":  func(q url.Values) { q.Set("i", "20260328T220000Z-quote-prod") },
		"another choice":    func(q url.Values) { q.Set("d", "4h") },
		"a later end":       func(q url.Values) { q.Set("e", "99999999999") },
		"no signature":      func(q url.Values) { q.Del("s") },
		"a signature cut":   func(q url.Values) { q.Set("s", q.Get("s")[:20]) },
		"an unknown choice": func(q url.Values) { q.Set("d", "resolve") },
	} {
		q := u.Query()
		change(q)
		q.Set("who", "Mallory")
		if status, _ := ask(h, "POST", act.Path, q); status != 403 || len(doer.done) != 0 {
			t.Errorf("%s: status %d, %v", name, status, doer.done)
		}
		if status, _ := ask(h, "GET", act.Path+"?"+q.Encode(), nil); status != 403 {
			t.Errorf("%s: GET %d", name, status)
		}
	}
	q := u.Query()
	q.Set("who", "Ana")
	now = start().Add(7 * 24 * time.Hour)
	if status, body := ask(h, "POST", act.Path, q); status != 403 || !strings.Contains(body, "expired") || len(doer.done) != 0 {
		t.Errorf("expired: %d, %v", status, doer.done)
	}
	other := act.Signer{Key: []byte(strings.Repeat("x", 32)), Base: "https://seamark.example.com"}
	now = start()
	foreign, _ := url.Parse(other.Links(open())[0].URL)
	if status, _ := ask(h, "GET", foreign.RequestURI(), nil); status != 403 {
		t.Errorf("another key: %d", status)
	}
	in := open()
	in.Status = seamark.IncidentResolved
	if list := signer().Links(in); list != nil {
		t.Errorf("an incident that is over has %v", list)
	}
	big := url.Values{"who": {strings.Repeat("x", 20_000)}}
	if status, _ := ask(h, "POST", act.Path, big); status != 400 {
		t.Errorf("a large form: %d", status)
	}
}

package fleet_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// fakeClock passes only while somebody sleeps.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
	wake  func(now time.Time) error // called after each sleep
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	if c.wake != nil {
		if err := c.wake(c.now); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// endpoint answers one request after the other with the given functions, the last one for ever.
type endpoint struct {
	t       *testing.T
	answers []func(w http.ResponseWriter, id string)

	mu     sync.Mutex
	ids    []string
	last   fleet.Request
	header http.Header
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		gz, err := gzip.NewReader(r.Body)
		if err != nil {
			e.t.Error(err)
			return
		}
		body = gz
	}
	var got fleet.Request
	if err := json.NewDecoder(body).Decode(&got); err != nil {
		e.t.Error(err)
	}
	id := r.Header.Get("X-Amz-Firehose-Request-Id")
	e.mu.Lock()
	e.last, e.header = got, r.Header
	e.ids = append(e.ids, id)
	answer := e.answers[min(len(e.ids), len(e.answers))-1]
	e.mu.Unlock()
	answer(w, id)
}

func ok(w http.ResponseWriter, id string) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"requestId":%q,"timestamp":%d}`, id, time.Now().UnixMilli())
}

func status(code int) func(http.ResponseWriter, string) {
	return func(w http.ResponseWriter, id string) {
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"requestId":%q,"timestamp":1,"errorMessage":"no"}`, id)
	}
}

func text(s string) func(http.ResponseWriter, string) {
	return func(w http.ResponseWriter, _ string) { io.WriteString(w, s) }
}

func TestFirehose(t *testing.T) {
	type answers = []func(http.ResponseWriter, string)
	for _, tc := range []struct {
		name     string
		answers  answers
		want     error
		attempts int
	}{
		{"acknowledged", answers{ok}, nil, 1},
		{"busy, then down, then acknowledged", answers{status(429), status(503), status(500), ok}, nil, 4},
		{"wrong key is tried again", answers{status(401), ok}, nil, 2},
		{"not JSON", answers{text("<html>fine</html>"), ok}, nil, 2},
		{"another request's answer", answers{text(`{"requestId":"x","timestamp":1}`), ok}, nil, 2},
		{"no time", answers{func(w http.ResponseWriter, id string) { fmt.Fprintf(w, `{"requestId":%q}`, id) }, ok}, nil, 2},
		{"201 is not success", answers{status(201), ok}, nil, 2},
		{"hang up", answers{func(http.ResponseWriter, string) { panic(http.ErrAbortHandler) }, ok}, nil, 2},
		{"too large is final", answers{status(413), ok}, fleet.ErrRefused, 1},
		{"never", answers{status(503)}, fleet.ErrGaveUp, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := &endpoint{t: t, answers: tc.answers}
			srv := httptest.NewServer(e)
			defer srv.Close()
			clock := &fakeClock{now: start}
			h := &fleet.Firehose{URL: srv.URL, AccessKey: "k", Clock: clock, CommonAttributes: map[string]string{"a": "b"}, Gzip: tc.attempts == 4}
			err := h.Post(t.Context(), [][]byte{{0, 1, 2}, {}, []byte("abc")})
			if !errors.Is(err, tc.want) {
				t.Errorf("error: got %v, want %v", err, tc.want)
			}
			if tc.attempts > 0 && len(e.ids) != tc.attempts {
				t.Errorf("attempts: got %d, want %d", len(e.ids), tc.attempts)
			}
			for _, id := range e.ids {
				if id != e.ids[0] || len(id) != 36 {
					t.Errorf("request ids: %q", e.ids)
				}
			}
			want := fleet.Request{RequestID: e.ids[0], Timestamp: start.UnixMilli(), Records: []fleet.Record{{Data: []byte{0, 1, 2}}, {Data: []byte{}}, {Data: []byte("abc")}}}
			if diff := cmp.Diff(e.last, want); diff != "" {
				t.Errorf("body (-got +want):\n%s", diff)
			}
			if got, want := e.header.Get("X-Amz-Firehose-Common-Attributes"), `{"commonAttributes":{"a":"b"}}`; got != want {
				t.Errorf("common attributes: got %s, want %s", got, want)
			}
			if got := e.header.Get("X-Amz-Firehose-Access-Key"); got != "k" {
				t.Errorf("key: got %q", got)
			}
			if passed := clock.now.Sub(start); passed > 300*time.Second {
				t.Errorf("went on for %s", passed)
			}
		})
	}
}

func TestFirehoseHang(t *testing.T) {
	release := make(chan struct{})
	hang := func(http.ResponseWriter, string) { <-release }
	e := &endpoint{t: t, answers: []func(http.ResponseWriter, string){hang, ok}}
	srv := httptest.NewServer(e)
	defer srv.Close()
	h := &fleet.Firehose{URL: srv.URL, Clock: &fakeClock{now: start}, AttemptTimeout: 50 * time.Millisecond}
	if err := h.Post(t.Context(), [][]byte{{1}}); err != nil {
		t.Error(err)
	}
	close(release)
}

// stored is a poster that keeps what it gets and fails now and then.
type stored struct {
	records [][]byte
	fail    func(n int) bool
	n       int
}

func (s *stored) Post(_ context.Context, records [][]byte) error {
	s.n++
	if s.fail != nil && s.fail(s.n) {
		return errors.New("not today")
	}
	s.records = append(s.records, records...)
	return nil
}

func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	clock := &fakeClock{now: start.Add(5 * time.Second)} // five seconds to catch up with
	clock.wake = func(now time.Time) error {
		if now.Sub(start) >= 12*time.Second {
			cancel()
		}
		return nil
	}
	f := fleet.New(fleet.Options{Seed: 2, Start: start, Clock: clock})
	p := &stored{fail: func(n int) bool { return n == 3 }}
	if err := f.Run(ctx, p); err == nil {
		t.Error("the lost delivery is not reported")
	}
	var events int64
	for _, r := range p.records {
		if d := decode(t, r); d.MessageType == "DATA_MESSAGE" {
			events += int64(len(d.LogEvents))
		}
	}
	got, lost := f.Delivered(), f.Lost()
	if got.Events != events || events == 0 || lost.Events == 0 {
		t.Errorf("delivered %d (want %d), lost %d", got.Events, events, lost.Events)
	}
	_, truth := collect(f, 11)
	if got.Events+lost.Events != truth.Events {
		t.Errorf("delivered and lost: got %d, want %d", got.Events+lost.Events, truth.Events)
	}
}

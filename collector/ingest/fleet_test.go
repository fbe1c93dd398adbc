package ingest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector/ingest"
	"github.com/seamark-hq/seamark/internal/fleet"
)

// TestFleet: what the simulated Firehose delivers over HTTP, compressed and not, is what
// lies in the landing zone, event by event.
func TestFleet(t *testing.T) {
	root, spool, h := open(t, ingest.SpoolOptions{SealBytes: 100_000})
	var flaky atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := flaky.Add(1)
		if n%7 == 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if n%5 == 2 { // stored, but the answer is lost
			h.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	}))
	defer srv.Close()
	for _, gz := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		begin := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)
		f := fleet.New(fleet.Options{
			Seed: 4, Start: begin, BreakAfter: 5 * time.Second, BreakFor: 5 * time.Second, EventsPerSecond: 1000,
			Clock: &stopped{begin.Add(8 * time.Second), cancel},
		})
		hose := &fleet.Firehose{URL: srv.URL, AccessKey: accessKey, Gzip: gz, FirstBackoff: time.Millisecond}
		if err := f.Run(ctx, hose); err != nil {
			t.Error(err)
		}
		checkFleet(t, root, spool, f)
		root, spool, h = open(t, ingest.SpoolOptions{SealBytes: 100_000})
	}
}

// stopped is a clock that stands still; who wants to wait is told to end.
type stopped struct {
	now  time.Time
	stop func()
}

func (c *stopped) Now() time.Time { return c.now }

func (c *stopped) Sleep(ctx context.Context, _ time.Duration) error {
	c.stop()
	<-ctx.Done()
	return ctx.Err()
}

func checkFleet(t *testing.T, root string, spool *ingest.Spool, f *fleet.Fleet) {
	t.Helper()
	if err := spool.Close(); err != nil {
		t.Fatal(err)
	}
	events, control, ids := eventsBelow(t, root)
	truth := f.Delivered()
	if events != truth.Events || control != truth.ControlMessages || int64(len(ids)) != events || f.Lost().Payloads > 0 {
		t.Errorf("got %d events with %d ids and %d control messages, want %d and %d", events, len(ids), control, truth.Events, truth.ControlMessages)
	}
	if truth.Events < 5000 {
		t.Errorf("only %d events", truth.Events)
	}
}

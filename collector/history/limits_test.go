package history_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// TestHistoryHandsOn: fetches that end early, by deadline or budget, get through together.
func TestHistoryHandsOn(t *testing.T) {
	for _, how := range []string{"deadline", "budget"} {
		rig.InBubble(t, func(t *testing.T) {
			x := newPast(cloud.Options{PageSize: 10, Latency: 100 * time.Millisecond})
			x.AddLogGroup(inventory.LogGroup{Name: "/app", Created: time.Now().UnixMilli()}, rig.Booking()...)
			for i := range 2000 {
				x.Log("/app", "s", fmt.Sprint("line ", i))
				time.Sleep(100 * time.Millisecond)
			}
			time.Sleep(time.Hour)
			collector.Sweep(t.Context(), rig.Place, x, x.o)
			time.Sleep(time.Hour)
			fetches := 0
			for done := false; !done; fetches++ {
				if fetches > 500 {
					t.Fatalf("%s: not done after %d fetches", how, fetches)
				}
				h := x.h
				if how == "budget" {
					h.Budget = 9
				} else {
					h.Deadline = time.Now().Add(12 * time.Second)
				}
				r := history.FetchPending(t.Context(), rig.Place, x, h)
				if len(r.Failures) > 0 || h.Budget > 0 && r.Reads > h.Budget+1 || !h.Deadline.IsZero() && time.Now().After(h.Deadline) {
					t.Fatalf("%s: %+v at %v, deadline %v", how, r, time.Now(), h.Deadline)
				}
				done = r.Done
				time.Sleep(time.Second)
			}
			t.Logf("%s: %d fetches, %d calls", how, fetches, x.cloud.Calls()["FilterLogEvents"])
			if got := ids(x.shelf.events(t)); len(got) != 2000 || fetches < 3 {
				t.Errorf("%s: %d events after %d fetches, want 2000", how, len(got), fetches)
			}
			for id, n := range ids(x.shelf.events(t)) {
				if n != 1 {
					t.Errorf("%s lies in landing %d times", id, n)
				}
			}
			if n := x.cloud.Calls()["FilterLogEvents"]; n > 1000 {
				t.Errorf("%s: %d calls for 200 pages", how, n)
			}
		})
	}
}

// TestHistoryWindows: a millisecond that holds more than a window, streams of many lines,
// and long silences. No call is wasted that need not be.
func TestHistoryWindows(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := newPast(cloud.Options{PageSize: 50, EmptyPages: 0.1})
		x.h.Small(3000, 4000)
		x.AddLogGroup(inventory.LogGroup{Name: "/app", Created: time.Now().UnixMilli()}, rig.Booking()...)
		n := 0
		for _, burst := range []int{1, 3000, 1, 400, 10} {
			var lines []string
			for range burst {
				n++
				lines = append(lines, fmt.Sprint("line ", n*7919))
			}
			x.Log("/app", fmt.Sprint(burst), lines...) // all in one millisecond
			time.Sleep(5*time.Hour + time.Millisecond)
		}
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		time.Sleep(time.Hour)
		x.fetchAll(t)
		got := x.shelf.events(t)
		if len(got) != n {
			t.Errorf("%d events, want %d", len(got), n)
		}
		if calls := x.cloud.Calls()["FilterLogEvents"]; calls > 400 {
			t.Errorf("%d calls for %d events in pages of 50", calls, n)
		}
		if len(x.shelf.objects) < 5 {
			t.Errorf("%d objects", len(x.shelf.objects))
		}
		for key, b := range x.shelf.objects {
			if len(b) > 3000+8000 {
				t.Errorf("%s has %d bytes", key, len(b))
			}
		}
	})
}

// TestHistoryFair: a group with much history holds up none of the others.
func TestHistoryFair(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := newPast(cloud.Options{PageSize: 20, Latency: 50 * time.Millisecond})
		x.h.Small(2000, 4000)
		for g := range 30 {
			x.AddLogGroup(inventory.LogGroup{Name: fmt.Sprint("/app/", g), Created: time.Now().UnixMilli()}, rig.Booking()...)
		}
		for i := range 3000 {
			x.Log("/app/7", "s", fmt.Sprint("line ", i*7919))
			time.Sleep(50 * time.Millisecond)
		}
		for g := range 30 {
			x.Log(fmt.Sprint("/app/", g), "s", "hello")
		}
		time.Sleep(time.Hour)
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		time.Sleep(10 * time.Minute)
		others, last, events := map[string]time.Duration{}, time.Duration(0), int64(0)
		began := time.Now()
		x.h.Progress = func(p history.Progress) {
			switch {
			case p.Group != "/app/7":
				others[p.Group] = time.Since(began)
			case p.At < p.From || p.At > p.To:
				t.Errorf("%+v", p)
			default:
				last, events = time.Since(began), p.Events
			}
		}
		r := x.fetch(t)
		if r.Events != 3030 || events == 0 {
			t.Errorf("%+v", r)
		}
		for g, at := range others {
			if at > last/3 {
				t.Errorf("%s was fetched after %v, the large one took %v", g, at, last)
			}
		}
		if len(others) != 29 {
			t.Errorf("%d groups", len(others))
		}
	})
}

// TestHistoryStoresFail: when landing or the state store fails, nothing more is read, and
// nothing is lost.
func TestHistoryStoresFail(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := long()
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		time.Sleep(time.Hour)
		x.shelf.err = errors.New("disk full")
		r := history.FetchPending(t.Context(), rig.Place, x, x.h)
		if r.Done || len(r.Failures) == 0 || len(r.Failures) > 2 || !strings.Contains(r.Failures[0].Err.Error(), "disk full") {
			t.Errorf("%+v", r)
		}
		x.shelf.err = nil
		x.fetchAll(t)
		if got := ids(x.shelf.events(t)); len(got) != 180 {
			t.Errorf("%d events, want 180", len(got))
		}
	})
}

// TestHistoryTwice: two fetches at once write the same objects.
func TestHistoryTwice(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := long()
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		time.Sleep(time.Hour)
		done := make(chan bool)
		go func() {
			x.fetch(t)
			done <- true
		}()
		x.fetch(t)
		<-done
		x.fetchAll(t)
		got := ids(x.shelf.events(t))
		for id, n := range got {
			if n != 1 {
				t.Errorf("%s lies in landing %d times", id, n)
			}
		}
		if len(got) != 180 {
			t.Errorf("%d events, want 180", len(got))
		}
	})
}

// halting is a folder whose last step of a Create fails once: the object is there, but not
// yet for ever.
type halting struct {
	*shelf
	failed, settled int
}

func (h *halting) Create(key string, write func(io.Writer) error) error {
	err := h.shelf.Create(key, write)
	if err == nil && h.failed == 0 {
		h.failed++
		return errors.New("fsync: input/output error")
	}
	return err
}

func (h *halting) SyncFolder(string) error { h.settled++; return nil }

// TestHistorySettles: an object of an attempt whose last fsync failed is made durable by the
// next, before the gap is closed.
func TestHistorySettles(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := long()
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		time.Sleep(time.Hour)
		h := &halting{shelf: x.shelf}
		x.h.Landing = h
		if r := history.FetchPending(t.Context(), rig.Place, x, x.h); len(r.Failures) != 1 || r.Done {
			t.Errorf("%+v", r)
		}
		x.fetchAll(t)
		if got := ids(x.shelf.events(t)); len(got) != 180 || h.settled == 0 {
			t.Errorf("%d events, settled %d times", len(got), h.settled)
		}
	})
}

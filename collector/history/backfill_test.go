package history_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// TestBackfill: history from before onboarding lands under the filter's name; what the
// filter forwards is left to it. Stopped again and again it goes on; done again, with a
// lake to ask, it adds only what never arrived.
func TestBackfill(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := newPast(cloud.Options{PageSize: 10})
		x.h.Small(600, 2000)
		x.AddLogGroup(inventory.LogGroup{Name: "/app", Created: time.Now().Add(-365 * 24 * time.Hour).UnixMilli()}, rig.Booking()...)
		since := time.Now()
		for i := range 600 {
			x.Log("/app", fmt.Sprint(i%2), fmt.Sprint("line ", i*7919))
			time.Sleep(time.Minute)
		}
		time.Sleep(30 * 24 * time.Hour)
		collector.Sweep(t.Context(), rig.Place, x, x.o)
		x.Log("/app", "1", "this one is forwarded")
		time.Sleep(time.Hour)
		if r := x.fetch(t); r.Older != 1 {
			t.Errorf("%d groups are older than 14 days", r.Older)
		}
		x.fetchAll(t)
		if got := x.shelf.events(t); len(got) > 1 { // in doubt, and no lake to ask
			t.Fatalf("%d events of a month ago were fetched by themselves", len(got))
		}
		*x.shelf = shelf{}
		from, until := since.Add(time.Hour), time.Now()
		h := x.h
		h.Budget = 20
		runs := 0
		for done := false; !done; runs++ {
			r := history.Backfill(t.Context(), rig.Place, x, "/app", from, until, h)
			if len(r.Failures) > 0 || runs > 100 || r.Filter != x.Filters("/app")[0].Name {
				t.Fatalf("%+v", r)
			}
			done = r.Done
		}
		got := ids(x.shelf.events(t))
		for id, n := range got {
			if n != 1 {
				t.Errorf("%s lies in landing %d times", id, n)
			}
		}
		if len(got) != 540 || runs < 3 {
			t.Errorf("%d events after %d runs, want 540", len(got), runs)
		}
		if s := x.states.Decoded(t, rig.Place); len(s.Backfills) > 0 {
			t.Errorf("left behind: %+v", s.Backfills)
		}
		again := x.h
		again.Arrived = x.shelf
		if r := history.Backfill(t.Context(), rig.Place, x, "/app", from, until, again); r.Events != 1 || r.Known != 540 || !r.Done {
			t.Errorf("again: %+v", r) // the one that nobody forwarded here
		}
		time.Sleep(5 * time.Hour)
		later := history.Backfill(t.Context(), rig.Place, x, "/app", time.Now().Add(-time.Minute), time.Now(), x.h)
		if later.Events != 0 || later.Fetched != 1 || len(later.Findings) != 1 || !later.Done {
			t.Errorf("since the attach: %+v", later)
		}
	})
}

// TestBackfillWithoutFilter: a group that is not onboarded, and one that is not there.
func TestBackfillWithoutFilter(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := newPast(cloud.Options{})
		x.AddLogGroup(inventory.LogGroup{Name: "/app", Created: 1})
		since := time.Now()
		x.Log("/app", "s", "hello")
		until := time.Now().Add(time.Second)
		r := history.Backfill(t.Context(), rig.Place, x, "/app", since, until, x.h)
		if got := x.shelf.events(t); len(got) != 1 || got[0].Filter != "" || r.Filter != "" || !r.Done {
			t.Errorf("%+v %+v", got, r)
		}
		if r := history.Backfill(t.Context(), rig.Place, x, "/none", since, until, x.h); len(r.Failures) != 1 || !strings.Contains(r.Failures[0].Err.Error(), "no such log group") {
			t.Errorf("%+v", r)
		}
		if r := history.Backfill(t.Context(), rig.Place, x, "/app", until, since, x.h); len(r.Failures) != 1 || !strings.Contains(r.Failures[0].Err.Error(), "--until") {
			t.Errorf("%+v", r)
		}
		if s := x.states.Decoded(t, rig.Place); len(s.Backfills)+len(s.Pending) > 0 {
			t.Errorf("left behind: %+v", s)
		}
	})
}

// incoming answers with the metrics of a log group.
type incoming struct{ *past }

func (i incoming) MetricData(_ context.Context, queries []inventory.Query, from, to int64, token string) ([]inventory.Series, string, error) {
	if token == "" {
		return []inventory.Series{{ID: "events", Points: []inventory.Point{{Time: from, Value: 25_000}, {Time: from + 3_600_000, Value: 1}}}}, "2", nil
	}
	if len(queries) != 2 || queries[1].Metric.Dimensions[0].Value != "/app" || to <= from {
		return nil, "", fmt.Errorf("asked for %+v", queries)
	}
	return []inventory.Series{{ID: "bytes", Points: []inventory.Point{{Time: from, Value: 9 << 20}}}}, "", nil
}

// TestBackfillEstimate: a dry run says how much there is, and fetches nothing.
func TestBackfillEstimate(t *testing.T) {
	rig.InBubble(t, func(t *testing.T) {
		x := newPast(cloud.Options{})
		x.AddLogGroup(inventory.LogGroup{Name: "/app", Created: 1})
		h := x.h
		h.DryRun = true
		r := history.Backfill(t.Context(), rig.Place, incoming{x}, "/app", time.Now().Add(-time.Hour), time.Now(), h)
		if e := r.Estimate; e == nil || *e != (history.Estimate{Known: true, Events: 25_001, Bytes: 9 << 20, Calls: 9, Took: 2 * time.Second}) {
			t.Errorf("%+v of %+v", e, r)
		}
		if n := x.cloud.Calls()["FilterLogEvents"]; n > 0 || x.states.Number(rig.Place) > 0 {
			t.Errorf("%d calls, state number %d", n, x.states.Number(rig.Place))
		}
	})
}

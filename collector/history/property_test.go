package history_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/internal/rig"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// Arrived is what lies in landing, as if all of it were transformed.
func (s *shelf) Arrived(_ context.Context, q history.ArrivalQuery, fn func(string)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.objects {
		events, err := payloads(b)
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.Group == q.Group && e.Timestamp >= q.From && e.Timestamp < q.To {
				fn(e.ID)
			}
		}
	}
	return nil
}

// act is one thing that happens in the life of a log group, and how long nothing does after it.
type act struct {
	What  string
	After time.Duration
	Off   time.Duration // of a line: of its time from now
}

// mortalStates is the state store as a process sees it that is killed when ctx is done.
type mortalStates struct {
	*rig.States
	ctx context.Context
}

func (d mortalStates) SaveState(ctx context.Context, p inventory.Place, number int, b []byte) error {
	if d.ctx.Err() != nil {
		return errDead
	}
	return d.States.SaveState(ctx, p, number, b)
}

func acts() *rapid.Generator[[]act] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act {
		return act{
			What:  rapid.SampledFrom([]string{"line", "line", "line", "sweep", "sweep", "killed sweep", "fetch", "fetch", "killed fetch", "retag", "remove by hand"}).Draw(t, "what"),
			After: time.Duration(rapid.SampledFrom([]int{0, 1, 5, 20, 100, 400, 2000}).Draw(t, "after")) * time.Second,
			Off:   time.Duration(rapid.IntRange(-50*60_000, 10*60_000).Draw(t, "off")) * time.Millisecond,
		}
	}), 5, 60)
}

// TestHistoryOnce: however sweeps, fetches, kills, swaps with and without a free slot, filters that
// are removed, delays of the filter, of the API and of Firehose fall together, in the end
// each event lies in landing once.
func TestHistoryOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := cloud.Options{Seed: rapid.Uint64().Draw(rt, "seed"), Latency: 100 * time.Millisecond, PageSize: 3, FilterLimit: rapid.IntRange(1, 2).Draw(rt, "filter limit"), EmptyPages: 0.2,
			FilterDelay:  time.Duration(rapid.IntRange(0, 290).Draw(rt, "filter delay")) * time.Second,
			VisibleDelay: time.Duration(rapid.IntRange(0, 290).Draw(rt, "visible delay")) * time.Second,
			Disorder:     rapid.Bool().Draw(rt, "disorder"), Throttle: rapid.SampledFrom([]float64{0, 0.05}).Draw(rt, "throttle"), Fault: rapid.SampledFrom([]float64{0, 0.05}).Draw(rt, "fault")}
		firehose := time.Duration(rapid.IntRange(1, 890).Draw(rt, "firehose")) * time.Second
		script := acts().Draw(rt, "acts")
		problem := ""
		synctest.Test(t, func(t *testing.T) { problem = live(t, o, firehose, script) })
		if problem != "" {
			rt.Fatal(problem)
		}
	})
}

func live(t *testing.T, o cloud.Options, firehose time.Duration, script []act) string {
	sent, forwarded := 0, map[string]int{}
	var x *past
	o.Deliver = func(_ string, payload []byte) {
		sent++
		events, err := payloads(payload)
		if err != nil {
			t.Error(err)
		}
		for _, e := range events {
			forwarded[e.ID]++
		}
		key, b := fmt.Sprintf("landing/2026/11/22/08/%d", sent), bytes.Clone(payload)
		time.AfterFunc(firehose, func() {
			x.shelf.Create(key, func(w io.Writer) error { _, err := w.Write(b); return err })
		})
	}
	x = newPast(o)
	x.h.Small(600, 1000)
	x.h.Arrived = x.shelf
	x.AddLogGroup(inventory.LogGroup{Name: "/app", Created: time.Now().UnixMilli()}, rig.Booking()...)
	n, removed := 0, false
	for _, a := range script {
		switch a.What {
		case "line":
			n++
			x.AddEvents("/app", inventory.LogEvent{Stream: fmt.Sprint(n % 3), Message: fmt.Sprint("line ", n), Timestamp: time.Now().Add(a.Off).UnixMilli()})
		case "sweep":
			collector.Sweep(t.Context(), rig.Place, x, x.o)
		case "fetch":
			x.fetch(t)
		case "killed sweep":
			ctx, kill := context.WithTimeout(t.Context(), a.Off.Abs()%(2*time.Second)+50*time.Millisecond)
			o := x.o
			o.States = mortalStates{x.states, ctx}
			collector.Sweep(ctx, rig.Place, x, o)
			kill()
		case "killed fetch":
			ctx, kill := context.WithTimeout(t.Context(), a.Off.Abs()%(3*time.Second)+50*time.Millisecond)
			h := x.h
			h.States = mortalStates{x.states, ctx}
			history.FetchPending(ctx, rig.Place, x, h)
			kill()
		case "retag":
			x.Tag("/app", rig.Tag("product", fmt.Sprint("p", n)), rig.Tag("environment", "prod"))
		case "remove by hand":
			x.RemoveFilters("/app")
			removed = true
		}
		time.Sleep(a.After)
	}
	for range 3 { // sweeps find the filter that is missing, as each of a single group is described anew
		time.Sleep(time.Hour)
		collector.Sweep(t.Context(), rig.Place, x, x.o)
	}
	time.Sleep(time.Hour)
	x.fetchAll(t)
	time.Sleep(time.Hour)
	got := ids(x.shelf.events(t))
	for _, e := range x.Events("/app") {
		// A sweep that is killed between its put and its delete leaves two filters that both forward.
		if c := got["/app "+e.ID]; c != max(1, forwarded[e.ID]) {
			return fmt.Sprintf("%q, taken at %s, lies in landing %d times, forwarded %d times (removed %v); filters %+v",
				e.Message, time.UnixMilli(e.Ingested).UTC(), c, forwarded[e.ID], removed, x.Filters("/app"))
		}
	}
	if len(got) != n {
		return fmt.Sprintf("%d events, want %d", len(got), n)
	}
	return ""
}

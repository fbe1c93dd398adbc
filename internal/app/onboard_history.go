package app

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Fetched is what came of fetching the history that sweeps found to be missing.
type Fetched struct {
	Events, Bytes int64
	Groups        int       // log groups done
	Waiting       int       // log groups whose rest waits
	Next          time.Time // when the first of them can go on
	Reads         int64
	Left          int // places not done to the end
	Failures      []inventory.Failure
	Findings      []collector.Finding
}

// FetchHistory fetches the pending history of places and lands it.
func (f *Fleet) FetchHistory(ctx context.Context, places []inventory.Place, progress func(history.Progress)) Fetched {
	var mu sync.Mutex
	var all Fetched
	o := f.History()
	o.Progress = progress
	failures := f.EachCloud(ctx, places, func(p inventory.Place, c collector.Cloud, _ collector.Options) {
		r := history.FetchPending(ctx, p, c, o)
		mu.Lock()
		defer mu.Unlock()
		all.add(r)
	})
	all.Failures = append(all.Failures, failures...)
	return all
}

func (t *Fetched) add(r *history.Report) {
	t.Events += r.Events
	t.Bytes += r.Bytes
	t.Groups += r.Fetched
	t.Waiting += r.Waiting
	t.Reads += r.Reads
	t.Failures = append(t.Failures, r.Failures...)
	t.Findings = append(t.Findings, r.Findings...)
	if !r.Done {
		t.Left++
	}
	if !r.Next.IsZero() && (t.Next.IsZero() || r.Next.Before(t.Next)) {
		t.Next = r.Next
	}
}

// Waits are the places of which a sweep's reports say that history is to be fetched.
type Waits struct {
	mu     sync.Mutex
	places []inventory.Place
}

// See notes a report.
func (w *Waits) See(r *collector.Report) {
	if r.Pending > 0 {
		w.mu.Lock()
		w.places = append(w.places, r.Place)
		w.mu.Unlock()
	}
}

// Places are those that wait.
func (w *Waits) Places() []inventory.Place { return slices.Clone(w.places) }

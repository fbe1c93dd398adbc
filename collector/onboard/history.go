package onboard

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
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
func (a *Accounts) FetchHistory(ctx context.Context, places []inventory.Place, progress func(history.Progress)) Fetched {
	var mu sync.Mutex
	var all Fetched
	o := a.History()
	o.Progress = progress
	failures := a.EachCloud(ctx, places, func(p inventory.Place, c collector.Cloud, _ collector.Options) {
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

// Backfill fetches what a log group took from since to until, and lands it.
func (a *Accounts) Backfill(ctx context.Context, group string, since, until time.Time, dryRun bool, progress func(history.Progress)) (*history.Report, error) {
	places, err := a.holding(ctx, group)
	if err != nil {
		return nil, err
	}
	var r *history.Report
	o := a.History()
	o.DryRun, o.Progress = dryRun, progress
	failed := a.EachCloud(ctx, places, func(p inventory.Place, c collector.Cloud, _ collector.Options) {
		r = history.Backfill(ctx, p, c, group, since, until, o)
	})
	if len(failed) > 0 {
		return nil, failed[0].Err
	}
	return r, nil
}

// holding finds the one place that has a log group of that name.
func (a *Accounts) holding(ctx context.Context, group string) ([]inventory.Place, error) {
	if len(a.Places) == 1 {
		return a.Places, nil
	}
	var mu sync.Mutex
	var found []inventory.Place
	failed := a.EachCloud(ctx, a.Places, func(p inventory.Place, c collector.Cloud, _ collector.Options) {
		if _, err := c.LogGroup(ctx, group); err == nil {
			mu.Lock()
			found = append(found, p)
			mu.Unlock()
		}
	})
	if len(found) == 1 {
		return found, nil
	}
	where, remedy := "no account and region that could be looked at", "look at the name, or name its --account and --region"
	if len(failed) == 0 {
		where = "no account and region"
	}
	if len(found) > 0 {
		remedy = "name its --account and --region"
		slices.SortFunc(found, func(a, b inventory.Place) int { return strings.Compare(a.String(), b.String()) })
		where = ""
		for i, p := range found {
			if i > 0 {
				where += ", "
			}
			where += a.Name(p.Account) + " " + p.Region
		}
	}
	return nil, &seamark.Fault{Class: seamark.Rejected, Where: "--log-group", What: fmt.Sprintf("%q is in %s", group, where), Remedy: remedy}
}

package onboard

import (
	"context"
	"slices"
	"sync"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Totals are the sums over all places. The keys of the JSON are part of the interface.
type Totals struct {
	Accounts  int   `json:"accounts"`
	Resources int   `json:"resources"`
	Onboarded int   `json:"onboarded"`
	Create    int   `json:"create"`
	Update    int   `json:"update"`
	Delete    int   `json:"delete"`
	Unchanged int   `json:"unchanged"`
	Failed    int   `json:"failed"`
	Writes    int64 `json:"writes"` // API calls
	Reads     int64 `json:"reads"`
	Pending   int   `json:"-"` // log groups whose history is to be fetched
	Left      int   `json:"-"` // places not done to the end
}

func (t *Totals) add(r *collector.Report) {
	t.Resources += r.Resources
	t.Onboarded += r.Onboarded
	t.Create += r.Created
	t.Update += r.Updated
	t.Delete += r.Deleted
	t.Unchanged += r.Unchanged
	t.Failed += len(r.Failures)
	t.Writes += r.Writes
	t.Reads += r.Reads
	t.Pending += r.Pending
	if !r.Done {
		t.Left++
	}
}

// SweepOptions say what is to be done with all places.
type SweepOptions struct {
	DryRun, Destroy bool
	Progress        func(places, of int, changes int64) // may be nil; one at a time
	Each            func(*collector.Report)             // in the order of Places, one at a time; may be nil
}

// placesAtOnce bounds how many places are looked at side by side: each has quotas of its
// own, but all share this machine.
const placesAtOnce = 256

// Sweep sweeps all places.
func (a *Accounts) Sweep(ctx context.Context, o SweepOptions) Totals {
	t := a.totals()
	var changes int64
	done := 0
	tell := func() {
		if o.Progress != nil {
			o.Progress(done, len(a.Places), changes)
		}
	}
	var telling sync.Mutex
	options := a.options()
	options.DryRun, options.Destroy, options.Keep = o.DryRun, o.Destroy, true
	options.Progress = func(collector.Change) {
		telling.Lock()
		changes++
		tell()
		telling.Unlock()
	}
	ordered := inOrder(a.Places, func(r *collector.Report) {
		if o.Each != nil {
			o.Each(r)
		}
	})
	for _, places := range a.centralFirst() {
		collector.SweepAll(ctx, places, a.cloud, options, placesAtOnce, func(r *collector.Report) {
			settle(r, o.Destroy)
			t.add(r)
			telling.Lock()
			done++
			tell()
			telling.Unlock()
			ordered.add(r)
		})
	}
	ordered.flush()
	return t
}

// centralFirst parts the places with central copies from the others.
func (a *Accounts) centralFirst() [][]inventory.Place {
	first := slices.IndexFunc(a.Places, func(p inventory.Place) bool { return !a.central(p.Account) })
	if first <= 0 {
		return [][]inventory.Place{a.Places}
	}
	return [][]inventory.Place{a.Places[:first], a.Places[first:]}
}

func (a *Accounts) totals() Totals {
	t := Totals{}
	seen := map[string]bool{}
	for _, p := range a.Places {
		seen[p.Account] = true
	}
	t.Accounts = len(seen)
	return t
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app/calmlog"
	"github.com/seamark-hq/seamark/internal/app/stage"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

const (
	recentSeconds  = 300
	productsEvery  = 5 * time.Second
	productsSpan   = 5 * time.Minute
	quarantineKept = 20
)

// flow keeps the figures that the page shows of the pipeline.
type flow struct {
	started time.Time
	where   string // the lake's folder or bucket

	mu         sync.Mutex
	accounts   seamark.Accounts
	recent     []seamark.FlowPoint // by second, the current one last
	lag        time.Duration
	quarantine []seamark.Quarantined
	unbalanced int64
	products   []seamark.ProductFlow
	productsAt time.Time
	storage    trouble // why something could not be stored, last
	storageAt  time.Time
}

// newFlow begins with what the ledger holds.
func newFlow(l *lake.Lake) *flow {
	f := &flow{started: time.Now(), where: l.Root()}
	for _, e := range l.Entries() {
		f.book(e)
	}
	return f
}

// book adds an entry. The caller holds mu, or is alone.
func (f *flow) book(e *lake.Entry) {
	f.accounts.Add(e.Accounts)
	if !e.Accounts.Balanced() {
		f.unbalanced++
	}
	f.quarantine = append(f.quarantine, e.Quarantine...)
	if n := len(f.quarantine); n > 2*quarantineKept {
		f.quarantine = slices.Clone(f.quarantine[n-quarantineKept:])
	}
}

// point is the current second's. The caller holds mu.
func (f *flow) point(now time.Time) *seamark.FlowPoint {
	now = now.UTC().Truncate(time.Second)
	if n := len(f.recent); n > 0 && f.recent[n-1].At.Sub(now) > time.Second {
		f.recent = f.recent[:0] // the clock was set back: what was drawn lies in the future
	}
	for n := len(f.recent); n == 0 || f.recent[n-1].At.Before(now); n = len(f.recent) {
		next := now
		if n > 0 && now.Sub(f.recent[n-1].At) <= recentSeconds*time.Second {
			next = f.recent[n-1].At.Add(time.Second)
		}
		f.recent = append(f.recent, seamark.FlowPoint{At: next})
	}
	if n := len(f.recent); n > 2*recentSeconds {
		f.recent = slices.Clone(f.recent[n-recentSeconds:])
	}
	return &f.recent[len(f.recent)-1]
}

// run keeps the seconds ticking.
func (f *flow) run(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			f.mu.Lock()
			f.point(now)
			f.mu.Unlock()
		}
	}
}

// storageFailed notes that something could not be stored. Which temporary file it was that a full
// disk refused does not matter, and would make each time another fault of it.
func (f *flow) storageFailed(err error) {
	t := trouble{component: "front_door", what: "storing failed: " + stage.Brief(err.Error())}
	if fault, ok := errors.AsType[*seamark.Fault](err); ok {
		t.remedy = fault.Remedy
		t.what = strings.TrimSuffix(t.what, ": "+fault.Remedy)
	}
	if _, ok := calmlog.DiskErrno(err); ok {
		t.what = fmt.Sprintf("storing failed: %s in %s", seamark.RootCause(err), f.where)
	}
	t.remedy = strings.TrimPrefix(t.remedy+"; see docs/runbooks/cannot-store.md", "; ")
	f.mu.Lock()
	f.storage, f.storageAt = t, time.Now()
	f.mu.Unlock()
}

// transformed is told of each landing object that is done.
func (a *App) transformed(res transformer.Result, arrival time.Time) {
	now := time.Now()
	if !res.Skipped {
		f := a.flow
		f.mu.Lock()
		f.book(res.Entry)
		p := f.point(now)
		p.Events += res.Entry.Accounts.Events
		p.Rows += res.Entry.Accounts.Rows
		p.Quarantined += res.Entry.Accounts.Quarantined
		f.lag = now.Sub(arrival)
		f.mu.Unlock()
		a.metrics.transformed(res.Entry, now.Sub(arrival))
	}
	a.index.Offer()
}

// Flow implements dashboards.FlowSource.
func (a *App) Flow(ctx context.Context) (seamark.Flow, error) {
	now := time.Now()
	firing := a.alerts.Firing()
	products := a.productFlows(ctx, now)
	troubles := a.troubles()
	f := a.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	f.point(now)
	out := seamark.Flow{
		At: now.UTC(), StartedAt: f.started.UTC(), Accounts: f.accounts, LagMs: f.lag.Milliseconds(), Backlog: int64(a.upload.Backlog() + a.transform.Backlog()),
		Products: products, Recent: slices.Clone(f.recent[max(0, len(f.recent)-recentSeconds):]), Unaccounted: f.unbalanced,
		OpenAlarms: len(firing), Quarantine: []seamark.Quarantined{}, Faults: []string{}, Troubles: []seamark.Trouble{}, Spooled: a.spooled(),
	}
	var events int64
	last := f.recent[max(0, len(f.recent)-11) : len(f.recent)-1]
	for _, p := range last {
		events += p.Events
	}
	if len(last) > 0 {
		out.EventsPerS = float64(events) / float64(len(last))
	}
	for _, q := range slices.Backward(f.quarantine) {
		if len(out.Quarantine) < quarantineKept {
			out.Quarantine = append(out.Quarantine, q)
		}
	}
	for _, in := range a.alerts.Incidents() {
		if in.Status == seamark.IncidentOpen {
			out.OpenCards++
		}
	}
	out.Indexed, out.IndexFault = a.index.Status()
	for _, t := range troubles {
		if t.component != "index" { // IndexFault is that
			out.Faults = append(out.Faults, t.String())
			out.Troubles = append(out.Troubles, seamark.Trouble{Component: t.component, What: t.what, Remedy: t.remedy})
		}
	}
	return out, nil
}

// spooled is how many bytes the front door has acknowledged that are in no landing object yet.
func (a *App) spooled() (bytes int64) {
	_ = a.door.Walk(lake.SpoolFolder, func(_ string, e fs.DirEntry) error { // one that is sealed meanwhile is no longer here
		if info, err := e.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}

// productFlows asks the lake for the products' figures, not more often than productsEvery.
func (a *App) productFlows(ctx context.Context, now time.Time) []seamark.ProductFlow {
	f := a.flow
	f.mu.Lock()
	fresh := now.Sub(f.productsAt) < productsEvery
	if !fresh {
		f.productsAt = now
	}
	products := slices.Clone(f.products)
	f.mu.Unlock()
	if !fresh {
		found, err := a.db.Products(ctx, seamark.Span{From: now.Add(-productsSpan)})
		switch {
		case ctx.Err() != nil: // the page was closed
		case err != nil:
			a.log.Warn("cannot sum up the products", "error", err)
		default:
			products = found
			f.mu.Lock()
			f.products = slices.Clone(found)
			f.mu.Unlock()
		}
	}
	for i := range products {
		for _, in := range a.alerts.Incidents() {
			if in.Status == seamark.IncidentOpen && in.Product == products[i].Product && in.Environment == products[i].Environment {
				products[i].Incident = in.ID
			}
		}
	}
	return products
}

// Accounts are those of all landing objects that are done.
func (a *App) Accounts() seamark.Accounts {
	a.flow.mu.Lock()
	defer a.flow.mu.Unlock()
	return a.flow.accounts
}

// AccountsBefore are those that the ledger held when the appliance started.
func (a *App) AccountsBefore() seamark.Accounts { return a.before }

package collector

import (
	"context"
	"sync"

	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
)

// SweepAll sweeps places side by side, at most parallel at a time (0: all of them: each
// has quotas of its own). Reports are handed over one at a time, as they come, and not
// kept, so that memory hangs on what is under way.
//
// A place that cannot be opened, because its role cannot be assumed or its account is
// suspended, gets a report with that failure and does not hold up the others.
func SweepAll(ctx context.Context, places []inventory.Place, opener Opener, o Options, parallel int, report func(*Report)) {
	if o.Limits == nil {
		o.Limits = &quota.Limits{}
	}
	if parallel <= 0 {
		parallel = len(places)
	}
	var mu sync.Mutex
	quota.Each(ctx, parallel, len(places), func(i int) {
		r := sweepOne(ctx, places[i], opener, o)
		mu.Lock()
		defer mu.Unlock()
		report(r)
	})
}

func sweepOne(ctx context.Context, p inventory.Place, opener Opener, o Options) *Report {
	cloud, err := opener.Open(ctx, p)
	if err != nil {
		return &Report{Place: p, Failures: []inventory.Failure{{Resource: p.String(), Doing: "assume the role", Err: err}}}
	}
	return Sweep(ctx, p, cloud, o)
}

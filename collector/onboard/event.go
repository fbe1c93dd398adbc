package onboard

import (
	"context"
	"slices"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/cloudtrail"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// EventResult is what came of events.
type EventResult struct {
	Hints   []hint.Hint // merged, one per place
	Skipped []cloudtrail.Skip
	Totals  Totals
}

// Caller is as whom the collector itself calls AWS: events of its own calls are skipped.
type Caller struct{ Role, Session string }

// Event does what events ask for. Where they cannot be looked at alone, the whole place is
// swept. Bytes that are no event give an error, after what lies beside them was done.
func (a *Accounts) Event(ctx context.Context, b []byte, from Caller, dryRun bool, each func(h hint.Hint, r *collector.Report)) (EventResult, error) {
	hints, skipped, bad := cloudtrail.Decode(b, cloudtrail.Options{Config: a.Config, Role: from.Role, Session: from.Session, Places: func(p inventory.Place) bool { return slices.Contains(a.Places, p) }})
	res := EventResult{Hints: hint.Merge(hints), Skipped: skipped, Totals: Totals{}}
	accounts := map[string]bool{}
	for _, h := range res.Hints {
		accounts[h.Place.Account] = true
		failed := a.EachCloud(ctx, []inventory.Place{h.Place}, func(p inventory.Place, c collector.Cloud, o collector.Options) {
			o.DryRun, o.Keep = dryRun, true
			r := collector.SweepHint(ctx, c, h, o)
			if r.Whole {
				h.Whole = true
				r = collector.Sweep(ctx, p, c, o)
			}
			settle(r, false)
			res.Totals.add(r)
			each(h, r)
		})
		if len(failed) > 0 {
			r := &collector.Report{Place: h.Place, Failures: failed}
			res.Totals.add(r)
			each(h, r)
		}
	}
	res.Totals.Accounts = len(accounts)
	return res, bad
}

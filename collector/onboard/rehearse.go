package onboard

import (
	"context"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rehearsal"
)

// Rehearse says place by place, in order, what the plan's alarms would have done. It stops
// when reading the figures would cost more than most dollars; 0 is any.
func (a *Accounts) Rehearse(ctx context.Context, since time.Duration, most float64, each func(*rehearsal.Rehearsal)) error {
	left := most
	for _, p := range a.Places {
		var fault error
		failed := a.EachCloud(ctx, []inventory.Place{p}, func(p inventory.Place, c collector.Cloud, o collector.Options) {
			ro := rehearsal.Options{Options: o, Since: since}
			if most > 0 {
				ro.MaxDollars = max(left, 1e-9)
			}
			r, err := rehearsal.Rehearse(ctx, p, c, ro)
			if r != nil {
				left -= r.Reading.Dollars
				each(r)
			}
			fault = err
		})
		if len(failed) > 0 {
			fault = failed[0].Err
		}
		if fault != nil {
			return fault
		}
	}
	return nil
}

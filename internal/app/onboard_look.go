package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/cloudtrail"
	"github.com/seamark-hq/seamark/collector/explain"
	"github.com/seamark-hq/seamark/collector/hint"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/rehearsal"
)

// PlaceStatus is what Status found in one place.
type PlaceStatus struct {
	Resources []explain.ResourceStatus
	Report    *collector.Report
}

// Status looks at all places and changes nothing; each is told place by place, in order.
func (f *Fleet) Status(ctx context.Context, progress func(places, of int), each func(PlaceStatus)) Totals {
	t := f.totals()
	found := map[inventory.Place][]explain.ResourceStatus{}
	var mu sync.Mutex
	ordered := inOrder(f.Places, func(r *collector.Report) {
		each(PlaceStatus{found[r.Place], r})
		delete(found, r.Place)
	})
	done := 0
	add := func(r *collector.Report, resources []explain.ResourceStatus) {
		mu.Lock()
		defer mu.Unlock()
		settle(r, false)
		t.add(r)
		found[r.Place] = resources
		done++
		progress(done, len(f.Places))
		ordered.add(r)
	}
	failed := f.EachCloud(ctx, f.Places, func(p inventory.Place, c collector.Cloud, o collector.Options) {
		resources, r := explain.Status(ctx, p, c, o)
		add(r, resources)
	})
	for i := range failed {
		if p, ok := f.placeNamed(failed[i].Resource); ok {
			add(&collector.Report{Place: p, Failures: failed[i : i+1]}, nil)
		}
	}
	ordered.flush()
	return t
}

func (f *Fleet) placeNamed(name string) (inventory.Place, bool) {
	i := slices.IndexFunc(f.Places, func(p inventory.Place) bool { return p.String() == name })
	if i < 0 {
		return inventory.Place{}, false
	}
	return f.Places[i], true
}

// Explained is what there is of a name: the resources that have it, else names that hold it.
type Explained struct {
	Resources []explain.Explanation
	Similar   []string
	Failures  []inventory.Failure // of what could not be read
}

// Explain explains the resources of that name or ARN.
func (f *Fleet) Explain(ctx context.Context, name string) (out Explained) {
	places := f.Places
	if parts := strings.SplitN(name, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		places = slices.DeleteFunc(slices.Clone(places), func(p inventory.Place) bool {
			return p.Region != parts[3] || parts[4] != "" && p.Account != parts[4]
		})
	}
	var mu sync.Mutex
	failed := f.EachCloud(ctx, places, func(p inventory.Place, c collector.Cloud, o collector.Options) {
		found, similar, r := explain.Resource(ctx, p, c, name, o)
		mu.Lock()
		defer mu.Unlock()
		out.Resources = append(out.Resources, found...)
		out.Similar = append(out.Similar, similar...)
		out.Failures = append(out.Failures, r.Failures...)
	})
	slices.Sort(out.Similar)
	out.Similar = slices.Compact(out.Similar)
	slices.SortFunc(out.Resources, func(a, b explain.Explanation) int {
		return strings.Compare(a.Place.String()+a.ARN, b.Place.String()+b.ARN)
	})
	out.Failures = append(out.Failures, failed...)
	return out
}

// EventResult is what came of events.
type EventResult struct {
	Hints   []hint.Hint // merged, one per place
	Skipped []cloudtrail.Skip
	Totals  Totals
}

// Event does what events ask for. Where they cannot be looked at alone, the whole place is
// swept. Bytes that are no event give an error, after what lies beside them was done.
func (f *Fleet) Event(ctx context.Context, b []byte, role string, dryRun bool, each func(h hint.Hint, r *collector.Report)) (EventResult, error) {
	hints, skipped, bad := cloudtrail.Decode(b, cloudtrail.Options{Config: f.Config, Role: role, Session: aws.DefaultSession, Places: func(p inventory.Place) bool { return slices.Contains(f.Places, p) }})
	res := EventResult{Hints: hint.Merge(hints), Skipped: skipped, Totals: Totals{}}
	accounts := map[string]bool{}
	for _, h := range res.Hints {
		accounts[h.Place.Account] = true
		failed := f.EachCloud(ctx, []inventory.Place{h.Place}, func(p inventory.Place, c collector.Cloud, o collector.Options) {
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

// Backfill fetches what a log group took from since to until, and lands it.
func (f *Fleet) Backfill(ctx context.Context, group string, since, until time.Time, dryRun bool, progress func(history.Progress)) (*history.Report, error) {
	places, err := f.placesOf(ctx, group)
	if err != nil {
		return nil, err
	}
	var r *history.Report
	o := f.History()
	o.DryRun, o.Progress = dryRun, progress
	failed := f.EachCloud(ctx, places, func(p inventory.Place, c collector.Cloud, _ collector.Options) {
		r = history.Backfill(ctx, p, c, group, since, until, o)
	})
	if len(failed) > 0 {
		return nil, failed[0].Err
	}
	return r, nil
}

// placesOf finds the one place that has a log group of that name.
func (f *Fleet) placesOf(ctx context.Context, group string) ([]inventory.Place, error) {
	if len(f.Places) == 1 {
		return f.Places, nil
	}
	var mu sync.Mutex
	var found []inventory.Place
	failed := f.EachCloud(ctx, f.Places, func(p inventory.Place, c collector.Cloud, _ collector.Options) {
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
			where += f.Name(p.Account) + " " + p.Region
		}
	}
	return nil, &seamark.Fault{Class: seamark.Rejected, Where: "--log-group", What: fmt.Sprintf("%q is in %s", group, where), Remedy: remedy}
}

// Rehearse says place by place, in order, what the plan's alarms would have done. It stops
// when reading the figures would cost more than most dollars; 0 is any.
func (f *Fleet) Rehearse(ctx context.Context, since time.Duration, most float64, each func(*rehearsal.Rehearsal)) error {
	left := most
	for _, p := range f.Places {
		var fault error
		failed := f.EachCloud(ctx, []inventory.Place{p}, func(p inventory.Place, c collector.Cloud, o collector.Options) {
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

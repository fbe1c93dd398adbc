package onboard

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/explain"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// PlaceStatus is what Status found in one place.
type PlaceStatus struct {
	Resources []explain.ResourceStatus
	Report    *collector.Report
}

// Status looks at all places and changes nothing; each is told place by place, in order.
func (a *Accounts) Status(ctx context.Context, progress func(places, of int), each func(PlaceStatus)) Totals {
	t := a.totals()
	found := map[inventory.Place][]explain.ResourceStatus{}
	var mu sync.Mutex
	ordered := inOrder(a.Places, func(r *collector.Report) {
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
		progress(done, len(a.Places))
		ordered.add(r)
	}
	failed := a.EachCloud(ctx, a.Places, func(p inventory.Place, c collector.Cloud, o collector.Options) {
		resources, r := explain.Status(ctx, p, c, o)
		add(r, resources)
	})
	for i := range failed {
		if p, ok := a.placeNamed(failed[i].Resource); ok {
			add(&collector.Report{Place: p, Failures: failed[i : i+1]}, nil)
		}
	}
	ordered.flush()
	return t
}

func (a *Accounts) placeNamed(name string) (inventory.Place, bool) {
	i := slices.IndexFunc(a.Places, func(p inventory.Place) bool { return p.String() == name })
	if i < 0 {
		return inventory.Place{}, false
	}
	return a.Places[i], true
}

// Explained is what there is of a name: the resources that have it, else names that hold it.
type Explained struct {
	Resources []explain.Explanation
	Similar   []string
	Failures  []inventory.Failure // of what could not be read
}

// Explain explains the resources of that name or ARN.
func (a *Accounts) Explain(ctx context.Context, name string) (out Explained) {
	places := a.Places
	if parts := strings.SplitN(name, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		places = slices.DeleteFunc(slices.Clone(places), func(p inventory.Place) bool {
			return p.Region != parts[3] || parts[4] != "" && p.Account != parts[4]
		})
	}
	var mu sync.Mutex
	failed := a.EachCloud(ctx, places, func(p inventory.Place, c collector.Cloud, o collector.Options) {
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

package explain

import (
	"context"
	"strings"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// Explanation is one resource's way from its tags to what is attached to it.
type Explanation struct {
	Place     inventory.Place
	ARN       string
	Decision  collector.Decision
	Onboarded bool               // it has what its tags ask for
	Tags      inventory.Tags     // its own, of those that count
	Inherited inventory.Tags     // a stage's API's
	Sources   []collector.Source // each effective setting, and where it came from
	Filter    *inventory.Filter  // nil: none
	Alarms    []inventory.MetricAlarm
	Changes   []collector.Change // what a sweep would do about it
	Problems  []string           // what its team or the operator should mend
}

// maxSimilar bounds the names that are offered in place of one that is not there.
const maxSimilar = 10

// Resource looks at a place, changes nothing, and explains the resources whose ARN
// or name is name. Similar are names that hold it, where there is no such resource.
func Resource(ctx context.Context, place inventory.Place, cloud collector.Cloud, name string, o collector.Options) (all []Explanation, similar []string, r *collector.Report) {
	o.DryRun, o.Keep = true, true
	o.Look = func(v *collector.View) {
		for i := range v.Decisions {
			dec := &v.Decisions[i]
			arn := v.ARN(dec)
			if dec.Name != name && arn != strings.TrimSuffix(name, ":*") {
				if len(similar) < maxSimilar && strings.Contains(dec.Name, name) {
					similar = append(similar, dec.Name)
				}
				continue
			}
			e := Explanation{Place: place, ARN: arn, Decision: *dec, Onboarded: dec.Onboarded() && !dec.Unknown, Alarms: v.Alarms(dec)}
			e.Tags, e.Inherited = v.Tags(dec)
			_, e.Sources = collector.Explain(o.Config, v.Inventory, dec.Kind, dec.Index)
			if f, wanted := v.Filter(dec); wanted {
				e.Filter = &f
			}
			all = append(all, e)
		}
	}
	r = collector.Sweep(ctx, place, cloud, o)
	for i := range all {
		all[i].settle(r)
	}
	return all, similar, r
}

// settle takes over what the sweep says of this resource.
func (e *Explanation) settle(r *collector.Report) {
	mine := map[string]bool{e.Decision.Name: true}
	for _, a := range e.Alarms {
		mine[a.Name] = true
	}
	for _, c := range r.Changes {
		if mine[c.Resource] {
			e.Changes = append(e.Changes, c)
			e.Onboarded = e.Onboarded && c.Action != collector.Create
		}
	}
	for _, f := range r.Findings {
		if f.Resource == e.ARN {
			e.Problems = append(e.Problems, f.Problem)
			e.Onboarded = e.Onboarded && !f.Refused()
		}
	}
	for _, f := range r.Failures {
		if mine[f.Resource] || f.Resource == e.ARN {
			e.Problems = append(e.Problems, f.Doing+": "+f.Err.Error())
			e.Onboarded = false
		}
	}
}

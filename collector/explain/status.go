package explain

import (
	"context"
	"strings"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// ResourceStatus says of one resource whether its logs and alarms are there.
type ResourceStatus struct {
	Account     string         `json:"account"`
	Region      string         `json:"region"`
	Kind        inventory.Kind `json:"kind"`
	Name        string         `json:"name"`
	ARN         string         `json:"arn"`
	Product     string         `json:"product,omitempty"`
	Environment string         `json:"environment,omitempty"`
	Team        string         `json:"team,omitempty"`
	Onboarded   bool           `json:"onboarded"`
	Reason      string         `json:"reason,omitempty"` // why it is not, or not as its tags say; in words a team understands
}

// Status looks at a place and changes nothing: every resource, and the reason for what is
// not as it should be. Options.DryRun and Keep are set by it.
func Status(ctx context.Context, place inventory.Place, cloud collector.Cloud, o collector.Options) ([]ResourceStatus, *collector.Report) {
	var all []ResourceStatus
	of := map[string]int{} // by what is made: the resource that it is made for
	byARN := map[string]int{}
	o.DryRun, o.Keep = true, true
	o.Look = func(v *collector.View) {
		all = make([]ResourceStatus, len(v.Decisions))
		kinds := map[inventory.Kind]map[int]int{inventory.KindFunction: {}, inventory.KindStage: {}}
		for i := range v.Decisions {
			dec := &v.Decisions[i]
			all[i] = statusOf(v, dec)
			byARN[all[i].ARN] = i
			if dec.Kind == inventory.KindLogGroup {
				of[dec.Name] = i
			} else {
				kinds[dec.Kind][dec.Index] = i
			}
		}
		for i := range v.Desired.Alarms {
			w := &v.Desired.Alarms[i]
			kind, index := w.Of()
			of[w.Name] = kinds[kind][index]
		}
	}
	r := collector.Sweep(ctx, place, cloud, o)
	settle(all, of, byARN, r)
	return all, r
}

// settle takes over what the sweep says of each resource: of names what is made for which, byARN
// the resources themselves.
func settle(all []ResourceStatus, of, byARN map[string]int, r *collector.Report) {
	for _, f := range r.Findings {
		if i, found := byARN[f.Resource]; found {
			all[i].add(f.Problem)
			all[i].Onboarded = all[i].Onboarded && !f.Refused()
		}
	}
	for _, c := range r.Changes {
		i, found := of[c.Resource]
		if !found || c.Action == collector.Delete {
			continue
		}
		if c.Action == collector.Create {
			all[i].Onboarded = false
		}
		all[i].add("its " + c.What + " is to be " + string(c.Action) + "d: run `seamark onboard apply`")
	}
	for _, f := range r.Failures {
		if i, found := of[f.Resource]; found {
			all[i].Onboarded = false
			all[i].add(f.Doing + ": " + f.Err.Error())
		} else if i, found := byARN[f.Resource]; found {
			all[i].Onboarded = false
			all[i].add(f.Doing + ": " + f.Err.Error())
		}
	}
}

func statusOf(v *collector.View, dec *collector.Decision) ResourceStatus {
	p := v.Inventory.Place
	s := ResourceStatus{Account: p.Account, Region: p.Region, Kind: dec.Kind, Name: dec.Name, ARN: v.ARN(dec), Reason: dec.Why}
	if w := dec.Wish; w != nil {
		s.Product, s.Environment, s.Team = w.Product, w.Environment, w.Team
	}
	s.Onboarded = dec.Onboarded()
	if dec.Unknown {
		s.Onboarded = false
		s.add("what decides about it could not be read")
	}
	return s
}

// add appends a reason, once.
func (s *ResourceStatus) add(reason string) {
	switch {
	case s.Reason == "":
		s.Reason = reason
	case !strings.Contains(s.Reason, reason):
		s.Reason += "; " + reason
	}
}

package onboard

import (
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// settle makes a report say what came of it: a change that failed was not made, a filter
// for which no slot is free is a failure, and neither resource is onboarded.
func settle(r *collector.Report, destroy bool) {
	for i := range r.Changes {
		if c := &r.Changes[i]; destroy && c.Action == collector.Delete {
			c.Why = "Seamark made it"
		}
	}
	failed := map[string]bool{}
	for i := range r.Failures {
		failed[r.Failures[i].Resource] = true
	}
	var findings []collector.Finding
	for _, f := range r.Findings {
		if !f.Refused() {
			findings = append(findings, f)
			continue
		}
		group := groupOf(f.Resource)
		failed[group] = true
		r.Failures = append(r.Failures, inventory.Failure{Resource: group, Doing: "put its subscription filter", Err: refusal{&seamark.Fault{
			Class: seamark.Permanent, What: f.Problem, Remedy: "remove one that is not needed, or have AWS raise the limit",
		}}})
		r.Onboarded = max(0, r.Onboarded-1)
	}
	r.Findings = findings
	slices.SortStableFunc(r.Changes, func(a, b collector.Change) int { return strings.Compare(a.Resource, b.Resource) })
	if len(failed) == 0 {
		return
	}
	r.Changes = slices.DeleteFunc(r.Changes, func(c collector.Change) bool {
		if !failed[c.Resource] {
			return false
		}
		switch c.Action {
		case collector.Create:
			r.Created--
		case collector.Update:
			r.Updated--
		case collector.Delete:
			r.Deleted--
		}
		return true
	})
}

// refusal is why CloudWatch Logs takes no further filter.
type refusal struct{ *seamark.Fault }

func (r refusal) Unwrap() error { return r.Fault }

func groupOf(arn string) string {
	if _, name, found := strings.Cut(arn, ":log-group:"); found {
		return name
	}
	return arn
}

// NoSlot reports that a filter is wished for and no slot is free for it.
func NoSlot(f inventory.Failure) bool {
	_, ok := f.Err.(refusal)
	return ok
}

package collector

import (
	"slices"
	"strings"
	"sync"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Action is what a change does.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Delete Action = "delete"
)

// What a change is about, besides log groups' filters.
const (
	changeFilter    = "subscription filter"
	changeAlarm     = "alarm"
	changeComposite = "composite alarm"
	changeTags      = "alarm tags"
	changeAccessLog = "access log"
)

// Change is one thing that a sweep did, or would do.
type Change struct {
	Action   Action
	What     string // "subscription filter"
	Resource string // log group, stage or alarm
	Name     string // of what is made, changed or removed
	Why      string // for people
}

// Report is what came of a sweep.
type Report struct {
	Place     inventory.Place
	Resources int // seen
	Onboarded int // with filter or alarms as their tags wish
	Unchanged int // filters and alarms that were as they should be
	Created   int // changes made, or in a dry run found necessary
	Updated   int
	Deleted   int
	Changes   []Change // these, only when Options.Keep is set; Options.Progress sees each
	Failures  []inventory.Failure
	Findings  []Finding
	Decisions []Decision // only when Options.Keep is set
	Reads     int64      // API calls made
	Writes    int64
	Pending   int  // log groups whose history is to be fetched
	Done      bool // false: the rest is for the next sweep
	Whole     bool // of SweepHint: nothing was changed, for what is hinted at cannot be looked at alone: sweep the whole place
}

// journal collects a report from many goroutines.
type journal struct {
	mu     sync.Mutex
	report *Report
	keep   bool
	tell   func(Change) // may be nil
}

func (j *journal) change(c Change) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch c.Action {
	case Create:
		j.report.Created++
	case Update:
		j.report.Updated++
	case Delete:
		j.report.Deleted++
	}
	if j.keep {
		j.report.Changes = append(j.report.Changes, c)
	}
	if j.tell != nil {
		j.tell(c)
	}
}

func (j *journal) fail(resource, doing string, err error) {
	j.mu.Lock()
	j.report.Failures = append(j.report.Failures, inventory.Failure{Resource: resource, Doing: doing, Err: err})
	j.mu.Unlock()
}

func (j *journal) find(f Finding) {
	j.mu.Lock()
	j.report.Findings = append(j.report.Findings, f)
	j.mu.Unlock()
}

func (j *journal) unchanged(n int) {
	j.mu.Lock()
	j.report.Unchanged += n
	j.mu.Unlock()
}

// settle puts what came from many goroutines into one order.
func (r *Report) settle() { Sort(r.Findings, r.Failures) }

// Sort puts what came from many goroutines into one order.
func Sort(findings []Finding, failures []inventory.Failure) {
	slices.SortStableFunc(findings, func(a, b Finding) int { return strings.Compare(a.Resource+a.Tag, b.Resource+b.Tag) })
	slices.SortStableFunc(failures, func(a, b inventory.Failure) int { return strings.Compare(a.Resource+a.Doing, b.Resource+b.Doing) })
}

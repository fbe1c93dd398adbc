package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
)

// Options of a rehearsal. Of Options, Config, States, Limits, Width, Deadline and
// Budget are looked at.
type Options struct {
	collector.Options
	Since      time.Duration // how far back; 0 is 14 days, 455 days at most
	All        bool          // alarms too that the plan leaves as they are
	MaxDollars float64       // refuse when reading the figures of this place would cost more; 0: any
	Prices     *Prices       // nil: ListPrices of the place's region
}

// Rehearsal is what the alarms of a plan would have done, and what the plan would cost.
type Rehearsal struct {
	Place      inventory.Place     `json:"place"`
	From       time.Time           `json:"from"`
	To         time.Time           `json:"to"`
	Resolution int                 `json:"resolution_seconds"` // of the figures read
	Alarms     []AlarmRehearsal    `json:"alarms"`             // by name
	Products   []RuleRehearsal     `json:"products"`           // sums, by product, environment and rule
	Reading    ReadingCost         `json:"reading"`            // of the figures; estimated before they were read
	Cost       Cost                `json:"cost"`               // monthly, of what the plan would add
	Notes      []string            `json:"notes"`              // what was assumed
	Failures   []inventory.Failure `json:"-"`
	Reads      int64               `json:"reads"` // API calls made
	Done       bool                `json:"done"`  // false: deadline, budget or cancel; what is missing has a Problem
}

// AlarmRehearsal is what one alarm would have done.
type AlarmRehearsal struct {
	Name        string           `json:"name"`
	Product     string           `json:"product"`
	Environment string           `json:"environment"`
	Rule        string           `json:"rule"`
	Component   string           `json:"component"`
	Action      collector.Action `json:"action,omitempty"` // create or update; empty: it stays as it is
	Threshold   string           `json:"threshold"`        // as a tag says it: "5/5"
	Data        bool             `json:"data"`             // false: there were no figures
	Fired       int              `json:"fired"`
	First       time.Time        `json:"first,omitzero"` // when it fired
	Last        time.Time        `json:"last,omitzero"`
	Longest     int64            `json:"longest_seconds"`
	InAlarm     int64            `json:"alarm_seconds"`
	Share       float64          `json:"alarm_share"`         // 0 to 1 of the time
	Tag         string           `json:"tag,omitempty"`       // the tag that sets its threshold, when another is suggested
	Suggested   string           `json:"suggested,omitempty"` // that tag's value
	Problem     string           `json:"problem,omitempty"`   // why it was not rehearsed, or why nothing is suggested
}

// Suggestion reads "seamark:alarm-4xx = 7/5", for the team to copy; empty when there is none.
func (a *AlarmRehearsal) Suggestion() string {
	if a.Suggested == "" {
		return ""
	}
	return a.Tag + " = " + a.Suggested
}

// RuleRehearsal sums up the alarms of one rule of one product and environment.
type RuleRehearsal struct {
	Product     string  `json:"product"`
	Environment string  `json:"environment"`
	Rule        string  `json:"rule"`
	Alarms      int     `json:"alarms"`
	WithData    int     `json:"with_data"`
	Noisy       int     `json:"noisy"` // fired too often, or hardly ever recovered
	Fired       int     `json:"fired"`
	InAlarm     int64   `json:"alarm_seconds"`
	Share       float64 `json:"alarm_share"` // of those with data, on average
}

// ReadingCost is what reading the figures costs: GetMetricData is billed per metric and call.
type ReadingCost struct {
	Metrics int64   `json:"metrics"`
	Calls   int64   `json:"calls"`
	Dollars float64 `json:"dollars"`
}

// readMargin is how long before the deadline nothing more is read: to work out what there is.
const readMargin = 2 * time.Second

const (
	fortnight  = 14 * 24 * time.Hour
	mostSince  = 455 * 24 * time.Hour
	leastSince = time.Hour
)

// Rehearse says what the alarms that a sweep would make or change in a place would have
// done in the time before, and what the plan would cost. It reads the place as a sweep
// does, then the figures, and writes nothing. It fails when the span cannot be had, or,
// with what was estimated, when reading the figures would cost more than allowed. What
// could not be read is in the rehearsal.
func Rehearse(ctx context.Context, place inventory.Place, cloud collector.Cloud, o Options) (*Rehearsal, error) {
	if o.Since == 0 {
		o.Since = fortnight
	}
	if o.Since < leastSince || o.Since > mostSince {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: "rehearsal of " + place.String(),
			What: fmt.Sprintf("%v is no span to look back", o.Since), Remedy: "use an hour to 455 days: CloudWatch keeps figures no longer"}
	}
	if o.Prices != nil {
		if err := o.Prices.Validate(); err != nil {
			return nil, err
		}
	}
	r := newRehearser(place, cloud, o)
	defer r.finish(ctx)
	d := r.desire(ctx)
	if ctx.Err() != nil {
		return r.out, ctx.Err()
	}
	r.plan(d)
	r.planVolumes(d)
	r.estimate()
	if o.MaxDollars > 0 && r.out.Reading.Dollars > o.MaxDollars {
		return r.out, &seamark.Fault{Class: seamark.Rejected, Where: "rehearsal of " + place.String(),
			What:   fmt.Sprintf("reading %d metrics would cost $%.2f, more than the limit of $%.2f", r.out.Reading.Metrics, r.out.Reading.Dollars, o.MaxDollars),
			Remedy: "raise the limit, or rehearse fewer accounts"}
	}
	r.run(ctx, d)
	r.price(d)
	return r.out, ctx.Err()
}

// rehearser is one rehearsal under way.
type rehearser struct {
	place inventory.Place
	cloud collector.Cloud
	opt   collector.Options
	cfg   *collector.Config
	width int
	meter *quota.Meter
	view  *collector.View // what there is, and shall be

	mu       sync.Mutex // of what follows
	failures []inventory.Failure
	handedOn bool

	all     bool
	prices  Prices
	out     *Rehearsal
	jobs    []job
	batches []batch
	volumes []volume
}

func newRehearser(place inventory.Place, cloud collector.Cloud, o Options) *rehearser {
	r := &rehearser{place: place, cloud: cloud, opt: o.Options, cfg: o.Config.WithDefaults(), width: o.Width,
		meter: quota.NewMeter(place, o.Limits, o.Deadline, readMargin, o.Budget), all: o.All}
	if r.width <= 0 {
		r.width = 4
	}
	if o.Prices != nil {
		r.prices = *o.Prices
	} else {
		r.prices = ListPrices(place.Region)
	}
	now := time.Now().UTC()
	to := now.Truncate(time.Hour)
	r.out = &Rehearsal{Place: place, From: to.Add(-o.Since).Truncate(time.Hour), To: to, Done: true,
		Alarms: []AlarmRehearsal{}, Products: []RuleRehearsal{}, Cost: Cost{Items: []CostItem{}}}
	r.out.Resolution = resolutionFor(now.Sub(r.out.From))
	return r
}

// resolutionFor is the finest period, in seconds, of which figures of that age are kept.
// Source: the SDK's comment on GetMetricData.
func resolutionFor(age time.Duration) int {
	switch {
	case age <= 15*24*time.Hour:
		return 60
	case age <= 63*24*time.Hour:
		return 300
	}
	return 3600
}

// desire reads the place and says what shall be there, as Sweep does.
func (r *rehearser) desire(ctx context.Context) *collector.Desired {
	v, seen := collector.Look(ctx, r.place, r.cloud, r.opt, r.meter)
	v.Inventory.Groups = nil // nobody asks for them again
	r.view, r.failures, r.handedOn = v, seen.Failures, !seen.Done
	return v.Desired
}

// failed notes that something could not be read, unless there is no time for it.
func (r *rehearser) failed(ctx context.Context, resource, doing string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.Is(err, quota.ErrHandOn) || ctx.Err() != nil {
		r.handedOn = true
		return
	}
	r.failures = append(r.failures, inventory.Failure{Resource: resource, Doing: doing, Err: err})
}

func (r *rehearser) finish(ctx context.Context) {
	r.out.Reads = r.meter.Reads()
	r.out.Done = r.out.Done && !r.handedOn && ctx.Err() == nil
	collector.Sort(nil, r.failures)
	r.out.Failures = r.failures
	r.out.Notes = r.notes()
}

// notes say what a reader must know to judge the figures.
func (r *rehearser) notes() []string {
	notes := []string{
		fmt.Sprintf("figures of %d-second periods; a window slides by that much, as CloudWatch's slides by a minute; percentiles cannot be put together and are looked at window by window",
			r.out.Resolution),
		"where figures are missing CloudWatch looks further back, how far is not documented: two windows are assumed, as in AWS's example",
		fmt.Sprintf("a threshold is suggested where an alarm fired more than %d times in that time (once a week), or was in alarm for more than a tenth of it", r.allowed()),
	}
	if r.out.Resolution > 60 {
		notes = append(notes, "CloudWatch keeps one-minute figures for 15 days and five-minute ones for 63: a shorter span shows short peaks better")
	}
	return notes
}

// allowed is how often an alarm may fire in the span: once a week.
func (r *rehearser) allowed() int {
	const week = 7 * 24 * time.Hour
	return int((r.out.To.Sub(r.out.From) + week - 1) / week)
}

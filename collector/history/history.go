package history

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
)

// Options of a fetch of history.
type Options struct {
	Config   *collector.Config
	States   state.Store
	Landing  Landing
	Arrived  Arrivals       // what the lake has already; nil: see docs/adr/0024-history.md
	Limits   *quota.Limits  // shared with the sweeps of the process; nil: buckets of its own
	Deadline time.Time      // stop before it; zero: none
	Budget   int64          // API calls at most; 0: any number
	Width    int            // log groups at a time; 0 is 2
	Reach    time.Duration  // of FetchPending: how old events may be before the attach; 0 is 14 days
	DryRun   bool           // Backfill only estimates; FetchPending does nothing
	Progress func(Progress) // may be nil; told one at a time

	figures *figures // of the tests
}

// Landing is where history lands: a lake.Store.
type Landing interface {
	// Create writes a new object, durably. It fails with fs.ErrExist when key is taken.
	Create(key string, write func(io.Writer) error) error
}

// Cloud is what a fetch calls of a place.
type Cloud interface {
	SubscriptionFilters(ctx context.Context, group string) ([]inventory.Filter, error)
	collector.HistoryReader
	collector.MetricReader
}

// Progress says how far the history of one log group is.
type Progress struct {
	Place         inventory.Place
	Group         string
	From, To, At  int64 // Unix milliseconds: the span of events, and up to where it is landed
	Events, Bytes int64 // landed by this run; bytes are of messages
	Objects       int
}

// Report is what came of a fetch.
type Report struct {
	Place    inventory.Place
	Fetched  int       // gaps closed
	Waiting  int       // gaps that wait, the rest of them or whole
	Moved    int       // turns in which a gap got further, though perhaps not to its end
	Next     time.Time // when the first of these can go on; zero: not known
	Older    int       // log groups begun that are older than Reach: what happened before is left to Backfill
	Events   int64     // landed
	Bytes    int64     // of their messages
	Objects  int64     // landing objects, those that were there already included
	Known    int64     // events that the lake had already: not landed again
	Left     int64     // events that were left to the filter, or to an earlier one
	Reads    int64     // API calls made
	Failures []inventory.Failure
	Findings []collector.Finding
	Done     bool // false: the rest is for the next fetch

	Filter   string    // of a backfill: the filter's name under which the events are filed; empty: none
	Estimate *Estimate // of a backfill's dry run
}

// fetch is one pass over the gaps of one place.
type fetch struct {
	place inventory.Place
	cloud Cloud
	cfg   *collector.Config
	opt   Options
	meter *quota.Meter

	started time.Time
	figures figures

	mu     sync.Mutex // of report, over and the callbacks
	report *Report
	over   bool // nothing more is begun

	saving sync.Mutex // of notes and the state
	notes  map[gapKey]note
	saved  time.Time
}

// FetchPending fetches the history that the sweeps of a place found to be missing, and
// lands it. It never fails as a whole: what could not be done is in the report, and stays
// pending. Stopped at any point, the next one goes on where it was.
//
// Log groups take turns of one landing object each, so that a large one delays no other.
func FetchPending(ctx context.Context, place inventory.Place, cloud Cloud, o Options) *Report {
	f := newFetch(place, cloud, o)
	if s := f.load(ctx); s != nil {
		if jobs := f.pendingJobs(s); !o.DryRun {
			f.run(ctx, jobs)
		}
	}
	return f.end(ctx)
}

// landingMargin is how long before the deadline a fetch stops: to land what it has read.
const landingMargin = 5 * time.Second

func newFetch(place inventory.Place, cloud Cloud, o Options) *fetch {
	f := &fetch{place: place, cloud: cloud, cfg: o.Config, opt: o, report: &Report{Place: place}, notes: map[gapKey]note{}, figures: usual, started: time.Now(),
		meter: quota.NewMeter(place, o.Limits, o.Deadline, landingMargin, o.Budget)}
	if o.figures != nil {
		f.figures = *o.figures
	}
	if f.opt.Reach == 0 {
		f.opt.Reach = lateness
	}
	if f.opt.Width <= 0 {
		f.opt.Width = 2
	}
	return f
}

// load reads the state; nil: there is nothing to fetch, or it cannot be known.
func (f *fetch) load(ctx context.Context) *state.State {
	s, known, err := state.Load(ctx, f.opt.States, f.cfg.Deployment, f.place)
	if err != nil {
		f.fail(f.place.String(), "read the state", err)
	}
	if !known {
		return nil
	}
	return s
}

// run gives each job its turns until all are done, or the time is up.
func (f *fetch) run(ctx context.Context, jobs []*gapJob) {
	f.begin(ctx, jobs)
	queue := make(chan *gapJob, len(jobs))
	for _, j := range jobs {
		queue <- j
	}
	left := len(jobs)
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range min(f.opt.Width, len(jobs)) {
		workers.Go(func() {
			m := newMembers()
			for j := range queue {
				if !f.stopped(ctx) && j.turn(ctx, m) {
					queue <- j
					continue
				}
				mu.Lock()
				if left--; left == 0 {
					close(queue)
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	f.save(ctx)
}

func (f *fetch) stopped(ctx context.Context) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.over || ctx.Err() != nil
}

// stop ends the fetch; what is under way is completed.
func (f *fetch) stop() {
	f.mu.Lock()
	f.over = true
	f.mu.Unlock()
}

// failed notes what could not be done, unless the fetch only ends here.
func (f *fetch) failed(ctx context.Context, resource, doing string, err error) {
	if errors.Is(err, quota.ErrHandOn) {
		f.stop()
	} else if ctx.Err() == nil {
		f.fail(resource, doing, err)
	}
}

func (f *fetch) fail(resource, doing string, err error) {
	f.mu.Lock()
	f.report.Failures = append(f.report.Failures, inventory.Failure{Resource: resource, Doing: doing, Err: err})
	f.mu.Unlock()
}

func (f *fetch) find(group, problem string) {
	f.mu.Lock()
	f.report.Findings = append(f.report.Findings, collector.Finding{Resource: f.place.LogGroupARN(group), Problem: problem})
	f.mu.Unlock()
}

func (f *fetch) end(ctx context.Context) *Report {
	r := f.report
	r.Reads = f.meter.Reads()
	r.Done = !f.over && ctx.Err() == nil
	collector.Sort(r.Findings, r.Failures)
	return r
}

package collector

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Options of a sweep.
type Options struct {
	Config   *Config
	States   StateStore
	Formats  FormatStore  // may be nil: formats that do not describe themselves are then not kept
	Limits   *Limits      // shared by all sweeps of the process; nil: buckets of its own
	DryRun   bool         // say what would change, and make no write call
	Destroy  bool         // remove all that is this deployment's
	Keep     bool         // keep changes and decisions in the report
	Progress func(Change) // told of each change as it is made, one at a time; may be nil
	Deadline time.Time    // stop before it and hand the rest on; zero: none
	Budget   int64        // API calls at most; 0: any number
	Width    int          // calls under way at a time, per kind of change; 0 is 4
}

// FormatStore keeps the access-log formats that filter names refer to by hash.
type FormatStore interface {
	PutFormat(ctx context.Context, hash, text string) error
}

// sweep is one pass over one place.
type sweep struct {
	place   Place
	cloud   Cloud
	cfg     *Config
	opt     Options
	width   int
	meter   *meter
	journal *journal

	remembered  map[string]bool // alarms that are ours by memory alone: the tagging API does not show them yet
	alarmsBlind bool            // whose the alarms are could not be read

	mu       sync.Mutex // of state
	state    *State
	known    bool // there was a state
	handedOn bool
}

// margin is how long before the deadline a sweep stops: to save what it did.
const margin = 2 * time.Second

// Sweep brings one place to what its tags ask for. It never fails as a whole: what could
// not be read or done is in the report, by resource, and never stops the rest.
func Sweep(ctx context.Context, place Place, cloud Cloud, o Options) *Report {
	s := newSweep(place, cloud, o)
	r := s.journal.report
	defer func() {
		r.Reads, r.Writes = s.meter.reads.Load(), s.meter.writes.Load()
		r.Done = r.Done && !s.handedOn && ctx.Err() == nil
		r.settle()
	}()
	state, known, err := loadState(ctx, o.States, s.cfg.Deployment, place)
	if err != nil {
		s.journal.fail(place.String(), "read the state", err)
	}
	s.state, s.known = state, known
	inv := s.readPlace(ctx)
	if ctx.Err() != nil {
		return r
	}
	s.recognise(ctx, inv)
	decisions := s.decide(inv)
	d := Desire(s.cfg, inv, decisions)
	for i := range decisions {
		r.Findings = append(r.Findings, decisions[i].Findings...)
	}
	r.Resources, r.Onboarded = len(decisions), onboarded(decisions)
	if o.Keep {
		r.Decisions = decisions
	}
	r.Done = true
	s.apply(ctx, d)
	r.Pending = len(s.state.Pending)
	if !o.DryRun {
		s.save(ctx)
	}
	return r
}

func newSweep(place Place, cloud Cloud, o Options) *sweep {
	s := &sweep{place: place, cloud: cloud, cfg: o.Config.withDefaults(), opt: o, width: o.Width,
		meter: &meter{place: place, limits: o.Limits, budget: o.Budget}, journal: &journal{report: &Report{Place: place}, keep: o.Keep, tell: o.Progress}}
	if s.width <= 0 {
		s.width = 4
	}
	if s.meter.limits == nil {
		s.meter.limits = &Limits{}
	}
	if !o.Deadline.IsZero() {
		s.meter.deadline = o.Deadline.Add(-margin)
	}
	return s
}

// decide is Decide, or for the end of it all: nothing is wished for.
func (s *sweep) decide(inv *Inventory) []Decision {
	all := Decide(s.cfg, inv)
	if s.opt.Destroy {
		for i := range all {
			all[i] = Decision{Kind: all[i].Kind, Name: all[i].Name, Index: all[i].Index, Component: all[i].Component, Why: "to be removed"}
		}
	}
	return all
}

func onboarded(all []Decision) int {
	n := 0
	for _, d := range all {
		if d.Wish != nil && (d.Kind == KindLogGroup && d.Wish.Logs || d.Kind != KindLogGroup && d.Wish.Alarms) {
			n++
		}
	}
	return n
}

// apply makes the changes: access logs before the filters on their groups, alarms beside
// them, composites as alarms allow.
func (s *sweep) apply(ctx context.Context, d *Desired) {
	var wg sync.WaitGroup
	wg.Go(func() {
		s.putFormats(ctx, d)
		s.switchAccessLogsOn(ctx, d)
		s.sweepFilters(ctx, d)
		s.switchAccessLogsOff(ctx, d)
	})
	wg.Go(func() { s.sweepAlarms(ctx, d) })
	wg.Wait()
}

// failed notes that something could not be done, unless it was only handed on or the
// sweep is being ended.
func (s *sweep) failed(ctx context.Context, resource, doing string, err error) {
	if !s.ended(ctx, err) {
		s.journal.fail(resource, doing, err)
	}
}

// ended reports, and notes, that the rest is for the next sweep.
func (s *sweep) ended(ctx context.Context, err error) bool {
	over := errors.Is(err, errHandOn) || ctx.Err() != nil
	if over {
		s.mu.Lock()
		s.handedOn = true
		s.mu.Unlock()
	}
	return over
}

// save writes the state down.
func (s *sweep) save(ctx context.Context) {
	s.mu.Lock()
	b := s.state.encode()
	s.mu.Unlock()
	if err := s.opt.States.SaveState(context.WithoutCancel(ctx), s.place, b); err != nil {
		s.journal.fail(s.place.String(), "save the state", err)
	}
}

func (s *sweep) putFormats(ctx context.Context, d *Desired) {
	if s.opt.Formats == nil || s.opt.DryRun {
		return
	}
	for hash, text := range d.Formats {
		if err := s.opt.Formats.PutFormat(ctx, hash, text); err != nil {
			s.journal.fail("formats/"+hash, "keep an access-log format", err)
		}
	}
}

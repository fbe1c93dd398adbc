package collector

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
)

// Options of a sweep.
type Options struct {
	Config   *Config
	States   state.Store
	Formats  FormatStore   // may be nil: formats that do not describe themselves are then not kept
	Rules    RuleStore     // may be nil: nobody evaluates rules that tags ask for
	Limits   *quota.Limits // shared by all sweeps of the process; nil: buckets of its own
	DryRun   bool          // say what would change, and make no write call
	Destroy  bool          // remove all that is this deployment's
	Keep     bool          // keep changes and decisions in the report
	Progress func(Change)  // told of each change as it is made, one at a time; may be nil
	Look     func(*View)   // told once what was read and what follows from it, before it is applied; may be nil
	Deadline time.Time     // stop before it and hand the rest on; zero: none
	Budget   int64         // API calls at most; 0: any number
	Width    int           // calls under way at a time, per kind of change; 0 is 4
}

// FormatStore keeps the access-log formats that filter names refer to by hash.
type FormatStore interface {
	PutFormat(ctx context.Context, hash, text string) error
}

// RuleStore keeps which rules of people's own the tags of a place ask for.
type RuleStore interface {
	PutRules(ctx context.Context, p inventory.Place, rules []seamark.AskedRule) error
}

// sweep is one pass over one place.
type sweep struct {
	place   inventory.Place
	cloud   Cloud
	cfg     *Config
	opt     Options
	width   int
	meter   *quota.Meter
	journal *journal
	sets    inventory.TagSets
	scope   *scope // nil: the whole place

	remembered  map[string]bool // alarms that are ours by memory alone: the tagging API does not show them yet
	alarmsBlind bool            // whose the alarms are could not be read

	mu sync.Mutex // of state
	*state.Memory
	handedOn bool
}

// margin is how long before the deadline a sweep stops: to save what it did.
const margin = 2 * time.Second

// Sweep brings one place to what its tags ask for. It never fails as a whole: what could
// not be read or done is in the report, by resource, and never stops the rest.
func Sweep(ctx context.Context, place inventory.Place, cloud Cloud, o Options) *Report {
	s := newSweep(place, cloud, o)
	return s.run(ctx, s.readPlace)
}

// run sweeps what read reads; nil: nothing.
func (s *sweep) run(ctx context.Context, read func(context.Context) *inventory.Inventory) *Report {
	r := s.journal.report
	defer func() {
		r.Reads, r.Writes = s.meter.Reads(), s.meter.Writes()
		r.Done = r.Done && !s.handedOn && ctx.Err() == nil
		r.settle()
	}()
	s.load(ctx)
	inv := read(ctx)
	if inv == nil || ctx.Err() != nil {
		return r
	}
	s.recognise(ctx, inv)
	v := s.view(inv, s.decide(inv))
	d, decisions := v.Desired, v.Decisions
	if s.scope != nil && !s.keepOthers(d) {
		return r
	}
	for i := range decisions {
		r.Findings = append(r.Findings, decisions[i].Findings...)
	}
	r.Resources, r.Onboarded = len(decisions), onboarded(decisions)
	if s.opt.Keep {
		r.Decisions = decisions
	}
	r.Done = true
	if s.opt.Look != nil {
		s.opt.Look(v)
	}
	s.apply(ctx, d)
	s.putRules(ctx, decisions)
	s.survey(ctx, d)
	r.Pending = len(s.State.Pending)
	if !s.opt.DryRun {
		s.save(ctx)
	}
	return r
}

func newSweep(place inventory.Place, cloud Cloud, o Options) *sweep {
	s := &sweep{place: place, cloud: cloud, cfg: o.Config.WithDefaults(), opt: o, width: o.Width,
		meter: quota.NewMeter(place, o.Limits, o.Deadline, margin, o.Budget), journal: &journal{report: &Report{Place: place}, keep: o.Keep, tell: o.Progress}, sets: inventory.TagSets{Unique: hashTag}}
	s.Memory = state.NewMemory(s.cfg.Deployment, place)
	if s.width <= 0 {
		s.width = 4
	}
	return s
}

// load recalls what earlier sweeps noted.
func (s *sweep) load(ctx context.Context) {
	m, err := state.Recall(ctx, s.opt.States, s.cfg.Deployment, s.place)
	if err != nil {
		s.journal.fail(s.place.String(), "read the state", err)
	}
	s.Memory = m
}

// save writes the state down, together with what others wrote meanwhile.
func (s *sweep) save(ctx context.Context) {
	if err := s.Memory.Save(ctx, s.opt.States, &s.mu); err != nil {
		s.journal.fail(s.place.String(), "save the state", err)
	}
}

// decide is Decide, or for the end of it all: nothing is wished for.
func (s *sweep) decide(inv *inventory.Inventory) []Decision {
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
	for i := range all {
		if all[i].Onboarded() {
			n++
		}
	}
	return n
}

// Onboarded reports whether the resource has what its tags ask for, once all is done.
func (dec *Decision) Onboarded() bool {
	switch {
	case dec.Wish == nil:
		return dec.Central != ""
	case dec.Kind == inventory.KindLogGroup:
		return dec.Wish.Logs
	}
	return dec.Wish.Alarms
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
	s.sweepAlarms(ctx, d) // here: a goroutine less in each of thousands of places
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
	over := errors.Is(err, quota.ErrHandOn) || ctx.Err() != nil
	if over {
		s.mu.Lock()
		s.handedOn = true
		s.mu.Unlock()
	}
	return over
}

// putRules notes which rules tags ask for; a sweep of a part does not know.
func (s *sweep) putRules(ctx context.Context, decisions []Decision) {
	if s.opt.Rules == nil || s.opt.DryRun || s.scope != nil || len(s.cfg.OwnRules) == 0 {
		return
	}
	var rules []seamark.AskedRule
	for i := range decisions {
		if decisions[i].Unknown {
			return // what is in force stays
		}
		for _, r := range decisions[i].Rules {
			r.AccountID, r.Region = s.place.Account, s.place.Region
			rules = append(rules, r)
		}
	}
	slices.SortFunc(rules, func(a, b seamark.AskedRule) int {
		return cmp.Or(strings.Compare(a.Rule, b.Rule), strings.Compare(a.Component, b.Component))
	})
	if err := s.opt.Rules.PutRules(ctx, s.place, rules); err != nil {
		s.journal.fail(s.place.String(), "keep the rules that tags ask for", err)
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

package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/collector/worker"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
)

// FleetOptions say which accounts are meant.
type FleetOptions struct {
	Config   *config.Config
	Lake     string   // where state, formats and history go
	Accounts []string // only these, by id or alias; none: all
	Regions  []string // only these; none: all
	Opener   Cloud    // nil: AWS itself
}

// Cloud opens places and lists the accounts of an organisation.
type Cloud interface {
	collector.Opener
	Accounts(ctx context.Context, units []string) ([]aws.Account, error)
}

// Fleet is the accounts and regions that are looked after, with what a sweep of them needs.
type Fleet struct {
	Config  *collector.Config
	Places  []inventory.Place
	Skipped []inventory.Failure // accounts of the organisation that are suspended: nothing can be done there

	opener  collector.Opener
	aliases map[string]string
	store   lake.Store
	states  state.Store
	limits  *quota.Limits
	arrived *worker.Arrived
}

// OpenFleet reads the configuration and finds the accounts; it changes nothing.
func OpenFleet(ctx context.Context, o FleetOptions) (*Fleet, error) {
	c := o.Config
	f := &Fleet{Config: c.Collector(), aliases: map[string]string{}, limits: &quota.Limits{}}
	if err := f.Config.Validate(); err != nil {
		return nil, err
	}
	cloud := o.Opener
	if cloud == nil {
		opener, err := aws.New(ctx, aws.Options{Role: c.Onboard.Role, ExternalID: c.Onboard.ExternalID})
		if err != nil {
			return nil, err
		}
		cloud = opener
	}
	f.opener = cloud
	ids, err := f.accounts(ctx, c, cloud)
	if err != nil {
		return nil, err
	}
	if f.Places, err = f.choose(c.PlacesOf(ids), o); err != nil {
		return nil, err
	}
	if len(o.Accounts) > 0 {
		f.Skipped = nil
	}
	// What was done is noted even when a person has ended ctx meanwhile.
	if f.store, err = OpenStore(context.WithoutCancel(ctx), o.Lake); err != nil {
		return nil, err
	}
	f.arrived = &worker.Arrived{Lake: lake.New(f.store)}
	f.states = state.LakeStore{Store: f.store, Deployment: f.Config.Deployment}
	return f, nil
}

// accounts are the listed ones and those of the organisation. One that is suspended is
// noted, not looked after.
func (f *Fleet) accounts(ctx context.Context, c *config.Config, cloud Cloud) (ids []string, err error) {
	for _, a := range c.Accounts {
		ids, f.aliases[a.ID] = append(ids, a.ID), a.Alias
	}
	if c.Onboard.Organization == nil {
		return ids, nil
	}
	members, err := cloud.Accounts(ctx, c.Onboard.Organization.Units)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if !m.Active {
			ids = slices.DeleteFunc(ids, func(id string) bool { return id == m.ID })
			f.Skipped = append(f.Skipped, inventory.Failure{Resource: "account " + m.ID, Doing: "look after", Err: errors.New("it is suspended, or being closed")})
			continue
		}
		if f.aliases[m.ID] == "" {
			f.aliases[m.ID] = m.Name
		}
		if !slices.Contains(ids, m.ID) {
			ids = append(ids, m.ID)
		}
	}
	return ids, nil
}

// choose keeps the places that were asked for.
func (f *Fleet) choose(all []inventory.Place, o FleetOptions) ([]inventory.Place, error) {
	for _, want := range o.Accounts {
		if !slices.ContainsFunc(all, func(p inventory.Place) bool { return f.is(p.Account, want) }) {
			return nil, unknownPlace("--account", want, "account", all, func(p inventory.Place) string { return f.Name(p.Account) })
		}
	}
	for _, want := range o.Regions {
		if !slices.ContainsFunc(all, func(p inventory.Place) bool { return p.Region == want }) {
			return nil, unknownPlace("--region", want, "region", all, func(p inventory.Place) string { return p.Region })
		}
	}
	return slices.DeleteFunc(all, func(p inventory.Place) bool {
		return len(o.Accounts) > 0 && !slices.ContainsFunc(o.Accounts, func(want string) bool { return f.is(p.Account, want) }) ||
			len(o.Regions) > 0 && !slices.Contains(o.Regions, p.Region)
	}), nil
}

func unknownPlace(flag, want, what string, all []inventory.Place, name func(inventory.Place) string) error {
	var known []string
	for _, p := range all {
		if n := name(p); !slices.Contains(known, n) && len(known) < 10 {
			known = append(known, n)
		}
	}
	return &seamark.Fault{Class: seamark.Rejected, Where: flag, What: fmt.Sprintf("%s %q is not looked after", what, want), Remedy: "name one of " + strings.Join(known, ", ")}
}

func (f *Fleet) is(account, want string) bool { return account == want || f.aliases[account] == want }

// Name is what people call an account: its alias, or its id.
func (f *Fleet) Name(account string) string {
	if alias := f.aliases[account]; alias != "" {
		return alias
	}
	return account
}

// Totals are the sums over all places. The keys of the JSON are part of the interface.
type Totals struct {
	Accounts  int   `json:"accounts"`
	Resources int   `json:"resources"`
	Onboarded int   `json:"onboarded"`
	Create    int   `json:"create"`
	Update    int   `json:"update"`
	Delete    int   `json:"delete"`
	Unchanged int   `json:"unchanged"`
	Failed    int   `json:"failed"`
	Writes    int64 `json:"writes"` // API calls
	Reads     int64 `json:"reads"`
	Pending   int   `json:"-"` // log groups whose history is to be fetched
	Left      int   `json:"-"` // places not done to the end
}

func (t *Totals) add(r *collector.Report) {
	t.Resources += r.Resources
	t.Onboarded += r.Onboarded
	t.Create += r.Created
	t.Update += r.Updated
	t.Delete += r.Deleted
	t.Unchanged += r.Unchanged
	t.Failed += len(r.Failures)
	t.Writes += r.Writes
	t.Reads += r.Reads
	t.Pending += r.Pending
	if !r.Done {
		t.Left++
	}
}

// SweepOptions say what is to be done with all places.
type SweepOptions struct {
	DryRun, Destroy bool
	Progress        func(places, of int, changes int64) // may be nil; one at a time
	Each            func(*collector.Report)             // in the order of Places, one at a time; may be nil
}

// placesAtOnce bounds how many places are looked at side by side: each has quotas of its
// own, but all share this machine.
const placesAtOnce = 256

// Sweep sweeps all places.
func (f *Fleet) Sweep(ctx context.Context, o SweepOptions) Totals {
	t := f.totals()
	var changes int64
	done := 0
	tell := func() {
		if o.Progress != nil {
			o.Progress(done, len(f.Places), changes)
		}
	}
	var telling sync.Mutex
	options := f.options()
	options.DryRun, options.Destroy, options.Keep = o.DryRun, o.Destroy, true
	options.Progress = func(collector.Change) {
		telling.Lock()
		changes++
		tell()
		telling.Unlock()
	}
	ordered := inOrder(f.Places, func(r *collector.Report) {
		if o.Each != nil {
			o.Each(r)
		}
	})
	for _, places := range f.centralFirst() {
		collector.SweepAll(ctx, places, f.opener, options, placesAtOnce, func(r *collector.Report) {
			settle(r, o.Destroy)
			t.add(r)
			telling.Lock()
			done++
			tell()
			telling.Unlock()
			ordered.add(r)
		})
	}
	ordered.flush()
	return t
}

// centralFirst parts the places with central copies from the others: a copy is attached
// before what it was copied from is let go.
func (f *Fleet) centralFirst() [][]inventory.Place {
	if f.Config.Central == nil {
		return [][]inventory.Place{f.Places}
	}
	first := slices.IndexFunc(f.Places, func(p inventory.Place) bool { return p.Account != f.Config.Central.Account })
	if first <= 0 {
		return [][]inventory.Place{f.Places}
	}
	return [][]inventory.Place{f.Places[:first], f.Places[first:]}
}

func (f *Fleet) totals() Totals {
	t := Totals{}
	seen := map[string]bool{}
	for _, p := range f.Places {
		seen[p.Account] = true
	}
	t.Accounts = len(seen)
	return t
}

func (f *Fleet) options() collector.Options {
	return collector.Options{Config: f.Config, States: f.states, Formats: lake.Formats{Store: f.store}, Limits: f.limits}
}

// sequence hands reports on in the order of places, however they come.
type sequence struct {
	places  []inventory.Place // those to come
	waiting map[inventory.Place]*collector.Report
	each    func(*collector.Report)
}

func inOrder(places []inventory.Place, each func(*collector.Report)) *sequence {
	return &sequence{places, map[inventory.Place]*collector.Report{}, each}
}

func (s *sequence) add(r *collector.Report) {
	s.waiting[r.Place] = r
	for len(s.places) > 0 && s.waiting[s.places[0]] != nil {
		s.next()
	}
}

func (s *sequence) next() {
	if r := s.waiting[s.places[0]]; r != nil {
		delete(s.waiting, s.places[0])
		s.each(r)
	}
	s.places = s.places[1:]
}

// flush hands on what waits for a place of which nothing came, because all was ended.
func (s *sequence) flush() {
	for len(s.places) > 0 {
		s.next()
	}
}

// EachCloud opens places, side by side, and calls fn with each. Those that cannot be
// opened are returned.
func (f *Fleet) EachCloud(ctx context.Context, places []inventory.Place, fn func(p inventory.Place, c collector.Cloud, o collector.Options)) []inventory.Failure {
	var mu sync.Mutex
	var failures []inventory.Failure
	var wg sync.WaitGroup
	slots := make(chan struct{}, placesAtOnce)
	for _, p := range places {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			c, err := f.opener.Open(ctx, p)
			if err != nil {
				mu.Lock()
				failures = append(failures, inventory.Failure{Resource: p.String(), Doing: "assume the role", Err: err})
				mu.Unlock()
				return
			}
			fn(p, c, f.options())
		})
	}
	wg.Wait()
	slices.SortFunc(failures, func(a, b inventory.Failure) int { return strings.Compare(a.Resource, b.Resource) })
	return failures
}

// History is what fetching the history of log groups needs.
func (f *Fleet) History() history.Options {
	return history.Options{
		Config: f.Config, States: f.states, Landing: f.store, Arrived: f.arrived, Limits: f.limits,
	}
}

package onboard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/history"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
	"github.com/seamark-hq/seamark/lake"
)

// Options say which accounts are meant, and with what.
type Options struct {
	Config       *collector.Config
	Listed       []inventory.Account // by the configuration, in its order; Name may be empty
	Organization bool                // with the active accounts of the organisation, too
	Units        []string            // of the organisation; none: all of it
	Regions      []string            // of each account

	OnlyAccounts []string // of all these, by id or name; none: all
	OnlyRegions  []string // none: all

	Cloud Cloud
	Store lake.Store // where state, formats and history go
}

// Members lists the accounts of an organisation.
type Members interface {
	Accounts(ctx context.Context, units []string) ([]inventory.Account, error)
}

// Cloud opens places and lists the accounts of an organisation.
type Cloud interface {
	collector.Opener
	Members
}

// Accounts are the accounts and regions that are looked after, with what a sweep of them needs.
type Accounts struct {
	Config  *collector.Config
	Places  []inventory.Place
	Skipped []inventory.Failure // accounts of the organisation that are suspended: nothing can be done there

	cloud   Cloud
	names   map[string]string
	store   lake.Store
	states  state.LakeStore
	limits  *quota.Limits
	arrived *history.LatestArrivals
}

// Open finds the accounts; it changes nothing. An account or region in Only… that is not
// among them is a Rejected fault whose place is the flag.
func Open(ctx context.Context, o Options) (*Accounts, error) {
	if err := o.Config.Validate(); err != nil {
		return nil, err
	}
	a := &Accounts{
		Config: o.Config, cloud: o.Cloud, names: map[string]string{}, store: o.Store, limits: &quota.Limits{},
		states: state.LakeStore{Store: o.Store, Deployment: o.Config.Deployment}, arrived: &history.LatestArrivals{Lake: lake.New(o.Store)},
	}
	ids, err := a.find(ctx, o, o.Cloud)
	if err != nil {
		return nil, err
	}
	if a.Places, err = a.choose(a.placesOf(ids, o.Regions), o); err != nil {
		return nil, err
	}
	if len(o.OnlyAccounts) > 0 {
		a.Skipped = nil
	}
	return a, nil
}

// Places finds the places alone, for who opens none of them: neither o.Cloud nor o.Store is used.
func Places(ctx context.Context, o Options, m Members) ([]inventory.Place, error) {
	if err := o.Config.Validate(); err != nil {
		return nil, err
	}
	a := &Accounts{Config: o.Config, names: map[string]string{}}
	ids, err := a.find(ctx, o, m)
	if err != nil {
		return nil, err
	}
	return a.choose(a.placesOf(ids, o.Regions), o)
}

// find returns the ids of the listed accounts and of the organisation's. One that is
// suspended is noted, not looked after.
func (a *Accounts) find(ctx context.Context, o Options, m Members) (ids []string, err error) {
	for _, l := range o.Listed {
		ids, a.names[l.ID] = append(ids, l.ID), l.Name
	}
	if !o.Organization {
		return ids, nil
	}
	members, err := m.Accounts(ctx, o.Units)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if !m.Active {
			ids = slices.DeleteFunc(ids, func(id string) bool { return id == m.ID })
			a.Skipped = append(a.Skipped, inventory.Failure{Resource: "account " + m.ID, Doing: "look after", Err: errors.New("it is suspended, or being closed")})
			continue
		}
		if a.names[m.ID] == "" {
			a.names[m.ID] = m.Name
		}
		if !slices.Contains(ids, m.ID) {
			ids = append(ids, m.ID)
		}
	}
	return ids, nil
}

// placesOf are the regions of accounts: that of the central copies first, for a copy is
// attached before what it was copied from is let go.
func (a *Accounts) placesOf(ids, regions []string) []inventory.Place {
	slices.SortStableFunc(ids, func(x, y string) int {
		switch {
		case a.central(x) == a.central(y):
			return 0
		case a.central(x):
			return -1
		}
		return 1
	})
	var places []inventory.Place
	for _, id := range ids {
		for _, region := range regions {
			places = append(places, inventory.Place{Account: id, Region: region})
		}
	}
	return places
}

func (a *Accounts) central(account string) bool {
	return a.Config.Central != nil && a.Config.Central.Account == account
}

// choose keeps the places that were asked for.
func (a *Accounts) choose(all []inventory.Place, o Options) ([]inventory.Place, error) {
	for _, want := range o.OnlyAccounts {
		if !slices.ContainsFunc(all, func(p inventory.Place) bool { return a.is(p.Account, want) }) {
			return nil, unknownPlace("--account", want, "account", all, func(p inventory.Place) string { return a.Name(p.Account) })
		}
	}
	for _, want := range o.OnlyRegions {
		if !slices.ContainsFunc(all, func(p inventory.Place) bool { return p.Region == want }) {
			return nil, unknownPlace("--region", want, "region", all, func(p inventory.Place) string { return p.Region })
		}
	}
	return slices.DeleteFunc(all, func(p inventory.Place) bool {
		return len(o.OnlyAccounts) > 0 && !slices.ContainsFunc(o.OnlyAccounts, func(want string) bool { return a.is(p.Account, want) }) ||
			len(o.OnlyRegions) > 0 && !slices.Contains(o.OnlyRegions, p.Region)
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

func (a *Accounts) is(account, want string) bool { return account == want || a.names[account] == want }

// Name is what people call an account: its alias, or its id.
func (a *Accounts) Name(account string) string {
	if alias := a.names[account]; alias != "" {
		return alias
	}
	return account
}

func (a *Accounts) options() collector.Options {
	return collector.Options{Config: a.Config, States: a.states, Rules: a.states, Formats: lake.Formats{Store: a.store}, Limits: a.limits}
}

// AlarmStates reads a page of the alarms of a place with their states, as DescribeAlarms answers.
func (a *Accounts) AlarmStates(ctx context.Context, p inventory.Place, token string) (page []byte, next string, err error) {
	type teller interface {
		AlarmStates(ctx context.Context, p inventory.Place, token string) ([]byte, string, error)
	}
	t, ok := a.cloud.(teller)
	if !ok {
		return nil, "", errors.New("the cloud tells no states of alarms")
	}
	return t.AlarmStates(ctx, p, token)
}

// EachCloud opens places, side by side, and calls fn with each. Those that cannot be
// opened are returned.
func (a *Accounts) EachCloud(ctx context.Context, places []inventory.Place, fn func(p inventory.Place, c collector.Cloud, o collector.Options)) []inventory.Failure {
	var mu sync.Mutex
	var failures []inventory.Failure
	var wg sync.WaitGroup
	slots := make(chan struct{}, placesAtOnce)
	for _, p := range places {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			c, err := a.cloud.Open(ctx, p)
			if err != nil {
				mu.Lock()
				failures = append(failures, inventory.Failure{Resource: p.String(), Doing: "assume the role", Err: err})
				mu.Unlock()
				return
			}
			fn(p, c, a.options())
		})
	}
	wg.Wait()
	slices.SortFunc(failures, func(a, b inventory.Failure) int { return strings.Compare(a.Resource, b.Resource) })
	return failures
}

// History is what fetching the history of log groups needs.
func (a *Accounts) History() history.Options {
	return history.Options{
		Config: a.Config, States: a.states, Landing: a.store, Arrived: a.arrived, Limits: a.limits,
	}
}

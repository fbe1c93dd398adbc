package app

import (
	"context"

	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/onboard"
	"github.com/seamark-hq/seamark/internal/app/lakes"
	"github.com/seamark-hq/seamark/internal/config"
)

// AccountsOptions say which accounts of a configuration are meant.
type AccountsOptions struct {
	Config   *config.Config
	Lake     string        // where state, formats and history go
	Accounts []string      // only these, by id or alias; none: all
	Regions  []string      // only these; none: all
	Cloud    onboard.Cloud // nil: AWS itself
}

// OpenAccounts finds the accounts that the configuration says are looked after; it changes nothing.
func OpenAccounts(ctx context.Context, o AccountsOptions) (*onboard.Accounts, error) {
	c := o.Config
	if o.Cloud == nil {
		opener, err := aws.New(ctx, aws.Options{Role: c.Onboard.Role, ExternalID: c.Onboard.ExternalID})
		if err != nil {
			return nil, err
		}
		o.Cloud = opener
	}
	// What was done is noted even when a person has ended ctx meanwhile.
	store, err := lakes.Store(context.WithoutCancel(ctx), o.Lake)
	if err != nil {
		return nil, err
	}
	units, organization := c.AsksOrganization()
	return onboard.Open(ctx, onboard.Options{
		Config: c.Collector(), Listed: c.ListedAccounts(), Organization: organization, Units: units, Regions: c.Regions,
		OnlyAccounts: o.Accounts, OnlyRegions: o.Regions, Cloud: o.Cloud, Store: store,
	})
}

// Caller is as whom a configuration's collector calls AWS.
func Caller(c *config.Config) onboard.Caller {
	return onboard.Caller{Role: c.Onboard.Role, Session: aws.DefaultSession}
}

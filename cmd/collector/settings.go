package main

import (
	"context"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/aws"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/config"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/s3"
)

func openStore(ctx context.Context, place string) (lake.Store, error) {
	switch {
	case strings.HasPrefix(place, s3.Scheme):
		return s3.Open(ctx, place, s3.Options{})
	case place == "" || strings.Contains(place, "://"):
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: "lake", What: "'" + place + "' outlives no invocation", Remedy: "name the hub's bucket: s3://bucket/prefix"}
	}
	return lake.OpenDir(place, nil) // a mounted file system
}

// places are the regions of the listed accounts and of the organisation's active ones. The
// organisation is asked once a process: Lambda replaces it every few hours.
func places(ctx context.Context, c *config.Config, o *aws.Opener) ([]inventory.Place, error) {
	if c.Onboard.Organization == nil {
		return c.Places(), nil
	}
	var ids []string
	for _, a := range c.Accounts {
		ids = append(ids, a.ID)
	}
	accounts, err := o.Accounts(ctx, c.Onboard.Organization.Units)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if a.Active && !slices.Contains(ids, a.ID) {
			ids = append(ids, a.ID)
		}
	}
	return c.PlacesOf(ids), nil
}

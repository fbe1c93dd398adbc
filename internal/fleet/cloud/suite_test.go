package cloud_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/cloudtest"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/internal/fleet/cloud"
)

// TestSuite: the simulated cloud keeps every promise that the collector relies on.
func TestSuite(t *testing.T) {
	var c *cloud.Cloud
	cloudtest.Run(t, &cloudtest.Subject{
		Open: func(_ *testing.T, p inventory.Place) collector.Cloud { return c.Region(p) },
		Team: func(_ *testing.T, p inventory.Place) cloudtest.Team { return &team{Region: c.Region(p)} },
		Within: func(t *testing.T, check func(t *testing.T)) {
			synctest.Test(t, func(t *testing.T) {
				c = cloud.New(cloud.Options{FilterLimit: 2})
				check(t)
			})
		},
	})
}

// team is whoever owns the accounts.
type team struct {
	*cloud.Region
	apis int
}

func (m *team) MakeLogGroup(_ context.Context, g inventory.LogGroup) error {
	m.AddLogGroup(g, g.Tags...)
	return nil
}

func (m *team) MakeFunction(_ context.Context, f inventory.Function) error {
	m.AddFunction(f, f.Tags...)
	return nil
}

func (m *team) MakeAPI(_ context.Context, a inventory.API, routes []inventory.Route, stages []inventory.Stage) (*inventory.API, error) {
	m.apis++
	a.ID = fmt.Sprintf("a1b2c3%04d", m.apis)
	m.AddAPI(a, routes, stages...)
	return &a, nil
}

func (m *team) TagAPI(_ context.Context, a *inventory.API, _ string, tags inventory.Tags) error {
	m.Tag(a.ID, append(a.Tags, tags...)...)
	return nil
}

func (m *team) Write(_ context.Context, group string, events []inventory.LogEvent) error {
	return m.AddEvents(group, events...)
}

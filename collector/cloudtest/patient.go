package cloudtest

import (
	"context"
	"slices"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// patient repeats what the checks do in numbers when the cloud says "slower", as the
// collector's meter does.
type patient struct{ collector.Cloud }

func again(fn func() error) error {
	var err error
	for range 100 {
		if err = fn(); !slices.Contains([]string{"ThrottlingException", "Throttling", "TooManyRequestsException"}, code(err)) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
	return err
}

func (p patient) CreateLogGroup(ctx context.Context, name string, t inventory.Tags) error {
	return again(func() error { return p.Cloud.CreateLogGroup(ctx, name, t) })
}

func (p patient) PutSubscriptionFilter(ctx context.Context, group string, f inventory.Filter) error {
	return again(func() error { return p.Cloud.PutSubscriptionFilter(ctx, group, f) })
}

func (p patient) PutMetricAlarm(ctx context.Context, a inventory.MetricAlarm) error {
	return again(func() error { return p.Cloud.PutMetricAlarm(ctx, a) })
}

func (p patient) PutCompositeAlarm(ctx context.Context, a inventory.CompositeAlarm) error {
	return again(func() error { return p.Cloud.PutCompositeAlarm(ctx, a) })
}

func (p patient) DeleteAlarms(ctx context.Context, names []string) error {
	return again(func() error { return p.Cloud.DeleteAlarms(ctx, names) })
}

package proof

import (
	"context"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
)

// period of the figures: the longest that tells a day's first quarter of an hour. They are kept for 63 days.
const period = int(Early / time.Second)

// Kept is how far back CloudWatch has figures by the quarter of an hour.
const Kept = 63 * 24 * time.Hour

// forwarded names what was forwarded by a filter, to whichever kind of destination: the metric's
// dimension DestinationType is searched, since AWS documents no list of its values
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html).
func forwarded(group, filter string) string {
	quote := strings.NewReplacer(`'`, `\'`, `"`, `\"`)
	return `SUM(SEARCH('{AWS/Logs,DestinationType,FilterName,LogGroupName} MetricName="ForwardedLogEvents" LogGroupName="` +
		quote.Replace(group) + `" FilterName="` + quote.Replace(filter) + `"', 'Sum', 900))`
}

// Found is what CloudWatch says of a place.
type Found struct {
	Metrics  []Metrics
	Copies   int // log groups of copies from other accounts, which are not compared
	Failures []inventory.Failure
}

// Read asks for the figures of each log group of a place that has a filter of ours, from <= t < to.
func Read(ctx context.Context, p inventory.Place, c collector.Cloud, o collector.Options, from, to time.Time) Found {
	m := quota.NewMeter(p, o.Limits, time.Time{}, 0, 0)
	v, report := collector.Look(ctx, p, c, o, m)
	f := Found{Failures: report.Failures}
	failed := func(group, doing string, err error) {
		f.Failures = append(f.Failures, inventory.Failure{Resource: p.String() + " " + group, Doing: doing, Err: err})
	}
	for i := range v.Desired.Filters {
		wanted := v.Desired.Filter(&v.Desired.Filters[i])
		group := v.Desired.Filters[i].Group
		if wanted.System {
			f.Copies++
			continue
		}
		var filters []inventory.Filter
		err := m.Call(ctx, quota.DescribeSubscriptionFilters, func() (err error) {
			filters, err = c.SubscriptionFilters(ctx, group)
			return err
		})
		if err != nil {
			failed(group, "DescribeSubscriptionFilters", err)
			continue
		}
		at := slices.IndexFunc(filters, func(x inventory.Filter) bool {
			_, err := seamark.ParseFilterName(x.Name)
			return err == nil && x.Destination == wanted.Destination
		})
		if at < 0 {
			continue // not attached yet: `onboard status` says why
		}
		x := filters[at]
		metrics := Metrics{Group: Group{p.Account, p.Region, group}, Filter: x.Name, Since: x.Created, Whole: strings.TrimSpace(x.Pattern) == "", Incoming: Tally{}, Forwarded: Tally{}}
		if err := metrics.read(ctx, m, c, from, to); err != nil {
			failed(group, "GetMetricData", err)
			continue
		}
		f.Metrics = append(f.Metrics, metrics)
	}
	return f
}

func (m *Metrics) read(ctx context.Context, meter *quota.Meter, c collector.Cloud, from, to time.Time) error {
	_, events := inventory.Incoming(m.Name)
	queries := []inventory.Query{{ID: "incoming", Metric: events, Period: period, Return: true}, {ID: "forwarded", Expression: forwarded(m.Name, m.Filter), Return: true}}
	into := map[string]Tally{"incoming": m.Incoming, "forwarded": m.Forwarded}
	return quota.Pages(ctx, meter, quota.GetMetricData,
		func(t string) ([]inventory.Series, string, error) {
			return c.MetricData(ctx, queries, from.UnixMilli(), to.UnixMilli(), t)
		},
		func(s inventory.Series) {
			for _, p := range s.Points {
				into[s.ID].Add(p.Time, int64(p.Value))
			}
		})
}

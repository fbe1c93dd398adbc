package history

import (
	"context"
	"fmt"
	"math"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
	"github.com/seamark-hq/seamark/collector/state"
)

// Backfill fetches the events of a log group that happened from since to before until,
// and lands them: history from before the group was onboarded. What CloudWatch Logs took
// since the filter was put is left to the filter and to FetchPending; with a lake to compare
// with (Arrived) what the filter should have forwarded and did not is fetched, too.
//
// The events are filed under the name of the group's filter; a group without one of ours
// under what the configuration says of it, else as unassigned. Called again with the same
// span it goes on where it was; once done, it begins anew.
func Backfill(ctx context.Context, place inventory.Place, cloud Cloud, group string, since, until time.Time, o Options) *Report {
	f := newFetch(place, cloud, o)
	g := state.Gap{From: since.UnixMilli(), To: until.UnixMilli()}
	if g.From >= g.To || g.From < 0 {
		f.fail(group, "fetch its history", &seamark.Fault{Class: seamark.Rejected, Where: "--since, --until", What: "the span holds no time",
			Remedy: "use a --since that lies before --until"})
		return f.end(ctx)
	}
	j := &gapJob{fetch: f, key: gapKey{fmt.Sprintf("%s %d %d", group, g.From, g.To), true}, group: group, gap: g}
	if o.DryRun {
		f.estimate(ctx, j)
		return f.end(ctx)
	}
	s, known, err := state.Load(ctx, o.States, f.cfg.Deployment, place)
	if err != nil {
		f.fail(place.String(), "read the state", err)
		return f.end(ctx)
	}
	begun := false
	if known {
		g, begun = s.Backfills[j.key.name]
	}
	if begun {
		j.gap = g
	} else {
		j.note(state.Gap{}, &j.gap)
	}
	f.run(ctx, []*gapJob{j})
	f.report.Filter = j.filter.Name
	return f.end(ctx)
}

// backfillSpan is what of the wanted span came before the filter; with a lake to compare
// with, all that must have arrived by now.
func (j *gapJob) backfillSpan() span {
	s := span{from: j.gap.From, to: j.gap.To, after: math.MinInt64, before: math.MaxInt64, compare: true}
	switch {
	case !j.attached:
		return s
	case j.opt.Arrived != nil:
		s.before = time.Now().Add(-delivery).UnixMilli()
		return s
	}
	s.before = j.filter.Created - doubtBefore.Milliseconds()
	if end := s.before + earliness.Milliseconds(); end < s.to {
		s.to = max(end, s.from)
		j.find(j.group, "what it took since "+time.UnixMilli(j.filter.Created).UTC().Format(time.RFC3339)+" is forwarded, and left out")
	}
	return s
}

// Estimate says how much a backfill would fetch.
type Estimate struct {
	Known  bool // CloudWatch has figures of the group
	Events int64
	Bytes  int64 // of messages, with 26 more for each event
	Calls  int64 // of FilterLogEvents, at least
	Took   time.Duration
}

// A page of FilterLogEvents holds so much at most.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
const (
	pageEvents = 10_000
	pageBytes  = 1 << 20
)

// estimate asks CloudWatch how much the group took in that span. It counts what the
// filter's pattern would leave out, too.
func (f *fetch) estimate(ctx context.Context, j *gapJob) {
	if !j.prepare(ctx) {
		return
	}
	f.report.Filter = j.filter.Name
	e := &Estimate{}
	f.report.Estimate = e
	series, err := f.incoming(ctx, j)
	if err != nil {
		f.failed(ctx, j.group, "GetMetricData", err)
		return
	}
	for id, into := range map[string]*int64{"events": &e.Events, "bytes": &e.Bytes} {
		for _, p := range series[id] {
			e.Known = true
			*into += int64(p.Value)
		}
	}
	e.Calls = max((e.Events+pageEvents-1)/pageEvents, (e.Bytes+pageBytes-1)/pageBytes, 1)
	perSecond, _ := quota.FilterLogEvents.Quota()
	e.Took = time.Duration(float64(e.Calls) / perSecond * float64(time.Second)).Round(time.Second)
}

// incoming reads the group's own metrics, hour by hour; they are kept for 15 months.
func (f *fetch) incoming(ctx context.Context, j *gapJob) (map[string][]inventory.Point, error) {
	bytes, events := inventory.Incoming(j.group)
	queries := []inventory.Query{{ID: "events", Period: 3600, Return: true, Metric: events}, {ID: "bytes", Period: 3600, Return: true, Metric: bytes}}
	points := map[string][]inventory.Point{}
	err := quota.Pages(ctx, f.meter, quota.GetMetricData,
		func(t string) ([]inventory.Series, string, error) {
			return f.cloud.MetricData(ctx, queries, j.span.from, j.span.to, t)
		},
		func(s inventory.Series) { points[s.ID] = append(points[s.ID], s.Points...) })
	return points, err
}

package rehearsal

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// The limits of one call of GetMetricData.
const (
	maxDataQueries = 500
	maxDataPoints  = 100_800
)

// job is an alarm to be rehearsed; its place in the list is that of its result.
type job struct {
	alarm  int // in Desired.Alarms
	action collector.Action
}

// batch are the jobs from one to before another, whose figures fit in one call.
type batch struct{ from, to int }

// plan decides which alarms are rehearsed, and divides them into calls.
func (r *rehearser) plan(d *collector.Desired) {
	have := map[string]*inventory.KnownAlarm{}
	there := r.view.Inventory.Metric
	for i := range there {
		if a := &there[i]; d.Owns(a.Tags) {
			have[a.Name] = a
		}
	}
	for i := range d.Alarms {
		a := d.Alarm(&d.Alarms[i])
		action := collector.Create
		if was := have[a.Name]; was != nil {
			if action = collector.Update; was.Does(&a) {
				action = ""
			}
		}
		if action == "" && !r.all {
			continue
		}
		r.jobs = append(r.jobs, job{i, action})
		r.out.Alarms = append(r.out.Alarms, r.blank(&d.Alarms[i], &a, action))
	}
	r.divide(d)
}

func (r *rehearser) blank(w *collector.WantedAlarm, a *inventory.MetricAlarm, action collector.Action) AlarmRehearsal {
	out := AlarmRehearsal{
		Name: w.Name, Product: w.Wish.Product, Environment: w.Wish.Environment, Rule: w.Rule().Name, Component: w.Resource(),
		Action: action, Threshold: w.Threshold().String(),
	}
	if window := a.Window(); window%r.out.Resolution != 0 {
		out.Problem = fmt.Sprintf("a window of %d minutes cannot be rehearsed so far back, where CloudWatch keeps %d-minute figures: take a shorter span",
			window/60, r.out.Resolution/60)
	}
	return out
}

// divide fills calls one after another. The alarms of a resource are neighbours by name,
// so that they mostly share the count of requests.
func (r *rehearser) divide(d *collector.Desired) {
	asked, points, from := map[string]bool{}, 0, 0
	for i, j := range r.jobs {
		more, fresh := r.fresh(d, j, asked)
		if i > from && (len(asked)+len(fresh) > maxDataQueries || points+more > maxDataPoints) {
			r.batches = append(r.batches, batch{from, i})
			r.out.Reading.Metrics += int64(len(asked))
			clear(asked)
			points, from = 0, i
			more, fresh = r.fresh(d, j, asked)
		}
		points += more
		for _, key := range fresh {
			asked[key] = true
		}
	}
	if len(r.jobs) > from {
		r.batches = append(r.batches, batch{from, len(r.jobs)})
		r.out.Reading.Metrics += int64(len(asked))
	}
	r.out.Reading.Calls += int64(len(r.batches))
}

// fresh are the keys of what a job needs and nobody has asked for, and how many points that is.
func (r *rehearser) fresh(d *collector.Desired, j job, asked map[string]bool) (points int, keys []string) {
	a := d.Alarm(&d.Alarms[j.alarm])
	for _, q := range r.needs(&a) {
		if key := queryKey(&q); !asked[key] {
			keys = append(keys, key)
			points += r.pointsOf(q.Period)
		}
	}
	return points, keys
}

func (r *rehearser) pointsOf(period int) int {
	return int(r.out.To.Sub(r.out.From).Seconds()) / period
}

// needs are the figures from which the alarm can be worked out. Sums and maxima come in
// the finest periods there are, so that the window can slide; a ratio as its two sums, so
// that thresholds can be tried: metric math would cost the same. Percentiles come as they
// are, with the number of samples behind them.
func (r *rehearser) needs(a *inventory.MetricAlarm) []inventory.Query {
	if a.Window()%r.out.Resolution != 0 {
		return nil
	}
	if len(a.Queries) > 0 {
		bad, all := collector.RatioParts(a)
		return []inventory.Query{{Metric: bad, Period: r.out.Resolution}, {Metric: all, Period: r.out.Resolution}}
	}
	if strings.HasPrefix(a.Metric.Statistic, "p") {
		return []inventory.Query{{Metric: a.Metric, Period: a.Period}, {Metric: a.Metric.With(a.Metric.Name, "SampleCount"), Period: a.Period}}
	}
	return []inventory.Query{{Metric: a.Metric, Period: r.out.Resolution}}
}

// queryKey names what a query asks for. Its metrics are ours, with dimensions in one order.
func queryKey(q *inventory.Query) string {
	var b strings.Builder
	for _, s := range []string{q.Metric.Namespace, q.Metric.Name, q.Metric.Statistic, strconv.Itoa(q.Period)} {
		b.WriteString(s + "\x00")
	}
	for _, d := range q.Metric.Dimensions {
		b.WriteString(d.Name + "\x00" + d.Value + "\x00")
	}
	return b.String()
}

// estimate prices the reading, before it is done.
func (r *rehearser) estimate() {
	r.out.Reading.Dollars = float64(r.out.Reading.Metrics) * r.prices.MetricsRequested / 1000
}

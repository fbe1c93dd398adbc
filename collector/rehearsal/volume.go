package rehearsal

import (
	"context"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
)

// volume is what a log group took in during the span, or how many requests a stage had.
type volume struct {
	metrics [2]inventory.Metric // bytes and events; of a stage the second only
	stage   bool
	age     time.Duration // of the log group, where it is younger than the span; else the span
	total   traffic
	known   bool
}

// monthly is what a month brings if it is as the span was. A log group of minutes is taken
// as one of an hour.
func (v *volume) monthly() traffic {
	f := hoursPerMonth / max(v.age.Hours(), 1)
	return traffic{v.total.bytes * f, v.total.events * f}
}

// volumePeriod is that of the figures asked for: hours are kept longest.
const volumePeriod = 3600

// planVolumes lists what the plan forwards anew, and counts what asking for it costs.
func (r *rehearser) planVolumes(d *collector.Desired) {
	span := r.out.To.Sub(r.out.From)
	made := map[string]bool{}
	for _, a := range d.AccessLogs {
		if a.Off {
			continue
		}
		made[a.Group] = true
		s := inventory.Stage{API: a.API, Name: a.Stage}
		r.volumes = append(r.volumes, volume{stage: true, age: span, metrics: [2]inventory.Metric{1: collector.RequestsOf(&s)}})
	}
	for i := range d.Filters {
		w := &d.Filters[i]
		if made[w.Group] || r.view.Attached(w) {
			continue
		}
		bytes, events := inventory.Incoming(w.Group)
		v := volume{age: span, metrics: [2]inventory.Metric{bytes, events}}
		if age := r.out.To.Sub(time.UnixMilli(w.Created)); w.Created > 0 && age < span {
			v.age = age
		}
		r.volumes = append(r.volumes, v)
	}
	for _, v := range r.volumes {
		r.out.Reading.Metrics += int64(len(v.queries()))
	}
	r.out.Reading.Calls += int64((len(r.volumes) + r.volumesPerCall() - 1) / r.volumesPerCall())
}
func (v *volume) queries() []inventory.Query {
	var all []inventory.Query
	for _, m := range v.metrics {
		if m.Name != "" {
			all = append(all, inventory.Query{Metric: m, Period: volumePeriod})
		}
	}
	return all
}

func (r *rehearser) volumesPerCall() int {
	return min(maxDataQueries, maxDataPoints/r.pointsOf(volumePeriod)) / 2
}

func (r *rehearser) readVolumes(ctx context.Context) {
	n := r.volumesPerCall()
	quota.Each(ctx, r.width, (len(r.volumes)+n-1)/n, func(i int) {
		r.readSome(ctx, r.volumes[i*n:min((i+1)*n, len(r.volumes))])
	})
}

// readSome reads the volumes of one call.
func (r *rehearser) readSome(ctx context.Context, some []volume) {
	var queries []inventory.Query
	var of []int // by query: which of some
	for i := range some {
		for _, q := range some[i].queries() {
			q.ID, q.Return = queryID(len(queries)), true
			queries, of = append(queries, q), append(of, i)
		}
	}
	err := r.metricData(ctx, queries, func(q int, p inventory.Point) {
		v := &some[of[q]]
		v.known = true
		if queries[q].Metric.Name == "IncomingBytes" {
			v.total.bytes += p.Value
		} else {
			v.total.events += p.Value
		}
	})
	if err != nil {
		for i := range some {
			some[i].known = false
		}
		r.failed(ctx, r.place.String(), "GetMetricData of log volumes", err)
	}
}

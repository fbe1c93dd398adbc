package rehearsal

import (
	"cmp"
	"context"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/seamark-hq/seamark/collector"
	"github.com/seamark-hq/seamark/collector/inventory"
	"github.com/seamark-hq/seamark/collector/quota"
)

// run reads the figures call by call, works each alarm out, and keeps no series.
func (r *rehearser) run(ctx context.Context, d *collector.Desired) {
	pool := sync.Pool{New: func() any { return &sheet{} }}
	quota.Each(ctx, r.width, len(r.batches), func(i int) {
		s := pool.Get().(*sheet)
		defer pool.Put(s)
		r.batch(ctx, d, r.batches[i], s)
	})
	r.readVolumes(ctx)
	r.sum()
}

// batch rehearses the alarms of one call.
func (r *rehearser) batch(ctx context.Context, d *collector.Desired, b batch, s *sheet) {
	s.reset()
	alarms := make([]inventory.MetricAlarm, b.to-b.from)
	for i := range alarms {
		alarms[i] = d.Alarm(&d.Alarms[r.jobs[b.from+i].alarm])
		for _, q := range r.needs(&alarms[i]) {
			s.want(q, r.pointsOf(q.Period))
		}
	}
	if len(s.queries) == 0 {
		return
	}
	from := r.out.From.UnixMilli()
	err := r.metricData(ctx, s.queries, func(q int, p inventory.Point) { s.put(q, from, p) })
	if err != nil {
		r.failed(ctx, alarms[0].Name+" and "+strconv.Itoa(len(alarms)-1)+" more alarms", "GetMetricData", err)
	}
	for i := range alarms {
		out := &r.out.Alarms[b.from+i]
		switch {
		case out.Problem != "":
		case err != nil:
			out.Problem = "its figures could not be read"
		default:
			r.judge(d, &d.Alarms[r.jobs[b.from+i].alarm], &alarms[i], s, out)
		}
	}
}

// metricData reads the figures of the rehearsal's span, to the last page.
func (r *rehearser) metricData(ctx context.Context, queries []inventory.Query, each func(query int, p inventory.Point)) error {
	from, to := r.out.From.UnixMilli(), r.out.To.UnixMilli()
	return quota.Pages(ctx, r.meter, quota.GetMetricData,
		func(token string) ([]inventory.Series, string, error) {
			return r.cloud.MetricData(ctx, queries, from, to, token)
		},
		func(s inventory.Series) {
			i, err := strconv.Atoi(s.ID[min(1, len(s.ID)):])
			if err != nil || i < 0 || i >= len(queries) {
				return
			}
			for _, p := range s.Points {
				each(i, p)
			}
		})
}

// queryID names the query at that place of a call.
func queryID(i int) string { return "q" + strconv.Itoa(i) }

// sheet holds the figures of one call. It is used again: thousands of alarms fit in a few megabytes.
type sheet struct {
	queries []inventory.Query
	index   map[string]int
	rows    [][]float64 // by query: a value per period, NaN where there is none
	spare   [3][]float64
}

func (s *sheet) reset() {
	s.queries = s.queries[:0]
	if s.index == nil {
		s.index = map[string]int{}
	}
	clear(s.index)
}

func (s *sheet) want(q inventory.Query, points int) {
	key := queryKey(&q)
	if _, asked := s.index[key]; asked {
		return
	}
	n := len(s.queries)
	q.ID, q.Return = queryID(n), true
	s.queries = append(s.queries, q)
	s.index[key] = n
	if n == len(s.rows) {
		s.rows = append(s.rows, nil)
	}
	s.rows[n] = room(s.rows[n], points)
	for i := range s.rows[n] {
		s.rows[n][i] = math.NaN()
	}
}

func room(b []float64, n int) []float64 {
	if cap(b) < n {
		return make([]float64, n)
	}
	return b[:n]
}

func (s *sheet) put(query int, from int64, p inventory.Point) {
	row, period := s.rows[query], int64(s.queries[query].Period)*1000
	if i := (p.Time - from) / period; p.Time >= from && i < int64(len(row)) {
		row[i] = p.Value
	}
}

func (s *sheet) row(q inventory.Query) []float64 { return s.rows[s.index[queryKey(&q)]] }

// values are what the alarm looks at: one per step, of the window that ends with it. The
// first of a full window is at index stride-1; windows follow one another every stride.
func (s *sheet) values(a *inventory.MetricAlarm, needs []inventory.Query, least int) (values []float64, stride int) {
	first := s.row(needs[0])
	stride = a.Window() / needs[0].Period
	switch {
	case len(a.Queries) > 0:
		bad, all := s.room(0, len(first)), s.room(1, len(first))
		slidingSum(first, stride, bad)
		slidingSum(s.row(needs[1]), stride, all)
		return ratios(bad, all, float64(least), s.room(2, len(first))), stride
	case len(needs) == 2:
		return enoughSamples(first, s.row(needs[1]), a.Metric.Statistic, a.LowSamples, s.room(0, len(first))), stride
	}
	values = s.room(0, len(first))
	if a.Metric.Statistic == "Maximum" {
		slidingMax(first, stride, values)
	} else {
		slidingSum(first, stride, values)
	}
	return values, stride
}

func (s *sheet) room(i, n int) []float64 {
	s.spare[i] = room(s.spare[i], n)
	return s.spare[i]
}

// judge works one alarm out, and looks for a better threshold where it would have been a nuisance.
func (r *rehearser) judge(d *collector.Desired, w *collector.WantedAlarm, a *inventory.MetricAlarm, s *sheet, out *AlarmRehearsal) {
	needs := r.needs(a)
	values, stride := s.values(a, needs, r.cfg.MinRequests)
	step := time.Duration(needs[0].Period) * time.Second
	m := machine{values: values, stride: stride, evaluations: a.Evaluations, datapoints: cmp.Or(a.Datapoints, a.Evaluations)}
	o := m.run(a.Threshold)
	out.Data, out.Fired = o.data, o.fired
	if o.fired > 0 {
		out.First, out.Last = r.out.From.Add(time.Duration(o.first+1)*step), r.out.From.Add(time.Duration(o.last+1)*step)
	}
	out.Longest, out.InAlarm = int64(o.longest)*int64(step/time.Second), int64(o.inAlarm)*int64(step/time.Second)
	out.Share = o.share()
	if r.fine(o) {
		return
	}
	r.suggest(d, w, &m, out)
}

// fine reports that an alarm would have been no nuisance.
func (r *rehearser) fine(o outcome) bool { return o.fired <= r.allowed() && o.share() <= 0.1 }

package cloud

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// Sample is a value that a metric got so many times.
type Sample struct{ Value, Count float64 }

// A Recorder says what a metric got in the minute that begins at t (Unix milliseconds);
// none: nothing was published.
type Recorder func(t int64) []Sample

// SetMetric sets what a metric got. Its statistic is not looked at; the order of dimensions
// does not matter.
func (r *Region) SetMetric(m inventory.Metric, record Recorder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recorded == nil {
		r.recorded = map[string]Recorder{}
	}
	r.recorded[metricKey(m)] = record
}

func metricKey(m inventory.Metric) string {
	var b strings.Builder
	b.WriteString(m.Namespace + "\x00" + m.Name)
	dimensions := slices.SortedFunc(slices.Values(m.Dimensions), func(a, b inventory.Dimension) int { return strings.Compare(a.Name, b.Name) })
	for _, d := range dimensions {
		b.WriteString("\x00" + d.Name + "\x00" + d.Value)
	}
	return b.String()
}

// The limits of GetMetricData, from the SDK's own comments (cloudwatch v1.75).
const (
	maxMetricQueries = 500
	maxMetricPoints  = 100_800
	keptByMinute     = 15 * 24 * time.Hour
	keptByFive       = 63 * 24 * time.Hour
	keptByHour       = 455 * 24 * time.Hour
)

// MetricData is GetMetricData, oldest points first. A page holds 100,800 points at most;
// what does not fit follows, so that a series may be spread over pages.
func (r *Region) MetricData(ctx context.Context, queries []inventory.Query, from, to int64, token string) (page []inventory.Series, next string, err error) {
	err = r.call(ctx, "GetMetricData", func() error {
		page, next = nil, ""
		if fault := faultOfMetricData(queries, from, to); fault != "" {
			return &Error{"ValidationError", fault}
		}
		skip := 0
		if token != "" {
			if skip, err = strconv.Atoi(token); err != nil || skip < 0 {
				return &Error{"InvalidNextToken", token}
			}
		}
		page, next = metricPage(r.evaluate(queries, from, to), skip, r.pageSize(maxMetricPoints))
		return nil
	})
	return page, next, err
}

func faultOfMetricData(queries []inventory.Query, from, to int64) string {
	if len(queries) < 1 || len(queries) > maxMetricQueries {
		return "The collection MetricDataQueries must have a size between 1 and 500"
	}
	if from >= to {
		return "The parameter StartTime must be less than the parameter EndTime"
	}
	ids := map[string]bool{}
	for _, q := range queries {
		if !queryID.MatchString(q.ID) || ids[q.ID] {
			return "id " + q.ID
		}
		ids[q.ID] = true
	}
	for _, q := range queries {
		if fault := faultOfDataQuery(q, ids); fault != "" {
			return "Error in expression '" + q.ID + "': " + fault
		}
	}
	return ""
}

func faultOfDataQuery(q inventory.Query, ids map[string]bool) string {
	if q.Expression == "" {
		if q.Period < 60 || q.Period%60 != 0 {
			return "period"
		}
		return faultOfMetric(q.Metric)
	}
	f, known := parseRatio(q.Expression)
	_, searches := parseSearch(q.Expression)
	switch {
	case q.Metric.Name != "":
		return "either an expression or a metric"
	case searches:
		return ""
	case !known:
		return "Unsupported expression"
	case !ids[f.bad] || !ids[f.all]:
		return "unknown id"
	}
	return ""
}

// evaluate gives the series of the queries that return data.
func (r *Region) evaluate(queries []inventory.Query, from, to int64) []inventory.Series {
	of := map[string][]inventory.Point{}
	for _, q := range queries {
		if q.Expression == "" {
			of[q.ID] = r.points(q, from, to)
		}
	}
	var all []inventory.Series
	for _, q := range queries {
		if !q.Return {
			continue
		}
		points := of[q.ID]
		if f, known := parseRatio(q.Expression); known {
			points = f.over(of[f.bad], of[f.all])
		} else if s, searches := parseSearch(q.Expression); searches {
			points = r.sum(s, from, to)
		}
		all = append(all, inventory.Series{ID: strings.Clone(q.ID), Points: points})
	}
	return all
}

// points aggregates what a metric got, by period. Periods begin at multiples of their
// length. Of what is too old for the period nothing is left.
func (r *Region) points(q inventory.Query, from, to int64) []inventory.Point {
	record := r.recorded[metricKey(q.Metric)]
	if record == nil {
		return nil
	}
	return pointsOf(record, q.Period, q.Metric.Statistic, from, to)
}

func pointsOf(record Recorder, period int, statistic string, from, to int64) []inventory.Point {
	var points []inventory.Point
	length := int64(period) * 1000
	oldest := oldestKept(period, time.Now())
	var samples []Sample
	for t := from - from%length; t < to; t += length {
		samples = samples[:0]
		for minute := t; minute < t+length; minute += 60_000 {
			if minute >= oldest {
				samples = append(samples, record(minute)...)
			}
		}
		if v, any := aggregate(samples, statistic); any {
			points = append(points, inventory.Point{Time: t, Value: v})
		}
	}
	return points
}

// oldestKept is the time from which on figures of that period are there, Unix milliseconds.
func oldestKept(period int, now time.Time) int64 {
	kept := keptByMinute
	switch {
	case period%3600 == 0:
		kept = keptByHour
	case period%300 == 0:
		kept = keptByFive
	}
	return now.Add(-kept).Truncate(time.Minute).UnixMilli()
}

func aggregate(samples []Sample, statistic string) (v float64, any bool) {
	count, sum, least, most := 0.0, 0.0, math.Inf(1), math.Inf(-1)
	for _, s := range samples {
		count += s.Count
		sum += s.Value * s.Count
		least, most = min(least, s.Value), max(most, s.Value)
	}
	if count == 0 {
		return 0, false
	}
	switch statistic {
	case "SampleCount":
		return count, true
	case "Sum":
		return sum, true
	case "Average":
		return sum / count, true
	case "Minimum":
		return least, true
	case "Maximum":
		return most, true
	}
	share, _ := strconv.ParseFloat(strings.TrimPrefix(statistic, "p"), 64) // faultOfMetric has let nothing else in
	return rank(samples, share/100*count), true
}

// rank is the smallest value that at least so many samples do not exceed.
func rank(samples []Sample, least float64) float64 {
	samples = slices.SortedFunc(slices.Values(samples), func(a, b Sample) int { return cmp.Compare(a.Value, b.Value) })
	seen := 0.0
	for _, s := range samples {
		if seen += s.Count; seen >= least {
			return s.Value
		}
	}
	return samples[len(samples)-1].Value
}

// metricPage hands out size points of the series, after the first skip.
func metricPage(all []inventory.Series, skip, size int) (page []inventory.Series, next string) {
	end := skip + size
	at := 0
	for _, s := range all {
		from, to := max(skip-at, 0), max(min(end-at, len(s.Points)), 0)
		if from < to || len(s.Points) == 0 && skip == 0 {
			page = append(page, inventory.Series{ID: s.ID, Points: s.Points[min(from, to):to:to]})
		}
		at += len(s.Points)
	}
	if end < at {
		next = strconv.Itoa(end)
	}
	return page, next
}

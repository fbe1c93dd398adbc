package inventory

import (
	"slices"
	"strings"
)

// MetricAlarm is a CloudWatch alarm over one metric, or over metric math.
type MetricAlarm struct {
	Name, Description string
	Metric            Metric  // zero when Queries is set
	Queries           []Query // metric math; the one with Return set is watched
	Period            int     // seconds; 0 when Queries is set
	Evaluations       int     // periods looked at
	Datapoints        int     // of these, how many must breach; 0 is all
	Threshold         float64
	Comparison        string // "GreaterThanOrEqualToThreshold"
	Missing           string // what missing data is treated as: "notBreaching"
	LowSamples        string // percentiles only: "ignore" or "evaluate"
	Actions           Actions
	Tags              Tags   // as the tagging API knows them; nil when it does not
	Other             string `json:",omitempty"` // settings of an alarm found that have no field here; ours have none
}

// CompositeAlarm is an alarm over other alarms of its place.
type CompositeAlarm struct {
	Name, Description string
	Rule              string
	Actions           Actions
	Tags              Tags
	Other             string `json:",omitempty"` // likewise
}

// Actions are what an alarm does when its state changes. ARNs of topics, five at most each.
type Actions struct {
	Disabled          bool
	Alarm, OK, NoData []string
}

// Metric names a metric and how it is aggregated.
type Metric struct {
	Namespace, Name string
	Dimensions      []Dimension
	Statistic       string // "Sum", "Maximum", "p95"
}

// Dimension is one dimension of a metric.
type Dimension struct{ Name, Value string }

// Query is one line of metric math.
type Query struct {
	ID         string
	Expression string // either this
	Metric     Metric // or this, with its period
	Period     int    // seconds
	Return     bool
}

// CloudWatch's own words.
const (
	AtLeast      = "GreaterThanOrEqualToThreshold"
	NotBreaching = "notBreaching"
	Ignore       = "ignore"
)

// Same reports whether two do the same; the order of topics does not matter.
func (a Actions) Same(b Actions) bool {
	same := func(a, b []string) bool { return slices.Equal(sorted(a, strings.Compare), sorted(b, strings.Compare)) }
	return a.Disabled == b.Disabled && same(a.Alarm, b.Alarm) && same(a.OK, b.OK) && same(a.NoData, b.NoData)
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func sorted[T any](s []T, compare func(a, b T) int) []T {
	if slices.IsSortedFunc(s, compare) {
		return s
	}
	s = slices.Clone(s)
	slices.SortFunc(s, compare)
	return s
}

// With is the metric of another name and statistic, with the same dimensions.
func (m Metric) With(name, statistic string) Metric {
	m.Name, m.Statistic = name, statistic
	return m
}

// Window is the alarm's period in seconds.
func (a *MetricAlarm) Window() int {
	for _, q := range a.Queries {
		if q.Period > 0 {
			return q.Period
		}
	}
	return a.Period
}

// Metrics is how many metrics the alarm looks at, as CloudWatch bills it.
func (a *MetricAlarm) Metrics() int {
	n := 0
	for _, q := range a.Queries {
		if q.Expression == "" {
			n++
		}
	}
	return max(n, 1)
}

package collector

import (
	"cmp"
	"math"
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
	Tags              Tags // as the tagging API knows them; nil when it does not
}

// CompositeAlarm is an alarm over other alarms of its place.
type CompositeAlarm struct {
	Name, Description string
	Rule              string
	Actions           Actions
	Tags              Tags
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
	atLeast      = "GreaterThanOrEqualToThreshold"
	notBreaching = "notBreaching"
	ignore       = "ignore"
)

// sameAlarm reports whether b does what a does: the order of dimensions, of queries and of
// actions, and the way floats were written down, do not matter. Tags are compared apart.
func sameAlarm(a, b *MetricAlarm) bool {
	return a.Description == b.Description && sameMetric(a.Metric, b.Metric) && sameQueries(a.Queries, b.Queries) &&
		a.Period == b.Period && a.Evaluations == b.Evaluations && a.datapoints() == b.datapoints() &&
		sameFloat(a.Threshold, b.Threshold) && a.Comparison == b.Comparison &&
		cmp.Or(a.Missing, "missing") == cmp.Or(b.Missing, "missing") &&
		cmp.Or(a.LowSamples, "evaluate") == cmp.Or(b.LowSamples, "evaluate") && sameActions(a.Actions, b.Actions)
}

func (a *MetricAlarm) datapoints() int { return cmp.Or(a.Datapoints, a.Evaluations) }

func sameComposite(a, b *CompositeAlarm) bool {
	return a.Description == b.Description && slices.Equal(ruleChildren(a.Rule), ruleChildren(b.Rule)) && sameActions(a.Actions, b.Actions)
}

func sameMetric(a, b Metric) bool {
	return a.Namespace == b.Namespace && a.Name == b.Name && a.Statistic == b.Statistic &&
		slices.Equal(sorted(a.Dimensions, compareDimensions), sorted(b.Dimensions, compareDimensions))
}

func compareDimensions(a, b Dimension) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
}

func sameQueries(a, b []Query) bool {
	byID := func(a, b Query) int { return strings.Compare(a.ID, b.ID) }
	return slices.EqualFunc(sorted(a, byID), sorted(b, byID), func(a, b Query) bool {
		return a.ID == b.ID && squeeze(a.Expression) == squeeze(b.Expression) && a.Period == b.Period && a.Return == b.Return && sameMetric(a.Metric, b.Metric)
	})
}

func sameActions(a, b Actions) bool {
	same := func(a, b []string) bool { return slices.Equal(sorted(a, strings.Compare), sorted(b, strings.Compare)) }
	return a.Disabled == b.Disabled && same(a.Alarm, b.Alarm) && same(a.OK, b.OK) && same(a.NoData, b.NoData)
}

// sameFloat allows for a value that went through decimal text.
func sameFloat(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b))
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

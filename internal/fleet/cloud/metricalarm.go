package cloud

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// PutMetricAlarm makes an alarm with its tags, or replaces one and leaves its tags.
func (r *Region) PutMetricAlarm(ctx context.Context, a inventory.MetricAlarm) error {
	return r.call(ctx, "PutMetricAlarm", func() error {
		have := r.metric.get(a.Name)
		fault := faultOfAlarm(a.Name, a.Description, a.Actions)
		if fault == "" && have == nil {
			fault = faultOfTags(a.Tags)
		}
		if fault == "" {
			fault = faultOfMetricAlarm(&a)
		}
		if fault == "" && r.composite.get(a.Name) != nil {
			fault = "a composite alarm has the name " + a.Name
		}
		if fault != "" {
			return &Error{"ValidationError", fault}
		}
		if have == nil {
			have = &alarm[inventory.MetricAlarm]{made: time.Now()}
			have.tags.set(wireTags(a.Tags))
			r.metric.put(a.Name, have)
			r.alarmNames = nil
		}
		have.T = wireAlarm(a)
		return nil
	})
}

// faultOfAlarm is what is wrong with what all alarms have; empty when nothing is.
func faultOfAlarm(name, description string, actions inventory.Actions) string {
	switch {
	case !between(name, 1, maxAlarmName) || hasControl(name):
		return "alarmName " + name
	case !between(description, 0, maxDescription):
		return "alarmDescription of " + name
	}
	for _, a := range [][]string{actions.Alarm, actions.OK, actions.NoData} {
		if len(a) > maxActions || slices.ContainsFunc(a, func(arn string) bool { return !between(arn, 1, maxAction) }) {
			return "actions of " + name
		}
	}
	return ""
}

var (
	comparisons = []string{"GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"}
	missings    = []string{"", "breaching", "notBreaching", "ignore", "missing"}
	statistics  = []string{"SampleCount", "Average", "Sum", "Minimum", "Maximum"}
	percentile  = regexp.MustCompile(`^p(\d{1,2}(\.\d{1,10})?|100)$`)
)

func faultOfMetricAlarm(a *inventory.MetricAlarm) string {
	switch {
	case a.Evaluations < 1 || a.Datapoints < 0 || a.Datapoints > a.Evaluations:
		return "evaluationPeriods or datapointsToAlarm of " + a.Name
	case !slices.Contains(comparisons, a.Comparison):
		return "comparisonOperator " + a.Comparison
	case !slices.Contains(missings, a.Missing):
		return "treatMissingData " + a.Missing
	case a.LowSamples != "" && (a.LowSamples != "ignore" && a.LowSamples != "evaluate" || !percentile.MatchString(a.Metric.Statistic)):
		return "evaluateLowSampleCountPercentile of " + a.Name
	case len(a.Queries) > 0 && (a.Metric.Name != "" || a.Period != 0):
		return "either a metric or metrics: " + a.Name
	case len(a.Queries) > 0:
		return faultOfQueries(a.Queries, a.Evaluations)
	}
	if fault := faultOfPeriod(a.Period, a.Evaluations); fault != "" {
		return fault
	}
	return faultOfMetric(a.Metric)
}

// faultOfPeriod: 10, 20, 30 or a multiple of 60 seconds; together at most a week, or a day of short ones.
func faultOfPeriod(period, evaluations int) string {
	valid := period == 10 || period == 20 || period == 30 || period > 0 && period%60 == 0
	if span := period * evaluations; !valid || span > maxSpan || period < 3600 && span > maxSpanShort {
		return "period"
	}
	return ""
}

func faultOfMetric(m inventory.Metric) string {
	switch {
	case !between(m.Namespace, 1, 255) || !between(m.Name, 1, 255):
		return "namespace or metricName"
	case !slices.Contains(statistics, m.Statistic) && !percentile.MatchString(m.Statistic):
		return "statistic " + m.Statistic
	case len(m.Dimensions) > maxDimensions:
		return "dimensions"
	}
	for _, d := range m.Dimensions {
		if !isDimension(d.Name, 255) || d.Name[0] == ':' || !isDimension(d.Value, maxDimension) {
			return "dimension " + d.Name + " = " + d.Value
		}
	}
	return ""
}

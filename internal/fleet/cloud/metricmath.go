package cloud

import (
	"regexp"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

var (
	queryID    = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]{0,254}$`)
	identifier = regexp.MustCompile(`[a-zA-Z_][a-zA-Z0-9_]*`)
)

// faultOfQueries checks metric math as PutMetricAlarm does: one query is watched, ids are
// distinct, expressions name only ids that are there, and each is an expression or a metric.
func faultOfQueries(queries []inventory.Query, evaluations int) string {
	ids, watched := map[string]bool{}, 0
	for _, q := range queries {
		if !queryID.MatchString(q.ID) || ids[q.ID] {
			return "id " + q.ID
		}
		ids[q.ID] = true
		if q.Return {
			watched++
		}
	}
	if watched != 1 || len(queries) > maxQueries {
		return "exactly one element of the metrics list should return data, of at most 20"
	}
	for _, q := range queries {
		if fault := faultOfQuery(q, ids, evaluations); fault != "" {
			return "query " + q.ID + ": " + fault
		}
	}
	return ""
}

func faultOfQuery(q inventory.Query, ids map[string]bool, evaluations int) string {
	if q.Expression == "" {
		if fault := faultOfPeriod(q.Period, evaluations); fault != "" {
			return fault
		}
		return faultOfMetric(q.Metric)
	}
	if q.Metric.Name != "" || !between(q.Expression, 1, maxExpression) {
		return "either an expression or a metric"
	}
	for _, name := range identifier.FindAllString(q.Expression, -1) {
		if name == strings.ToUpper(name) { // a function, AND or OR
			continue
		}
		if !ids[name] || name == q.ID {
			return "no id " + name
		}
	}
	return ""
}

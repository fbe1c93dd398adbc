package cloud

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/seamark-hq/seamark/collector/inventory"
)

// search is the one search expression that is evaluated here: SUM(SEARCH('{Namespace,Dimension…}
// MetricName="…" Dimension="…" …', 'Statistic', period)), of exactly these dimensions.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
type search struct {
	namespace  string
	dimensions []string // names, sorted
	terms      map[string]string
	statistic  string
	period     int
}

var (
	searchExpression = regexp.MustCompile(`^SUM\(SEARCH\('\{([^,}]+),([^}]+)\}((?: \w+="(?:[^"\\]|\\.)*")+)', '(\w+)', (\d+)\)\)$`)
	searchTerm       = regexp.MustCompile(` (\w+)="((?:[^"\\]|\\.)*)"`)
)

func parseSearch(expression string) (search, bool) {
	m := searchExpression.FindStringSubmatch(expression)
	if m == nil {
		return search{}, false
	}
	s := search{namespace: m[1], dimensions: strings.Split(m[2], ","), terms: map[string]string{}, statistic: m[4]}
	slices.Sort(s.dimensions)
	for _, t := range searchTerm.FindAllStringSubmatch(m[3], -1) {
		s.terms[t[1]] = strings.NewReplacer(`\"`, `"`, `\'`, `'`).Replace(t[2])
	}
	var err error
	s.period, err = strconv.Atoi(m[5])
	return s, err == nil && s.period >= 60 && s.period%60 == 0
}

// finds reports whether a metric, by its key, is looked for.
func (s search) finds(key string) bool {
	parts := strings.Split(key, "\x00")
	if parts[0] != s.namespace || s.terms["MetricName"] != parts[1] || len(parts)-2 != 2*len(s.dimensions) {
		return false
	}
	for i, name := range s.dimensions { // both are sorted
		value, asked := s.terms[name]
		if parts[2+2*i] != name || asked && parts[3+2*i] != value {
			return false
		}
	}
	return true
}

// sum adds up the series that are found, point by point.
func (r *Region) sum(s search, from, to int64) []inventory.Point {
	at := map[int64]float64{}
	for key, record := range r.recorded {
		if s.finds(key) {
			for _, p := range pointsOf(record, s.period, s.statistic, from, to) {
				at[p.Time] += p.Value
			}
		}
	}
	var points []inventory.Point
	for t, v := range at {
		points = append(points, inventory.Point{Time: t, Value: v})
	}
	slices.SortFunc(points, func(a, b inventory.Point) int { return int(a.Time - b.Time) })
	return points
}

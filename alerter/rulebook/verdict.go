package rulebook

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
	"github.com/seamark-hq/seamark/query"
)

// series is what one alarm of a rule is about.
type series struct {
	product, environment string
	by                   []string
	team                 string
}

func (s series) key() string {
	return s.product + "\x00" + s.environment + "\x00" + strings.Join(s.by, "\x00")
}

func seriesOf(g *query.Group) series { return series{g.Product, g.Environment, g.By, g.Team} }

// reading is what a rule says of one series at one instant.
type reading struct {
	series
	value    float64
	samples  int64
	limit    float64
	band     *seamark.Band
	breached bool
	reason   string
}

// breached reports whether a value lies on the wrong side of a limit.
func (r *Rule) breached(value, limit float64) bool {
	if r.When == Below {
		return value < limit
	}
	return value >= limit
}

// readings are what a rule says of the series in groups; at are its measures.
func (r *Rule) readings(groups []query.Group, at []int) []reading {
	var out []reading
	for i := range groups {
		g := &groups[i]
		rows := g.Values[at[0]]
		limit, asked := r.limit(seriesOf(g))
		if rows == 0 || !asked {
			continue
		}
		one := reading{series: seriesOf(g), value: rows, samples: int64(rows), limit: limit}
		enough := one.samples >= r.Minimum
		switch r.Kind {
		case Ratio:
			one.value = g.Values[at[1]] / rows
			one.reason = fmt.Sprintf("%.0f of %.0f rows in %v", g.Values[at[1]], rows, time.Duration(r.Window))
		case Percentile:
			one.value = g.Values[at[1]]
			one.reason = fmt.Sprintf("percentile %v of %s of %.0f rows in %v", r.Percentile, r.Of, rows, time.Duration(r.Window))
		default:
			one.reason = fmt.Sprintf("%.0f rows in %v", rows, time.Duration(r.Window))
			enough = enough || r.When == Below
		}
		one.breached = enough && !math.IsNaN(one.value) && r.breached(one.value, limit)
		out = append(out, one)
	}
	for _, s := range r.absent(out) {
		limit, _ := r.limit(s)
		out = append(out, reading{series: s, limit: limit, breached: true, reason: fmt.Sprintf("no rows in %v", time.Duration(r.Window))})
	}
	return out
}

// How an anomaly is told from what is usual.
const (
	weeks       = 4
	week        = 7 * 24 * time.Hour
	around      = time.Hour // of the same hour of those weeks
	leastWeeks  = 2         // that must have rows
	consistency = 1.4826    // makes of a median absolute deviation a standard deviation, of normal figures
	floor       = 0.1       // of the median: what is steady differs by nothing, and a little is no trouble
)

// usual is what counts of 5 minutes usually are.
type usual struct{ median, spread float64 }

// usualOf is the median of counts, and their spread: of their absolute deviations, but at least a
// tenth of the median, what chance alone makes (its square root), and 1.
func usualOf(counts []float64) usual {
	u := usual{median: median(counts)}
	off := make([]float64, len(counts))
	for i, c := range counts {
		off[i] = math.Abs(c - u.median)
	}
	u.spread = max(consistency*median(off), floor*u.median, math.Sqrt(u.median), 1)
	return u
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(list))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// unlike says whether a count is an anomaly: so many spreads from what is usual.
func (r *Rule) unlike(s series, count float64, u usual, limit float64) reading {
	one := reading{series: s, value: count, samples: int64(count), band: &seamark.Band{Low: max(0, u.median-limit*u.spread), High: u.median + limit*u.spread}}
	one.reason = fmt.Sprintf("%.0f rows in %v, usual at this hour: %s, spread %s", count, bucket, words.Decimal(u.median), words.Decimal(u.spread))
	if max(count, u.median) < float64(r.Minimum) {
		return one
	}
	deviation := (count - u.median) / u.spread
	one.breached = r.When != Below && deviation >= limit || r.When != Above && deviation <= -limit
	return one
}

// alarm is what a reading says, as firing.
func (r *Rule) alarm(x reading, at time.Time) seamark.Alarm {
	scope := seamark.Scope{Product: x.product, Environment: x.environment, Team: r.Team}
	if scope.Team == "" {
		scope.Team = x.team
	}
	var about []string
	for i, column := range r.By {
		switch value := x.by[i]; column {
		case "account_id":
			scope.AccountID = value
		case "region":
			scope.Region = value
		case "team":
			scope.Team = value
		default:
			if value != "" {
				about = append(about, value)
			}
		}
	}
	scope.Component = words.Clip(strings.Join(about, " "), 200)
	a := seamark.Alarm{
		Name: seamark.AlarmName(scope, r.called()), Rule: r.called(), Scope: scope, State: seamark.AlarmFiring, Severity: r.Severity, Value: words.Finite(x.value), Threshold: x.limit, Unit: "count",
		Window: r.Window, Since: at, Evaluated: at, Reason: x.reason, Runbook: r.Runbook, Unparsed: r.Summary, Origin: origin, Band: x.band,
		Table: r.Table, Search: r.search(),
	}
	switch {
	case r.Kind == Ratio:
		a.Unit = "ratio"
		if r.Table == seamark.TableAccessLogs {
			a.Samples = x.samples
		}
	case r.Kind == Percentile:
		a.Unit = ""
		if strings.HasSuffix(r.Of, "_ms") {
			a.Unit = "ms"
		} else if strings.HasSuffix(r.Of, "_bytes") {
			a.Unit = "bytes"
		}
	}
	switch {
	case x.band != nil:
		a.Comparison, a.NoLimit = seamark.Outside, true
	case r.When == Below:
		a.Comparison = seamark.Below
	}
	return a
}

// search finds the rows that a rule is about, on the page and by `seamark logs`.
func (r *Rule) search() string {
	filter := r.filter
	switch r.Kind {
	case Ratio:
		filter = and(filter, r.match)
	case NewError:
		filter = and(filter, errorLevels())
	}
	return query.Format(filter)
}

// origin marks our alarms: they are settled here, by nobody else.
const origin = "seamark-rule"

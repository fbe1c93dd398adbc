package proof

import (
	"cmp"
	"slices"
	"time"
)

// Group is a log group, as rows name it.
type Group struct {
	Account string `json:"account"`
	Region  string `json:"region"`
	Name    string `json:"log_group"`
}

// Early is how far into a day what happened before it still arrives in the ordinary way: a
// buffer of Firehose holds 900 s at most
// (https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html).
const Early = 15 * time.Minute

// Count is how many events there were on a day, and how many of these in its first quarter of an hour.
type Count struct{ All, Early int64 }

// Tally counts by day, the UTC day's first moment in Unix milliseconds.
type Tally map[int64]Count

// Add counts n events that were at t, Unix milliseconds.
func (t Tally) Add(at, n int64) {
	day := at - at%dayMs
	c := t[day]
	c.All += n
	if at-day < Early.Milliseconds() {
		c.Early += n
	}
	t[day] = c
}

const dayMs = int64(24 * time.Hour / time.Millisecond)

// Metrics are what CloudWatch counted of a log group and its filter.
type Metrics struct {
	Group
	Filter    string
	Since     int64 // when the filter was put, Unix milliseconds
	Whole     bool  // it has no filter pattern: all that comes in is to be forwarded
	Incoming  Tally // IncomingLogEvents
	Forwarded Tally // ForwardedLogEvents
}

// Line is a day of a log group.
type Line struct {
	Group
	Day       string `json:"day"` // yyyy-mm-dd; "all" for the sum of all days
	Incoming  *int64 `json:"incoming,omitempty"`
	Forwarded int64  `json:"forwarded"`
	Rows      int64  `json:"rows"`
	Lost      int64  `json:"missing"`       // at least so many were forwarded and are no rows
	Unsent    int64  `json:"not_forwarded"` // at least so many came in and were not forwarded
	Unknown   bool   `json:"unknown"`       // CloudWatch has no figures of the filter, although there are events
}

// Bad reports whether it proves that something is missing, or can prove nothing.
func (l *Line) Bad() bool { return l.Lost > 0 || l.Unsent > 0 || l.Unknown }

// Judged are the first moments of the first day and of the day after the last one that can be
// judged at now, of the days from since on.
func Judged(since, now time.Time) (from, to time.Time) {
	day := func(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
	return day(since), day(now).Add(-24 * time.Hour)
}

// Compare judges the days from <= day < to. Rows must be counted up to a day after to, and so must
// the metrics.
func Compare(m Metrics, rows Tally, from, to time.Time) []Line {
	var lines []Line
	sum := Line{Group: m.Group, Day: "all"}
	last := int64(0)
	for day := from.UnixMilli(); day < to.UnixMilli(); day += dayMs {
		if m.Since >= day+dayMs {
			continue // the filter was not there
		}
		l := Line{Group: m.Group, Day: time.UnixMilli(day).UTC().Format(time.DateOnly), Forwarded: m.Forwarded[day].All, Rows: rows[day].All}
		l.Lost = max(0, l.Forwarded-l.Rows-late(rows, m.Forwarded, day+dayMs))
		if m.Whole && m.Since < day {
			n := m.Incoming[day].All
			l.Incoming = &n
			l.Unsent = max(0, n-l.Forwarded-late(m.Forwarded, m.Incoming, day+dayMs))
		}
		sum.Forwarded, sum.Rows, last = sum.Forwarded+l.Forwarded, sum.Rows+l.Rows, day
		sum.Lost, sum.Unsent = sum.Lost+l.Lost, sum.Unsent+l.Unsent
		lines = append(lines, l)
	}
	if len(lines) == 0 {
		return nil
	}
	sum.Lost = max(sum.Lost, sum.Forwarded-sum.Rows-late(rows, m.Forwarded, last+dayMs))
	sum.Unknown = sum.Forwarded == 0 && (sum.Rows > 0 || sum.Unsent > 0)
	if sum.Unknown {
		sum.Unsent = 0
		for i := range lines {
			lines[i].Unsent = 0
		}
	}
	return append(lines, sum)
}

// late is how many of what is counted on a day may belong to the day before, if so many were due.
func late(counted, due Tally, day int64) int64 {
	return max(counted[day].Early, counted[day].All-due[day].All, 0)
}

// Culprits are the lines that are bad: of each group its days, or the sum where no day shows it.
func Culprits(lines []Line) []Line {
	bad := map[Group]bool{}
	var out []Line
	for _, l := range lines {
		if !l.Bad() || l.Day == "all" && bad[l.Group] {
			continue
		}
		bad[l.Group] = true
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Name, b.Name))
	})
	return out
}

package seamark

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The time grammar is one for the page, its API and the command line (--since, --until):
//
//	15m 1h30m 7d            that long ago; also as people write it: -1h, 3 days, last 2 hours, 90 min ago
//	now now-1h now+5m       relative to now
//	today yesterday         whole days
//	14:00 14:00:05          the latest such time; as an end, the first one after the start
//	2026-11-22              a whole day
//	2026-11-22 14:00        a bare time, like all of them in the zone given ("T" may join the two)
//	2026-11-22T14:00:00Z    RFC 3339
//	1795361400000           Unix milliseconds, 11 to 14 digits
//	A..B                    from A to B
//
// A day is 24 hours in "7d" and a calendar day elsewhere. A wall-clock time that a
// change to summer time skips is taken as many minutes later; one that occurs twice
// means its first occurrence. The page has the same parser in TypeScript; both are
// held to testdata/timerange.json.

const timeRemedy = "use 15m, 1h, 3 days, today, yesterday, 14:00, 14:00..14:20, 2026-11-22, RFC 3339, Unix milliseconds or now-1h"

// maxTimeText bounds what is looked at, in bytes.
const maxTimeText = 100

var (
	ageShape   = regexp.MustCompile(`^(?:[0-9]{1,6}[smhdw])+$`)
	saidShape  = regexp.MustCompile(`^(last |past )?-? *([0-9]{1,6})? *(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)( ago)?$`)
	agePart    = regexp.MustCompile(`([0-9]{1,6})([smhdw])`)
	clockShape = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,3}))?)?$`)
	dateShape  = regexp.MustCompile(`^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ](.+))?$`)
	epochShape = regexp.MustCompile(`^[0-9]{11,14}$`)
	zonedShape = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$`)
)

// moment is one parsed expression: the instant it begins with, and for a whole day
// the instant that ends it.
type moment struct {
	start, end time.Time
	clock      *[4]int // hour, minute, second, millisecond of a bare clock time
}

// ParseTime returns the instant that text names; of a whole day its beginning.
// The error is a *Fault of class Rejected.
func ParseTime(text string, now time.Time, zone *time.Location) (time.Time, error) {
	m, err := parseMoment(text, now, zone)
	return m.start, err
}

// ParseSpan returns the span between two expressions, as --since and --until or the
// URL's from and to give them; the first may name both as A..B. An empty one leaves its side open. A whole day as an
// end is included ("today" as far as now). The error is a *Fault of class Rejected.
func ParseSpan(from, to string, now time.Time, zone *time.Location) (Span, error) {
	if strings.Contains(from, "..") && to == "" {
		return ParseTimeRange(from, now, zone)
	}
	var span Span
	if from != "" {
		m, err := parseMoment(from, now, zone)
		if err != nil {
			return Span{}, err
		}
		span.From = m.start
	}
	if to != "" {
		m, err := parseMoment(to, now, zone)
		if err != nil {
			return Span{}, err
		}
		span.To = m.end
		if m.clock != nil && !span.From.IsZero() {
			span.To = clockAfter(*m.clock, span.From, zone)
		}
	}
	if !span.From.IsZero() && !span.To.IsZero() && !span.From.Before(span.To) {
		return Span{}, &Fault{Class: Rejected, What: "the range ends before it begins", Where: from + ".." + to, Remedy: "swap the two times, or widen the range"}
	}
	return span, nil
}

// ParseTimeRange reads what is typed into one box: "A..B", a whole day, or a single
// expression, which means from then until now.
func ParseTimeRange(text string, now time.Time, zone *time.Location) (Span, error) {
	if from, to, ok := strings.Cut(text, ".."); ok {
		if strings.TrimSpace(from) == "" || strings.TrimSpace(to) == "" {
			return Span{}, badTime(text)
		}
		return ParseSpan(from, to, now, zone)
	}
	m, err := parseMoment(text, now, zone)
	if err != nil {
		return Span{}, err
	}
	end := now
	if m.end.After(m.start) {
		end = m.end
	}
	if !m.start.Before(end) {
		return Span{}, &Fault{Class: Rejected, What: "the range ends before it begins", Where: text, Remedy: "give a time in the past, or A..B"}
	}
	return Span{From: m.start, To: end}, nil
}

func parseMoment(text string, now time.Time, zone *time.Location) (moment, error) {
	s := strings.TrimSpace(text)
	if len(s) == 0 || len(s) > maxTimeText {
		return moment{}, badTime(text)
	}
	switch lower := plainAge(strings.ToLower(s)); {
	case lower == "now":
		return instant(now), nil
	case lower == "today":
		y, m, d := now.In(zone).Date()
		return moment{start: wall(y, m, d, [4]int{}, zone), end: now}, nil
	case lower == "yesterday":
		y, m, d := now.In(zone).Date()
		return moment{start: wall(y, m, d-1, [4]int{}, zone), end: wall(y, m, d, [4]int{}, zone)}, nil
	case strings.HasPrefix(lower, "now"):
		return parseOffset(lower[3:], text, now)
	case ageShape.MatchString(lower):
		return parseOffset("-"+lower, text, now)
	case epochShape.MatchString(s):
		ms, err := strconv.ParseInt(s, 10, 64)
		return instant(time.UnixMilli(ms).UTC()), err
	case zonedShape.MatchString(s):
		t, err := time.Parse(time.RFC3339Nano, s[:10]+"T"+s[11:])
		if err != nil {
			return moment{}, badTime(text)
		}
		return instant(t.Truncate(time.Millisecond)), nil
	}
	if clock, ok := parseClock(s); ok {
		t := clockBefore(clock, now, zone)
		return moment{start: t, end: t, clock: &clock}, nil
	}
	return parseDate(s, text, zone)
}

// plainAge is an age as people say it ("-1h", "3 days", "last hour") as the grammar writes it; what
// is none stays as it is.
func plainAge(lower string) string {
	if age := strings.TrimPrefix(lower, "-"); ageShape.MatchString(age) {
		return age
	}
	m := saidShape.FindStringSubmatch(strings.Join(strings.Fields(lower), " "))
	switch {
	case m == nil:
		return lower
	case m[2] != "":
		return m[2] + m[3][:1]
	case m[1] != "" && m[4] == "": // "last hour"
		return "1" + m[3][:1]
	}
	return lower
}

func instant(t time.Time) moment { return moment{start: t, end: t} }

// parseOffset reads "-1h30m" or "+5m" behind "now".
func parseOffset(s, text string, now time.Time) (moment, error) {
	if len(s) < 2 || s[0] != '-' && s[0] != '+' || !ageShape.MatchString(s[1:]) {
		return moment{}, badTime(text)
	}
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	var sum time.Duration
	for _, part := range agePart.FindAllStringSubmatch(s[1:], -1) {
		n, err := strconv.Atoi(part[1])
		if err != nil {
			return moment{}, badTime(text)
		}
		sum += time.Duration(n) * units[part[2]]
		if sum > 100*366*24*time.Hour || sum < 0 || time.Duration(n) > 100*366*24*time.Hour/units[part[2]] {
			return moment{}, badTime(text)
		}
	}
	if s[0] == '-' {
		sum = -sum
	}
	return instant(now.Add(sum)), nil
}

func parseClock(s string) ([4]int, bool) {
	m := clockShape.FindStringSubmatch(s)
	if m == nil {
		return [4]int{}, false
	}
	var c [4]int
	for i := range 3 {
		c[i], _ = strconv.Atoi(m[i+1]) // empty seconds are 0
	}
	c[3], _ = strconv.Atoi((m[4] + "000")[:3])
	return c, true
}

// parseDate reads a calendar day, alone or with a clock time.
func parseDate(s, text string, zone *time.Location) (moment, error) {
	m := dateShape.FindStringSubmatch(s)
	if m == nil {
		return moment{}, badTime(text)
	}
	day, err := time.Parse(time.DateOnly, s[:10])
	if err != nil || day.Year() < 1970 {
		return moment{}, badTime(text)
	}
	y, month, d := day.Date()
	if m[4] == "" {
		return moment{start: wall(y, month, d, [4]int{}, zone), end: wall(y, month, d+1, [4]int{}, zone)}, nil
	}
	clock, ok := parseClock(m[4])
	if !ok {
		return moment{}, badTime(text)
	}
	return instant(wall(y, month, d, clock, zone)), nil
}

// clockBefore returns the latest time not after now at which a clock in zone shows c.
func clockBefore(c [4]int, now time.Time, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	if t := wall(y, m, d, c, zone); !t.After(now) {
		return t
	}
	return wall(y, m, d-1, c, zone)
}

// clockAfter returns the first time after from at which a clock in zone shows c.
func clockAfter(c [4]int, from time.Time, zone *time.Location) time.Time {
	y, m, d := from.In(zone).Date()
	if t := wall(y, m, d, c, zone); t.After(from) {
		return t
	}
	return wall(y, m, d+1, c, zone)
}

// wall returns the instant of a wall-clock time. time.Date leaves open which one it
// takes around a change of the clock; this is exact and what the page does as well.
func wall(y int, m time.Month, d int, c [4]int, zone *time.Location) time.Time {
	naive := time.Date(y, m, d, c[0], c[1], c[2], c[3]*int(time.Millisecond), time.UTC)
	_, before := naive.Add(-24 * time.Hour).In(zone).Zone()
	_, after := naive.Add(24 * time.Hour).In(zone).Zone()
	for _, offset := range []int{max(before, after), min(before, after)} {
		t := naive.Add(-time.Duration(offset) * time.Second)
		if _, actual := t.In(zone).Zone(); actual == offset {
			return t.In(zone)
		}
	}
	return naive.Add(-time.Duration(before) * time.Second).In(zone)
}

func badTime(text string) error {
	if len(text) > maxTimeText {
		text = text[:maxTimeText] + "…"
	}
	return &Fault{Class: Rejected, What: fmt.Sprintf("cannot read the time %q", text), Where: "time", Remedy: timeRemedy}
}

// Contains reports whether t is in the span; an open side holds all.
func (s Span) Contains(t time.Time) bool {
	return (s.From.IsZero() || !t.Before(s.From)) && (s.To.IsZero() || t.Before(s.To))
}

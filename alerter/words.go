package alerter

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Quantity writes v in unit: "23.4%" for a ratio, "412 ms", "1,284" for a count.
func Quantity(v float64, unit string) string {
	v = finite(v)
	switch unit {
	case "ratio":
		return percent(v * 100)
	case "ms":
		return decimal(v) + " ms"
	}
	return decimal(v)
}

func percent(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	if v > 0 && v < 0.1 {
		s = strconv.FormatFloat(v, 'g', 2, 64)
	}
	return strings.TrimSuffix(s, ".0") + "%"
}

func decimal(v float64) string {
	if math.Abs(v) < 1e15 && v == math.Trunc(v) {
		return thousands(int64(v))
	}
	if math.Abs(v) >= 1000 && math.Abs(v) < 1e15 {
		return thousands(int64(math.Round(v)))
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// thousands writes n with commas: 1,284.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Span of time in two units at most: "12 s", "4 m 10 s", "3 h 5 m", "2 d 3 h".
func lasted(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	two := func(a int64, unitA string, b int64, unitB string) string {
		if b == 0 {
			return fmt.Sprintf("%d %s", a, unitA)
		}
		return fmt.Sprintf("%d %s %d %s", a, unitA, b, unitB)
	}
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return two(s/60, "m", s%60, "s")
	case s < 86400:
		return two(s/3600, "h", s%3600/60, "m")
	}
	return two(s/86400, "d", s%86400/3600, "h")
}

// clock writes the time of day in UTC, with the date when it is not now's day.
func clock(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04:05") + " UTC"
	}
	return t.Format("2006-01-02 15:04:05") + " UTC"
}

// ruleWords says what a rule looks at.
func ruleWords(a seamark.Alarm) string {
	switch {
	case a.Composite:
		return "composite alarm"
	case a.Rule != "":
		return a.Rule
	case a.StatusCode != "":
		return a.StatusCode
	}
	return a.Name
}

// measured says how bad an alarm is: "23.4% of 1,204 requests in 1 m, limit 5%".
func measured(a seamark.Alarm, value float64) string {
	var b strings.Builder
	if value == 0 && a.State == seamark.AlarmFiring && a.Samples == 0 {
		// CloudWatch named no figure.
		if a.Threshold != 0 {
			return "limit " + Quantity(a.Threshold, a.Unit)
		}
		return ""
	}
	b.WriteString(Quantity(value, a.Unit))
	if a.Samples > 0 && a.Unit == "ratio" {
		fmt.Fprintf(&b, " of %s requests", thousands(a.Samples))
	}
	if a.Window > 0 {
		b.WriteString(" in " + lasted(time.Duration(a.Window)))
	}
	if a.Threshold != 0 {
		b.WriteString(", limit " + Quantity(a.Threshold, a.Unit))
	}
	return b.String()
}

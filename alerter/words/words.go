package words

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
	v = Finite(v)
	switch unit {
	case "ratio":
		return percent(v * 100)
	case "ms":
		return Decimal(v) + " ms"
	}
	return Decimal(v)
}

func percent(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	if v > 0 && v < 0.1 {
		s = strconv.FormatFloat(v, 'g', 2, 64)
	}
	return strings.TrimSuffix(s, ".0") + "%"
}

func Decimal(v float64) string {
	if math.Abs(v) < 1e15 && v == math.Trunc(v) {
		return Thousands(int64(v))
	}
	if math.Abs(v) >= 1000 && math.Abs(v) < 1e15 {
		return Thousands(int64(math.Round(v)))
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// thousands writes n with commas: 1,284.
func Thousands(n int64) string {
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
func Lasted(d time.Duration) string {
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
func Clock(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04:05") + " UTC"
	}
	return t.Format("2006-01-02 15:04:05") + " UTC"
}

// ruleWords says what a rule looks at.
func Rule(a seamark.Alarm) string {
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
func Measured(a seamark.Alarm, value float64) string {
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
		fmt.Fprintf(&b, " of %s requests", Thousands(a.Samples))
	}
	if a.Window > 0 {
		b.WriteString(" in " + Lasted(time.Duration(a.Window)))
	}
	if a.Threshold != 0 {
		b.WriteString(", limit " + Quantity(a.Threshold, a.Unit))
	}
	return b.String()
}

// Finite is v, or 0 where it is no number that can be shown.
func Finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// Name says which rule of what a is about: "4xx on booking-api/prod".
func Name(a seamark.Alarm) string {
	s := Rule(a)
	if a.Scope.Component != "" {
		s += " on " + a.Scope.Component
	}
	return s
}

// Alarm is Name with how bad it is.
func Alarm(a seamark.Alarm) string {
	if m := Measured(a, a.Value); m != "" {
		return Name(a) + ", " + m
	}
	return Name(a)
}

package words

import (
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Rule says what a rule looks at.
func Rule(a seamark.Alarm) string {
	switch {
	case a.Foreign():
		return a.Name
	case a.Composite:
		return "composite alarm"
	case a.Rule != "":
		return a.Rule
	case a.StatusCode != "":
		return a.StatusCode
	}
	return a.Name
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

// Measured says how bad an alarm is: "23.4% of 1,204 requests in 1 m, limit 5%". It is
// empty where nobody named a figure.
func (s Style) Measured(a seamark.Alarm, value float64) string {
	limit := Limit(a)
	switch {
	case a.Composite:
		return ""
	case a.State == seamark.AlarmNoData:
		return join("no data since "+s.Clock(a.Since, a.Evaluated), limit)
	case a.Missing:
		return join("no data, which counts as breaching", limit)
	case a.NoValue && a.State == seamark.AlarmFiring:
		return limit
	}
	var b strings.Builder
	b.WriteString(Quantity(value, a.Unit))
	if a.Samples > 0 && a.Unit == "ratio" {
		b.WriteString(" of " + Many(a.Samples, "request"))
	}
	if a.Window > 0 {
		b.WriteString(" in " + Lasted(time.Duration(a.Window)))
	}
	return join(b.String(), limit)
}

// HowBad says how bad an alarm is, or was: the one text of it that cards, commands and the page
// show. One that fires although its newest value is back within the limit, for it must stay there a
// while, is told by its peak first: "peak 23.4%, now 4.9% of 1,204 requests in 1 m, limit 5%".
func (s Style) HowBad(a seamark.Alarm) string {
	label, worst, ok := Over(a)
	switch {
	case a.State == seamark.AlarmNoData:
		return s.Measured(a, a.Value)
	case a.State == seamark.AlarmFiring && Calmer(a):
		return label + " " + Quantity(worst, a.Unit) + ", now " + s.Measured(a, a.Value)
	case a.State == seamark.AlarmFiring:
		return s.Measured(a, a.Value)
	case !ok:
		return Limit(a)
	}
	return label + " " + s.Measured(a, worst)
}

// HowBad is Style.HowBad in UTC.
func HowBad(a seamark.Alarm) string { return Style{}.HowBad(a) }

// Calmer reports whether the newest value of an alarm is within its limit, though its peak was not.
func Calmer(a seamark.Alarm) bool {
	if a.Composite || a.NoValue || a.NoPeak || a.NoLimit || a.Missing || a.Band != nil {
		return false
	}
	switch a.Comparison {
	case seamark.Above:
		return a.Value < a.Threshold && a.Peak >= a.Threshold
	case seamark.Below:
		return a.Value > a.Threshold && a.Peak <= a.Threshold
	}
	return false
}

// Limit says beyond what an alarm fires: "limit 5%", "limit below 20%", "expected 90 to 120".
func Limit(a seamark.Alarm) string {
	switch {
	case a.Band != nil:
		return "expected " + Quantity(a.Band.Low, a.Unit) + " to " + Quantity(a.Band.High, a.Unit)
	case a.NoLimit:
		return ""
	case a.Comparison == seamark.Below:
		return "limit below " + Quantity(a.Threshold, a.Unit)
	}
	return "limit " + Quantity(a.Threshold, a.Unit)
}

// Over says how bad an alarm was that is over: "peak" and its value, "worst" where less is
// worse, "back to" where it was never seen firing. ok is false where nobody named a figure.
func Over(a seamark.Alarm) (label string, value float64, ok bool) {
	switch {
	case a.Composite:
	case !a.NoPeak && a.Comparison == seamark.Above:
		return "peak", a.Peak, true
	case !a.NoPeak:
		return "worst", a.Peak, true
	case !a.NoValue:
		return "back to", a.Value, true
	}
	return "", 0, false
}

// Children names what made a composite change: "4xx on booking-api/prod" for our own
// alarms, their names for others.
func Children(a seamark.Alarm) []string {
	var list []string
	for _, c := range a.Children {
		if c.State == seamark.AlarmFiring || a.State != seamark.AlarmFiring {
			list = append(list, Child(c))
		}
	}
	return list
}

// Child names one child of a composite.
func Child(c seamark.Child) string {
	if _, _, resource, rule, ok := seamark.SplitAlarmName(c.Name); ok {
		return rule + " on " + resource
	}
	return c.Name
}

func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

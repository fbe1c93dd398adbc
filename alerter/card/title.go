package card

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// leading is the alarm that the title speaks of: of those that fire (else of those without
// data, else of all) the most severe, an exact one before a composite, then the one
// furthest over its limit.
func leading(in *seamark.Incident) seamark.Alarm {
	candidates := in.Firing()
	if len(candidates) == 0 {
		candidates = in.Unsettled()
	}
	if len(candidates) == 0 {
		candidates = in.Alarms
	}
	if len(candidates) == 0 {
		return seamark.Alarm{}
	}
	return slices.MaxFunc(distinct(candidates), func(a, b seamark.Alarm) int { return seamark.CompareAlarms(&a, &b) })
}

// inside is a composite of ours with what its first child is about, so that the links
// lead there.
func inside(lead seamark.Alarm) seamark.Alarm {
	if lead.Composite && len(lead.Children) > 0 && lead.StatusCode == "" {
		if _, _, _, rule, ok := seamark.SplitAlarmName(lead.Children[0].Name); ok && (rule == "4xx" || rule == "5xx") {
			lead.StatusCode = rule
		}
	}
	return lead
}

// title is the line that a phone shows: "booking prod: 4xx 23.4% on booking-api/prod, +1 more".
func title(in *seamark.Incident, lead seamark.Alarm, style words.Style) string {
	b := in.Product + " " + in.Environment + ":"
	if in.Product == seamark.Unassigned {
		b = "unassigned:"
	}
	if lead.Name == "" && lead.Rule == "" {
		return b + " alarm"
	}
	if in.Status == seamark.IncidentResolved {
		return b + " " + endTitle(in, lead)
	}
	fault, more := fault(lead, style)
	b += " " + fault
	return b + others(in, lead, more)
}

// fault says what is wrong with one alarm, and of how many more it stands for: "4xx 23.4%
// on booking-api/prod".
func fault(a seamark.Alarm, style words.Style) (string, int) {
	name := words.Rule(a)
	if a.Composite {
		children := words.Children(a)
		switch {
		case len(children) == 0:
			return name, 0
		case a.Foreign():
			return name + " (" + list(children) + " in ALARM)", 0
		}
		return children[0], len(children) - 1
	}
	s := name
	switch {
	case a.State == seamark.AlarmNoData:
		s += " no data since " + style.Clock(a.Since, a.Evaluated)
	case a.Missing:
		s += " no data"
	case a.NoValue:
	case a.State == seamark.AlarmFiring && words.Calmer(a):
		label, worst, _ := words.Over(a)
		s += " " + label + " " + words.Quantity(worst, a.Unit)
	case name == "errors" && (a.Unit == "count" || a.Unit == ""):
		s = words.Quantity(a.Value, a.Unit) + " errors"
		if a.Value == 1 {
			s = "1 error"
		}
	default:
		s += " " + words.Quantity(a.Value, a.Unit)
	}
	if c := a.Scope.Component; c != "" {
		s += " on " + c
	}
	return s, 0
}

// list writes at most three names: "a, b and c", "a, b and 4 more".
func list(names []string) string {
	if len(names) > 3 {
		names = append(slices.Clone(names[:2]), fmt.Sprintf("%d more", len(names)-2))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// others counts what fires besides: not the whole of which a series was named, nor the
// composite of an exact alarm.
func others(in *seamark.Incident, lead seamark.Alarm, more int) string {
	for _, a := range distinct(in.Unsettled()) {
		if a.Key() != lead.Key() && a.State == lead.State && (!a.Composite || lead.Composite) {
			more++
		}
	}
	if more == 0 {
		return ""
	}
	return fmt.Sprintf(", +%d more", more)
}

func endTitle(in *seamark.Incident, lead seamark.Alarm) string {
	name := words.Rule(lead)
	if lead.Composite && !lead.Foreign() && len(lead.Children) > 0 {
		name = words.Child(lead.Children[0])
	}
	s := name + " resolved"
	if d := in.Duration(in.UpdatedAt); d > 0 { // zero: nobody knows when it began
		s += " after " + words.Lasted(d)
	}
	if label, value, ok := words.Over(lead); ok {
		s += ", " + label + " " + words.Quantity(value, lead.Unit)
	}
	return s
}

// distinct leaves out an alarm as a whole where its time series are there.
func distinct(alarms []seamark.Alarm) []seamark.Alarm {
	return slices.DeleteFunc(slices.Clone(alarms), func(a seamark.Alarm) bool {
		return a.Contributor == "" && slices.ContainsFunc(alarms, func(x seamark.Alarm) bool { return x.Contributor != "" && x.Base() == a.Base() })
	})
}

// muted says by what nobody is told of the incident: when everything in it that fires is
// kept quiet by AWS itself.
func muted(in *seamark.Incident, style words.Style) string {
	if w := in.Silenced; w != nil && in.Status != seamark.IncidentResolved {
		return "silenced by " + words.Line(w.By, 60) + " until " + style.Clock(w.Until, w.At)
	}
	s := ""
	for _, a := range in.Unsettled() {
		if a.MutedBy == "" {
			return ""
		}
		s = "muted by " + words.Line(a.MutedBy, 100)
		if !a.MutedUntil.IsZero() {
			s += " until " + style.Clock(a.MutedUntil, cmp.Or(in.UpdatedAt, a.Since))
		}
	}
	return s
}

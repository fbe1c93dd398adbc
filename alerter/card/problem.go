package card

import (
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

func problems(in *seamark.Incident, style words.Style) (list []Problem, notes []string) {
	alarms := distinct(in.Alarms)
	slices.SortStableFunc(alarms, func(a, b seamark.Alarm) int { return -seamark.CompareAlarms(&a, &b) })
	exact := slices.ContainsFunc(alarms, func(a seamark.Alarm) bool { return !a.Composite })
	left := 0
	for _, a := range alarms {
		if a.Composite && exact { // its children say more
			continue
		}
		for _, p := range problemsOf(a, style) {
			if len(list) == maxProblems {
				left++
				continue
			}
			list = append(list, p)
		}
	}
	if left > 0 {
		notes = append(notes, words.Many(int64(left), "more alarm"))
	}
	return list, notes
}

func problemsOf(a seamark.Alarm, style words.Style) []Problem {
	if a.Composite {
		return compositeProblems(a, style)
	}
	p := Problem{Rule: words.Rule(a), Component: a.Scope.Component, Firing: a.State == seamark.AlarmFiring, NoData: a.State == seamark.AlarmNoData}
	p.Measured = style.HowBad(a)
	if a.Metric != "" && a.Foreign() {
		p.Metric = a.Metric
	}
	if a.NoValue && !p.NoData || a.Missing {
		p.Reason = words.Line(a.Reason, maxSample)
	}
	return []Problem{p}
}

// compositeProblems names what made a composite change; for a foreign one its formula too.
func compositeProblems(a seamark.Alarm, style words.Style) []Problem {
	firing := a.State == seamark.AlarmFiring
	if len(a.Children) == 0 {
		return []Problem{{Rule: words.Rule(a), Reason: words.Line(a.Reason, maxSample), Firing: firing}}
	}
	if !a.Foreign() {
		var list []Problem
		for _, c := range a.Children {
			list = append(list, childProblem(a, c, style))
		}
		return list
	}
	var parts []string
	for _, c := range a.Children {
		s := words.Line(c.Name, 120)
		if c.State == seamark.AlarmFiring && !c.Since.IsZero() {
			s += " in ALARM since " + style.Clock(c.Since, a.Since)
		} else if c.State != seamark.AlarmFiring {
			s += " is " + stateWords(c.State)
		}
		parts = append(parts, s)
	}
	p := Problem{Rule: words.Rule(a), Measured: words.Cut(strings.Join(parts, "; "), maxSample), Firing: firing}
	p.Reason = words.Line(a.Formula, maxSample)
	return []Problem{p}
}

func childProblem(a seamark.Alarm, c seamark.Child, style words.Style) Problem {
	p := Problem{Rule: c.Name, Firing: a.State == seamark.AlarmFiring && c.State == seamark.AlarmFiring}
	if _, _, resource, rule, ok := seamark.SplitAlarmName(c.Name); ok {
		p.Rule, p.Component = rule, resource
	}
	p.Measured = stateWords(c.State)
	if !c.Since.IsZero() {
		p.Measured += " since " + style.Clock(c.Since, a.Since)
	}
	return p
}

// stateWords says a state the way AWS's console does.
func stateWords(s seamark.AlarmState) string {
	switch s {
	case seamark.AlarmFiring:
		return "in ALARM"
	case seamark.AlarmNoData:
		return "without data"
	}
	return "fine"
}

const (
	maxAbout  = 300 // characters of a foreign description
	maxAbouts = 2   // alarms whose description is shown
)

// about is what people wrote into the descriptions of alarms that are not ours: the first
// lines, 300 characters of each.
func about(in *seamark.Incident) []string {
	var out []string
	seen := map[string]bool{}
	for _, a := range in.Alarms {
		if a.Unparsed == "" || seen[a.Unparsed] || len(seen) == maxAbouts {
			continue
		}
		seen[a.Unparsed] = true
		left := maxAbout
		for line := range strings.Lines(words.Clip(readable(a.Unparsed), 8192)) {
			line = strings.TrimSpace(line)
			if line == "" || left <= 0 {
				continue
			}
			line = words.Cut(line, left)
			left -= len([]rune(line))
			out = append(out, line)
		}
	}
	return out
}

// carried are the log lines that came with an alarm.
func carried(in *seamark.Incident) []Pattern {
	var list []Pattern
	for _, a := range in.Alarms {
		if len(a.Lines) == 0 || len(list) == 2 {
			continue
		}
		p := Pattern{Kind: "log lines of " + a.Name, Sample: cutLine(a.Lines[0])}
		for _, l := range a.Lines[1:] {
			p.Stack = append(p.Stack, words.Cut(cutLine(l), 160))
		}
		list = append(list, p)
	}
	return list
}

package alertmanager

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/matcher/compat"
	"github.com/prometheus/alertmanager/timeinterval"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"github.com/seamark-hq/seamark/alerter/route"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Keys are where the parts of a route.Config stand in the configuration, for faults.
type Keys struct {
	Route    string             // "route"
	Inhibit  string             // "inhibit_rules"
	Interval func(i int) string // of Intervals[i]: "time_intervals[0]"
}

// checker holds a configuration to what Alertmanager takes, key by key.
type checker struct {
	c     route.Config
	at    Keys
	fault func(key, what, remedy string)
	found int
}

// Check calls fault for each wrong key of c, with what is wrong and the remedy.
func Check(c route.Config, at Keys, fault func(key, what, remedy string)) {
	parsers()
	k := &checker{c: c, at: at}
	k.fault = func(key, what, remedy string) { k.found++; fault(key, what, remedy) }
	k.intervals()
	if c.Route != nil {
		k.root()
	}
	for i, rule := range c.Inhibit {
		k.inhibit(fmt.Sprintf("%s[%d]", at.Inhibit, i), rule)
	}
	if k.found > 0 {
		return
	}
	// What is left is told without a place rather than not at all.
	if _, err := New(c); err != nil {
		k.fault(at.Route, err.Error(), "compare with https://prometheus.io/docs/alerting/latest/configuration/")
	}
}

func (k *checker) root() {
	r := k.c.Route
	key := k.at.Route
	if r.Receiver == "" {
		k.fault(key+".receiver", "the root of the route has no receiver", k.nameReceiver("name one of "))
	}
	for _, x := range []struct {
		key string
		n   int
	}{{"matchers", len(r.Matchers)}, {"match", len(r.Match)}, {"match_re", len(r.MatchRE)}} {
		if x.n > 0 {
			k.fault(key+"."+x.key, "the root of the route matches everything", "move the matchers to a child below routes")
		}
	}
	for _, x := range []struct {
		key string
		n   int
	}{{"mute_time_intervals", len(r.MuteTimeIntervals)}, {"active_time_intervals", len(r.ActiveTimeIntervals)}} {
		if x.n > 0 {
			k.fault(key+"."+x.key, "the root of the route is never quiet", "move the key to a child below routes")
		}
	}
	k.route(key, *r)
}

func (k *checker) nameReceiver(prefix string) string {
	if len(k.c.Receivers) == 0 {
		return "add it to receivers"
	}
	return prefix + strings.Join(k.c.Receivers, ", ")
}

func (k *checker) route(key string, r route.Tree) {
	if r.Receiver != "" && !slices.Contains(k.c.Receivers, r.Receiver) {
		k.fault(key+".receiver", fmt.Sprintf("there is no receiver %q", words.Clip(r.Receiver, 80)), k.nameReceiver("add it to receivers, or name one of "))
	}
	k.matchers(key+".matchers", r.Matchers)
	k.olderMatchers(key+".match", r.Match, false)
	k.olderMatchers(key+".match_re", r.MatchRE, true)
	for i, name := range r.GroupBy {
		here := fmt.Sprintf("%s.group_by[%d]", key, i)
		switch {
		case name == "...":
			if len(r.GroupBy) > 1 {
				k.fault(here, `"..." takes every label already`, "write it alone, or leave it out")
			}
		case !compat.IsValidLabelName(model.LabelName(name)):
			k.fault(here, fmt.Sprintf("%q is not a label", words.Clip(name, 80)), "write the name of a label, such as product")
		case slices.Index(r.GroupBy, name) < i:
			k.fault(here, fmt.Sprintf("%q occurs twice", words.Clip(name, 80)), "remove one")
		}
	}
	k.duration(key+".group_wait", r.GroupWait, true)
	k.duration(key+".group_interval", r.GroupInterval, false)
	k.duration(key+".repeat_interval", r.RepeatInterval, false)
	k.named(key+".mute_time_intervals", r.MuteTimeIntervals)
	k.named(key+".active_time_intervals", r.ActiveTimeIntervals)
	for i, child := range r.Routes {
		k.route(fmt.Sprintf("%s.routes[%d]", key, i), child)
	}
}

const matcherRemedy = `write label="value", !=, =~ or !~, the value in double quotes`

func (k *checker) matchers(key string, lines []string) {
	for i, line := range lines {
		here := fmt.Sprintf("%s[%d]", key, i)
		if m, err := compat.Matchers(line, "config"); err != nil || len(m) == 0 {
			what := fmt.Sprintf("%q is not a matcher", words.Clip(line, 80))
			if err != nil && strings.Contains(err.Error(), "error parsing regexp") {
				what = fmt.Sprintf("%q holds no regular expression (RE2)", words.Clip(line, 80))
			}
			k.fault(here, what, matcherRemedy)
		}
	}
}

func (k *checker) olderMatchers(key string, match map[string]string, re bool) {
	for _, name := range sorted(match) {
		here := key + "." + name
		if !model.LabelNameRE.MatchString(name) {
			k.fault(here, fmt.Sprintf("%q is not a label", words.Clip(name, 80)), "use matchers, which take any label: "+matcherRemedy)
			continue
		}
		op := "="
		if re {
			op = "=~"
		}
		quoted, _ := json.Marshal(match[name])
		if _, err := compat.Matcher(name+op+string(quoted), "config"); err != nil {
			k.fault(here, fmt.Sprintf("%q is not a regular expression (RE2)", words.Clip(match[name], 80)), "mend it, or use matchers: "+matcherRemedy)
		}
	}
}

func (k *checker) duration(key, text string, zero bool) {
	if text == "" {
		return
	}
	d, err := model.ParseDuration(text)
	switch {
	case err != nil:
		k.fault(key, fmt.Sprintf("%q is not a duration", words.Clip(text, 80)), "write a number with its unit, such as 30s, 5m, 4h or 1d")
	case d == 0 && !zero:
		k.fault(key, "it cannot be zero", "write a number with its unit, such as 10s, or leave the key out")
	}
}

// named reports intervals that are not there.
func (k *checker) named(key string, names []string) {
	for i, name := range names {
		if slices.ContainsFunc(k.c.Intervals, func(x route.Interval) bool { return x.Name == name }) {
			continue
		}
		remedy := "add it to time_intervals"
		if len(k.c.Intervals) > 0 {
			var known []string
			for _, x := range k.c.Intervals {
				if x.Name != "" && !slices.Contains(known, x.Name) {
					known = append(known, x.Name)
				}
			}
			remedy += ", or name one of " + strings.Join(known, ", ")
		}
		k.fault(fmt.Sprintf("%s[%d]", key, i), fmt.Sprintf("there is no time interval %q", words.Clip(name, 80)), remedy)
	}
}

func (k *checker) inhibit(key string, r route.Inhibit) {
	if len(r.SourceMatchers)+len(r.SourceMatch)+len(r.SourceMatchRE) == 0 {
		k.fault(key, "source_matchers are missing: every alarm would keep others quiet", "say which do: [severity=\"critical\"]")
	}
	if len(r.TargetMatchers)+len(r.TargetMatch)+len(r.TargetMatchRE) == 0 {
		k.fault(key, "target_matchers are missing: every alarm would be kept quiet", "say which are: [severity=\"warning\"]")
	}
	k.matchers(key+".source_matchers", r.SourceMatchers)
	k.matchers(key+".target_matchers", r.TargetMatchers)
	k.olderMatchers(key+".source_match", r.SourceMatch, false)
	k.olderMatchers(key+".source_match_re", r.SourceMatchRE, true)
	k.olderMatchers(key+".target_match", r.TargetMatch, false)
	k.olderMatchers(key+".target_match_re", r.TargetMatchRE, true)
	for i, name := range r.Equal {
		if !compat.IsValidLabelName(model.LabelName(name)) {
			k.fault(fmt.Sprintf("%s.equal[%d]", key, i), fmt.Sprintf("%q is not a label", words.Clip(name, 80)), "write the name of a label, such as product")
		}
	}
}

func (k *checker) intervals() {
	for i, one := range k.c.Intervals {
		key := k.at.Interval(i)
		switch {
		case one.Name == "":
			k.fault(key, "name is missing", "give the interval a name")
		case slices.IndexFunc(k.c.Intervals, func(x route.Interval) bool { return x.Name == one.Name }) < i:
			k.fault(key+".name", fmt.Sprintf("two intervals are called %q", words.Clip(one.Name, 80)), "give each its own name")
		}
		if len(one.TimeIntervals) == 0 {
			k.fault(key, "time_intervals is empty: it never holds", "write one, such as {weekdays: ['monday:friday'], times: [{start_time: '09:00', end_time: '17:00'}]}")
		}
		for j, span := range one.TimeIntervals {
			k.span(fmt.Sprintf("%s.time_intervals[%d]", key, j), span)
		}
	}
}

func (k *checker) span(key string, s route.Span) {
	each(k, key+".weekdays", s.Weekdays, func() any { return new(timeinterval.WeekdayRange) }, "write monday, or monday:friday")
	each(k, key+".days_of_month", s.DaysOfMonth, func() any { return new(timeinterval.DayOfMonthRange) }, "write 1, 1:5 or -3:-1, in quotes")
	each(k, key+".months", s.Months, func() any { return new(timeinterval.MonthRange) }, "write december, or 1:3")
	each(k, key+".years", s.Years, func() any { return new(timeinterval.YearRange) }, "write 2026, or 2026:2028")
	if s.Location != "" {
		each(k, key+".location", []string{s.Location}, func() any { return new(timeinterval.Location) }, "write the name of a time zone, such as Europe/Berlin")
	}
	for i, t := range s.Times {
		b, _ := json.Marshal(map[string]string{"start_time": t.Start, "end_time": t.End})
		if err := yaml.Unmarshal(b, new(timeinterval.TimeRange)); err != nil {
			k.fault(fmt.Sprintf("%s.times[%d]", key, i), fmt.Sprintf("%q to %q is no stretch of a day", words.Clip(t.Start, 40), words.Clip(t.End, 40)),
				"write {start_time: '09:00', end_time: '17:00'}, the end after the start; over midnight takes two")
		}
	}
}

// each reads every value as Alertmanager does and reports what it does not take.
func each(k *checker, key string, values []string, into func() any, remedy string) {
	for i, v := range values {
		here := fmt.Sprintf("%s[%d]", key, i)
		if strings.HasSuffix(key, ".location") {
			here = key
		}
		b, _ := json.Marshal(v) // JSON text is YAML text
		target := into()
		err := yaml.Unmarshal(b, target)
		month, ok := target.(*timeinterval.MonthRange)
		// Alertmanager takes a thirteenth month, and it never comes.
		if err != nil || ok && (month.Begin < 1 || month.End > 12) {
			k.fault(here, fmt.Sprintf("%q cannot be read", words.Clip(v, 80)), remedy)
		}
	}
}

package alertmanager

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/matcher/compat"
	"github.com/prometheus/alertmanager/timeinterval"
	"github.com/prometheus/common/model"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/route"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Version is that of the Alertmanager whose packages decide.
const Version = "0.34.2"

// parsers makes matchers and label names be read as Alertmanager's own binary reads them;
// left alone, its packages speak the grammar of before 0.27.
var parsers = sync.OnceFunc(func() {
	compat.InitFromFlags(slog.New(slog.DiscardHandler), featurecontrol.NoopFlags{})
})

// Machinery is a configuration, compiled. It never changes and can be asked at any time by
// anybody.
type Machinery struct {
	text      string
	config    *config.Config
	root      *dispatch.Route
	byID      map[string]*dispatch.Route
	told      map[*dispatch.Route]route.Told
	intervals *timeinterval.Intervener
	rules     []*inhibit.InhibitRule
}

// New compiles c. An error is a *seamark.Fault of class Rejected; Check names all faults
// with their keys.
func New(c route.Config) (*Machinery, error) {
	parsers()
	text, err := YAML(c)
	if err != nil {
		return nil, err
	}
	cfg, err := config.Load(text)
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "Alertmanager refuses the configuration of routes", Where: "route", Err: err, Remedy: "see `seamark alert route --alertmanager`, which prints what it was given"}
	}
	m := &Machinery{text: text, config: cfg, root: dispatch.NewRoute(cfg.Route, nil), byID: map[string]*dispatch.Route{}, told: map[*dispatch.Route]route.Told{}}
	m.root.Walk(func(r *dispatch.Route) { m.byID[r.ID()], m.told[r] = r, toldBy(r) })
	intervals := map[string][]timeinterval.TimeInterval{}
	for _, i := range cfg.TimeIntervals {
		intervals[i.Name] = i.TimeIntervals
	}
	m.intervals = timeinterval.NewIntervener(intervals)
	for _, rule := range cfg.InhibitRules {
		m.rules = append(m.rules, inhibit.NewInhibitRule(rule))
	}
	return m, nil
}

// YAML is the configuration in Alertmanager's own words; receivers are names alone.
func (m *Machinery) YAML() string { return m.text }

// Told says by which routes an alarm reaches whom, in the order of the tree. At least one
// route matches every alarm; its receiver is Nobody when no receiver is configured.
func (m *Machinery) Told(a seamark.Alarm) []route.Told {
	return m.ToldOf(route.Labels(a))
}

// Receivers names who is told of an alarm, each once.
func (m *Machinery) Receivers(a seamark.Alarm) []string {
	var names []string
	for _, t := range m.Told(a) {
		if t.Receiver != Nobody && !slices.Contains(names, t.Receiver) {
			names = append(names, t.Receiver)
		}
	}
	return names
}

// ToldOf says whom an alarm with these labels reaches.
func (m *Machinery) ToldOf(labels map[string]string) []route.Told {
	var told []route.Told
	for _, r := range m.root.Match(labelSet(labels)) {
		told = append(told, m.told[r])
	}
	return told
}

// Tree draws the routes, one a line, children below their parent and indented.
func (m *Machinery) Tree() string {
	var b strings.Builder
	var walk func(r *dispatch.Route, depth int)
	walk = func(r *dispatch.Route, depth int) {
		what := "everything"
		if depth > 0 {
			what = r.Matchers.String()
		}
		more := ""
		if r.Continue {
			more = ", and on to the next"
		}
		if names := r.RouteOpts.MuteTimeIntervals; len(names) > 0 {
			more += ", not in " + strings.Join(names, ", ")
		}
		if names := r.RouteOpts.ActiveTimeIntervals; len(names) > 0 {
			more += ", only in " + strings.Join(names, ", ")
		}
		fmt.Fprintf(&b, "%s%s -> %s%s\n", strings.Repeat("  ", depth), what, r.RouteOpts.Receiver, more)
		for _, child := range r.Routes {
			walk(child, depth+1)
		}
	}
	walk(m.root, 0)
	return b.String()
}

// ParseMatcher reads label="value", with =, !=, =~ or !~ and quotes where the shell left them.
func ParseMatcher(s string) (Matcher, error) {
	parsers()
	m, err := compat.Matcher(s, "cli")
	if err != nil {
		return Matcher{}, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("%q is not a matcher", words.Clip(s, 80)), Remedy: `write label=value, !=, =~ or !~, such as product=booking`}
	}
	return Matcher{Label: m.Name, Op: m.Type.String(), Value: m.Value}, nil
}

func toldBy(r *dispatch.Route) route.Told {
	o := r.RouteOpts
	t := route.Told{
		Route: r.ID(), Receiver: o.Receiver, All: o.GroupByAll,
		Wait: seamark.Duration(o.GroupWait), Interval: seamark.Duration(o.GroupInterval), Repeat: seamark.Duration(o.RepeatInterval),
	}
	for name := range o.GroupBy {
		t.By = append(t.By, string(name))
	}
	slices.Sort(t.By)
	return t
}

// closed says which intervals keep a route quiet at now: a mute interval that holds, or
// all active intervals when none of them holds.
func (m *Machinery) closed(r *dispatch.Route, now time.Time) []string {
	if mutes := r.RouteOpts.MuteTimeIntervals; len(mutes) > 0 {
		if quiet, by, err := m.intervals.Mutes(mutes, now); err == nil && quiet {
			return by
		}
	}
	if active := r.RouteOpts.ActiveTimeIntervals; len(active) > 0 {
		if open, _, err := m.intervals.Mutes(active, now); err == nil && !open {
			return active
		}
	}
	return nil
}

func labelSet(labels map[string]string) model.LabelSet {
	set := make(model.LabelSet, len(labels))
	for name, value := range labels {
		set[model.LabelName(name)] = model.LabelValue(value)
	}
	return set
}

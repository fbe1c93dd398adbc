package alertmanager

import (
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/route"
)

// Nobody is the receiver of routes when none is configured.
const Nobody = "nobody"

// The root's defaults where they differ from Alertmanager's own: a card is posted at once
// and edited, so that nothing is gained by waiting.
const (
	defaultGroupWait      = "0s"
	defaultGroupInterval  = 10 * time.Second
	defaultRepeatInterval = "4h"
	defaultResolveTimeout = 5 * time.Minute
	never                 = 100 * 365 * 24 * time.Hour // Alertmanager takes no repeat_interval of 0
)

type fileYAML struct {
	Global struct {
		ResolveTimeout string `yaml:"resolve_timeout"`
	} `yaml:"global"`
	Route     routeYAML      `yaml:"route"`
	Inhibit   []inhibitYAML  `yaml:"inhibit_rules,omitempty"`
	Receivers []nameYAML     `yaml:"receivers"`
	Intervals []intervalYAML `yaml:"time_intervals,omitempty"`
}

type nameYAML struct {
	Name string `yaml:"name"`
}

type routeYAML struct {
	Receiver       string            `yaml:"receiver,omitempty"`
	Matchers       []string          `yaml:"matchers,omitempty"`
	Match          map[string]string `yaml:"match,omitempty"`
	MatchRE        map[string]string `yaml:"match_re,omitempty"`
	GroupBy        []string          `yaml:"group_by,omitempty"`
	GroupWait      string            `yaml:"group_wait,omitempty"`
	GroupInterval  string            `yaml:"group_interval,omitempty"`
	RepeatInterval string            `yaml:"repeat_interval,omitempty"`
	Mute           []string          `yaml:"mute_time_intervals,omitempty"`
	Active         []string          `yaml:"active_time_intervals,omitempty"`
	Continue       bool              `yaml:"continue,omitempty"`
	Routes         []routeYAML       `yaml:"routes,omitempty"`
}

type inhibitYAML struct {
	Name           string            `yaml:"name,omitempty"`
	SourceMatchers []string          `yaml:"source_matchers,omitempty"`
	TargetMatchers []string          `yaml:"target_matchers,omitempty"`
	Equal          []string          `yaml:"equal,omitempty"`
	SourceMatch    map[string]string `yaml:"source_match,omitempty"`
	SourceMatchRE  map[string]string `yaml:"source_match_re,omitempty"`
	TargetMatch    map[string]string `yaml:"target_match,omitempty"`
	TargetMatchRE  map[string]string `yaml:"target_match_re,omitempty"`
}

type intervalYAML struct {
	Name  string     `yaml:"name"`
	Spans []spanYAML `yaml:"time_intervals"`
}

type spanYAML struct {
	Times       []timesYAML `yaml:"times,omitempty"`
	Weekdays    []string    `yaml:"weekdays,omitempty,flow"`
	DaysOfMonth []string    `yaml:"days_of_month,omitempty,flow"`
	Months      []string    `yaml:"months,omitempty,flow"`
	Years       []string    `yaml:"years,omitempty,flow"`
	Location    string      `yaml:"location,omitempty"`
}

type timesYAML struct {
	Start string `yaml:"start_time"`
	End   string `yaml:"end_time"`
}

// YAML writes c as an alertmanager.yml that amtool reads. Of receivers it holds the names
// alone, so no secret can be in it.
func YAML(c route.Config) (string, error) {
	var f fileYAML
	f.Global.ResolveTimeout = model.Duration(orDuration(time.Duration(c.ResolveTimeout), defaultResolveTimeout)).String()
	for _, name := range c.Receivers {
		f.Receivers = append(f.Receivers, nameYAML{name})
	}
	if len(f.Receivers) == 0 {
		f.Receivers = []nameYAML{{Nobody}}
	}
	f.Route = rootOf(c)
	for _, i := range c.Inhibit {
		f.Inhibit = append(f.Inhibit, inhibitYAML(i))
	}
	for _, i := range c.Intervals {
		one := intervalYAML{Name: i.Name, Spans: []spanYAML{}}
		for _, s := range i.TimeIntervals {
			span := spanYAML{Weekdays: s.Weekdays, DaysOfMonth: s.DaysOfMonth, Months: s.Months, Years: s.Years, Location: s.Location}
			for _, t := range s.Times {
				span.Times = append(span.Times, timesYAML(t))
			}
			one.Spans = append(one.Spans, span)
		}
		f.Intervals = append(f.Intervals, one)
	}
	b, err := yaml.Marshal(f)
	if err != nil {
		return "", &seamark.Fault{Class: seamark.Permanent, What: "the routes cannot be written", Err: err}
	}
	return string(b), nil
}

// rootOf is the configured tree, or one by which every receiver hears everything.
func rootOf(c route.Config) routeYAML {
	var root routeYAML
	if c.Route != nil {
		root = routeOf(*c.Route)
	} else {
		root.Receiver = Nobody
		for i, name := range c.Receivers {
			if i == 0 {
				root.Receiver = name
			}
			if len(c.Receivers) > 1 {
				root.Routes = append(root.Routes, routeYAML{Receiver: name, Continue: true})
			}
		}
	}
	if root.GroupBy == nil {
		root.GroupBy = []string{"product", "environment"}
	}
	if root.GroupWait == "" {
		root.GroupWait = defaultGroupWait
	}
	if root.GroupInterval == "" {
		root.GroupInterval = model.Duration(orDuration(time.Duration(c.GroupInterval), defaultGroupInterval)).String()
	}
	if root.RepeatInterval == "" {
		root.RepeatInterval = defaultRepeatInterval
		if c.RepeatInterval != nil {
			root.RepeatInterval = model.Duration(orDuration(time.Duration(*c.RepeatInterval), never)).String()
		}
	}
	return root
}

func routeOf(t route.Tree) routeYAML {
	r := routeYAML{
		Receiver: t.Receiver, Matchers: t.Matchers, Match: t.Match, MatchRE: t.MatchRE, GroupBy: t.GroupBy,
		GroupWait: t.GroupWait, GroupInterval: t.GroupInterval, RepeatInterval: t.RepeatInterval,
		Mute: t.MuteTimeIntervals, Active: t.ActiveTimeIntervals, Continue: t.Continue,
	}
	for _, child := range t.Routes {
		r.Routes = append(r.Routes, routeOf(child))
	}
	return r
}

func orDuration(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

package route

import (
	seamark "github.com/seamark-hq/seamark"
)

// Config is everything that says who is told of an alarm and when nobody is. Its zero
// value tells every receiver everything, always.
type Config struct {
	Route     *Tree      // nil: every receiver hears everything
	Receivers []string   // names that routes may use
	Intervals []Interval // what mute_time_intervals and active_time_intervals name
	Inhibit   []Inhibit
	// ResolveTimeout is after how long an alert of a sender that repeats itself counts as
	// fine when it is not repeated.
	ResolveTimeout seamark.Duration
	GroupInterval  seamark.Duration  // of a route that names none
	RepeatInterval *seamark.Duration // likewise; nil: 4h, 0: never
}

// Tree is a node of the tree that says who is told of an alarm, in Alertmanager's own
// syntax (https://prometheus.io/docs/alerting/latest/configuration/#route): an alarm
// enters at the root, goes into the first child whose matchers all hold (and, with
// continue, on to the siblings), and is told to the receiver of the deepest node reached.
type Tree struct {
	Receiver            string            `yaml:"receiver" doc:"Name of the receiver; inherited from the parent when empty."`
	Matchers            []string          `yaml:"matchers" doc:"All must hold: team=\"web\", severity=~\"critical|warning\", environment!=\"dev\", product!~\"test-.*\". Labels are those listed in [alerting](../howto/alerting.md#labels) and whatever the sender set."`
	Match               map[string]string `yaml:"match" doc:"Older form of matchers: {team: web}."`
	MatchRE             map[string]string `yaml:"match_re" doc:"Older form of matchers with =~: {severity: critical|warning}."`
	GroupBy             []string          `yaml:"group_by" doc:"Labels by which the API groups alerts; [...] takes all of them. A receiver has one card of an incident, whatever it says."`
	GroupWait           string            `yaml:"group_wait" doc:"How long after its start an incident's first card waits for more alarms, such as 30s. Empty: the parent's; at the root 0s."`
	GroupInterval       string            `yaml:"group_interval" doc:"Time between two edits of a card, such as 5m. Empty: the parent's; at the root alerts.updateEvery."`
	RepeatInterval      string            `yaml:"repeat_interval" doc:"Time after which an incident that lasts is told again, such as 4h. Empty: the parent's; at the root alerts.repeat."`
	MuteTimeIntervals   []string          `yaml:"mute_time_intervals" doc:"Names of time_intervals in which this route tells nobody. Not inherited."`
	ActiveTimeIntervals []string          `yaml:"active_time_intervals" doc:"Names of time_intervals outside of which this route tells nobody. Not inherited."`
	Continue            bool              `yaml:"continue" doc:"After a match, try the siblings below as well."`
	Routes              []Tree            `yaml:"routes" doc:"Children, tried in order."`
}

// Interval is a named set of times.
type Interval struct {
	Name          string `yaml:"name" doc:"Name that routes use."`
	TimeIntervals []Span `yaml:"time_intervals" doc:"It is one of these."`
}

// Span is a set of times: all of its keys must hold, and of each key one of its entries.
type Span struct {
	Times       []Times  `yaml:"times" doc:"Times of day. Empty: all day."`
	Weekdays    []string `yaml:"weekdays" doc:"Such as ['monday:friday', sunday]."`
	DaysOfMonth []string `yaml:"days_of_month" doc:"Such as ['1:5', '-3:-1']; negative ones count from the month's end."`
	Months      []string `yaml:"months" doc:"Such as ['december', '1:3']."`
	Years       []string `yaml:"years" doc:"Such as ['2026:2028']."`
	Location    string   `yaml:"location" doc:"Time zone by name, such as Europe/Berlin. Empty: UTC."`
}

// Times is a stretch of a day.
type Times struct {
	Start string `yaml:"start_time" doc:"Such as '09:00'."`
	End   string `yaml:"end_time" doc:"Such as '17:00', itself not in it; '24:00' is the day's end."`
}

// Inhibit is a rule by which alarms that fire keep others quiet.
type Inhibit struct {
	Name           string            `yaml:"name" doc:"Name for people."`
	SourceMatchers []string          `yaml:"source_matchers" doc:"The alarms that keep others quiet while they fire."`
	TargetMatchers []string          `yaml:"target_matchers" doc:"The alarms that are kept quiet."`
	Equal          []string          `yaml:"equal" doc:"Labels whose values must be the same in both."`
	SourceMatch    map[string]string `yaml:"source_match" doc:"Older form of source_matchers."`
	SourceMatchRE  map[string]string `yaml:"source_match_re" doc:"Older form of source_matchers with =~."`
	TargetMatch    map[string]string `yaml:"target_match" doc:"Older form of target_matchers."`
	TargetMatchRE  map[string]string `yaml:"target_match_re" doc:"Older form of target_matchers with =~."`
}

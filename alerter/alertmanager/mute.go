package alertmanager

import (
	"cmp"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/route"
)

// askAgain is how soon an interval is looked at again: they begin and end at full minutes.
const askAgain = time.Minute

// Quieter decides, when a card is due, whether an alarm is told now.
type Quieter struct{ m *Machinery }

// NewQuieter asks m for routes, intervals and inhibition. Silences are asked apart.
func NewQuieter(m *Machinery) *Quieter { return &Quieter{m} }

// Among prepares the question for the alarms that fire now: the answer says whether
// receiver is told of an alarm at a time. It is good until anything changes.
func (q *Quieter) Among(firing func() []seamark.Alarm) func(receiver string, a seamark.Alarm, now time.Time) route.Quiet {
	var all []seamark.Alarm
	if len(q.m.rules) > 0 {
		all = firing()
	}
	inhibition := q.m.Inhibits(all)
	return func(receiver string, a seamark.Alarm, now time.Time) route.Quiet {
		set := labelSet(route.Labels(a))
		if by, rule := inhibition.By(set); by != "" {
			return route.Quiet{By: "kept quiet by " + cmp.Or(rule, by)}
		}
		return q.closed(receiver, a, now)
	}
}

// closed says whether all routes by which a reaches receiver are quiet by their intervals.
func (q *Quieter) closed(receiver string, a seamark.Alarm, now time.Time) route.Quiet {
	var by []string
	for _, r := range q.m.root.Match(labelSet(route.Labels(a))) {
		if r.RouteOpts.Receiver != receiver {
			continue
		}
		names := q.m.closed(r, now)
		if len(names) == 0 {
			return route.Quiet{}
		}
		by = names
	}
	if len(by) == 0 {
		return route.Quiet{}
	}
	return route.Quiet{By: "outside of the times of its route: " + strings.Join(by, ", "), Until: now.Truncate(time.Minute).Add(askAgain)}
}

package alerter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Escalation says which incidents are told to a second audience, and when. All that it
// names must hold.
type Escalation struct {
	Receivers []string         `yaml:"receivers" doc:"Who is told then. Without a route of its own a receiver that is named here hears of nothing else."`
	Severity  string           `yaml:"severity" doc:"Only incidents as severe as this: critical. Empty: any."`
	After     seamark.Duration `yaml:"after" doc:"Only those open for so long that nobody has acknowledged, such as 30m. 0s: at once."`
	Products  int              `yaml:"products" doc:"Only while so many products have open incidents. 0: however many."`
}

// Validate calls fault for each wrong key with what is wrong and the remedy.
func (x Escalation) Validate(known []string, fault func(key, what, remedy string)) {
	if len(x.Receivers) == 0 {
		fault("receivers", "nobody is named", "name receivers")
	}
	for i, name := range x.Receivers {
		if !slices.Contains(known, name) {
			fault(fmt.Sprintf("receivers[%d]", i), fmt.Sprintf("no receiver is called %q", words.Clip(name, 80)), "use one of "+strings.Join(known, ", "))
		}
	}
	if x.Severity != "" && x.Severity != seamark.SeverityCritical && x.Severity != seamark.SeverityWarning {
		fault("severity", fmt.Sprintf("there is no severity %q", words.Clip(x.Severity, 80)), "use critical or warning")
	}
	seamark.InRange(fault, "after", x.After, 0, 7*24*time.Hour)
	if x.Products < 0 || x.Products > 1000 {
		fault("products", fmt.Sprintf("%d is out of range", x.Products), "use 0 to 1000")
	}
	if x.Severity == "" && x.After == 0 && x.Products == 0 {
		fault("", "says of no incident that it is worse than others", "name severity, after or products; who hears of everything belongs into route")
	}
}

// escalate tells those incidents to more people that have become worse than others. The
// caller holds the lock.
func (m *Manager) escalate(now time.Time) {
	if len(m.opt.Escalate) == 0 {
		return
	}
	troubled := m.book.Troubled(now)
	any := false
	for id, e := range m.book.Entries() {
		if e.Incident.Status == seamark.IncidentResolved {
			continue
		}
		for _, x := range m.opt.Escalate {
			why, ok := m.worse(x, e, troubled, now)
			if !ok {
				continue
			}
			if changed := m.book.Escalate(id, m.present(x.Receivers), why, now); changed != nil {
				m.opt.Log.Warn("incident_escalated", "incident", id, "to", strings.Join(x.Receivers, ","), "why", why)
				m.note(changed)
				m.touch(changed)
				any = true
			}
		}
	}
	if any {
		m.signal()
	}
}

// worse says why x holds for an open incident, if it does. What a person keeps quiet, or
// AWS does, is not told to more people; what somebody looks after is not for its age.
func (m *Manager) worse(x Escalation, e *incident.Entry, troubled []string, now time.Time) (why string, ok bool) {
	in, after := &e.Incident, time.Duration(x.After)
	switch {
	case !slices.ContainsFunc(x.Receivers, func(name string) bool { return m.busy[name] != nil && e.Deliveries[name] == nil }):
		return "", false // they are told already
	case x.Severity == seamark.SeverityCritical && in.Severity != seamark.SeverityCritical:
		return "", false
	case after > 0 && (now.Sub(in.OpenedAt) < after || in.Acknowledged.Holds(now)):
		return "", false
	case x.Products > 0 && (len(troubled) < x.Products || !slices.Contains(troubled, in.Product)):
		return "", false
	}
	if !slices.ContainsFunc(in.Firing(), func(a seamark.Alarm) bool { return m.quietAlarm("", a, now).By == "" }) {
		return "", false
	}
	var reasons []string
	if x.Severity != "" {
		reasons = append(reasons, in.Severity)
	}
	if after > 0 {
		reasons = append(reasons, "open for "+words.Lasted(now.Sub(in.OpenedAt))+", not acknowledged")
	}
	if x.Products > 0 {
		reasons = append(reasons, fmt.Sprintf("%d products have incidents", len(troubled)))
	}
	return strings.Join(reasons, ", "), true
}

// present leaves out names of receivers that there are not.
func (m *Manager) present(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return m.busy[name] == nil })
}

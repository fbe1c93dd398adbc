package alerter

import (
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/alerter/route"
	"github.com/seamark-hq/seamark/alerter/words"
)

// reask is how soon a withheld card is looked at again when nobody says when.
const reask = time.Minute

// quietFor says why nobody at a receiver may be rung for an incident now: the reason for
// one of its alarms, when there is one for each of them. The caller holds the lock.
//
// Those that are not over count; of an incident that has ended all of them, as they were
// at its last moment.
func (m *Manager) quietFor(receiver string, e *incident.Entry, now time.Time) route.Quiet {
	in := &e.Incident
	alarms, at := in.Unsettled(), now
	if in.Status == seamark.IncidentResolved {
		alarms = in.Alarms
		if in.ResolvedAt.Before(at) {
			at = in.ResolvedAt
		}
	}
	var first route.Quiet
	for _, a := range alarms {
		q := m.quietAlarm(receiver, a, at)
		if q.By == "" {
			return route.Quiet{}
		}
		if first.By == "" {
			first.By = q.By
		}
		if !q.Until.IsZero() && (first.Until.IsZero() || q.Until.Before(first.Until)) {
			first.Until = q.Until
		}
	}
	if first.By != "" && first.Until.IsZero() {
		first.Until = now.Add(reask)
	}
	return first
}

func (m *Manager) quietAlarm(receiver string, a seamark.Alarm, at time.Time) route.Quiet {
	if a.Muted(at) {
		return route.Quiet{By: "muted in AWS by " + words.Clip(a.MutedBy, 200), Until: a.MutedUntil}
	}
	if m.opt.Silences != nil {
		if w := m.opt.Silences.Silenced(a); w != nil {
			return route.Quiet{By: "silenced by " + words.Line(w.By, 100), Until: w.Until}
		}
	}
	if m.opt.Quiet == nil {
		return route.Quiet{}
	}
	if m.quiet == nil {
		m.quiet = m.opt.Quiet(m.firing)
	}
	return m.quiet(receiver, a, at)
}

// withhold says whether what d is owed must not ring now, and when to ask again. A first
// card rings, and so does every card where none can be edited; an edit does not, and the
// end of what was shown is always told. A card that may have been posted already is gone
// on with.
func (m *Manager) withhold(e *incident.Entry, d *incident.Delivery, turned bool, now time.Time) (time.Time, bool) {
	rings := d.Version == 0 && !d.Begun || turned && d.Ref == "" && e.Incident.Status == seamark.IncidentOpen
	if !rings {
		return time.Time{}, false
	}
	receiver := receiverOf(e, d)
	q := m.quietFor(receiver, e, now)
	if q.By == "" {
		return time.Time{}, false
	}
	if d.Version == 0 && !d.Withheld {
		d.Withheld = true
		e.Note(now, "Not told to "+receiver+": "+q.By)
		m.opt.Log.Info("card_withheld", "receiver", receiver, "incident", e.Incident.ID, "by", q.By)
		m.note(e)
	}
	if e.Incident.Status == seamark.IncidentResolved {
		return time.Time{}, false // it is over: due says so for good
	}
	return q.Until, true
}

// receiverOf names the receiver whose delivery of e is d.
func receiverOf(e *incident.Entry, d *incident.Delivery) string {
	for name, other := range e.Deliveries {
		if other == d {
			return name
		}
	}
	return ""
}

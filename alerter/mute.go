package alerter

import (
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// muted reports whether everything that is wrong in e is kept quiet, and until when: the
// first instant at which that may end, zero when nobody knows. An incident that is over
// is judged by its last moment.
func (m *Manager) muted(e *incident.Entry, now time.Time) (until time.Time, muted bool) {
	in := &e.Incident
	alarms, at := in.Unsettled(), now
	if in.Status == seamark.IncidentResolved {
		alarms = in.Alarms
		if in.ResolvedAt.Before(at) {
			at = in.ResolvedAt
		}
	}
	if w, quiet := m.book.Silenced(in.Group, at); quiet {
		return w.Until, true
	}
	for _, a := range alarms {
		end, quiet := m.mutedAlarm(a, at)
		if !quiet {
			return time.Time{}, false
		}
		if !end.IsZero() && (until.IsZero() || end.Before(until)) {
			until = end
		}
	}
	return until, len(alarms) > 0
}

func (m *Manager) mutedAlarm(a seamark.Alarm, at time.Time) (time.Time, bool) {
	if a.Muted(at) {
		return a.MutedUntil, true
	}
	if m.opt.Muted == nil {
		return time.Time{}, false
	}
	_, until, quiet := m.opt.Muted(a, at)
	return until, quiet
}

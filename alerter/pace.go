package alerter

import (
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// paceOf bounds the alarms of an incident that are asked for the route to a receiver.
const paceOf = 20

// pace is how fast an incident is told to a receiver: how long its first card waits, the
// time between edits, and that after which it is posted anew (0: never). The route of the
// worst alarm that reaches the receiver says so.
func (m *Manager) pace(e *incident.Entry, receiver string) (wait, interval, repeat time.Duration) {
	interval, repeat = time.Duration(m.opt.Config.UpdateEvery), time.Duration(m.opt.Config.Repeat)
	if m.opt.Told == nil {
		return 0, interval, repeat
	}
	for i, a := range e.Incident.Alarms {
		if i == paceOf {
			break
		}
		for _, t := range m.opt.Told(a) {
			if t.Receiver == receiver {
				return time.Duration(t.Wait), time.Duration(t.Interval), time.Duration(t.Repeat)
			}
		}
	}
	return 0, interval, repeat
}

// editGap is the time between two edits of a card: the route's, and that of an old
// incident where it is longer.
func (m *Manager) editGap(e *incident.Entry, d *incident.Delivery) time.Duration {
	_, interval, _ := m.pace(e, receiverOf(e, d))
	return max(interval, m.gap(e))
}

// firstAt is when the first card of e is due.
func (m *Manager) firstAt(e *incident.Entry, d *incident.Delivery) time.Time {
	ready := e.HeardAt
	if _, more := ScopeOf(&e.Incident); more && m.opt.Enricher != nil && e.Enriched == 0 {
		ready = ready.Add(time.Duration(m.opt.Config.Grace))
	}
	wait, _, _ := m.pace(e, receiverOf(e, d))
	if after := e.HeardAt.Add(wait); after.After(ready) && e.Incident.Status != seamark.IncidentResolved {
		return after
	}
	return ready
}

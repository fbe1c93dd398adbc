package alerter

import (
	"context"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/incident"
)

// maxPast bounds the cards that reminders have replaced and that still get their end.
const maxPast = 20

// remindAt is when an incident is posted anew to a receiver, because it lasts and nobody
// said that he looks after it; ok is false when it is not.
func (m *Manager) remindAt(e *incident.Entry, d *incident.Delivery, now time.Time) (at time.Time, ok bool) {
	_, _, every := m.pace(e, receiverOf(e, d))
	if every <= 0 || m.still[receiverOf(e, d)] || d.Version == 0 || d.RungAt.IsZero() || e.Incident.Status == seamark.IncidentResolved || e.Incident.Acknowledged.Holds(now) {
		return time.Time{}, false
	}
	at = d.RungAt.Add(every)
	if at.After(now) {
		return at, true
	}
	if q := m.quietFor(receiverOf(e, d), e, now); q.By != "" { // asked when it is due
		return q.Until, true
	}
	return at, true
}

// endPast shows the end to cards that reminders have replaced. What fails here is not
// tried again: the newest card has told it.
func (m *Manager) endPast(ctx context.Context, r Receiver, c card.Card, past []card.Ref) {
	for _, ref := range past {
		within, cancel := context.WithTimeout(ctx, deliverTimeout)
		_, err := r.Deliver(within, c, ref)
		cancel()
		if err != nil {
			m.opt.Log.Warn("past_card_not_ended", "receiver", r.Name(), "incident", c.ID, "error", err)
		}
	}
}

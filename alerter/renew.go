package alerter

import (
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Renew moves the ends of alarms, by key, whose senders have repeated them: those that
// fire, to later. It writes nothing: after a restart every sender has its time anew.
func (m *Manager) Renew(until map[string]time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.book.Entries() {
		if e.Incident.Status == seamark.IncidentResolved {
			continue
		}
		for i := range e.Incident.Alarms {
			a := &e.Incident.Alarms[i]
			if a.State != seamark.AlarmFiring || a.ExpiresAt.IsZero() {
				continue
			}
			if end := until[a.Key()]; end.After(a.ExpiresAt) {
				a.ExpiresAt = end
			}
		}
	}
}

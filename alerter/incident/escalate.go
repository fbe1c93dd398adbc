package incident

import (
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// maxEscalations bounds how often one incident is told to more people.
const maxEscalations = 20

// Escalate notes that an open incident is told to more people, and returns its entry; nil
// when they are told already.
func (b *Book) Escalate(id string, to []string, why string, now time.Time) *Entry {
	e := b.entries[id]
	if e == nil || e.Incident.Status == seamark.IncidentResolved || len(e.Incident.Escalated) == maxEscalations {
		return nil
	}
	var missing []string
	for _, name := range to {
		if e.Deliveries[name] == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if e.Deliveries == nil {
		e.Deliveries = map[string]*Delivery{}
	}
	for _, name := range missing {
		e.Deliveries[name] = &Delivery{}
	}
	e.Incident.Escalated = append(slices.Clone(e.Incident.Escalated), seamark.Escalation{At: now.UTC(), To: missing, Why: why})
	e.Note(now, "Escalated to "+strings.Join(missing, ", ")+": "+why)
	return b.changed(e, seamark.Alarm{Evaluated: now.UTC()})
}

// Troubled are the products with incidents that are open and not silenced.
func (b *Book) Troubled(now time.Time) []string {
	var products []string
	for _, e := range b.entries {
		in := &e.Incident
		if in.Status == seamark.IncidentResolved || in.Product == seamark.Unassigned || in.Product == "" || slices.Contains(products, in.Product) {
			continue
		}
		if !in.Silenced.Holds(now) {
			products = append(products, in.Product)
		}
	}
	slices.Sort(products)
	return products
}

package incident

import (
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Of makes of alarms the incidents that they are about, without any history: to
// draw the card of an event by itself. An alarm that is said to be fine is shown as an
// incident that ended there. INSUFFICIENT_DATA gives none.
func Of(alarms []seamark.Alarm, now time.Time) []seamark.Incident {
	b := NewBook(0)
	for _, a := range alarms {
		if a.State == seamark.AlarmOK {
			a.State = seamark.AlarmFiring
			b.Apply(a, now)
			a.State = seamark.AlarmOK
		}
		b.Apply(a, now)
	}
	var list []seamark.Incident
	for _, e := range b.entries {
		list = append(list, e.Incident)
	}
	slices.SortFunc(list, func(x, y seamark.Incident) int { return strings.Compare(x.ID, y.ID) })
	return list
}

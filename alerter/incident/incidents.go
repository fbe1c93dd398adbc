package incident

import (
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// Of makes of alarms the incidents that they are about, without any history: to draw the
// card of an event by itself. An alarm that is said to be fine is shown as an incident
// that ended there, unless the sender says that it was fine before too, or new.
func Of(alarms []seamark.Alarm, now time.Time) []seamark.Incident {
	b := NewBook(0)
	for _, a := range alarms {
		switch a.State {
		case seamark.AlarmOK, seamark.AlarmDeleted:
			if a.Was == seamark.AlarmOK || a.Was == seamark.AlarmNoData {
				continue
			}
			fired := a
			fired.State, fired.NoValue, fired.Missing = seamark.AlarmFiring, true, false
			if a.Contributor == "" {
				b.Apply(fired, now)
			} else if b.openFor(a) == nil {
				b.Apply(fired, now)
			}
		case seamark.AlarmNoData:
			a.Asked = true
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

package incident

import (
	"fmt"
	"reflect"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// fire takes in that an alarm fires.
func (b *Book) fire(a seamark.Alarm) *Entry {
	a.Peak, a.NoPeak = a.Value, a.NoValue
	if e := b.openFor(a); e != nil {
		return b.join(e, a)
	}
	if b.past(a) {
		return nil
	}
	e := b.recent(a)
	if e == nil {
		e = b.open(a)
	} else {
		e.Incident.Status, e.Incident.ResolvedAt = seamark.IncidentOpen, time.Time{}
		e.Incident.Reopened++
		e.turn(a.Since)
		e.Note(a.Since, "Reopened: "+words.Alarm(a))
		b.put(e, a)
	}
	// An OK that overtook its alarm.
	if ok, known := b.lastOK(a); known && ok.After(a.Since) {
		a.State, a.Since, a.Evaluated = seamark.AlarmOK, ok, ok
		b.settle(e, a)
	}
	return b.changed(e, a)
}

// lastOK is when a, or the whole alarm that it is a series of, was last said to be fine.
func (b *Book) lastOK(a seamark.Alarm) (time.Time, bool) {
	at, known := b.okSince[a.Key()]
	if whole, also := b.okSince[a.Base()]; also && whole.After(at) {
		return whole, true
	}
	return at, known
}

// openFor finds the open incident that a belongs to: the one in which this very alarm
// already takes part, or that of its group.
func (b *Book) openFor(a seamark.Alarm) *Entry {
	for _, e := range []*Entry{b.byAlarm[a.Base()], b.byGroup[a.Group()]} {
		if e != nil && e.Incident.Status != seamark.IncidentResolved && b.entries[e.Incident.ID] == e {
			return e
		}
	}
	return nil
}

// index remembers where an alarm and its group are found.
func (b *Book) index(e *Entry, a *seamark.Alarm) {
	if len(b.byAlarm) > 4*maxRemembered || len(b.byGroup) > 4*maxRemembered {
		b.reindex()
	}
	b.byAlarm[a.Base()] = e
	b.byGroup[e.Incident.Group] = e
}

// reindex makes the indices anew from what is open.
func (b *Book) reindex() {
	b.byAlarm, b.byGroup = map[string]*Entry{}, map[string]*Entry{}
	for _, e := range b.entries {
		if e.Incident.Status == seamark.IncidentResolved {
			continue
		}
		b.byGroup[e.Incident.Group] = e
		for i := range e.Incident.Alarms {
			b.byAlarm[e.Incident.Alarms[i].Base()] = e
		}
	}
}

// join adds a firing alarm to an open incident, or brings it up to date.
func (b *Book) join(e *Entry, a seamark.Alarm) *Entry {
	i := find(e, a)
	ok, known := b.lastOK(a)
	if i < 0 {
		if b.past(a) {
			return nil
		}
		e.Note(a.Since, words.Alarm(a))
		if known && ok.After(a.Since) { // over before it was heard of
			a.State, a.Since, a.Evaluated = seamark.AlarmOK, ok, ok
		}
		b.put(e, a)
		return b.changed(e, a)
	}
	have := &e.Incident.Alarms[i]
	switch have.State {
	case seamark.AlarmFiring:
		end := have.ExpiresAt
		have.ExpiresAt = a.ExpiresAt // no card shows it, so that alone is no change
		if a.Evaluated.Before(have.Evaluated) || reflect.DeepEqual(*have, withHistory(a, *have)) {
			if have.ExpiresAt.Before(end) {
				have.ExpiresAt = end
			}
			return nil
		}
	case seamark.AlarmNoData:
		if !a.Since.After(have.Since) {
			return nil // the silence came after it
		}
		e.Note(a.Since, "Again: "+words.Alarm(a))
	default:
		if !a.Since.After(have.Since) || known && ok.After(a.Since) {
			return nil // late or doubled: it has been fine since
		}
		e.Note(a.Since, "Again: "+words.Alarm(a))
	}
	b.put(e, a)
	return b.changed(e, a)
}

// withHistory is a with what the incident knows of it.
func withHistory(a, known seamark.Alarm) seamark.Alarm {
	if known.State == seamark.AlarmFiring && known.Since.Before(a.Since) {
		a.Since = known.Since
	}
	switch {
	case known.NoPeak:
	case a.NoPeak || a.NoValue:
		a.Peak, a.NoPeak = known.Peak, false
	default:
		a.Peak = a.Worst(a.Value, known.Peak)
	}
	if len(a.Children) == 0 {
		a.Children = known.Children
	}
	return a
}

// put stores a among the incident's alarms.
func (b *Book) put(e *Entry, a seamark.Alarm) {
	if i := find(e, a); i >= 0 {
		e.Incident.Alarms[i] = withHistory(a, e.Incident.Alarms[i])
		b.index(e, &a)
		return
	}
	e.Incident.Alarms = append(e.Incident.Alarms, a)
	b.index(e, &a)
}

func find(e *Entry, a seamark.Alarm) int {
	for i := range e.Incident.Alarms {
		if e.Incident.Alarms[i].Same(&a) {
			return i
		}
	}
	return -1
}

// concerned are the alarms of e that a speaks of: itself, and all its time series when it
// speaks of an alarm as a whole.
func concerned(e *Entry, a seamark.Alarm) []*seamark.Alarm {
	var list []*seamark.Alarm
	for i := range e.Incident.Alarms {
		x := &e.Incident.Alarms[i]
		if x.SameBase(&a) && (a.Contributor == "" || a.Contributor == x.Contributor) {
			list = append(list, x)
		}
	}
	return list
}

// past reports whether a resolved incident already accounts for this firing.
func (b *Book) past(a seamark.Alarm) bool {
	for _, e := range b.entries {
		if e.Incident.Status != seamark.IncidentResolved || a.Since.Before(e.Incident.OpenedAt) || a.Since.After(e.Incident.ResolvedAt) {
			continue
		}
		if i := find(e, a); i >= 0 && e.Incident.Alarms[i].Since.After(a.Since) {
			return true
		}
	}
	return false
}

// recent finds the incident of the same group that ended less than the quiet time before
// a fired, which is longer where it flaps.
func (b *Book) recent(a seamark.Alarm) *Entry {
	var best *Entry
	group := a.Group()
	quiet := b.quietOf(group, a.Since)
	for _, e := range b.entries {
		in := &e.Incident
		if in.Status != seamark.IncidentResolved || in.Group != group {
			continue
		}
		if gap := a.Since.Sub(in.ResolvedAt); gap >= 0 && gap < quiet && (best == nil || in.ResolvedAt.After(best.Incident.ResolvedAt)) {
			best = e
		}
	}
	return best
}

func (b *Book) open(a seamark.Alarm) *Entry {
	e := &Entry{Format: format, Incident: seamark.Incident{
		Product: a.Scope.Product, Environment: a.Scope.Environment, Group: a.Group(),
		Status: seamark.IncidentOpen, OpenedAt: a.Since, UpdatedAt: a.Evaluated, Alarms: []seamark.Alarm{a},
	}}
	of := a.Scope.Product + "-" + a.Scope.Environment
	if a.Foreign() {
		of = seamark.Unassigned + "-" + seamark.Slug(a.Name)
	}
	id := a.Since.Format("20060102T150405Z") + "-" + of
	e.Incident.ID = id
	for n := 2; b.entries[e.Incident.ID] != nil; n++ {
		e.Incident.ID = fmt.Sprintf("%s-%d", id, n)
	}
	b.entries[e.Incident.ID] = e
	b.index(e, &a)
	e.Note(a.Since, "Opened: "+words.Alarm(a))
	e.turn(a.Since)
	b.Forget()
	return e
}

package incident

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/links"
	"github.com/seamark-hq/seamark/alerter/words"
)

// Book holds the incidents and applies alarms to them. It knows neither store nor
// receivers. Alarms may come doubled and in any order: each change of state counts once,
// by the time at which it happened.
type Book struct {
	quiet   time.Duration
	entries map[string]*Entry    // by incident id
	okSince map[string]time.Time // by alarm: when it was last said to be fine; bounded by maxRemembered
}

const (
	maxRemembered = 20_000 // alarms whose last OK is remembered
	maxTimeline   = 100    // moments of an incident
)

// MaxEntries bounds the incidents kept in memory; the oldest resolved ones leave first.
const MaxEntries = 500

// NewBook is an empty book. An alarm that fires again less than quiet after its incident
// ended reopens it.
func NewBook(quiet time.Duration) *Book {
	return &Book{quiet: quiet, entries: map[string]*Entry{}, okSince: map[string]time.Time{}}
}

// Apply takes one alarm in and returns the entry that it changed, or nil.
func (b *Book) Apply(a seamark.Alarm, now time.Time) *Entry {
	a = normal(a, now)
	switch a.State {
	case seamark.AlarmFiring:
		return b.fire(a)
	case seamark.AlarmOK:
		return b.calm(a)
	}
	return nil // CloudWatch's INSUFFICIENT_DATA changes nothing
}

// Entry is the incident with an id, or nil.
func (b *Book) Entry(id string) *Entry { return b.entries[id] }

// Entries are all incidents by id, in no order.
func (b *Book) Entries() map[string]*Entry { return b.entries }

// Load takes an entry of an earlier process in.
func (b *Book) Load(e *Entry) {
	b.entries[e.Incident.ID] = e
	for _, a := range e.Incident.Alarms {
		if a.State == seamark.AlarmOK && b.okSince[a.Key()].Before(a.Since) {
			b.okSince[a.Key()] = a.Since
		}
	}
}

// normal bounds and completes an alarm.
func normal(a seamark.Alarm, now time.Time) seamark.Alarm {
	a.Scope.Product, a.Scope.Environment = seamark.Slug(a.Scope.Product), seamark.Slug(a.Scope.Environment)
	a.Reason, a.Unparsed, a.Name = words.Clip(a.Reason, 4096), words.Clip(a.Unparsed, 4096), words.Clip(a.Name, 512)
	a.Value, a.Threshold, a.Runbook = words.Finite(a.Value), words.Finite(a.Threshold), links.Web(a.Runbook)
	if a.Severity != seamark.SeverityCritical {
		a.Severity = seamark.SeverityWarning
	}
	if a.Since.IsZero() {
		a.Since = a.Evaluated
	}
	if a.Since.IsZero() || a.Since.After(now) {
		a.Since = now
	}
	if a.Evaluated.Before(a.Since) || a.Evaluated.After(now) {
		a.Evaluated = a.Since
	}
	a.Since, a.Evaluated = a.Since.UTC(), a.Evaluated.UTC()
	return a
}

func (b *Book) fire(a seamark.Alarm) *Entry {
	a.Peak = a.Value
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
		e.Note(a.Since, "Reopened: "+words.Alarm(a))
		b.put(e, a)
	}
	// An OK that overtook its alarm.
	if ok, known := b.okSince[a.Key()]; known && ok.After(a.Since) {
		a.State, a.Since, a.Evaluated = seamark.AlarmOK, ok, ok
		b.calmIn(e, a)
	}
	return b.changed(e, a)
}

// openFor finds the open incident that a belongs to: that of its product and
// environment, or the one in which this very alarm already takes part.
func (b *Book) openFor(a seamark.Alarm) *Entry {
	var same *Entry
	for _, e := range b.entries {
		if e.Incident.Status != seamark.IncidentOpen {
			continue
		}
		if find(e, a) >= 0 {
			return e
		}
		if e.Incident.Product == a.Scope.Product && e.Incident.Environment == a.Scope.Environment {
			same = e
		}
	}
	return same
}

// join adds a firing alarm to an open incident, or brings it up to date.
func (b *Book) join(e *Entry, a seamark.Alarm) *Entry {
	i := find(e, a)
	if i < 0 {
		if b.past(a) {
			return nil
		}
		e.Note(a.Since, words.Alarm(a))
		if ok, known := b.okSince[a.Key()]; known && ok.After(a.Since) { // over before it was heard of
			a.State, a.Since, a.Evaluated = seamark.AlarmOK, ok, ok
		}
		b.put(e, a)
		return b.changed(e, a)
	}
	known := &e.Incident.Alarms[i]
	if known.State == seamark.AlarmOK && (!a.Since.After(known.Since) || b.okSince[a.Key()].After(a.Since)) {
		return nil // late or doubled: it has been fine since
	}
	if known.State == seamark.AlarmFiring {
		if a.Evaluated.Before(known.Evaluated) || reflect.DeepEqual(*known, withHistory(a, *known)) {
			return nil
		}
	} else {
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
	a.Peak = max(a.Value, known.Peak)
	return a
}

// put stores a among the incident's alarms.
func (b *Book) put(e *Entry, a seamark.Alarm) {
	if i := find(e, a); i >= 0 {
		e.Incident.Alarms[i] = withHistory(a, e.Incident.Alarms[i])
		return
	}
	e.Incident.Alarms = append(e.Incident.Alarms, a)
}

func find(e *Entry, a seamark.Alarm) int {
	key := a.Key()
	return slices.IndexFunc(e.Incident.Alarms, func(x seamark.Alarm) bool { return x.Key() == key })
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

// recent finds the incident of the same product and environment that ended less than
// the quiet time before a fired.
func (b *Book) recent(a seamark.Alarm) *Entry {
	var best *Entry
	for _, e := range b.entries {
		in := &e.Incident
		if in.Status != seamark.IncidentResolved || in.Product != a.Scope.Product || in.Environment != a.Scope.Environment {
			continue
		}
		if gap := a.Since.Sub(in.ResolvedAt); gap >= 0 && gap < b.quiet && (best == nil || in.ResolvedAt.After(best.Incident.ResolvedAt)) {
			best = e
		}
	}
	return best
}

func (b *Book) open(a seamark.Alarm) *Entry {
	e := &Entry{Incident: seamark.Incident{
		Product: a.Scope.Product, Environment: a.Scope.Environment,
		Status: seamark.IncidentOpen, OpenedAt: a.Since, UpdatedAt: a.Evaluated, Alarms: []seamark.Alarm{a},
	}}
	id := a.Since.Format("20060102T150405Z") + "-" + a.Scope.Product + "-" + a.Scope.Environment
	e.Incident.ID = id
	for n := 2; b.entries[e.Incident.ID] != nil; n++ {
		e.Incident.ID = fmt.Sprintf("%s-%d", id, n)
	}
	b.entries[e.Incident.ID] = e
	e.Note(a.Since, "Opened: "+words.Alarm(a))
	b.Forget()
	return e
}

func (b *Book) calm(a seamark.Alarm) *Entry {
	key := a.Key()
	if b.okSince[key].Before(a.Since) {
		if len(b.okSince) >= maxRemembered {
			b.okSince = map[string]time.Time{}
		}
		b.okSince[key] = a.Since
	}
	for _, e := range b.entries {
		if e.Incident.Status == seamark.IncidentOpen && find(e, a) >= 0 {
			if !b.calmIn(e, a) {
				return nil
			}
			return b.changed(e, a)
		}
	}
	return nil
}

// calmIn marks an alarm of e as fine again, and resolves e when none fires any more.
func (b *Book) calmIn(e *Entry, a seamark.Alarm) bool {
	known := &e.Incident.Alarms[find(e, a)]
	if known.State == seamark.AlarmOK && known.Since.Before(a.Since) {
		known.Since = a.Since // it fired in between, and that is still to come
	}
	if known.State == seamark.AlarmOK || a.Since.Before(known.Evaluated) { // it was seen firing after that
		return false
	}
	known.State, known.Since, known.Evaluated = seamark.AlarmOK, a.Since, a.Evaluated
	known.Value, known.Samples, known.Reason = a.Value, a.Samples, a.Reason
	if len(e.Incident.Firing()) > 0 {
		e.Note(a.Since, "Fine again: "+words.Name(*known))
		return true
	}
	in := &e.Incident
	in.Status = seamark.IncidentResolved
	for _, x := range in.Alarms { // the end is when the last of them became fine, in whatever order that was heard
		if x.Since.After(in.ResolvedAt) {
			in.ResolvedAt = x.Since
		}
	}
	e.Note(in.ResolvedAt, "Resolved after "+words.Lasted(in.ResolvedAt.Sub(in.OpenedAt)))
	return true
}

// changed brings e's summary up to date after a changed it.
func (b *Book) changed(e *Entry, a seamark.Alarm) *Entry {
	in := &e.Incident
	e.Version++
	slices.SortStableFunc(in.Alarms, func(x, y seamark.Alarm) int {
		return cmp.Or(-seamark.CompareAlarms(x, y), strings.Compare(x.Name, y.Name))
	})
	if a.Evaluated.After(in.UpdatedAt) {
		in.UpdatedAt = a.Evaluated
	}
	if in.Status == seamark.IncidentResolved && in.ResolvedAt.After(in.UpdatedAt) {
		in.UpdatedAt = in.ResolvedAt
	}
	in.Severity = seamark.SeverityWarning
	for _, x := range in.Alarms {
		if x.Since.Before(in.OpenedAt) && x.State == seamark.AlarmFiring {
			in.OpenedAt = x.Since
		}
		if x.Severity == seamark.SeverityCritical {
			in.Severity = seamark.SeverityCritical
		}
		in.Team, in.Runbook = cmp.Or(in.Team, x.Scope.Team), cmp.Or(in.Runbook, x.Runbook)
	}
	return e
}

// Forget drops the oldest resolved incidents from memory.
func (b *Book) Forget() {
	for len(b.entries) > MaxEntries {
		oldest := ""
		for id, e := range b.entries {
			if e.Incident.Status == seamark.IncidentResolved && (oldest == "" || id < oldest) {
				oldest = id
			}
		}
		if oldest == "" {
			return
		}
		delete(b.entries, oldest)
	}
}

// moment adds a line to the timeline, in order of time; the first line and the newest are kept.
func (e *Entry) Note(at time.Time, what string) {
	t := append(e.Incident.Timeline, seamark.Moment{At: at, What: words.Clip(what, 500)})
	slices.SortStableFunc(t, func(a, b seamark.Moment) int { return a.At.Compare(b.At) })
	if len(t) > maxTimeline {
		t = slices.Delete(t, 1, len(t)-maxTimeline+1)
	}
	e.Incident.Timeline = t
}

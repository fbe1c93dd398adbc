package incident

import (
	"cmp"
	"maps"
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
	byAlarm map[string]*Entry    // the newest open incident of an alarm as a whole; may be stale
	byGroup map[string]*Entry    // and of a group
	okSince map[string]time.Time // by alarm: when it was last said to be fine; bounded by maxRemembered
	early   map[string]time.Time // those of no incident: their alarm may be still to come
	dirty   bool                 // early changed since it was last asked for
}

const (
	maxRemembered = 20_000 // alarms whose last OK is remembered
	maxTimeline   = 100    // moments of an incident
	maxEarly      = 5_000  // early OKs kept
	earlyFor      = 24 * time.Hour
)

// MaxEntries bounds the incidents kept in memory; the oldest resolved ones leave first.
const MaxEntries = 500

// NewBook is an empty book. An alarm that fires again less than quiet after its incident
// ended reopens it.
func NewBook(quiet time.Duration) *Book {
	return &Book{quiet: quiet, entries: map[string]*Entry{}, okSince: map[string]time.Time{}, early: map[string]time.Time{}, byAlarm: map[string]*Entry{}, byGroup: map[string]*Entry{}}
}

// Apply takes one alarm in and returns the entry that it changed, or nil.
func (b *Book) Apply(a seamark.Alarm, now time.Time) *Entry {
	a = normal(a, now)
	switch a.State {
	case seamark.AlarmFiring:
		return b.fire(a)
	case seamark.AlarmOK, seamark.AlarmDeleted:
		return b.calm(a, now)
	case seamark.AlarmNoData:
		return b.silent(a)
	}
	return nil
}

// Entry is the incident with an id, or nil.
func (b *Book) Entry(id string) *Entry { return b.entries[id] }

// Entries are all incidents by id, in no order.
func (b *Book) Entries() map[string]*Entry { return b.entries }

// Load takes an entry of an earlier process in.
func (b *Book) Load(e *Entry) {
	in := &e.Incident
	if in.Group == "" { // written before incidents had one
		in.Group = in.Product + "/" + in.Environment
	}
	if e.Format < 2 {
		upgrade(e)
	}
	b.entries[in.ID] = e
	for _, a := range in.Alarms {
		if in.Status != seamark.IncidentResolved {
			b.index(e, &a)
		}
		if a.State == seamark.AlarmOK && b.okSince[a.Key()].Before(a.Since) {
			b.okSince[a.Key()] = a.Since
		}
	}
}

// upgrade reads an entry of format 1, in which a figure of 0 meant that it was not known.
func upgrade(e *Entry) {
	e.Format = format
	for i := range e.Incident.Alarms {
		a := &e.Incident.Alarms[i]
		if a.Origin == "cloudwatch" {
			a.NoValue, a.NoPeak, a.NoLimit = a.Value == 0, a.Peak == 0, a.Threshold == 0
		}
	}
}

// LoadEarly takes in the OKs of an earlier process whose alarms were still to come.
func (b *Book) LoadEarly(oks map[string]time.Time) {
	for key, at := range oks {
		b.early[key] = at
		if b.okSince[key].Before(at) {
			b.okSince[key] = at
		}
	}
}

// Early returns the OKs that belong to no incident, and whether they changed since the
// last call. They must be as durable as incidents: no order of alarms is promised.
func (b *Book) Early() (oks map[string]time.Time, changed bool) {
	changed, b.dirty = b.dirty, false
	return maps.Clone(b.early), changed
}

// normal bounds and completes an alarm.
func normal(a seamark.Alarm, now time.Time) seamark.Alarm {
	a.Scope.Product, a.Scope.Environment = seamark.Slug(a.Scope.Product), seamark.Slug(a.Scope.Environment)
	a.Reason, a.Unparsed, a.Name = words.Clip(a.Reason, 4096), words.Clip(a.Unparsed, 4096), words.Clip(a.Name, 512)
	a.ARN, a.Formula = words.Clip(a.ARN, 2048), words.Clip(a.Formula, 10_240)
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

// changed brings e's summary up to date after a changed it.
func (b *Book) changed(e *Entry, a seamark.Alarm) *Entry {
	in := &e.Incident
	e.Version++
	sortAlarms(in.Alarms)
	if a.Evaluated.After(in.UpdatedAt) {
		in.UpdatedAt = a.Evaluated
	}
	if in.Status == seamark.IncidentResolved && in.ResolvedAt.After(in.UpdatedAt) {
		in.UpdatedAt = in.ResolvedAt
	}
	in.Severity = seamark.SeverityWarning
	for i := range in.Alarms {
		x := &in.Alarms[i]
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

// sortAlarms puts the worst first. One change leaves the list nearly sorted, which costs
// one pass: in a storm of thousands of alarms it is done for each.
func sortAlarms(list []seamark.Alarm) {
	order := func(x, y *seamark.Alarm) int {
		return cmp.Or(-seamark.CompareAlarms(x, y), strings.Compare(x.Name, y.Name))
	}
	for i := 1; i < len(list); i++ {
		if order(&list[i-1], &list[i]) <= 0 {
			continue
		}
		moved := list[i]
		at, _ := slices.BinarySearchFunc(list[:i], &moved, func(x seamark.Alarm, m *seamark.Alarm) int {
			if order(&x, m) <= 0 {
				return -1
			}
			return 1
		})
		copy(list[at+1:i+1], list[at:i])
		list[at] = moved
	}
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

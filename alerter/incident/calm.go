package incident

import (
	"maps"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
)

// calm takes in that an alarm is fine, or is no more.
func (b *Book) calm(a seamark.Alarm, now time.Time) *Entry {
	key := a.Key()
	if b.okSince[key].Before(a.Since) {
		if len(b.okSince) >= maxRemembered {
			b.okSince = maps.Clone(b.early)
		}
		b.okSince[key] = a.Since
	}
	known := false
	for _, e := range b.entries {
		about := concerned(e, a)
		if e.Incident.Status != seamark.IncidentResolved && len(about) > 0 {
			if !b.settle(e, a) {
				return nil
			}
			return b.changed(e, a)
		}
		known = known || slices.ContainsFunc(about, func(x *seamark.Alarm) bool { return !x.Since.Before(a.Since) })
	}
	if known { // the incident that it ended holds it
		return nil
	}
	b.remember(key, a.Since, now)
	return nil
}

// remember keeps an OK of no incident for as long as its alarm may be late.
func (b *Book) remember(key string, at, now time.Time) {
	if now.Sub(at) > earlyFor || !b.early[key].Before(at) {
		return
	}
	if len(b.early) >= maxEarly {
		oldest := ""
		for k, t := range b.early {
			if oldest == "" || t.Before(b.early[oldest]) {
				oldest = k
			}
		}
		delete(b.early, oldest)
	}
	b.early[key], b.dirty = at, true
	maps.DeleteFunc(b.early, func(_ string, t time.Time) bool { return now.Sub(t) > earlyFor })
}

// settle marks the alarms of e that a speaks of as over, and resolves e when no other is
// left. It reports whether anything changed.
func (b *Book) settle(e *Entry, a seamark.Alarm) bool {
	var ended []string
	for _, known := range concerned(e, a) {
		if known.State == seamark.AlarmOK && known.Since.Before(a.Since) {
			known.Since = a.Since // it fired in between, and that is still to come
		}
		if known.State == seamark.AlarmOK || a.Since.Before(known.Evaluated) { // it was seen firing after that
			continue
		}
		over(known, a)
		ended = append(ended, words.Name(*known))
	}
	if len(ended) == 0 {
		return false
	}
	if a.Contributor != "" {
		b.settleWhole(e, a)
	}
	for _, name := range ended {
		switch {
		case a.State == seamark.AlarmDeleted:
			e.Note(a.Since, "Deleted: "+name)
		case len(e.Incident.Unsettled()) > 0:
			e.Note(a.Since, "Fine again: "+name)
		}
	}
	resolve(e)
	return true
}

func over(known *seamark.Alarm, a seamark.Alarm) {
	known.State, known.Since, known.Evaluated, known.Missing = seamark.AlarmOK, a.Since, a.Evaluated, false
	known.Value, known.NoValue, known.Samples, known.Reason = a.Value, a.NoValue, a.Samples, a.Reason
}

// settleWhole ends the alarm as a whole with the last of its time series.
func (b *Book) settleWhole(e *Entry, a seamark.Alarm) {
	whole := a
	whole.Contributor = ""
	var known *seamark.Alarm
	for _, x := range concerned(e, whole) {
		if x.Contributor == "" {
			known = x
		} else if x.State != seamark.AlarmOK {
			return
		}
	}
	if known != nil && known.State != seamark.AlarmOK && !a.Since.Before(known.Evaluated) {
		over(known, a)
	}
}

// resolve ends e when nothing of it is left.
func resolve(e *Entry) {
	in := &e.Incident
	if in.Status == seamark.IncidentResolved || len(in.Unsettled()) > 0 {
		return
	}
	in.Status = seamark.IncidentResolved
	for _, x := range in.Alarms { // the end is when the last of them became fine, in whatever order that was heard
		if x.Since.After(in.ResolvedAt) {
			in.ResolvedAt = x.Since
		}
	}
	e.turn(in.ResolvedAt)
	e.Note(in.ResolvedAt, "Resolved after "+words.Lasted(in.ResolvedAt.Sub(in.OpenedAt)))
}

// silent takes in that nothing is known of an alarm any more. One that fired is not over;
// one that did not is told of only where its own action asks for that.
func (b *Book) silent(a seamark.Alarm) *Entry {
	for _, e := range b.entries {
		if e.Incident.Status == seamark.IncidentResolved {
			continue
		}
		any, all := false, concerned(e, a)
		for _, known := range all {
			if known.State == seamark.AlarmNoData || a.Since.Before(known.Evaluated) || known.State == seamark.AlarmOK && !a.Since.After(known.Since) {
				continue
			}
			if known.State == seamark.AlarmOK && !a.Asked {
				continue
			}
			known.State, known.Since, known.Evaluated, known.Reason = seamark.AlarmNoData, a.Since, a.Evaluated, a.Reason
			known.NoValue, known.Missing = true, false
			e.Note(a.Since, "No data: "+words.Name(*known))
			any = true
		}
		if any {
			return b.changed(e, a)
		}
		if len(all) > 0 {
			return nil
		}
	}
	if ok, known := b.lastOK(a); !a.Asked || b.past(a) || known && ok.After(a.Since) {
		return nil
	}
	a.NoValue, a.NoPeak, a.Missing = true, true, false
	if e := b.openFor(a); e != nil {
		e.Note(a.Since, "No data: "+words.Name(a))
		b.put(e, a)
		return b.changed(e, a)
	}
	return b.changed(b.open(a), a)
}

// Expire ends what was not repeated in time, and what nobody has known anything of for
// noData. It returns the entries that changed.
func (b *Book) Expire(now time.Time, noData time.Duration) []*Entry {
	var changed []*Entry
	for _, e := range b.entries {
		if e.Incident.Status == seamark.IncidentResolved {
			continue
		}
		any := lapse(e, now)
		for i := range e.Incident.Alarms {
			x := &e.Incident.Alarms[i]
			end, why := expiry(*x, noData)
			if end.IsZero() || end.After(now) {
				continue
			}
			over(x, seamark.Alarm{Since: end, Evaluated: end, NoValue: true, Reason: why})
			e.Note(end, "Ended, "+why+": "+words.Name(*x))
			any = true
		}
		if any {
			resolve(e)
			changed = append(changed, b.changed(e, seamark.Alarm{}))
		}
	}
	return changed
}

// expiry is when an alarm ends by itself, and why; the zero time for one that does not.
func expiry(a seamark.Alarm, noData time.Duration) (time.Time, string) {
	switch {
	case a.State == seamark.AlarmFiring && !a.ExpiresAt.IsZero():
		return a.ExpiresAt, "it was not repeated"
	case a.State == seamark.AlarmNoData && noData > 0:
		return a.Since.Add(noData), "no data for " + words.Lasted(noData)
	}
	return time.Time{}, ""
}

package lake

import "slices"

// Renew prepares to rebuild an hour whose compacted files are damaged: from now on, an object
// with rows in that hour that is transformed with force gets files of its own again, under new names, even
// if nothing about them has changed. It returns the objects to be transformed so. When
// all are, nobody reads the damaged files any more, and the next Compact removes them.
//
// It is known to this Lake alone, and is safe to be cut short: what is not transformed
// anew counts as before.
func (l *Lake) Renew(hour int64) ([]*Entry, error) {
	if err := l.refreshHour(hour); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.renew[hour] = true
	var out []*Entry
	h := l.hours[hour]
	if h == nil {
		return nil, nil
	}
	for _, i := range h.included {
		e := l.entries[i.name()]
		if e != nil && !l.superseded[e.ID] && e.outcome == i.at() {
			out = append(out, e.Entry)
		}
	}
	for id := range h.loose { // nobody knows what a damaged snapshot includes
		if e := l.entries[id]; h.damaged && e != nil {
			out = append(out, e.Entry)
		}
	}
	return out, nil
}

// mustRenew reports whether files lie in an hour that is rebuilt.
func (l *Lake) mustRenew(files []FileRef) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.ContainsFunc(hoursOf(files), func(n int64) bool { return l.renew[n] })
}

// rebuild are the commands that make the rows of an hour anew, and then the file of them all, to
// stand between backquotes.
func (l *Lake) rebuild(hour int64) string {
	return l.Command("replay --hour "+hourName(hour)) + "` and then `" + l.Command("compact --older-than 0s")
}

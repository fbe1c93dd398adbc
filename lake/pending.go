package lake

import (
	"context"
	"io/fs"
	"slices"
	"time"
)

// Pending is a landing object that the ledger does not have yet.
type Pending struct {
	Key     string
	Size    int64
	Arrival time.Time
}

// Pending lists landing minus ledger: what must be done. An object that has changed
// since it was done, as a repaired one has, is listed again. The ledger must be fresh.
func (l *Lake) Pending() ([]Pending, error) {
	known := l.knownOrigins()
	var pending []Pending
	err := l.Walk(LandingFolder, func(key string, e fs.DirEntry) error {
		info, err := e.Info()
		if err != nil {
			return nil // gone meanwhile
		}
		if !l.isDone(known, key, info) {
			pending = append(pending, Pending{key, info.Size(), Arrival(key, info.ModTime())})
		}
		return nil
	})
	return pending, err
}

// knownOrigins are the entries by the URLs that they account for.
func (l *Lake) knownOrigins() map[string][]*Entry {
	l.mu.RLock()
	defer l.mu.RUnlock()
	known := make(map[string][]*Entry, len(l.entries))
	for _, e := range l.entries {
		known[e.Origin.URL] = append(known[e.Origin.URL], e.Entry)
		for _, o := range e.Also {
			known[o.URL] = append(known[o.URL], e.Entry)
		}
	}
	return known
}

// isDone reports whether the landing object with key is in the ledger as it now is.
func (l *Lake) isDone(known map[string][]*Entry, key string, info fs.FileInfo) bool {
	if id, ok := TagID(key, info); ok {
		_, done := l.Known(id)
		return done
	}
	origin := Origin{URL: key, Size: info.Size(), Modified: info.ModTime().UTC()}
	return slices.ContainsFunc(known[key], func(e *Entry) bool { return e.covers(origin) })
}

// PendingNews is Pending for who asks again and again with the same seen: of a Lister only
// what is new since the last call. What it has shown once, the caller keeps until it is done.
func (l *Lake) PendingNews(ctx context.Context, seen *Seen) ([]Pending, error) {
	s, ok := l.Store.(Lister)
	if !ok {
		return l.Pending()
	}
	var pending []Pending
	err := s.ListNews(ctx, LandingFolder, seen, func(key string, e fs.DirEntry) {
		info, err := e.Info()
		if err != nil {
			return // gone meanwhile
		}
		if id, ok := TagID(key, info); ok {
			if _, done := l.Known(id); done {
				return
			}
		}
		pending = append(pending, Pending{key, info.Size(), Arrival(key, info.ModTime())})
	})
	return pending, err
}

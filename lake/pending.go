package lake

import (
	"io/fs"
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
	l.mu.RLock()
	known := make(map[string][]*Entry, len(l.entries))
	for _, e := range l.entries {
		known[e.Origin.URL] = append(known[e.Origin.URL], e)
		for _, o := range e.Also {
			known[o.URL] = append(known[o.URL], e)
		}
	}
	l.mu.RUnlock()
	var pending []Pending
	err := l.Walk(LandingFolder, func(key string, e fs.DirEntry) error {
		info, err := e.Info()
		if err != nil {
			return nil // gone meanwhile
		}
		origin := Origin{URL: key, Size: info.Size(), Modified: info.ModTime().UTC()}
		for _, e := range known[key] {
			if e.covers(origin) {
				return nil
			}
		}
		pending = append(pending, Pending{key, info.Size(), Arrival(key, info.ModTime())})
		return nil
	})
	return pending, err
}

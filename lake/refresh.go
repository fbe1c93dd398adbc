package lake

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"

	seamark "github.com/seamark-hq/seamark"
)

// Refresh reads what is new in the ledger. Entries and snapshots that cannot be read are
// kept for Damaged, tried again the next time, and hide nothing else. When one cannot be read
// for now, as when a bucket does not answer, Refresh fails: nobody knows what it says.
func (l *Lake) Refresh(ctx context.Context) error {
	l.mu.RLock()
	again := slices.Collect(maps.Keys(l.damaged))
	l.mu.RUnlock()
	for _, key := range again {
		l.readNews(key)
	}
	if l.demand != nil {
		if err := l.refreshDemand(ctx); err != nil {
			return err
		}
	}
	for _, of := range l.scope {
		if err := l.News(ctx, of.folder, &of.seen, l.readNews); err != nil {
			return err
		}
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, err := range l.damaged {
		if seamark.ClassOf(err) == seamark.Temporary {
			return err
		}
	}
	return nil
}

func (l *Lake) readNews(key string) {
	if ledgerKeyPattern.MatchString(key) {
		l.readEntry(key)
	} else if m := replacedPattern.FindStringSubmatch(key); m != nil {
		l.mu.Lock()
		l.replaced[m[1]+".json"] = true
		l.mu.Unlock()
	} else if hour, seq, attempt, ok := parseHourKey(key); !ok {
		l.readWatermark(key)
	} else if attempt == "" {
		l.readSnapshot(key, hour, seq)
	} else {
		l.mu.Lock()
		l.todos[key] = true
		l.mu.Unlock()
	}
}

// readEntry reads an entry that is new or was replaced.
func (l *Lake) readEntry(key string) {
	id := ID(ledgerKeyPattern.FindStringSubmatch(key)[1])
	l.learn(id, func(h *held) func() {
		var now stamp
		if h != nil { // of a new one nothing is to be compared; in a bucket each Stat costs
			if info, err := l.Stat(key); err == nil {
				now = stamp{info.Size(), info.ModTime().UnixNano()}
			}
			if h.stamp == now && now != (stamp{}) {
				return nil
			}
		}
		e, err := l.Entry(key)
		return func() {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				delete(l.damaged, key)
			case err != nil:
				if h == nil || seamark.ClassOf(err) == seamark.Temporary { // else what it was still counts
					l.damaged[key] = err
				}
			case h != nil && l.damaged[key] == nil && h.outcome == e.Outcome() && len(h.Also) == len(e.Also) && len(h.Supersedes) == len(e.Supersedes):
				h.stamp = now
			default:
				l.add(e, now)
			}
		}
	})
}

// learn lets read look at the entry of id, whose state in memory is h, and then runs what read
// returned, if anything, with mu held. When somebody else has made another entry of id known
// meanwhile, what was read may be the older one: then read is called again.
func (l *Lake) learn(id ID, read func(h *held) func()) {
	for {
		l.mu.RLock()
		h := l.entries[id]
		l.mu.RUnlock()
		take := read(h)
		if take == nil {
			return
		}
		l.mu.Lock()
		current := l.entries[id] == h
		if current {
			take()
		}
		l.mu.Unlock()
		if current {
			return
		}
	}
}

func (l *Lake) readSnapshot(key string, n int64, seq int) {
	l.mu.RLock()
	h := l.hours[n]
	stale := h != nil && (seq < h.seq || seq == h.seq && !h.damaged)
	l.mu.RUnlock()
	if stale {
		return
	}
	b, err := l.ReadFile(key)
	if errors.Is(err, fs.ErrNotExist) {
		l.mu.Lock()
		delete(l.damaged, key)
		l.mu.Unlock()
		return // a newer one has taken its place
	}
	var s *Snapshot
	if err == nil {
		s, err = decodeSnapshot(key, b)
	}
	l.mu.Lock()
	again := l.setSnapshot(n, seq, s)
	if err != nil {
		l.damaged[key] = &seamark.Fault{What: "damaged snapshot of an hour", Where: key, Err: err,
			Remedy: "run `" + l.rebuild(n) + "`"}
	}
	l.mu.Unlock()
	for _, id := range again {
		l.reread(id)
	}
}

// reread reads the entry of id again, which may have been replaced.
func (l *Lake) reread(id ID) {
	l.learn(id, func(h *held) func() {
		if h == nil {
			return nil
		}
		e, err := l.Entry(h.Key())
		if err != nil {
			return nil // gone, or damaged: then what it was still counts
		}
		return func() { l.add(e, stamp{}) }
	})
}

// refreshHour reads the newest snapshot of an hour, whatever News has shown.
func (l *Lake) refreshHour(n int64) error {
	return l.Walk(hourFolder(n), func(key string, _ fs.DirEntry) error {
		l.readNews(key)
		return nil
	})
}

// Gone is for a reader that cannot find files that Files listed: it reads again what the
// ledger says of them, and reports whether one of them no longer counts. Then the reader
// asks for the files anew; what is listed again and is not there is missing.
func (l *Lake) Gone(ctx context.Context, keys ...string) (bool, error) {
	for _, of := range l.scope {
		of.seen.Everywhere()
	}
	if err := l.Refresh(ctx); err != nil {
		return false, err
	}
	hours, ids := map[int64]bool{}, map[ID]bool{}
	for _, key := range keys {
		if p, id, err := ParseFileKey(key); err == nil {
			hours[p.Hour], ids[id] = true, true
		}
	}
	for n := range hours {
		if err := l.refreshHour(n); err != nil {
			return false, err
		}
	}
	for id := range ids {
		l.reread(id)
	}
	return slices.ContainsFunc(keys, l.dead), nil
}

// Warm is a lake with all of its ledger, which a process keeps from one invocation to the next so
// that it reads only what is new. Its zero value is cold.
type Warm struct{ lake *Lake }

// Of returns the lake over s as of now; requests to s end with the invocation.
func (w *Warm) Of(ctx context.Context, s Store) (*Lake, error) {
	if w.lake == nil {
		w.lake = New(s)
	}
	w.lake.Store = s
	return w.lake, w.lake.RefreshAll(ctx)
}

// RefreshAll is Refresh that looks everywhere, whatever is likely: for who looks seldom.
func (l *Lake) RefreshAll(ctx context.Context) error {
	for _, of := range l.scope {
		of.seen.Everywhere()
	}
	return l.Refresh(ctx)
}

package lake

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"slices"
	"sort"

	seamark "github.com/seamark-hq/seamark"
)

// File is one Parquet file that counts, with its partition.
type File struct {
	FileRef
	Partition
	Schema int // schemas.ColumnsVersion with which it was written; 1 at least
	// Hidden are the landing objects whose rows in a compacted file no longer count, in order.
	Hidden []ID
	run    string // of a compacted file: see SnapshotFile.Run
	spent  bool   // all its rows are hidden
}

// Hides reports whether rows of that landing object in the file no longer count.
func (f *File) Hides(landingID string) bool {
	_, found := slices.BinarySearch(f.Hidden, ID(landingID))
	return found
}

// hour is what memory knows of the files of one hour.
type hour struct {
	seq      int         // of the newest snapshot; 0: there is none
	damaged  bool        // it cannot be read
	included []inclusion // in order of the id
	files    []File      // compacted
	loose    map[ID][]File

	hidden   []ID // included objects that no longer count
	hiddenAt uint64
}

// inclusion is an object of a snapshot, in 40 bytes.
type inclusion struct {
	id      [32]byte
	outcome [8]byte
}

func (i inclusion) name() ID { return ID(hex.EncodeToString(i.id[:])) }

func (i inclusion) at() Outcome { return Outcome(hex.EncodeToString(i.outcome[:])) }

func includeOf(id ID, o Outcome) (i inclusion) {
	hex.Decode(i.id[:], []byte(id))
	hex.Decode(i.outcome[:], []byte(o))
	return i
}

// includes reports whether the snapshot holds the rows of an object at that outcome.
func (h *hour) includes(id ID, o Outcome) bool {
	return h.has(includeOf(id, o))
}

func (h *hour) has(want inclusion) bool {
	if h == nil || len(h.included) == 0 {
		return false
	}
	at, found := sort.Find(len(h.included), func(i int) int { return bytes.Compare(want.id[:], h.included[i].id[:]) })
	return found && h.included[at].outcome == want.outcome
}

func (l *Lake) includes(n int64, id ID, o Outcome) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.hours[n].includes(id, o)
}

func (l *Lake) hour(n int64) *hour {
	h := l.hours[n]
	if h == nil {
		h = &hour{loose: map[ID][]File{}}
		l.hours[n] = h
	}
	return h
}

// loosen puts the files of an entry, that no snapshot stands for, where readers find them.
// The caller holds mu.
func (l *Lake) loosen(e *held) {
	if e.Brief != nil || l.superseded[e.ID] {
		return
	}
	loose := false
	for _, f := range e.Files {
		p, _, err := ParseFileKey(f.Key)
		if err != nil || l.expired.lake.gone(p.Hour, e.Arrival) {
			continue // the entry was checked
		}
		if h := l.hour(p.Hour); !h.includes(e.ID, e.outcome) {
			h.loose[e.ID] = append(h.loose[e.ID], File{FileRef: f, Partition: p, Schema: max(1, e.Schema)})
			loose = true
		}
	}
	if !loose && len(e.Files) > 0 {
		e.shorten()
	}
}

// shorten leaves the files out of memory.
func (e *held) shorten() {
	short := *e.Entry
	short.Brief, short.Files = briefOf(e.Entry), nil
	e.Entry = &short
}

// unloose is the contrary of loosen. The caller holds mu.
func (l *Lake) unloose(e *held) {
	for _, n := range hoursOf(e.Files) {
		if h := l.hours[n]; h != nil {
			delete(h.loose, e.ID)
		}
	}
}

// hoursOf lists the hours of files, each once.
func hoursOf(files []FileRef) []int64 {
	var hours []int64
	for _, f := range files {
		if p, _, err := ParseFileKey(f.Key); err == nil {
			hours = append(hours, p.Hour)
		}
	}
	slices.Sort(hours)
	return slices.Compact(hours)
}

// setSnapshot makes s, or nil if it is damaged, the snapshot of an hour. It returns the
// objects of which memory and snapshot say different things: their entries must be read
// again. The caller holds mu.
func (l *Lake) setSnapshot(n int64, seq int, s *Snapshot) (again []ID) {
	h := l.hour(n)
	if h.seq > seq || n < l.expired.lake.hour {
		return nil
	}
	was := h.included
	delete(l.damaged, snapshotKey(n, h.seq))
	h.seq, h.damaged, h.hiddenAt, h.included, h.files = seq, s == nil, 0, nil, nil
	if s != nil {
		h.take(s)
	}
	l.generation++
	l.turn++
	for _, i := range h.included {
		id := i.name()
		e := l.entries[id]
		switch {
		case e == nil:
		case e.outcome != i.at():
			again = append(again, id)
		default:
			delete(h.loose, id)
			if e.Brief == nil && !l.anyLoose(e.Entry) {
				e.shorten()
			}
		}
	}
	for _, i := range was {
		id := i.name()
		if e := l.entries[id]; e != nil && !h.includes(id, e.outcome) && !l.superseded[id] {
			again = append(again, id)
		}
	}
	return again
}

func (h *hour) take(s *Snapshot) {
	h.included = make([]inclusion, len(s.Included))
	for i, o := range s.Included {
		h.included[i] = includeOf(o.ID, o.Outcome)
	}
	h.files = make([]File, 0, len(s.Files))
	for _, f := range s.Files {
		if p, _, err := ParseFileKey(f.Key); err == nil { // as the snapshot was checked
			h.files = append(h.files, File{FileRef: f.FileRef, Partition: p, Schema: f.Schema, run: f.Run})
		}
	}
}

func (l *Lake) anyLoose(e *Entry) bool {
	return slices.ContainsFunc(hoursOf(e.Files), func(n int64) bool { return l.hours[n] != nil && l.hours[n].loose[e.ID] != nil })
}

// hide brings h.hidden up to date. The caller holds mu.
func (l *Lake) hide(h *hour) {
	if h.hiddenAt == l.turn && h.hiddenAt != 0 {
		return
	}
	h.hidden, h.hiddenAt = nil, l.turn
	for _, i := range h.included {
		id := i.name()
		e := l.entries[id]
		if l.superseded[id] || e != nil && e.outcome != i.at() {
			h.hidden = append(h.hidden, id)
		}
	}
}

// Files lists the files of t that may hold rows in span, in order of their keys.
func (l *Lake) Files(t seamark.Table, span seamark.Span) []File {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []File
	take := func(f File) {
		if f.Table == t && (span.From.IsZero() || f.MaxMs >= span.From.UnixMilli()) && (span.To.IsZero() || f.MinMs < span.To.UnixMilli()) {
			out = append(out, f)
		}
	}
	for n, h := range l.hours {
		if !span.From.IsZero() && n < HourOf(span.From.UnixMilli()) || !span.To.IsZero() && n > HourOf(span.To.UnixMilli()) {
			continue
		}
		l.hide(h)
		for _, f := range h.files {
			f.Hidden = h.hidden
			if len(h.hidden) < len(h.included) {
				take(f)
			}
		}
		for _, files := range h.loose {
			for _, f := range files {
				take(f)
			}
		}
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// FilesOf lists the files that now hold the rows of an entry: its own, and the compacted
// ones of the hours whose snapshot includes it, which hold rows of others too.
func (l *Lake) FilesOf(e *Entry) ([]File, error) {
	whole, err := l.Whole(e)
	if err != nil {
		return nil, err
	}
	outcome := whole.Outcome()
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []File
	seen := map[string]bool{}
	for _, f := range whole.Files {
		p, _, err := ParseFileKey(f.Key)
		if err != nil || l.expired.lake.gone(p.Hour, e.Arrival) {
			continue
		}
		h := l.hours[p.Hour]
		if !h.includes(e.ID, outcome) {
			out = append(out, File{FileRef: f, Partition: p, Schema: max(1, whole.Schema)})
			continue
		}
		l.hide(h)
		for _, c := range h.files {
			same := c.Table == p.Table && c.Product == p.Product && c.Environment == p.Environment
			if same && c.MaxMs >= f.MinMs && c.MinMs <= f.MaxMs && !seen[c.Key] {
				seen[c.Key] = true
				c.Hidden = h.hidden
				out = append(out, c)
			}
		}
	}
	return out, nil
}

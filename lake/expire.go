package lake

import (
	"bytes"
	"context"
	"io/fs"
	"sort"
	"strings"
	"time"
)

// RetentionOptions say how long what is kept; 0 means for ever.
type RetentionOptions struct {
	Landing    time.Duration    // landing objects, after their arrival
	Lake       time.Duration    // rows, after the end of their hour
	Quarantine time.Duration    // quarantined pieces, after the day of their arrival
	Now        func() time.Time // nil: time.Now
	DryRun     bool             // only say what would go
}

// ExpireReport is what Expire deleted, or with DryRun would delete.
type ExpireReport struct {
	Landing    Expired `json:"landing"`    // landing objects
	Lake       Expired `json:"lake"`       // lake files
	Quarantine Expired `json:"quarantine"` // quarantined pieces
	Entries    int     `json:"entries"`    // ledger entries of which nothing else is left
	Snapshots  int     `json:"snapshots"`
	// Kept counts the landing objects that are old enough to go but are not transformed yet.
	Kept int `json:"kept"`
}

// Expired is how much of one kind went.
type Expired struct {
	Before time.Time `json:"before"` // what is older goes; zero: nothing does
	Files  int       `json:"files"`
	Bytes  int64     `json:"bytes"`
}

// Expire deletes what is older than its retention. Landing objects that are not
// transformed stay, whatever their age. It may be stopped at any moment and run again.
//
// What has expired is written down first, so that Verify does not miss it and readers
// pass over it; see docs/formats/ledger.md.
func (l *Lake) Expire(ctx context.Context, o RetentionOptions) (ExpireReport, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	e := &expiry{lake: l, ctx: ctx, dry: o.DryRun, now: o.Now()}
	if err := l.Refresh(ctx); err != nil {
		return e.r, err
	}
	for _, step := range []struct {
		kind  string
		after time.Duration
		unit  time.Duration
		into  *Expired
		do    func(before int64) error
	}{
		{LandingFolder, o.Landing, time.Hour, &e.r.Landing, e.landing},
		{LakeFolder, o.Lake, time.Hour, &e.r.Lake, e.rows},
		{QuarantineFolder, o.Quarantine, 24 * time.Hour, &e.r.Quarantine, e.quarantine},
	} {
		if step.after <= 0 {
			continue
		}
		before, err := e.raise(step.kind, e.now.Add(-step.after).Truncate(step.unit))
		if err != nil {
			return e.r, err
		}
		step.into.Before = hourStart(before)
		if err := step.do(before); err != nil {
			return e.r, err
		}
	}
	return e.r, e.entries()
}

// expiry is one call of Expire.
type expiry struct {
	lake *Lake
	ctx  context.Context
	dry  bool
	now  time.Time
	r    ExpireReport
	bin  []string // to be deleted
}

// raise moves a watermark forward, never back: what has expired is gone. It returns where it is.
func (e *expiry) raise(kind string, to time.Time) (int64, error) {
	marks := e.lake.watermarks()
	is, hour := *marks.of(kind), to.Unix()/3600
	if hour <= is {
		return is, nil
	}
	if e.dry {
		return hour, nil
	}
	return hour, e.lake.raise(kind, hour)
}

// drop deletes an object, some time before the next flush returns.
func (e *expiry) drop(key string) error {
	e.bin = append(e.bin, key)
	if len(e.bin) < 500 {
		return nil
	}
	return e.flush()
}

func (e *expiry) flush() error {
	keys := e.bin
	e.bin = nil
	if err := e.ctx.Err(); err != nil || e.dry {
		return err
	}
	return e.lake.Remove(keys...)
}

// each calls fn for each object below a folder, and drops those for which it says so.
func (e *expiry) each(folder string, into *Expired, old func(key string, info fs.FileInfo) bool) error {
	err := e.lake.Walk(folder, func(key string, d fs.DirEntry) error {
		info, err := d.Info()
		if err != nil || !old(key, info) {
			return e.ctx.Err() // or gone meanwhile
		}
		into.Files++
		into.Bytes += info.Size()
		return e.drop(key)
	})
	if err != nil {
		return err
	}
	return e.flush()
}

func (e *expiry) landing(before int64) error {
	known := e.lake.knownOrigins()
	return e.each(LandingFolder, &e.r.Landing, func(key string, info fs.FileInfo) bool {
		if Arrival(key, info.ModTime()).Unix()/3600 >= before {
			return false
		}
		if !e.lake.isDone(known, key, info) {
			e.r.Kept++
			return false
		}
		return true
	})
}

func (e *expiry) rows(before int64) error {
	err := e.each(LakeFolder, &e.r.Lake, func(key string, _ fs.FileInfo) bool {
		p, _, err := ParseFileKey(key)
		return err == nil && p.Hour < before
	})
	if err != nil {
		return err
	}
	var snapshots Expired
	err = e.each(hoursFolder, &snapshots, func(key string, _ fs.FileInfo) bool {
		hour, _, _, ok := parseHourKey(key)
		return ok && hour < before
	})
	e.r.Snapshots = snapshots.Files
	return err
}

func (e *expiry) quarantine(before int64) error {
	marks := watermarks{quarantine: before}
	return e.each(QuarantineFolder, &e.r.Quarantine, func(key string, _ fs.FileInfo) bool {
		return quarantineKeyPattern.MatchString(key) && marks.hasPiece(key)
	})
}

// entries deletes those of which nothing else is left.
func (e *expiry) entries() error {
	marks := e.lake.watermarks()
	for _, entry := range e.lake.Entries() {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		if !e.empty(entry, marks) {
			continue
		}
		e.r.Entries++
		if e.dry {
			continue
		}
		if err := e.lake.finishReplaced(entry.Key(), nil); err != nil {
			return err
		}
		// The mark goes first: one without its entry would stay for ever.
		if err := e.lake.Remove(damagedPrefix(entry.Origin.URL) + "/" + string(entry.ID)); err != nil {
			return err
		}
		if err := e.lake.Remove(entry.Key()); err != nil {
			return err
		}
		e.lake.forget(entry.ID)
	}
	return nil
}

// empty reports whether nothing is left of an entry but itself.
func (e *expiry) empty(entry *Entry, marks watermarks) bool {
	if HourOf(entry.Arrival.UnixMilli()) >= marks.lake || HourOf(entry.newest()) >= marks.lake && entry.fileCount() > 0 {
		return false
	}
	for _, q := range entry.Quarantine {
		if !marks.hasPiece(q.Kept) {
			return false
		}
	}
	for _, id := range entry.Supersedes {
		if e.lake.includedAnywhere(id) { // the entry is what masks its rows
			return false
		}
	}
	for _, o := range append([]Origin{entry.Origin}, entry.Also...) {
		if strings.HasPrefix(o.URL, LandingFolder+"/") && !e.lake.absent(o.URL) {
			return false
		}
	}
	return true
}

// includedAnywhere reports whether a snapshot includes an object at any outcome.
func (l *Lake) includedAnywhere(id ID) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	want := includeOf(id, "")
	for n, h := range l.hours {
		if n < l.expired.lake {
			continue
		}
		if _, found := sort.Find(len(h.included), func(i int) int { return bytes.Compare(want.id[:], h.included[i].id[:]) }); found {
			return true
		}
	}
	return false
}

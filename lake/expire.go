package lake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
	Now        func() time.Time // nil: the lake's clock
	DryRun     bool             // only say what would go
	// Agreed says that a person has seen what would go: much may go at once.
	Agreed bool
	// TrustClock counts ages by the clock even when nothing has arrived for long.
	TrustClock bool
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
	// Now is by which ages were counted: the clock, but at most a day after the newest arrival.
	Now time.Time `json:"now"`
}

// Held are the reasons why something did not go, each with its kind.
func (r ExpireReport) Held() (held []string) {
	for _, e := range []Expired{r.Landing, r.Lake, r.Quarantine} {
		if e.Held != "" {
			held = append(held, e.Held)
		}
	}
	return held
}

// Expired is how much of one kind went.
type Expired struct {
	Before time.Time `json:"before"` // what is older goes; zero: nothing does
	Files  int       `json:"files"`
	Bytes  int64     `json:"bytes"`
	Of     int64     `json:"of_bytes"` // bytes of all that there was of the kind; 0: not counted
	// Held is why nothing goes although it is old enough: a person must agree first.
	Held string `json:"held,omitempty"`
}

// Share is how much of the kind goes, 0..1.
func (e Expired) Share() float64 { return float64(e.Bytes) / max(1, float64(e.Of)) }

// How far a watermark may rise without a person having agreed. An appliance that runs raises
// it by an hour each hour; one that was stopped over a night or a week, by that. A clock that
// is wrong by months does not pass.
const (
	freeRise   = 24 * time.Hour // whatever share of the lake that is
	mostRise   = 7 * 24 * time.Hour
	mostShare  = 0.5 // of the bytes of the kind, beyond freeRise
	firstShare = 0.1 // for the first watermark of a kind, whose rise says nothing
)

// evidenceSlack is by how much the clock is believed beyond the newest arrival.
const evidenceSlack = 24 * time.Hour

// Expire deletes what is older than its retention. Landing objects that are not
// transformed stay, whatever their age. It may be stopped at any moment and run again.
//
// A clock that is wrong deletes nothing: "now" is at most a day after the newest arrival
// that the ledger knows, and no watermark rises far unless a person has agreed; see Held.
// What has expired is written down first, so that Verify does not miss it and readers
// pass over it; see docs/formats/ledger.md.
func (l *Lake) Expire(ctx context.Context, o RetentionOptions) (ExpireReport, error) {
	if o.Now == nil {
		o.Now = l.now
	}
	e := &expiry{lake: l, ctx: ctx, o: o, dry: o.DryRun}
	if err := l.Refresh(ctx); err != nil {
		return e.r, err
	}
	clock := o.Now()
	e.arrived = l.newestArrival(clock)
	e.r.Now = clock
	if last := e.arrived.Add(evidenceSlack); clock.After(last) && !o.TrustClock {
		e.r.Now = last
	}
	if e.arrived.IsZero() {
		return e.r, e.packs() // nothing has ever arrived, or nothing is left
	}
	if err := l.pinAhead(e.arrived, clock); err != nil && !e.dry {
		return e.r, err
	}
	for _, step := range []struct {
		kind  string
		after time.Duration
		unit  time.Duration
		into  *Expired
		do    func(before watermark) error
	}{
		{LandingFolder, o.Landing, time.Hour, &e.r.Landing, e.landing},
		{LakeFolder, o.Lake, time.Hour, &e.r.Lake, e.rows},
		{QuarantineFolder, o.Quarantine, 24 * time.Hour, &e.r.Quarantine, e.quarantine},
	} {
		if step.after <= 0 {
			continue
		}
		before := e.aim(step.kind, e.r.Now.Add(-step.after).Truncate(step.unit))
		if err := e.agreed(step.kind, before, step.into, step.do); err != nil {
			return e.r, err
		}
		if step.into.Held != "" {
			continue
		}
		if err := e.raise(step.kind, before); err != nil {
			return e.r, err
		}
		*step.into = Expired{Before: hourStart(before.hour)}
		if err := step.do(before); err != nil {
			return e.r, err
		}
	}
	if err := e.entries(); err != nil {
		return e.r, err
	}
	return e.r, e.packs()
}

// packs deletes what packs and filters say of what is gone.
func (e *expiry) packs() error {
	if e.dry {
		return nil
	}
	return errors.Join(e.lake.removeExpiredFilters(), e.lake.removeEmptyPacks())
}

// newestArrival is that of the entries, and at most now; zero when there is none.
func (l *Lake) newestArrival(now time.Time) time.Time {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var newest time.Time
	for _, e := range l.entries {
		if e.Arrival.After(newest) && !e.Arrival.After(now) {
			newest = e.Arrival
		}
	}
	return newest
}

// expiry is one call of Expire.
type expiry struct {
	lake    *Lake
	ctx     context.Context
	o       RetentionOptions
	dry     bool
	arrived time.Time // newest arrival known
	r       ExpireReport
	bin     []string // to be deleted
}

// aim is where a watermark would be raised to. It never goes back: what has expired is gone.
func (e *expiry) aim(kind string, to time.Time) watermark {
	is, hour := e.lake.watermarkOf(kind), to.Unix()/3600
	if hour <= is.hour {
		return is
	}
	return watermark{hour, max(is.arrived, e.arrived.UnixMilli())}
}

// agreed looks whether a watermark may rise so far without a person, and says in into.Held
// why not. do measures what would go.
func (e *expiry) agreed(kind string, to watermark, into *Expired, do func(watermark) error) error {
	was := e.lake.watermarkOf(kind).hour
	rise := hourStart(to.hour).Sub(hourStart(was))
	if !e.dry && (e.o.Agreed || was != 0 && rise <= freeRise) {
		return nil
	}
	report, dry := e.r, e.dry
	e.dry = true
	err := do(to)
	measured := *into
	e.r, e.dry = report, dry
	*into = Expired{Before: hourStart(to.hour), Of: measured.Of}
	share := measured.Share()
	free := was != 0 && rise <= freeRise || was != 0 && rise <= mostRise && share <= mostShare || was == 0 && share <= firstShare
	if err != nil || free || measured.Files == 0 || e.o.Agreed || dry {
		return err
	}
	into.Held = fmt.Sprintf("%.0f%% of %s (%d files, all before %s) would go at once; nothing of it goes until somebody agrees", 100*share, kind, measured.Files,
		hourStart(to.hour).Format(time.RFC3339))
	return nil
}

// raise moves a watermark forward.
func (e *expiry) raise(kind string, to watermark) error {
	is := e.lake.watermarkOf(kind)
	if e.dry || to.hour <= is.hour {
		return nil
	}
	return e.lake.raise(kind, to, e.o.Now())
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
		if err != nil {
			return e.ctx.Err() // gone meanwhile
		}
		into.Of += info.Size()
		if !old(key, info) {
			return e.ctx.Err()
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

func (e *expiry) landing(before watermark) error {
	known := e.lake.knownOrigins()
	return e.each(LandingFolder, &e.r.Landing, func(key string, info fs.FileInfo) bool {
		if Arrival(key, info.ModTime()).Unix()/3600 >= before.hour {
			return false
		}
		if !e.lake.isDone(known, key, info) {
			e.r.Kept++
			return false
		}
		return true
	})
}

func (e *expiry) rows(before watermark) error {
	err := e.each(LakeFolder, &e.r.Lake, func(key string, info fs.FileInfo) bool {
		p, id, err := ParseFileKey(key)
		if err != nil {
			return false
		}
		arrival := info.ModTime() // of what no entry names
		if IsCompacted(key) {     // hours that have expired are not compacted any more
			arrival = time.UnixMilli(before.arrived)
		} else if known, _ := e.lake.Known(id); known != nil {
			arrival = known.Arrival
		}
		return before.gone(p.Hour, arrival)
	})
	if err != nil {
		return err
	}
	var snapshots Expired
	err = e.each(hoursFolder, &snapshots, func(key string, _ fs.FileInfo) bool {
		hour, _, _, ok := parseHourKey(key)
		return ok && hour < before.hour
	})
	e.r.Snapshots = snapshots.Files
	return err
}

func (e *expiry) quarantine(before watermark) error {
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
	if !marks.lake.gone(HourOf(entry.Arrival.UnixMilli()), entry.Arrival) || HourOf(entry.newest()) >= marks.lake.hour && entry.fileCount() > 0 {
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
		if n < l.expired.lake.hour {
			continue
		}
		if _, found := sort.Find(len(h.included), func(i int) int { return bytes.Compare(want.id[:], h.included[i].id[:]) }); found {
			return true
		}
	}
	return false
}

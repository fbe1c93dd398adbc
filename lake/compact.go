package lake

import (
	"context"
	"time"
)

// CompactOptions say what Compact takes on. The zero value is what `seamark up` does.
type CompactOptions struct {
	OlderThan   time.Duration    // an hour is closed when it ended so long ago; 0: 2 h
	SmallFiles  int              // an open hour is compacted when one of its partitions has more new files; 0: 100
	TargetBytes int64            // size of the files written, about; 0: 128 MB
	Grace       time.Duration    // what was read may be deleted after this; 0: 10 s, negative: at once
	Now         func() time.Time // nil: time.Now
	Scratch     string           // folder for sorting what does not fit in memory; "": the system's
	SortBytes   int              // memory for sorting; 0: 48 MB
	DryRun      bool             // only plan: the report says what would be done
	Hour        time.Time        // only this one; zero: all
	// Progress is told of each hour that is done or skipped; it may be nil.
	Progress func(done, total int, hour CompactedHour)
	// Pause is asked before each hour whether to stop for now, as when a backlog waits; it may be nil.
	Pause func() bool
}

// CompactReport is what Compact did, or with DryRun would do.
type CompactReport struct {
	Hours       []CompactedHour `json:"hours"`
	Partitions  int             `json:"partitions"`
	FilesBefore int             `json:"files_before"`
	FilesAfter  int             `json:"files_after"` // with DryRun an estimate
	BytesBefore int64           `json:"bytes_before"`
	BytesAfter  int64           `json:"bytes_after"` // with DryRun an estimate
	Rows        int64           `json:"rows"`        // in the files after
	Duplicates  int64           `json:"duplicates"`  // rows dropped because another agrees with them
	Masked      int64           `json:"masked"`      // rows removed of objects that were repaired or done anew
	Skipped     int             `json:"skipped"`     // hours that could not be done; each says why
	Strays      int             `json:"strays"`      // files of others who died, removed
	Packed      int             `json:"packed"`      // hours of arrival whose entries were packed; see docs/formats/pack.md
	Filtered    int             `json:"filtered"`    // hours of events of which the words' filters were made, besides those compacted
}

// CompactedHour is one hour of a CompactReport.
type CompactedHour struct {
	Hour        time.Time `json:"hour"` // of the events
	Why         string    `json:"why"`  // "31 new files", …
	Partitions  int       `json:"partitions"`
	FilesBefore int       `json:"files_before"`
	FilesAfter  int       `json:"files_after"`
	BytesBefore int64     `json:"bytes_before"`
	BytesAfter  int64     `json:"bytes_after"`
	Rows        int64     `json:"rows"`
	Duplicates  int64     `json:"duplicates"`
	Masked      int64     `json:"masked"`
	Skipped     string    `json:"skipped,omitempty"` // the reason; then nothing has changed
}

func (r *CompactReport) add(h CompactedHour) {
	r.Hours = append(r.Hours, h)
	if h.Skipped != "" {
		r.Skipped++
		return
	}
	r.Partitions += h.Partitions
	r.FilesBefore += h.FilesBefore
	r.FilesAfter += h.FilesAfter
	r.BytesBefore += h.BytesBefore
	r.BytesAfter += h.BytesAfter
	r.Rows += h.Rows
	r.Duplicates += h.Duplicates
	r.Masked += h.Masked
}

// Compact merges the files of each closed hour that has new ones, or rows that no longer
// count, into a few large ones: sorted by time, without duplicates. Readers see every row
// all the while.
//
// It may be stopped at any moment, run again, and run twice at once: see
// docs/adr/0018-snapshots-of-an-hour.md. What could not be done is named in the report and
// does not stop the rest; an error means that nothing more could be done.
func (l *Lake) Compact(ctx context.Context, o CompactOptions) (CompactReport, error) {
	o.setDefaults()
	c := &compactor{lake: l, o: o}
	c.report.Hours = []CompactedHour{}
	if err := l.Refresh(ctx); err != nil {
		return c.report, err
	}
	if !o.DryRun {
		if err := l.finishAllReplaced(ctx, todoPatience, l.clock()); err != nil {
			return c.report, err
		}
		n, err := l.finishTodos(ctx, todoPatience, l.clock())
		if c.report.Strays = n; err != nil {
			return c.report, err
		}
	}
	hours := c.hours()
	for i, n := range hours {
		if ctx.Err() != nil || o.Pause != nil && o.Pause() {
			break
		}
		h := c.hour(ctx, n)
		if ctx.Err() != nil && h.Skipped != "" {
			break
		}
		c.report.add(h)
		if o.Progress != nil {
			o.Progress(i+1, len(hours), h)
		}
		if err := c.clean(ctx, false); err != nil {
			return c.report, err
		}
	}
	if !o.DryRun {
		var err error
		if c.report.Packed, err = c.pack(ctx); err != nil {
			return c.report, err
		}
		if c.report.Filtered, err = c.filter(ctx); err != nil {
			return c.report, err
		}
	}
	return c.report, c.clean(ctx, true)
}

func (o *CompactOptions) setDefaults() {
	if o.OlderThan == 0 {
		o.OlderThan = 2 * time.Hour
	}
	if o.SmallFiles == 0 {
		o.SmallFiles = 100
	}
	if o.TargetBytes == 0 {
		o.TargetBytes = 128 << 20
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	if o.SortBytes == 0 {
		o.SortBytes = 48 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

package stats

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// manySmall is from how many files a partition holds on average that a warning is due,
// and smallBytes is below which average they count as small.
const (
	manySmall  = 8
	smallBytes = 16 << 20
)

// By is what the lines of the statistics are made by.
type By string

// The groups of statistics, coarse to fine.
const (
	ByProduct By = "product"
	ByDay     By = "day"
	ByHour    By = "hour"
)

// Options choose what is counted.
type Options struct {
	By      By
	Span    seamark.Span // of the events
	Product []string     // empty: all
	// Footers reads each file's footer for its uncompressed size, which takes as long as
	// opening every file does.
	Footers bool
	// Compact is how small files are merged: a line is only marked where that would do something.
	Compact lake.CompactOptions
}

// Line is one line of the statistics; its JSON keys are part of the command line.
type Line struct {
	Table        seamark.Table `json:"table"`
	Product      string        `json:"product"`
	Day          string        `json:"day,omitempty"`  // 2026-11-22
	Hour         string        `json:"hour,omitempty"` // 17
	Rows         int64         `json:"rows"`
	Bytes        int64         `json:"bytes"`
	Uncompressed int64         `json:"uncompressed_bytes"` // of the columns' values; 0: not read
	Files        int64         `json:"files"`
	Compacted    int64         `json:"compacted_files"`
	Partitions   int64         `json:"partitions"`
	Oldest       time.Time     `json:"oldest"`
	Newest       time.Time     `json:"newest"`
	Small        bool          `json:"small_files"` // many files, small on average, which `seamark compact` would merge now

	places map[lake.Partition]bool
	due    dueFiles
}

// dueFiles are those of a line that compaction would take on.
type dueFiles struct {
	files, bytes int64
	places       map[lake.Partition]bool
}

// Counted is the answer of `seamark lake stats`.
type Counted struct {
	Lines []Line `json:"lines"`
	Total Line   `json:"total"`

	Products []string `json:"-"` // of the span, also those that were not asked for
}

// Count counts what lies in a lake, from its ledger alone unless footers are asked for.
func Count(ctx context.Context, l *lake.Lake, o Options, progress func(done, total int)) (Counted, error) {
	lines := map[lineKey]*Line{}
	total := Line{places: map[lake.Partition]bool{}}
	var files []lake.File
	products, due := map[string]bool{}, l.CompactDue(o.Compact)
	for _, t := range seamark.Tables() {
		files = append(files, l.Files(t, o.Span)...)
	}
	for i, f := range files {
		if err := ctx.Err(); err != nil {
			return Counted{}, err
		}
		products[f.Product] = true
		if len(o.Product) > 0 && !slices.Contains(o.Product, f.Product) {
			continue
		}
		raw := int64(0)
		if o.Footers {
			raw, _ = l.RawBytes(f.FileRef) // a file that cannot be read is verify's to name
		}
		line := lineOf(lines, f, o.By)
		line.book(f, raw)
		total.book(f, raw)
		if due[f.Start()] {
			line.bookDue(f)
		}
		progress(i+1, len(files))
	}
	out := Counted{Lines: []Line{}, Total: total.done(), Products: slices.Sorted(maps.Keys(products))}
	for _, line := range lines {
		out.Lines = append(out.Lines, line.done())
	}
	slices.SortFunc(out.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(b.Table, a.Table), cmp.Compare(a.Product, b.Product), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Hour, b.Hour))
	})
	return out, nil
}

// lineKey is what tells lines apart.
type lineKey struct {
	table              seamark.Table
	product, day, hour string
}

func lineOf(lines map[lineKey]*Line, f lake.File, by By) *Line {
	key := lineKey{table: f.Table, product: f.Product}
	if by == ByDay || by == ByHour {
		key.day = f.Start().Format("2006-01-02")
	}
	if by == ByHour {
		key.hour = f.Start().Format("15")
	}
	line := lines[key]
	if line == nil {
		line = &Line{Table: key.table, Product: key.product, Day: key.day, Hour: key.hour, places: map[lake.Partition]bool{}}
		lines[key] = line
	}
	return line
}

func (s *Line) book(f lake.File, raw int64) {
	s.Rows += f.Rows
	s.Bytes += f.Bytes
	s.Uncompressed += raw
	s.Files++
	if lake.IsCompacted(f.Key) {
		s.Compacted++
	}
	s.places[f.Partition] = true
	if oldest := time.UnixMilli(f.MinMs).UTC(); s.Oldest.IsZero() || oldest.Before(s.Oldest) {
		s.Oldest = oldest
	}
	if newest := time.UnixMilli(f.MaxMs).UTC(); newest.After(s.Newest) {
		s.Newest = newest
	}
}

func (s *Line) bookDue(f lake.File) {
	if s.due.places == nil {
		s.due.places = map[lake.Partition]bool{}
	}
	s.due.files++
	s.due.bytes += f.Bytes
	s.due.places[f.Partition] = true
}

func (s *Line) done() Line {
	s.Partitions = int64(len(s.places))
	d := s.due
	s.Small = len(d.places) > 0 && d.files > manySmall*int64(len(d.places)) && d.bytes < d.files*smallBytes
	return *s
}

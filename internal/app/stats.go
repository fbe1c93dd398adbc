package app

import (
	"cmp"
	"context"
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

// StatsBy is what the lines of the statistics are made by.
type StatsBy string

// The groups of statistics, coarse to fine.
const (
	ByProduct StatsBy = "product"
	ByDay     StatsBy = "day"
	ByHour    StatsBy = "hour"
)

// StatsOptions choose what is counted.
type StatsOptions struct {
	Lake    string
	By      StatsBy
	Span    seamark.Span // of the events
	Product []string     // empty: all
	// Footers reads each file's footer for its uncompressed size, which takes as long as
	// opening every file does.
	Footers bool
}

// LakeLine is one line of the statistics; its JSON keys are part of the command line.
type LakeLine struct {
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
	Small        bool          `json:"small_files"` // many files, small on average: `seamark compact`

	places map[lake.Partition]bool
}

// LakeStats is the answer of `seamark lake stats`.
type LakeStats struct {
	Lines []LakeLine `json:"lines"`
	Total LakeLine   `json:"total"`
}

// Stats counts what lies in a lake, from its ledger alone unless footers are asked for.
func Stats(ctx context.Context, o StatsOptions, progress func(done, total int)) (LakeStats, error) {
	l, err := ReadLake(ctx, o.Lake)
	if err != nil {
		return LakeStats{}, err
	}
	lines := map[lineKey]*LakeLine{}
	total := LakeLine{places: map[lake.Partition]bool{}}
	var files []lake.File
	for _, t := range seamark.Tables() {
		files = append(files, l.Files(t, o.Span)...)
	}
	for i, f := range files {
		if err := ctx.Err(); err != nil {
			return LakeStats{}, err
		}
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
		progress(i+1, len(files))
	}
	out := LakeStats{Lines: []LakeLine{}, Total: total.done()}
	for _, line := range lines {
		out.Lines = append(out.Lines, line.done())
	}
	slices.SortFunc(out.Lines, func(a, b LakeLine) int {
		return cmp.Or(cmp.Compare(b.Table, a.Table), cmp.Compare(a.Product, b.Product), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Hour, b.Hour))
	})
	return out, nil
}

// lineKey is what tells lines apart.
type lineKey struct {
	table              seamark.Table
	product, day, hour string
}

func lineOf(lines map[lineKey]*LakeLine, f lake.File, by StatsBy) *LakeLine {
	key := lineKey{table: f.Table, product: f.Product}
	if by == ByDay || by == ByHour {
		key.day = f.Start().Format("2006-01-02")
	}
	if by == ByHour {
		key.hour = f.Start().Format("15")
	}
	line := lines[key]
	if line == nil {
		line = &LakeLine{Table: key.table, Product: key.product, Day: key.day, Hour: key.hour, places: map[lake.Partition]bool{}}
		lines[key] = line
	}
	return line
}

func (s *LakeLine) book(f lake.File, raw int64) {
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

func (s *LakeLine) done() LakeLine {
	s.Partitions = int64(len(s.places))
	s.Small = s.Partitions > 0 && s.Files > manySmall*s.Partitions && s.Bytes < s.Files*smallBytes
	return *s
}
